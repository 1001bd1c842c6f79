-- Any of the paths.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")

function prepare()
  paths = lines()
end

function request()
  return wrk.format("GET", paths[math.random(#paths)], headers)
end
