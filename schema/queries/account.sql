-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Accounts of the server.

-- name: account_insert
INSERT INTO account (name, email, is_operator, created) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING number;

-- name: account_find
SELECT number, name, email, is_operator, created FROM account WHERE name = $1;
