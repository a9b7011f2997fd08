-- wrk's own summary leaves out the 95th.
done = function(_, latency, _)
  for _, percent in ipairs({ 50, 95, 99 }) do
    io.write(string.format("%d%% in %.6f secs\n", percent, latency:percentile(percent) / 1e6))
  end
end
