-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Browsers that are signed in.

-- name: session_insert
INSERT INTO session (hash, account, created, seen, expires) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: session_find
SELECT account.number, account.name, account.email, account.is_operator, account.created,
    account.kind, account.display_name, account.about, account.website, account.language,
    account.email_confirmed, account.password_hash, account.profile, account.shows_contributions,
    account.mails, account.signing_up, account.erased, session.account, session.created,
    session.seen, session.expires
FROM session JOIN account ON account.number = session.account WHERE session.hash = $1;

-- name: session_note
UPDATE session SET seen = $2 WHERE hash = $1;

-- name: session_delete
DELETE FROM session WHERE hash = $1;

-- name: session_delete_all
DELETE FROM session WHERE account = $1 AND (hash <> $2 OR expires < $3);
