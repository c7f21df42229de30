-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Voices for contributions: one a person, or a device.

-- name: support_insert
INSERT INTO support (map, contribution, voice, created) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;

-- name: support_delete
DELETE FROM support WHERE map = $1 AND contribution = $2 AND voice = $3;

-- name: support_find
SELECT 1 FROM support WHERE map = $1 AND contribution = $2 AND voice = $3;

-- A voice becomes $4, unless that is heard there already.
-- name: support_move
UPDATE support SET voice = $4 WHERE map = $1 AND contribution = $2 AND voice = $3
    AND NOT EXISTS (SELECT 1 FROM support AS other
        WHERE other.map = $1 AND other.contribution = $2 AND other.voice = $4);

-- Where a voice is heard, of all maps; behind ($2, $3), at most $4.
-- name: support_places
SELECT support.map, map.slug, support.contribution
FROM map JOIN support ON support.map = map.number
WHERE support.voice = $1 AND (support.map, support.contribution) > ($2, $3)
ORDER BY support.map, support.contribution LIMIT $4;

-- The accounts among them, $3 at most.
-- name: support_accounts
SELECT account.name FROM (SELECT voice FROM support
        WHERE map = $1 AND contribution = $2 AND voice LIKE 'account:%'
        ORDER BY voice LIMIT $3) AS found
JOIN account ON account.number = CAST(substr(found.voice, 9) AS bigint)
ORDER BY account.number;
