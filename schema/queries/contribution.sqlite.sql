-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Writing contributions with the rows of their spatial index: SpatiaLite's triggers would work the
-- box out once more, at the price of half the speed of an import.

-- $18 to $21: the geometry's box: west, east, south, north; NULL without geometry.
-- name: contribution_insert
INSERT INTO contribution (map, collection, version, title, description, fields, categories, status,
    moderation, author, source, source_id, source_digest, licence, observed, updated, geometry,
    id, edit_secret_hash, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $22, $23, $24);
INSERT INTO idx_contribution_geometry (pkid, xmin, xmax, ymin, ymax)
SELECT last_insert_rowid(), $18, $19, $20, $21 WHERE $18 IS NOT NULL;

-- Changes no row when the stored version is not the one before $3. $22 is the number.
-- name: contribution_update
UPDATE contribution SET version = $3, title = $4, description = $5, fields = $6, categories = $7,
    status = $8, moderation = $9, author = $10, source = $11, source_id = $12,
    source_digest = coalesce($13, source_digest), licence = $14, observed = $15, updated = $16,
    geometry = $17
WHERE number = $22 AND map = $1 AND collection = $2 AND version = $3 - 1;
DELETE FROM idx_contribution_geometry WHERE pkid = $22;
INSERT INTO idx_contribution_geometry (pkid, xmin, xmax, ymin, ymax)
SELECT $22, $18, $19, $20, $21 WHERE $18 IS NOT NULL;

-- Before the map's revisions go: they say which rows of the index are its own.
-- name: contribution_delete
DELETE FROM contribution WHERE map = $1;
DELETE FROM idx_contribution_geometry
WHERE pkid IN (SELECT contribution FROM revision WHERE map = $1);
