-- One patient, any of them.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")
local patients = tonumber(os.getenv("BENCH_PATIENTS"))

function request()
  return wrk.format("GET", "/api/patients/" .. math.random(1, patients) .. "/", headers)
end
