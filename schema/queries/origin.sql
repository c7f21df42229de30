-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where anonymous contributions came from, and how long their edit secrets open.

-- name: origin_insert
INSERT INTO origin (map, contribution, device, address, email, secret_expires, created)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: origin_find
SELECT device, address, email, secret_expires, secret_revoked, created FROM origin
WHERE map = $1 AND contribution = $2;

-- What is recovered by the address $4 that was left with it; of all else there is no row to read.
-- name: origin_find_recoverable
SELECT contribution.number, contribution.title, origin.email FROM contribution
JOIN origin ON origin.map = contribution.map AND origin.contribution = contribution.number
WHERE contribution.map = $1 AND contribution.collection = $2 AND contribution.id = $3
    AND contribution.author IS NULL AND contribution.moderation <> 'deleted'
    AND lower(origin.email) = lower($4);

-- Another secret, for as long; $4 when it ends.
-- name: origin_renew_secret
UPDATE contribution SET edit_secret_hash = $3 WHERE map = $1 AND number = $2;
UPDATE origin SET secret_expires = $4, secret_revoked = $5 WHERE map = $1 AND contribution = $2;

-- What stays is a secret that is known to be revoked. $4 now.
-- name: origin_revoke_secret
INSERT INTO origin (map, contribution, secret_revoked, created) VALUES ($1, $2, $3, $4)
ON CONFLICT (map, contribution) DO UPDATE SET secret_revoked = $3;

-- It is somebody's now: nothing is left of where it came from.
-- name: origin_delete
UPDATE contribution SET edit_secret_hash = NULL WHERE map = $1 AND number = $2;
DELETE FROM origin WHERE map = $1 AND contribution = $2;
DELETE FROM ticket WHERE map = $1 AND contribution = $2;
