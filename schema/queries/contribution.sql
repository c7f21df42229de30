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

-- name: contribution_source_row
SELECT number, moderation, source_digest FROM contribution
WHERE map = $1 AND collection = $2 AND source = $3 AND source_id = $4;

-- name: contribution_edit_secret
SELECT edit_secret_hash FROM contribution WHERE map = $1 AND number = $2;
