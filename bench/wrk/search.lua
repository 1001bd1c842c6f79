-- The patients some part of whose name begins as somebody might type it.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")

function prepare()
  searches = lines("BENCH_SEARCHES")
end

function request()
  return wrk.format("GET", "/api/patients/?search=" .. searches[math.random(#searches)], headers)
end
