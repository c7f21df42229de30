-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Areas of a map.

-- name: territory_list
SELECT id, key, name, kind, parent, geometry FROM territory WHERE map = $1 ORDER BY number;

-- name: territory_find
SELECT id, key, name, kind, parent, geometry FROM territory WHERE map = $1 AND key = $2;
