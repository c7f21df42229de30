-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What there is of one contribution ($2 of map $1), when all of it goes.

-- name: purge_supports
DELETE FROM support WHERE map = $1 AND contribution = $2;

-- name: purge_links
DELETE FROM link
WHERE (map = $1 AND contribution = $2) OR (target_map = $1 AND target = $2);

-- name: purge_comments
DELETE FROM comment WHERE map = $1 AND contribution = $2;

-- name: purge_confirmations
DELETE FROM confirmation WHERE map = $1 AND contribution = $2;

-- name: purge_claims
DELETE FROM claim WHERE map = $1 AND contribution = $2;

-- name: purge_reports
DELETE FROM report WHERE map = $1 AND contribution = $2;

-- name: purge_proposals
DELETE FROM proposal WHERE map = $1 AND contribution = $2;

-- name: purge_origin
DELETE FROM origin WHERE map = $1 AND contribution = $2;

-- name: purge_notifications
DELETE FROM notification WHERE map = $1 AND contribution = $2;

-- name: purge_tickets
DELETE FROM ticket WHERE map = $1 AND contribution = $2;

-- name: purge_answers
DELETE FROM idempotency
WHERE map = $1 AND contribution = (SELECT id FROM contribution WHERE map = $1 AND number = $2);

-- What was decided stays, without words.
-- name: purge_audit
UPDATE audit SET reason = NULL, detail = '{}' WHERE map = $1 AND contribution = $2;

-- The history keeps its versions and times.
-- name: purge_revisions
UPDATE revision SET author = NULL, reason = NULL, changes = '[]'
WHERE map = $1 AND contribution = $2;

-- What writing a contribution does not replace.
-- name: purge_row
UPDATE contribution SET source_digest = NULL, edit_secret_hash = NULL
WHERE map = $1 AND number = $2;
