-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Who may not write for now.

-- name: block_insert
INSERT INTO block (map, id, account, device, address, reason, author, created, ends)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- What stands at $5 in the way of an account, a device and an address (each may be NULL) in this map,
-- or on the server: the reasons, then one row with the number of zones. Asked before every write.
-- name: block_find
SELECT reason, ends, 0 FROM block
WHERE map IN ($1, 0) AND (ends IS NULL OR ends > $5)
    AND (account = $2 OR device = $3 OR address = $4)
UNION ALL
SELECT CAST(NULL AS TEXT), NULL, count(*) FROM zone WHERE map = $1 AND ends > $5;

-- Those that have not ended at $2, by id behind $3; of the map and of the server.
-- name: block_list
SELECT map, id, account, device, address, reason, author, created, ends FROM block
WHERE map IN ($1, 0) AND (ends IS NULL OR ends > $2) AND id > $3 ORDER BY id LIMIT $4;

-- name: block_load
SELECT map, id, account, device, address, reason, author, created, ends FROM block
WHERE map IN ($1, 0) AND id = $2;

-- name: block_end
DELETE FROM block WHERE map = $1 AND id = $2;

-- name: block_forget
DELETE FROM block WHERE map = $1 AND ends <= $2;

-- Where an anonymous contribution came from.
-- name: block_origin
SELECT device, address FROM origin WHERE map = $1 AND contribution = $2;
