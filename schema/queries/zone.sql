-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where nobody without an account may write for now. They are few: no spatial index.

-- name: zone_insert
INSERT INTO zone (map, id, reason, author, created, ends, geometry)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- Those that end after $2, by id behind $3.
-- name: zone_list
SELECT id, reason, author, created, ends, geometry FROM zone
WHERE map = $1 AND ends > $2 AND id > $3 ORDER BY id LIMIT $4;

-- name: zone_end
DELETE FROM zone WHERE map = $1 AND id = $2;

-- Those that have ended are of no use to anybody: the trail says that they were.
-- name: zone_forget
DELETE FROM zone WHERE map = $1 AND ends <= $2;
