-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The history of contributions.

-- name: revision_insert
INSERT INTO revision (map, contribution, version, time, author, action, reason, changes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: revision_list
SELECT version, time, author, action, reason, changes FROM revision
WHERE map = $1 AND contribution = $2 AND version < $3 ORDER BY version DESC LIMIT $4;

-- name: revision_delete
DELETE FROM revision WHERE map = $1;
