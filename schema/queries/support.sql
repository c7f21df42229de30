-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Voices for contributions: one a person, or a device.

-- name: support_insert
INSERT INTO support (map, contribution, voice, created) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;

-- name: support_delete
DELETE FROM support WHERE map = $1 AND contribution = $2 AND voice = $3;

-- name: support_find
SELECT 1 FROM support WHERE map = $1 AND contribution = $2 AND voice = $3;

-- The accounts among them, $3 at most.
-- name: support_accounts
SELECT account.name FROM (SELECT voice FROM support
        WHERE map = $1 AND contribution = $2 AND voice LIKE 'account:%'
        ORDER BY voice LIMIT $3) AS found
JOIN account ON account.number = CAST(substr(found.voice, 9) AS bigint)
ORDER BY account.number;
