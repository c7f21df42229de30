-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The desk: why contributions are to be looked at.

-- A reason that is there already keeps since when, and what it first said.
-- name: review_put
INSERT INTO review (map, contribution, reason, detail, created) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: review_list
SELECT reason, detail, created FROM review
WHERE map = $1 AND contribution = $2 ORDER BY created, reason;

-- name: review_close
DELETE FROM review WHERE map = $1 AND contribution = $2;

-- name: review_close_one
DELETE FROM review WHERE map = $1 AND contribution = $2 AND reason = $3;

-- Contributions by their oldest reason: behind ($2, $3); $4 is the only reason, $5 the only state, $6
-- the only collection (NULL: any); at most $7. Whether a reason is the oldest is asked of the contribution,
-- so that it is asked only of those that $5 and $6 leave.
-- name: review_queue
SELECT review.created, review.contribution
FROM review
JOIN contribution ON contribution.map = review.map AND contribution.number = review.contribution
WHERE review.map = $1 AND (review.created, review.contribution) > ($2, $3)
    AND (CAST($4 AS text) IS NULL OR review.reason = $4)
    AND (CAST($5 AS text) IS NULL OR contribution.moderation = $5)
    AND (CAST($6 AS bigint) IS NULL OR contribution.collection = $6)
    AND NOT EXISTS (SELECT 1 FROM review AS other
        WHERE other.map = contribution.map AND other.contribution = contribution.number
            AND CAST($4 AS text) IS NULL
            AND (other.created, other.reason) < (review.created, review.reason))
ORDER BY review.created, review.contribution LIMIT $7;

-- How many of an account's contributions are in each state.
-- name: review_standing
SELECT moderation, count(*) FROM contribution
WHERE map = $1 AND author = $2 GROUP BY moderation;

-- name: review_accepted
SELECT count(*) FROM (SELECT 1 AS one FROM contribution
    WHERE map = $1 AND author = $2 AND moderation = 'published' LIMIT $3) AS found;

-- name: review_find
SELECT number FROM contribution WHERE map = $1 AND id = $2;
