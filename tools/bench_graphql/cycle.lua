-- wrk -s cycle.lua URL -- FILE: POSTs the requests of a file, one a line as "bearer TAB body", over and over. At the end
-- one line of JSON: requests, seconds, p50 and p99 in ms, and how many were not answered with 200.
local asked, nth = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local bearer, body = line:match("^([^\t]*)\t(.*)$")
    local headers = { ["Authorization"] = bearer, ["Content-Type"] = "application/json" }
    headers["Accept"] = "application/json"
    asked[#asked + 1] = wrk.format("POST", nil, headers, body)
  end
end

function request()
  nth = nth % #asked + 1
  return asked[nth]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local said = '{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "failed": %d}\n'
  io.write(said:format(summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
