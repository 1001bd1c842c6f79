-- A dispense, any of the bodies.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")

function prepare()
  bodies = lines()
end

function request()
  return wrk.format("POST", "/api/dispensing-logs/", post_headers, bodies[math.random(#bodies)])
end
