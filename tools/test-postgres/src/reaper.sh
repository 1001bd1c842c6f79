# Stops the private cluster of the tests when nobody uses it any more.
# $1 directory, $2 process id of the postmaster, $3 idle seconds before it is stopped.
#
# Every test process holds a shared lock on "users" for as long as it lives, however it ends; so an
# exclusive lock can be had exactly when there is none.
trap '' HUP INT
dir=$1 postmaster=$2 limit=$3 idle=0
step=5
[ "$limit" -ge "$step" ] || step=1

# Also false once a newer cluster, which has a reaper of its own, has taken this one's place.
is_ours() {
    [ "$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null)" = "$postmaster" ] &&
        kill -0 "$postmaster" 2>/dev/null
}
is_unused() { flock --nonblock --exclusive "$dir/users" true; }

while is_ours; do
    sleep "$step"
    if ! is_unused; then
        idle=0
        continue
    fi
    idle=$((idle + step))
    [ "$idle" -ge "$limit" ] || continue
    # Nobody can start to use it while we hold the lock under which it is started.
    exec 9>>"$dir/lock"
    flock 9
    if is_ours && is_unused; then
        kill -INT "$postmaster"
        waited=0
        while is_ours && [ "$waited" -lt 60 ]; do
            sleep 0.5
            waited=$((waited + 1))
        done
        is_ours && kill -QUIT "$postmaster"
        exit 0
    fi
    exec 9>&-
    idle=0
done
