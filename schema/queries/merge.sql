-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where a duplicate went. Of what is not one, there is no row to read.
-- name: merge_find
SELECT merged_into FROM contribution WHERE map = $1 AND collection = $2 AND id = $3
    AND moderation = 'deleted' AND merged_into IS NOT NULL;

-- What was said of a duplicate ($2) moves to the contribution that it is merged into ($3), both of map
-- $1.

-- name: merge_comments
UPDATE comment SET contribution = $3 WHERE map = $1 AND contribution = $2;

-- name: merge_confirmations
UPDATE confirmation SET contribution = $3 WHERE map = $1 AND contribution = $2;

-- A voice that both have counts once.
-- name: merge_supports
UPDATE support SET contribution = $3
WHERE map = $1 AND contribution = $2
    AND voice NOT IN (SELECT voice FROM support WHERE map = $1 AND contribution = $3);

-- name: merge_claims
UPDATE claim SET contribution = $3 WHERE map = $1 AND contribution = $2;

-- name: merge_reports
UPDATE report SET contribution = $3 WHERE map = $1 AND contribution = $2;

-- $4 and $5: when and by whom; $6: why.
-- name: merge_proposals
UPDATE proposal SET state = 'rejected', decided = $4, decided_by = $5, answer = $6
WHERE map = $1 AND contribution = $2 AND contribution <> $3 AND state = 'open';

-- Links that the other one has already, or would have to itself, go.
-- name: merge_links_from
UPDATE link SET contribution = $3
WHERE map = $1 AND contribution = $2 AND NOT (target_map = $1 AND target = $3)
    AND NOT EXISTS (SELECT 1 FROM link AS other
        WHERE other.map = $1 AND other.contribution = $3 AND other.type = link.type
            AND other.target_map = link.target_map AND other.target = link.target);

-- name: merge_links_to
UPDATE link SET target = $3
WHERE target_map = $1 AND target = $2 AND NOT (map = $1 AND contribution = $3)
    AND NOT EXISTS (SELECT 1 FROM link AS other
        WHERE other.map = link.map AND other.contribution = link.contribution
            AND other.type = link.type AND other.target_map = $1 AND other.target = $3);

-- $4 is the link's id, $5 who made it, $6 when.
-- name: merge_trace
INSERT INTO link (map, id, contribution, type, target_map, target, author, created)
VALUES ($1, $4, $2, 'same_as', $1, $3, $5, $6) ON CONFLICT DO NOTHING;

-- name: merge_untrace
DELETE FROM link
WHERE map = $1 AND contribution = $2 AND type = 'same_as' AND target_map = $1 AND target = $3;

-- What is said of contribution $2, counted.
-- name: merge_counts
SELECT (SELECT count(*) FROM support WHERE map = $1 AND contribution = $2),
    (SELECT count(*) FROM comment
     WHERE map = $1 AND contribution = $2 AND moderation = 'published'),
    (SELECT max(observed) FROM confirmation WHERE map = $1 AND contribution = $2 AND still);
