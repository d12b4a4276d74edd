-- Reports a run of wrk as one line of JSON. Arguments: a body to POST, and how many requests to send
-- at once; nothing and 1 for neither.

local batch

function init(args)
  local body, pipelined = args[1], tonumber(args[2])
  if #body > 0 then
    wrk.method = "POST"
    wrk.body = body
  end
  if pipelined > 1 then
    batch = string.rep(wrk.format(), pipelined)
    request = function() return batch end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "bytes": %d, "microseconds": %d, "p50": %d, "p99": %d, "p999": %d, "failures": %d}\n',
    summary.requests,
    summary.bytes,
    summary.duration,
    latency:percentile(50),
    latency:percentile(99),
    latency:percentile(99.9),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
