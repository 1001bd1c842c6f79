-- What every script shares: settings come from the environment, results leave as one line of JSON.

local counter = 0

-- Each thread draws its own numbers and has its own part of what is asked in turn, the same in every run. The first part
-- is nobody's.
function setup(thread)
  counter = counter + 1
  local turn = tonumber(os.getenv("BENCH_TURN"))
  thread:set("seed", counter * 7919 + turn)
  thread:set("part", turn * tonumber(os.getenv("BENCH_THREADS")) + counter)
end

function init(args)
  math.randomseed(seed)
  headers = { ["Accept"] = "application/json" }
  local token = os.getenv("BENCH_TOKEN")
  if token and token ~= "" then headers["Authorization"] = "Bearer " .. token end
  local cookie = os.getenv("BENCH_COOKIE")
  if cookie and cookie ~= "" then
    headers["Accept"] = "text/html"
    headers["Cookie"] = cookie
  end
  post_headers = { ["Content-Type"] = "application/json" }
  for name, value in pairs(headers) do post_headers[name] = value end
  if prepare then prepare() end
end

-- What is asked.
function lines()
  local found = {}
  for line in io.lines(os.getenv("BENCH_LINES")) do found[#found + 1] = line end
  return found
end

function done(summary, latency, requests)
  io.write(string.format(
    '{"requests":%d,"micros":%d,"bytes":%d,"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d,"p50":%d,"p99":%d,"max":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.status, summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
