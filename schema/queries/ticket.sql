-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Links that were mailed.

-- name: ticket_insert
INSERT INTO ticket (hash, purpose, account, email, map, contribution, created, expires)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING;
DELETE FROM ticket WHERE expires < $7;

-- name: ticket_find
SELECT purpose, account, email, map, contribution, created, expires
FROM ticket WHERE hash = $1;

-- name: ticket_use
DELETE FROM ticket WHERE hash = $1;

-- name: ticket_delete_all
DELETE FROM ticket WHERE account = $1;
