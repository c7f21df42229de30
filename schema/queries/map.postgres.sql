-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Maps, where several may write at once.

-- Makes other writers of the map wait, but nobody who adds a row that points to it; answers its last
-- event, and whether there are blocks or zones that may stand in a writer's way; nothing when the map is
-- not there any more. Two statements: the second one sees what was committed while the first one waited.
-- name: map_lock
SELECT number FROM map WHERE number = $1 FOR NO KEY UPDATE;
SELECT (SELECT coalesce(max(seq), 0) FROM event WHERE map = $1),
    EXISTS (SELECT 1 FROM block WHERE map IN ($1, 0)) OR EXISTS (SELECT 1 FROM zone WHERE map = $1)
FROM map WHERE number = $1;

-- The same without waiting: answers nothing, too, when another writer has the map.
-- name: map_lock_free
SELECT number FROM map WHERE number = $1 FOR NO KEY UPDATE SKIP LOCKED;

-- $1 is a JSON array of [map, seq]. Answers for each that is there: its place in the array, when it was
-- last described, its last event, and the time of the event with this number, if it has one.
-- name: map_follow
SELECT asked.place - 1, map.described,
    (SELECT coalesce(max(seq), 0) FROM event WHERE event.map = map.number),
    coalesce(event.time, revision.time)
FROM json_array_elements(CAST($1 AS json)) WITH ORDINALITY AS asked (pair, place)
JOIN map ON map.number = CAST(asked.pair ->> 0 AS bigint)
LEFT JOIN event ON event.map = map.number AND event.seq = CAST(asked.pair ->> 1 AS bigint)
LEFT JOIN revision ON revision.map = event.map AND revision.contribution = event.contribution
    AND revision.version = event.version;
