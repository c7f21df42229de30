-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What moving house needs of SQLite.

-- name: copy_territory_write
INSERT INTO territory (number, map, id, key, name, kind, parent, geometry)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);
INSERT INTO idx_territory_geometry (pkid, xmin, xmax, ymin, ymax)
SELECT $1, $9, $10, $11, $12 WHERE $9 <= $10;

-- Nobody else writes in a transaction that does.
-- name: copy_begin
;
-- name: copy_end
;

-- The highest number that each table has given, also to rows that are no longer there.
-- name: copy_numbers_read
SELECT 'map', max((SELECT coalesce(max(number), 0) FROM map),
    (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'map'))
UNION ALL SELECT 'collection', max((SELECT coalesce(max(number), 0) FROM collection),
    (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'collection'))
UNION ALL SELECT 'territory', (SELECT coalesce(max(number), 0) FROM territory)
UNION ALL SELECT 'contribution', (SELECT coalesce(max(number), 0) FROM contribution)
UNION ALL SELECT 'account', (SELECT coalesce(max(number), 0) FROM account)
UNION ALL SELECT 'outbox', (SELECT coalesce(max(number), 0) FROM outbox)
UNION ALL SELECT 'notification', (SELECT coalesce(max(number), 0) FROM notification)
UNION ALL SELECT 'zone', (SELECT coalesce(max(number), 0) FROM zone);

-- $1 table, $2 its highest number. Only two tables remember it here: the others begin behind what
-- they hold.
-- name: copy_numbers_write
INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq)
SELECT (SELECT rowid FROM sqlite_sequence WHERE name = $1), $1, $2
WHERE $1 IN ('map', 'collection') AND $2 > 0;

-- The tables of ours and how many columns each has. SpatiaLite made its own before the first of them.
-- name: copy_columns
SELECT tables.name, (SELECT count(*) FROM pragma_table_info(tables.name))
FROM sqlite_master AS tables
WHERE tables.type = 'table' AND tables.name NOT LIKE 'idx!_%' ESCAPE '!'
    AND tables.rowid > (SELECT rowid FROM sqlite_master WHERE name = 'schema_migration');
