-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Words on contributions.

-- name: comment_insert
INSERT INTO comment (map, id, contribution, parent, kind, text, author, device, moderation, reason,
    created, updated)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: comment_find
SELECT id, parent, kind, text, author, device, moderation, reason, created, updated FROM comment
WHERE map = $1 AND contribution = $2 AND id = $3;

-- name: comment_update
UPDATE comment SET kind = $4, text = $5, moderation = $6, reason = $7, updated = $8
WHERE map = $1 AND contribution = $2 AND id = $3;

-- Behind $3, $7 at most: those in state $4 or (NULL) all that whoever asks may see: what is published,
-- what this account ($5) or device ($6; both may be empty) has written, and what was answered.
-- name: comment_list
SELECT id, parent, kind, text, author, device, moderation, reason, created, updated FROM comment
WHERE map = $1 AND contribution = $2 AND id > $3
    AND (moderation = $4 OR (CAST($4 AS text) IS NULL AND (moderation = 'published'
        OR (moderation <> 'deleted' AND (author = $5 OR device = $6))
        OR EXISTS (SELECT 1 FROM comment AS answer
            WHERE answer.map = comment.map AND answer.contribution = comment.contribution
                AND answer.parent = comment.id AND answer.moderation = 'published'))))
ORDER BY id LIMIT $7;
