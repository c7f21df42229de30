-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The history of contributions.

-- name: revision_insert
INSERT INTO revision (map, contribution, version, time, author, action, reason, changes, base,
    charter)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: revision_list
SELECT version, time, author, action, reason, changes, base FROM revision
WHERE map = $1 AND contribution = $2 AND version < $3 ORDER BY version DESC LIMIT $4;

-- All of a map, oldest first, each with its contribution as it is now. In the order of the revisions'
-- key, which nobody need sort.
-- name: revision_histories
SELECT contribution.number, contribution.id, contribution.collection, contribution.version, title,
    description, fields, categories, status, moderation, contribution.author, source, source_id,
    licence, observed, campaign, created, updated, geometry, declared_by, confirmed, supports,
    comments, touched, merged_into, revision.version, revision.time, revision.author,
    revision.action, revision.reason, revision.changes, revision.base
FROM revision
JOIN contribution ON contribution.map = revision.map
    AND contribution.number = revision.contribution
WHERE revision.map = $1 ORDER BY revision.contribution, revision.version;

-- name: revision_delete
DELETE FROM revision WHERE map = $1;

-- What an account ($2) has changed since $3, by contribution behind $4: its first version of it then,
-- its last one, and how many.
-- name: revision_of_author
SELECT contribution, min(version), max(version), count(*) FROM revision
WHERE map = $1 AND author = $2 AND time >= $3 AND contribution > $4
GROUP BY contribution ORDER BY contribution LIMIT $5;

-- The same of whoever writes without account from a device ($2), of what came from there.
-- name: revision_of_device
SELECT contribution, min(version), max(version), count(*) FROM revision
WHERE map = $1 AND author IS NULL AND time >= $3 AND contribution > $4
    AND contribution IN (SELECT origin.contribution FROM origin
        WHERE origin.map = $1 AND origin.device = $2)
GROUP BY contribution ORDER BY contribution LIMIT $5;
