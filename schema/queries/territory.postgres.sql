-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Areas of a map, whose spatial index the engine keeps by itself.

-- $1 map, $2 id, $3 key, $4 name, $5 kind, $6 parent, $7 geometry; its box ($8 to $11) is not
-- needed here.
-- name: territory_put
INSERT INTO territory (map, id, key, name, kind, parent, geometry)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (map, key) DO UPDATE SET id = excluded.id, name = excluded.name, kind = excluded.kind,
    parent = excluded.parent, geometry = excluded.geometry;

-- name: territory_delete
DELETE FROM territory WHERE map = $1;
