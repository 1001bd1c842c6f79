-- An appointment in a slot that is asked for once: each thread of each turn reads its own part of the bodies.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")

function prepare()
  bodies = io.open(os.getenv("BENCH_LINES"))
  bodies:seek("set", part * tonumber(os.getenv("BENCH_PART")))
end

function request()
  return wrk.format("POST", "/api/appointments/", post_headers, bodies:read("*l"))
end
