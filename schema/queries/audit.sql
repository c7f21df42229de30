-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What moderators, admins and operators have done.

-- Changes no row when somebody else has taken the number meanwhile, which can be of the server only:
-- who writes to a map has it.
-- name: audit_add
INSERT INTO audit (map, number, time, actor, action, contribution, subject, reason, detail)
VALUES ($1, (SELECT coalesce(max(number), 0) + 1 FROM audit WHERE map = $1), $2, $3, $4, $5, $6, $7,
    $8)
ON CONFLICT DO NOTHING;

-- Newest first, below $2; $3 is the only actor, $4 the only action, $5 the only contribution (NULL:
-- any); at most $6.
-- name: audit_list
SELECT audit.number, time, actor, action, audit.contribution, contribution.id,
    contribution.collection, subject, reason, detail
FROM audit
LEFT JOIN contribution ON contribution.map = audit.map
    AND contribution.number = audit.contribution
WHERE audit.map = $1 AND audit.number < $2
    AND (CAST($3 AS text) IS NULL OR actor = $3)
    AND (CAST($4 AS text) IS NULL OR action = $4)
    AND (CAST($5 AS bigint) IS NULL OR audit.contribution = $5)
ORDER BY audit.number DESC LIMIT $6;
