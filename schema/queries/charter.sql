-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What a map's contributors accept.

-- name: charter_insert
INSERT INTO charter (map, version, text_fr, text_en, author, created)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: charter_find
SELECT version, text_fr, text_en, author, created FROM charter WHERE map = $1 AND version = $2;
