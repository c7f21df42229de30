-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Mail that is to be sent, or was.

-- name: outbox_insert
INSERT INTO outbox (recipient, subject, body, created, due, failed)
VALUES ($1, $2, $3, $4, $4, $5);

-- Where an account gets mail.
-- name: outbox_contact
SELECT number, email, language, mails, email_confirmed IS NOT NULL
FROM account WHERE name = $1 AND erased IS NULL;

-- name: outbox_next
SELECT number, recipient, subject, body, created, due, attempts FROM outbox
WHERE sent IS NULL AND failed IS NULL ORDER BY due, number LIMIT 1;

-- Nobody else takes it until $4. $2 attempts so far, $3 now.
-- name: outbox_claim
UPDATE outbox SET due = $4, attempts = attempts + 1
WHERE number = $1 AND attempts = $2 AND due <= $3 AND sent IS NULL AND failed IS NULL;

-- Its text, in which there may be secrets, goes.
-- name: outbox_sent
UPDATE outbox SET sent = $2, error = NULL, subject = '', body = '' WHERE number = $1;

-- name: outbox_failed
UPDATE outbox SET failed = $2, error = $3, subject = '', body = ''
WHERE number = $1 AND sent IS NULL;

-- name: outbox_postpone
UPDATE outbox SET due = $2, error = $3 WHERE number = $1 AND sent IS NULL;

-- name: outbox_count
SELECT count(*) FROM outbox WHERE sent IS NULL AND failed IS NULL;
