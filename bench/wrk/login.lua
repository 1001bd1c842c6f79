-- The right password, from one of many addresses: attempts are limited by address.
dofile(os.getenv("BENCH_SCRIPTS") .. "/common.lua")

function prepare()
  body = lines()[1]
end

function request()
  post_headers["X-Forwarded-For"] =
    string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
  return wrk.format("POST", "/api/auth/", post_headers, body)
end
