-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Who asks to become the author of what is said of a place of theirs.

-- name: claim_insert
INSERT INTO claim (map, id, contribution, account, text, state, created)
VALUES ($1, $2, $3, $4, $5, 'open', $6);

-- name: claim_find
SELECT id, account, text, state, decided, decided_by, reason, created FROM claim
WHERE map = $1 AND contribution = $2 AND id = $3;

-- name: claim_find_open
SELECT id, account, text, state, decided, decided_by, reason, created FROM claim
WHERE map = $1 AND contribution = $2 AND account = $3 AND state = 'open';

-- name: claim_decide
UPDATE claim SET state = $4, decided = $5, decided_by = $6, reason = $7
WHERE map = $1 AND contribution = $2 AND id = $3;

-- Behind $3, at most $5; of this account (NULL: of all).
-- name: claim_list
SELECT id, account, text, state, decided, decided_by, reason, created FROM claim
WHERE map = $1 AND contribution = $2 AND id > $3
    AND (CAST($4 AS text) IS NULL OR account = $4)
ORDER BY id LIMIT $5;
