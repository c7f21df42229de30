-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Writing contributions where the engine keeps the spatial index by itself, and reading them in the
-- order of the primary key.

-- Answers no row when the id, or the key in its source, is taken: a failure would end the
-- transaction.
-- name: contribution_insert
INSERT INTO contribution (map, collection, version, title, description, fields, categories, status,
    moderation, author, source, source_id, source_digest, licence, observed, campaign, updated,
    geometry, declared_by, merged_into, id, edit_secret_hash, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22, $23)
ON CONFLICT DO NOTHING RETURNING number;

-- The next $1 numbers, which nobody else gets, also when they are not used: each may be a row of one.
-- name: contribution_take_numbers
SELECT nextval(found.sequence), 1
FROM (SELECT CAST(pg_get_serial_sequence('contribution', 'number') AS regclass) AS sequence OFFSET 0)
    AS found
CROSS JOIN generate_series(1, $1);

-- Changes no row when the stored version is not the one before $3. $25 is the number; the box ($21
-- to $24) is not needed here.
-- name: contribution_update
UPDATE contribution SET version = $3, title = $4, description = $5, fields = $6, categories = $7,
    status = $8, moderation = $9, author = $10, source = $11, source_id = $12,
    source_digest = coalesce($13, source_digest), licence = $14, observed = $15,
    campaign = $16, updated = $17, geometry = $18, declared_by = $19, merged_into = $20
WHERE map = $1 AND number = $25 AND collection = $2 AND version = CAST($3 AS bigint) - 1;

-- name: contribution_delete
DELETE FROM contribution WHERE map = $1;

-- $2 after this number, $3 of this collection, $4 of this source (NULL: any).
-- name: contribution_scan
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry,
    declared_by, confirmed, supports, comments, touched, merged_into
FROM contribution
WHERE map = $1 AND number > $2 AND (CAST($3 AS bigint) IS NULL OR collection = $3)
    AND (CAST($4 AS text) IS NULL OR source = $4)
ORDER BY number;

-- There is but one way to read a map, and an index that is nobody else's.
-- name: contribution_choose_scan
;
-- name: contribution_scan_table
;
-- name: contribution_index
;
-- name: contribution_index_node
;
-- name: contribution_index_last_node
;
-- name: contribution_index_put_node
;
-- name: contribution_index_put_row
;
-- name: contribution_index_put_parent
;
