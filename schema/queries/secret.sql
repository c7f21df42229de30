-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Random bytes that programs on this database share.

-- name: secret_find
SELECT value FROM secret WHERE name = $1;

-- Changes no row when there is one.
-- name: secret_insert
INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING;
