-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Answers to requests that may be sent again.

-- name: idempotency_find
SELECT digest, seq, contribution, repaired, answer, created FROM idempotency
WHERE map = $1 AND account = $2 AND key = $3 AND created > $4;

-- Changes no row when an answer is kept under this key.
-- name: idempotency_insert
INSERT INTO idempotency (map, account, key, digest, seq, contribution, repaired, answer, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING;

-- name: idempotency_forget
DELETE FROM idempotency WHERE map = $1 AND created <= $2;

-- name: idempotency_delete
DELETE FROM idempotency WHERE map = $1;
