-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What people have said and decided about a map, when the map goes.

-- name: community_delete_membership
DELETE FROM membership WHERE map = $1;

-- name: community_delete_charter
DELETE FROM charter WHERE map = $1;

-- name: community_delete_audit
DELETE FROM audit WHERE map = $1;

-- name: community_delete_notification
DELETE FROM notification WHERE map = $1;

-- name: community_delete_comment
DELETE FROM comment WHERE map = $1;

-- name: community_delete_confirmation
DELETE FROM confirmation WHERE map = $1;

-- name: community_delete_support
DELETE FROM support WHERE map = $1;

-- name: community_delete_claim
DELETE FROM claim WHERE map = $1;

-- name: community_delete_review
DELETE FROM review WHERE map = $1;

-- name: community_delete_report
DELETE FROM report WHERE map = $1;

-- name: community_delete_proposal
DELETE FROM proposal WHERE map = $1;

-- name: community_delete_block
DELETE FROM block WHERE map = $1;

-- name: community_delete_origin
DELETE FROM origin WHERE map = $1;

-- name: community_delete_zone
DELETE FROM zone WHERE map = $1;

-- name: community_delete_ticket
DELETE FROM ticket WHERE map = $1;

-- name: community_delete_link
DELETE FROM link WHERE map = $1 OR target_map = $1;
