-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Who saw that a contribution is still so, or no longer.

-- Of the account $3 or the device $4 (the other one is empty) since $5: replaced by what follows.
-- name: confirmation_forget
DELETE FROM confirmation WHERE map = $1 AND contribution = $2 AND created >= $5
    AND (author = $3 OR (author IS NULL AND device = $4));

-- name: confirmation_insert
INSERT INTO confirmation (map, id, contribution, still, observed, remark, author, device, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- The last day on which somebody saw that it was still so; then how many have said since that was last
-- said that it no longer is.
-- name: confirmation_state
SELECT (SELECT max(observed) FROM confirmation WHERE map = $1 AND contribution = $2 AND still),
    (SELECT count(DISTINCT CASE WHEN author IS NULL THEN 'device:' || device
            ELSE 'account:' || author END)
        FROM confirmation WHERE map = $1 AND contribution = $2 AND NOT still
            AND id > coalesce((SELECT said.id FROM confirmation AS said
                WHERE said.map = $1 AND said.contribution = $2 AND said.still
                ORDER BY said.id DESC LIMIT 1), $3));

-- name: confirmation_list
SELECT id, still, observed, remark, author, created FROM confirmation
WHERE map = $1 AND contribution = $2 AND id > $3 ORDER BY id LIMIT $4;
