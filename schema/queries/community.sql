-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What people have said and decided about a map, when the map goes.

-- name: community_delete_people
DELETE FROM membership WHERE map = $1;
DELETE FROM charter WHERE map = $1;
DELETE FROM audit WHERE map = $1;
DELETE FROM notification WHERE map = $1;

-- name: community_delete_talk
DELETE FROM comment WHERE map = $1;
DELETE FROM confirmation WHERE map = $1;
DELETE FROM support WHERE map = $1;
DELETE FROM claim WHERE map = $1;

-- name: community_delete_desk
DELETE FROM review WHERE map = $1;
DELETE FROM report WHERE map = $1;
DELETE FROM proposal WHERE map = $1;
DELETE FROM block WHERE map = $1;

-- name: community_delete_traces
DELETE FROM origin WHERE map = $1;
DELETE FROM zone WHERE map = $1;
DELETE FROM ticket WHERE map = $1;
DELETE FROM link WHERE map = $1 OR target_map = $1;
