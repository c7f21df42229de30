-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Keys by which programs act for accounts.

-- Changes no row when there is one with this id or secret.
-- name: token_insert
INSERT INTO token (id, account, hash, scopes, expires, created) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: token_find
SELECT token.id, token.account, token.scopes, token.expires, token.created,
    account.name, account.email, account.is_operator, account.created
FROM token JOIN account ON account.number = token.account WHERE token.hash = $1;
