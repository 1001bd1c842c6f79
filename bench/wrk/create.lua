-- A new patient, any of the bodies.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")

function prepare()
  bodies = lines()
end

function request()
  return wrk.format("POST", "/api/patients/", post_headers, bodies[math.random(#bodies)])
end
