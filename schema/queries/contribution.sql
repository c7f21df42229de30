-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Contributions as they are now. Every reading has the same columns.

-- name: contribution_find
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry,
    declared_by, confirmed, supports, comments, touched, merged_into
FROM contribution WHERE map = $1 AND collection = $2 AND id = $3;

-- What is published, and of all else what $4 (everything), the account $5 or the edit secret of hash $6
-- lets see: whoever may not see a row has it not even read, which takes as long as one that is not there.
-- name: contribution_find_seen
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry,
    declared_by, confirmed, supports, comments, touched, merged_into
FROM contribution WHERE map = $1 AND collection = $2 AND id = $3
    AND (moderation = 'published' OR $4 OR author = $5 OR edit_secret_hash = $6);

-- name: contribution_load
SELECT number, id, collection, version, title, description, fields, categories, status, moderation,
    author, source, source_id, licence, observed, campaign, created, updated, geometry,
    declared_by, confirmed, supports, comments, touched, merged_into
FROM contribution WHERE map = $1 AND number = $2;

-- The same columns, then the events after $2, $3 at most, that say which contributions these are.
-- name: contribution_changed
SELECT contribution.number, contribution.id, contribution.collection, contribution.version, title,
    description, fields, categories, status, moderation, contribution.author, source, source_id,
    licence, observed, campaign, created, updated, geometry, declared_by, confirmed, supports,
    comments, touched, merged_into, event.seq, coalesce(event.time, revision.time),
    event.time IS NULL AND revision.action IN ('redact', 'erase', 'purge')
FROM event
JOIN revision ON revision.map = event.map AND revision.contribution = event.contribution
    AND revision.version = event.version
JOIN contribution ON contribution.map = event.map AND contribution.number = event.contribution
WHERE event.map = $1 AND event.seq > $2 ORDER BY event.seq LIMIT $3;

-- name: contribution_source_row
SELECT number, moderation, source_digest FROM contribution
WHERE map = $1 AND collection = $2 AND source = $3 AND source_id = $4;

-- name: contribution_source_rows
SELECT source_id, source_digest FROM contribution
WHERE map = $1 AND collection = $2 AND source = $3 AND source_id IS NOT NULL;

-- Of those, what has changed after event $4.
-- name: contribution_source_rows_since
SELECT source_id, source_digest FROM contribution
WHERE map = $1 AND collection = $2 AND source = $3 AND source_id IS NOT NULL
    AND number IN (SELECT contribution FROM event WHERE map = $1 AND seq > $4);

-- One of many, its number taken before.
-- name: contribution_add
INSERT INTO contribution (map, collection, version, title, description, fields, categories, status,
    moderation, author, source, source_id, source_digest, licence, observed, campaign, updated,
    geometry, declared_by, merged_into, id, edit_secret_hash, created, number)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22, $23, $24);

-- What is counted beside the history: no new version.
-- name: contribution_touch
UPDATE contribution SET confirmed = $3, supports = $4, comments = $5, touched = $6
WHERE map = $1 AND number = $2;

-- name: contribution_edit_secret
SELECT edit_secret_hash FROM contribution WHERE map = $1 AND number = $2;
