-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Taking an account's name out of everything: $1 is the name, $2 what stands there from now on (NULL:
-- nobody), $3 the map.

-- name: erasure_begin
UPDATE account SET name = $2, former = $3, erased = $4, erasure = $5, email = NULL,
    display_name = NULL, about = NULL, website = NULL, email_confirmed = NULL, password_hash = NULL,
    profile = 'nobody', shows_contributions = $6, mails = $6, is_operator = $6
WHERE number = $1;

-- name: erasure_take_sessions
DELETE FROM session WHERE account = $1;

-- name: erasure_take_tokens
DELETE FROM token WHERE account = $1;

-- name: erasure_take_memberships
DELETE FROM membership WHERE account = $1;

-- name: erasure_take_notifications
DELETE FROM notification WHERE account = $1;

-- $2: the address.
-- name: erasure_take_address
UPDATE account SET email = NULL
WHERE number = $1 OR (signing_up AND lower(email) = lower($2));
DELETE FROM ticket WHERE account = $1 OR lower(email) = lower($2);
DELETE FROM outbox WHERE lower(recipient) = lower($2);
UPDATE origin SET email = NULL WHERE lower(email) = lower($2);

-- name: erasure_unfinished
SELECT number, name, former, erasure FROM account WHERE former IS NOT NULL ORDER BY number LIMIT 1;

-- name: erasure_finish
UPDATE account SET former = NULL WHERE number = $1;

-- name: erasure_revision_range
SELECT coalesce(min(contribution), 0), coalesce(max(contribution), 0) FROM revision WHERE map = $1;

-- name: erasure_revisions
UPDATE revision SET author = $2
WHERE map = $3 AND contribution >= $4 AND contribution < $5 AND author = $1;

-- name: erasure_comments
UPDATE comment SET author = $2 WHERE map = $3 AND author = $1;

-- name: erasure_confirmations
UPDATE confirmation SET author = $2 WHERE map = $3 AND author = $1;

-- name: erasure_links
UPDATE link SET author = $2 WHERE map = $3 AND author = $1;

-- name: erasure_claims
UPDATE claim SET account = $2 WHERE map = $3 AND account = $1;

-- name: erasure_claim_decisions
UPDATE claim SET decided_by = $2 WHERE map = $3 AND decided_by = $1;

-- name: erasure_reports
UPDATE report SET author = $2 WHERE map = $3 AND author = $1;

-- name: erasure_report_decisions
UPDATE report SET decided_by = $2 WHERE map = $3 AND decided_by = $1;

-- name: erasure_proposals
UPDATE proposal SET author = $2 WHERE map = $3 AND author = $1;

-- name: erasure_proposal_decisions
UPDATE proposal SET decided_by = $2 WHERE map = $3 AND decided_by = $1;

-- name: erasure_audit_actors
UPDATE audit SET actor = $2 WHERE map = $3 AND actor = $1;

-- name: erasure_audit_subjects
UPDATE audit SET subject = $2 WHERE map = $3 AND subject = $1;

-- name: erasure_charters
UPDATE charter SET author = $2 WHERE map = $3 AND author = $1;

-- name: erasure_zones
UPDATE zone SET author = $2 WHERE map = $3 AND author = $1;

-- name: erasure_blocks
UPDATE block SET account = $2 WHERE map = $3 AND account = $1;

-- name: erasure_block_authors
UPDATE block SET author = $2 WHERE map = $3 AND author = $1;

-- name: erasure_notifications
UPDATE notification SET actor = $2, detail = '{}' WHERE actor = $1;

-- What is said of an audited deed beside its subject goes whole where it has the name.
-- name: erasure_audit_details
UPDATE audit SET detail = '{}' WHERE CAST(detail AS text) LIKE '%"' || $1 || '"%';

-- Also what was answered to others, and names it.
-- name: erasure_answers
DELETE FROM idempotency WHERE account = $1
    OR replace(lower(CAST(answer AS text)), '@' || $1, '') <> lower(CAST(answer AS text));
