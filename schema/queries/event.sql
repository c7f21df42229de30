-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The numbered changes of a map.

-- name: event_insert
INSERT INTO event (map, seq, contribution, version, time) VALUES ($1, $2, $3, $4, $5);

-- name: event_last
SELECT event.seq, coalesce(event.time, revision.time) FROM event
JOIN revision ON revision.map = event.map AND revision.contribution = event.contribution
    AND revision.version = event.version
WHERE event.map = $1 ORDER BY event.seq DESC LIMIT 1;

-- name: event_last_seq
SELECT coalesce(max(seq), 0) FROM event WHERE map = $1;

-- name: event_list
SELECT event.seq, coalesce(event.time, revision.time), revision.action, event.contribution,
    contribution.id, event.version
FROM event
JOIN revision ON revision.map = event.map AND revision.contribution = event.contribution
    AND revision.version = event.version
JOIN contribution ON contribution.map = event.map AND contribution.number = event.contribution
WHERE event.map = $1 AND event.seq > $2 ORDER BY event.seq LIMIT $3;

-- name: event_delete
DELETE FROM event WHERE map = $1;
