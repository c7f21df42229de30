-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What is kept for a time only. $1 the map (of the server: none), then until when; the last: at most so
-- many rows at once.

-- name: tidy_contacts
UPDATE origin SET email = NULL WHERE map = $1 AND contribution IN (SELECT contribution FROM origin
    WHERE map = $1 AND email IS NOT NULL AND created < $2 LIMIT $3);

-- name: tidy_traces
UPDATE origin SET device = NULL, address = NULL
WHERE map = $1 AND contribution IN (SELECT contribution FROM origin
    WHERE map = $1 AND (device IS NOT NULL OR address IS NOT NULL) AND created < $2 LIMIT $3);

-- name: tidy_comments
UPDATE comment SET device = NULL WHERE map = $1 AND id IN (SELECT id FROM comment
    WHERE map = $1 AND device IS NOT NULL AND created < $2 LIMIT $3);

-- name: tidy_confirmations
UPDATE confirmation SET device = NULL WHERE map = $1 AND id IN (SELECT id FROM confirmation
    WHERE map = $1 AND device IS NOT NULL AND created < $2 LIMIT $3);

-- name: tidy_proposals
UPDATE proposal SET device = NULL WHERE map = $1 AND id IN (SELECT id FROM proposal
    WHERE map = $1 AND device IS NOT NULL AND created < $2 LIMIT $3);

-- That somebody complained stays, not who.
-- name: tidy_reports
UPDATE report SET author = NULL, device = NULL WHERE map = $1 AND id IN (SELECT id FROM report
    WHERE map = $1 AND (author IS NOT NULL OR device IS NOT NULL) AND decided < $2 LIMIT $3);

-- What waits has a row in review since it does. $4 now.
-- name: tidy_late
INSERT INTO review (map, contribution, reason, detail, created)
SELECT contribution.map, contribution.number, 'late', '{}', $4 FROM contribution
WHERE contribution.map = $1 AND contribution.moderation = 'pending'
    AND contribution.number IN (SELECT review.contribution FROM review
        WHERE review.map = $1 AND review.created < $2)
    AND NOT EXISTS (SELECT 1 FROM review AS known WHERE known.map = contribution.map
        AND known.contribution = contribution.number AND known.reason = 'late')
LIMIT $3;

-- name: tidy_sessions
DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires < $1 LIMIT $2);

-- name: tidy_tickets
DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE expires < $1 LIMIT $2);

-- name: tidy_mails
DELETE FROM outbox WHERE number IN (SELECT number FROM outbox
    WHERE sent < $1 OR failed < $1 LIMIT $2);

-- name: tidy_notifications
DELETE FROM notification WHERE number IN (SELECT number FROM notification
    WHERE seen < $1 LIMIT $2);
