-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Contributions as they are now. Every reading has the same columns.

-- name: contribution_find
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry
FROM contribution WHERE map = $1 AND collection = $2 AND id = $3;

-- name: contribution_load
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry
FROM contribution WHERE map = $1 AND number = $2;

-- $2 after this number, $3 of this collection, $4 of this source (NULL: any).
-- name: contribution_scan
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry
FROM contribution
WHERE number IN (SELECT number FROM contribution WHERE map = $1 AND number > $2)
    AND ($3 IS NULL OR collection = $3) AND ($4 IS NULL OR source = $4)
ORDER BY number;

-- The same rows. Where most of the table's rows behind $2 are the map's, it is cheaper to read them
-- all than to find each: the plus keeps the engine from looking the map up in an index.
-- name: contribution_scan_table
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry
FROM contribution
WHERE number > $2 AND +map = $1
    AND ($3 IS NULL OR +collection = $3) AND ($4 IS NULL OR +source = $4)
ORDER BY number;

-- The map's first row, the last row of all maps, and the map's last event.
-- name: contribution_extent
SELECT (SELECT min(contribution) FROM revision WHERE map = $1),
    (SELECT max(number) FROM contribution), (SELECT max(seq) FROM event WHERE map = $1);

-- name: contribution_source_row
SELECT number, moderation, source_digest FROM contribution
WHERE map = $1 AND collection = $2 AND source = $3 AND source_id = $4;

-- name: contribution_edit_secret
SELECT edit_secret_hash FROM contribution WHERE map = $1 AND number = $2;
