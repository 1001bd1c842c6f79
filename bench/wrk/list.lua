-- The newest fifty patients.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")

function request()
  return wrk.format("GET", "/api/patients/?limit=50", headers)
end
