-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Accounts of the server. Every reading has the same columns.

-- Leaves alone a name that is still being taken out of what an erased account contributed.
-- name: account_insert
INSERT INTO account (name, email, is_operator, created, kind, display_name, about, website, language,
    email_confirmed, password_hash, profile, shows_contributions, mails, signing_up)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
WHERE NOT EXISTS (SELECT 1 FROM account WHERE former = $1)
ON CONFLICT DO NOTHING RETURNING number;

-- name: account_find
SELECT number, name, email, is_operator, created, kind, display_name, about, website, language,
    email_confirmed, password_hash, profile, shows_contributions, mails, signing_up, erased
FROM account WHERE name = $1 AND NOT signing_up;

-- name: account_find_of
SELECT number, name, email, is_operator, created, kind, display_name, about, website, language,
    email_confirmed, password_hash, profile, shows_contributions, mails, signing_up, erased
FROM account WHERE lower(email) = lower($1) AND email_confirmed IS NOT NULL;

-- name: account_load
SELECT number, name, email, is_operator, created, kind, display_name, about, website, language,
    email_confirmed, password_hash, profile, shows_contributions, mails, signing_up, erased
FROM account WHERE number = $1;

-- name: account_update
UPDATE account SET email = $2, is_operator = $3, kind = $4, display_name = $5, about = $6,
    website = $7, language = $8, email_confirmed = $9, password_hash = $10, profile = $11,
    shows_contributions = $12, mails = $13, signing_up = $14
WHERE number = $1;

-- name: account_forget_signing_up
DELETE FROM account WHERE signing_up AND created < $1;
DELETE FROM ticket WHERE account IS NOT NULL
    AND account NOT IN (SELECT number FROM account);
