-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Writing contributions with the rows of their spatial index: SpatiaLite's triggers would work the
-- box out once more, at the price of half the speed of an import. $19 to $22 are the geometry's box:
-- west, east, south, north. Without geometry its west is east of its east, which the index refuses
-- and IGNORE passes over: an INSERT that SELECTs only when there is a box takes a third longer.

-- name: contribution_insert
INSERT INTO contribution (map, collection, version, title, description, fields, categories, status,
    moderation, author, source, source_id, source_digest, licence, observed, campaign, updated,
    geometry, id, edit_secret_hash, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $23, $24,
    $25);
INSERT OR IGNORE INTO idx_contribution_geometry (pkid, xmin, xmax, ymin, ymax)
VALUES (last_insert_rowid(), $19, $20, $21, $22);

-- Changes no row when the stored version is not the one before $3. $23 is the number.
-- name: contribution_update
UPDATE contribution SET version = $3, title = $4, description = $5, fields = $6, categories = $7,
    status = $8, moderation = $9, author = $10, source = $11, source_id = $12,
    source_digest = coalesce($13, source_digest), licence = $14, observed = $15,
    campaign = $16, updated = $17, geometry = $18
WHERE number = $23 AND map = $1 AND collection = $2 AND version = $3 - 1;
DELETE FROM idx_contribution_geometry WHERE pkid = $23;
INSERT OR IGNORE INTO idx_contribution_geometry (pkid, xmin, xmax, ymin, ymax)
VALUES ($23, $19, $20, $21, $22);

-- Before the map's revisions go: they say which rows of the index are its own.
-- name: contribution_delete
DELETE FROM contribution WHERE map = $1;
DELETE FROM idx_contribution_geometry
WHERE pkid IN (SELECT contribution FROM revision WHERE map = $1);
