-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Mail that is to be sent, or was.

-- name: outbox_insert
INSERT INTO outbox (recipient, subject, body, created, due) VALUES ($1, $2, $3, $4, $4);

-- Where an account gets mail.
-- name: outbox_contact
SELECT number, email, language, mails, email_confirmed IS NOT NULL
FROM account WHERE name = $1 AND erased IS NULL;
