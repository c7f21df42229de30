-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Keys by which programs act for accounts.

-- Changes no row when there is one with this id or secret.
-- name: token_insert
INSERT INTO token (id, account, hash, scopes, expires, created, name)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;

-- name: token_find
SELECT account.number, account.name, account.email, account.is_operator, account.created,
    account.kind, account.display_name, account.about, account.website, account.language,
    account.email_confirmed, account.password_hash, account.profile, account.shows_contributions,
    account.mails, account.signing_up, account.erased, token.id, token.account, token.scopes,
    token.expires, token.created, token.name, token.used
FROM token JOIN account ON account.number = token.account WHERE token.hash = $1;

-- name: token_list
SELECT id, account, scopes, expires, created, name, used, hash
FROM token WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: token_delete
DELETE FROM token WHERE account = $1 AND id = $2;

-- name: token_note
UPDATE token SET used = $2 WHERE hash = $1;
