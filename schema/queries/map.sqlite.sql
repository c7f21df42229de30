-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Maps, where one writes at a time.

-- Who writes has the whole database: answers the map's last event, and whether there are blocks or
-- zones that may stand in a writer's way; nothing when the map is not there any more.
-- name: map_lock
SELECT (SELECT coalesce(max(seq), 0) FROM event WHERE map = $1),
    EXISTS (SELECT 1 FROM block WHERE map IN ($1, 0)) OR EXISTS (SELECT 1 FROM zone WHERE map = $1)
FROM map WHERE number = $1;

-- name: map_lock_free
SELECT number FROM map WHERE number = $1;

-- $1 is a JSON array of [map, seq]. Answers for each that is there: its place in the array, when it was
-- last described, its last event, and the time of the event with this number, if it has one.
-- name: map_follow
SELECT asked.key, map.described,
    (SELECT coalesce(max(seq), 0) FROM event WHERE event.map = map.number),
    coalesce(event.time, revision.time)
FROM json_each($1) AS asked
JOIN map ON map.number = json_extract(asked.value, '$[0]')
LEFT JOIN event ON event.map = map.number AND event.seq = json_extract(asked.value, '$[1]')
LEFT JOIN revision ON revision.map = event.map AND revision.contribution = event.contribution
    AND revision.version = event.version;
