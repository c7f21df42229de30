-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Changes that somebody proposes of another's contribution.

-- name: proposal_insert
INSERT INTO proposal (map, id, contribution, base, changes, author, device, reason, state, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: proposal_find
SELECT id, base, changes, author, device, reason, state, accepted, decided, decided_by, answer,
    created
FROM proposal WHERE map = $1 AND contribution = $2 AND id = $3;

-- Newest first, before $3; of the account $4 and the device $5 only (both NULL: all), in the state $6
-- (NULL: any).
-- name: proposal_list
SELECT id, base, changes, author, device, reason, state, accepted, decided, decided_by, answer,
    created
FROM proposal
WHERE map = $1 AND contribution = $2 AND id < $3
    AND (CAST($4 AS text) IS NULL AND CAST($5 AS text) IS NULL OR author = $4
        OR author IS NULL AND device = $5)
    AND (CAST($6 AS text) IS NULL OR state = $6)
ORDER BY id DESC LIMIT $7;

-- name: proposal_count
SELECT count(*) FROM proposal WHERE map = $1 AND contribution = $2 AND state = 'open';

-- Changes no row when it is not open any more.
-- name: proposal_decide
UPDATE proposal SET state = $3, accepted = $4, decided = $5, decided_by = $6, answer = $7
WHERE map = $1 AND id = $2 AND state = 'open';

-- name: proposal_redact
UPDATE proposal SET changes = $3 WHERE map = $1 AND id = $2;
