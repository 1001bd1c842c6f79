-- A new patient.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")

function prepare()
  bodies = lines("BENCH_BODIES")
end

function request()
  return wrk.format("POST", "/api/patients/", post_headers, bodies[math.random(#bodies)])
end
