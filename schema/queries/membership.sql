-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Who belongs to which map.

-- $1 map, $2 the account's name; its role is NULL when it has none in the map.
-- name: membership_find
SELECT account.number, account.name, account.display_name, account.is_operator, membership.role,
    membership.categories, membership.territory, membership.since
FROM account LEFT JOIN membership ON membership.account = account.number AND membership.map = $1
WHERE account.name = $2;

-- name: membership_list
SELECT account.number, account.name, account.display_name, account.is_operator, membership.role,
    membership.categories, membership.territory, membership.since
FROM membership JOIN account ON account.number = membership.account
WHERE membership.map = $1 AND account.name > $2 ORDER BY account.name LIMIT $3;

-- name: membership_put
INSERT INTO membership (map, account, role, categories, territory, since)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (map, account) DO UPDATE SET role = excluded.role, categories = excluded.categories,
    territory = excluded.territory;

-- name: membership_remove
DELETE FROM membership WHERE map = $1 AND account = $2;

-- name: membership_count_admins
SELECT count(*) FROM membership WHERE map = $1 AND role = 'admin' AND account <> $2;

-- The maps of which $1 is the only admin.
-- name: membership_alone
SELECT map.slug FROM membership JOIN map ON map.number = membership.map
WHERE membership.account = $1 AND membership.role = 'admin'
    AND NOT EXISTS (SELECT 1 FROM membership AS other
        WHERE other.map = membership.map AND other.role = 'admin' AND other.account <> $1)
ORDER BY map.slug LIMIT $2;
