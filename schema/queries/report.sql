-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Complaints about contributions.

-- name: report_insert
INSERT INTO report (map, id, contribution, kind, text, author, device, state, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8);

-- The open one of an account ($3) or of a device ($4).
-- name: report_find_open
SELECT id FROM report
WHERE map = $1 AND contribution = $2 AND state = 'open'
    AND (author = $3 OR (author IS NULL AND device = $4));

-- How many voices have open ones, and how many of these are about personal data.
-- name: report_count
SELECT count(*), coalesce(sum(CASE WHEN kind = 'personal_data' THEN 1 ELSE 0 END), 0) FROM report
WHERE map = $1 AND contribution = $2 AND state = 'open';

-- Oldest first, behind $3; at most $4.
-- name: report_list
SELECT id, kind, text, author, state, decided, decided_by, answer, created FROM report
WHERE map = $1 AND contribution = $2 AND id > $3 ORDER BY id LIMIT $4;

-- name: report_open
SELECT id, kind, text, author, state, decided, decided_by, answer, created FROM report
WHERE map = $1 AND contribution = $2 AND state = 'open' ORDER BY id;

-- name: report_settle
UPDATE report SET state = $3, decided = $4, decided_by = $5, answer = $6
WHERE map = $1 AND contribution = $2 AND state = 'open';
