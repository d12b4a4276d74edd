-- Reports a run of wrk as one line of JSON. An argument is the size of a body to POST.

function init(args)
  local size = tonumber(args[1])
  if size then
    wrk.method = "POST"
    wrk.body = string.rep("x", size)
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "bytes": %d, "microseconds": %d, "p50": %d, "p99": %d, "failures": %d}\n',
    summary.requests,
    summary.bytes,
    summary.duration,
    latency:percentile(50),
    latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
