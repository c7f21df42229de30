-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Areas of a map, with the rows of their spatial index.

-- $1 map, $2 id, $3 key, $4 name, $5 kind, $6 parent, $7 geometry, $8 to $11 its box: west, east,
-- south, north; without geometry west > east.
-- name: territory_put
INSERT INTO territory (map, id, key, name, kind, parent, geometry)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (map, key) DO UPDATE SET id = excluded.id, name = excluded.name, kind = excluded.kind,
    parent = excluded.parent, geometry = excluded.geometry;
DELETE FROM idx_territory_geometry
WHERE pkid = (SELECT number FROM territory WHERE map = $1 AND key = $3);
INSERT INTO idx_territory_geometry (pkid, xmin, xmax, ymin, ymax)
SELECT number, $8, $9, $10, $11 FROM territory WHERE map = $1 AND key = $3 AND $8 <= $9;

-- name: territory_delete
DELETE FROM territory WHERE map = $1;
DELETE FROM idx_territory_geometry WHERE pkid NOT IN (SELECT number FROM territory);
