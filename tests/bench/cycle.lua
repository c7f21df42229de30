-- SPDX-License-Identifier: AGPL-3.0-or-later
-- For wrk: requests drawn from a file of paths, one a line, made before the clock starts.
local requests = {}

function init(arguments)
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
  math.randomseed(34)
end

function request()
  return requests[math.random(#requests)]
end
