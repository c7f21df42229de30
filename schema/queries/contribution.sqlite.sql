-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Writing contributions and the rows of their spatial index: SpatiaLite's triggers would work the
-- box out once more, at the price of half the speed of an import. And walking a map's contributions.

-- The row alone: those of the index follow together, before anybody can see either.
-- name: contribution_insert
INSERT INTO contribution (map, collection, version, title, description, fields, categories, status,
    moderation, author, source, source_id, source_digest, licence, observed, campaign, updated,
    geometry, declared_by, merged_into, id, edit_secret_hash, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22, $23);

-- The next $1 numbers, as the first of a row of them and how many: who writes is alone.
-- name: contribution_take_numbers
SELECT coalesce(max(number), 0) + 1, $1 FROM contribution;

-- name: contribution_index
INSERT INTO idx_contribution_geometry (pkid, xmin, xmax, ymin, ymax) VALUES ($1, $2, $3, $4, $5);

-- The tables under the index, for many rows at once; see src/db/rtree.c.
-- name: contribution_index_node
SELECT data FROM idx_contribution_geometry_node WHERE nodeno = $1;

-- name: contribution_index_last_node
SELECT max(nodeno) FROM idx_contribution_geometry_node;

-- name: contribution_index_put_node
INSERT OR REPLACE INTO idx_contribution_geometry_node (nodeno, data) VALUES ($1, $2);

-- name: contribution_index_put_row
INSERT OR REPLACE INTO idx_contribution_geometry_rowid (rowid, nodeno) VALUES ($1, $2);

-- name: contribution_index_put_parent
INSERT OR REPLACE INTO idx_contribution_geometry_parent (nodeno, parentnode) VALUES ($1, $2);

-- Changes no row when the stored version is not the one before $3. $21 to $24 are the geometry's box:
-- west, east, south, north; $25 is the number. Without geometry the box' west is east of its east,
-- which the index refuses and IGNORE passes over.
-- name: contribution_update
UPDATE contribution SET version = $3, title = $4, description = $5, fields = $6, categories = $7,
    status = $8, moderation = $9, author = $10, source = $11, source_id = $12,
    source_digest = coalesce($13, source_digest), licence = $14, observed = $15,
    campaign = $16, updated = $17, geometry = $18, declared_by = $19, merged_into = $20
WHERE number = $25 AND map = $1 AND collection = $2 AND version = $3 - 1;
DELETE FROM idx_contribution_geometry WHERE pkid = $25;
INSERT OR IGNORE INTO idx_contribution_geometry (pkid, xmin, xmax, ymin, ymax)
VALUES ($25, $21, $22, $23, $24);

-- Before the map's revisions go: they say which rows of the index are its own.
-- name: contribution_delete
DELETE FROM contribution WHERE map = $1;
DELETE FROM idx_contribution_geometry
WHERE pkid IN (SELECT contribution FROM revision WHERE map = $1);

-- $2 after this number, $3 of this collection, $4 of this source (NULL: any).
-- name: contribution_scan
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry,
    declared_by, confirmed, supports, comments, touched, merged_into
FROM contribution
WHERE number IN (SELECT number FROM contribution WHERE map = $1 AND number > $2)
    AND ($3 IS NULL OR collection = $3) AND ($4 IS NULL OR source = $4)
ORDER BY number;

-- The same rows. Where most of the table's rows behind $2 are the map's, it is cheaper to read them
-- all than to find each: the plus keeps the engine from looking the map up in an index.
-- name: contribution_scan_table
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry,
    declared_by, confirmed, supports, comments, touched, merged_into
FROM contribution
WHERE number > $2 AND +map = $1
    AND ($3 IS NULL OR +collection = $3) AND ($4 IS NULL OR +source = $4)
ORDER BY number;

-- Which of the two, and after which number: rows of several maps lie in the table as they came. Where
-- most of those behind the map's first one are its own, the table is read from there, at less than
-- half the cost of finding each row; where that would pass over too many others, each is found. The
-- map's events bound its rows from above, and so the rows passed over: no more than four an event.
-- name: contribution_choose_scan
SELECT start, (last - start) / 4 < events
FROM (SELECT max($2, coalesce((SELECT min(contribution) FROM revision WHERE map = $1), 0) - 1)
            AS start,
        coalesce((SELECT max(number) FROM contribution), 0) AS last,
        coalesce((SELECT max(seq) FROM event WHERE map = $1), 0) AS events);
