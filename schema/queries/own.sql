-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What one account has done.

-- $5: 1: only what everybody may see of it.
-- name: own_contributions
SELECT contribution.map, contribution.number, map.slug, map.title_fr, map.title_en, collection.key,
    contribution.id, contribution.title, contribution.moderation, contribution.version,
    contribution.created, contribution.updated
FROM contribution
JOIN map ON map.number = contribution.map
JOIN collection ON collection.number = contribution.collection
WHERE contribution.author = $1
    AND (contribution.map < $2 OR (contribution.map = $2 AND contribution.number < $3))
    AND ($5 = 0 OR (contribution.moderation = 'published' AND map.reading = 'public'
        AND collection.visibility = 'public'))
ORDER BY contribution.map DESC, contribution.number DESC LIMIT $4;

-- name: own_memberships
SELECT map.slug, map.title_fr, map.title_en, membership.role, membership.since
FROM membership JOIN map ON map.number = membership.map
WHERE membership.account = $1 ORDER BY map.slug;

-- --- For the copy that somebody takes of their own data ---
-- Each begins with its key, behind which it goes on ($2 and so on), and has so many rows at most.
-- $1 is the account's name, number or voice; src/store/own_lists.c has the names of columns.

-- name: own_copy_memberships
SELECT membership.map, map.slug, membership.role, membership.categories, membership.territory,
    membership.since
FROM membership JOIN map ON map.number = membership.map
WHERE membership.account = $1 AND membership.map > $2 ORDER BY membership.map LIMIT $3;

-- How much of the changes is theirs: 2 all, 1 what they wrote, not what stood there; 0 neither.
-- name: own_revisions
SELECT revision.map, revision.contribution, revision.version,
    map.slug, collection.key, contribution.id, revision.version, revision.time, revision.action,
    revision.reason, revision.base, revision.charter, revision.changes,
    CASE WHEN contribution.author = $1 THEN 2
        WHEN revision.action IN ('create', 'update') THEN 1 ELSE 0 END
FROM revision
JOIN map ON map.number = revision.map
LEFT JOIN contribution ON contribution.map = revision.map
    AND contribution.number = revision.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE revision.author = $1
    AND (revision.map, revision.contribution, revision.version) > ($2, $3, $4)
ORDER BY revision.map, revision.contribution, revision.version LIMIT $5;

-- What others have decided of what is theirs.
-- name: own_decisions
SELECT contribution.map, contribution.number, revision.version,
    map.slug, collection.key, contribution.id, revision.version, revision.time, revision.action,
    revision.reason
FROM contribution
JOIN revision ON revision.map = contribution.map AND revision.contribution = contribution.number
JOIN map ON map.number = contribution.map
JOIN collection ON collection.number = contribution.collection
WHERE contribution.author = $1 AND (revision.author IS NULL OR revision.author <> $1)
    AND (contribution.map, contribution.number, revision.version) > ($2, $3, $4)
ORDER BY contribution.map, contribution.number, revision.version LIMIT $5;

-- name: own_comments
SELECT comment.map, comment.id, map.slug, collection.key, contribution.id, comment.id, parent,
    kind, text, comment.moderation, reason, comment.created, comment.updated
FROM comment
JOIN map ON map.number = comment.map
LEFT JOIN contribution ON contribution.map = comment.map
    AND contribution.number = comment.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE comment.author = $1 AND (comment.map, comment.id) > ($2, $3)
ORDER BY comment.map, comment.id LIMIT $4;

-- name: own_confirmations
SELECT confirmation.map, confirmation.id, map.slug, collection.key, contribution.id,
    confirmation.id, still, confirmation.observed, remark, confirmation.created
FROM confirmation
JOIN map ON map.number = confirmation.map
LEFT JOIN contribution ON contribution.map = confirmation.map
    AND contribution.number = confirmation.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE confirmation.author = $1 AND (confirmation.map, confirmation.id) > ($2, $3)
ORDER BY confirmation.map, confirmation.id LIMIT $4;

-- name: own_supports
SELECT support.map, support.contribution, map.slug, collection.key, contribution.id, support.created
FROM support
JOIN map ON map.number = support.map
LEFT JOIN contribution ON contribution.map = support.map
    AND contribution.number = support.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE support.voice = $1 AND (support.map, support.contribution) > ($2, $3)
ORDER BY support.map, support.contribution LIMIT $4;

-- name: own_links
SELECT link.map, link.id, map.slug, collection.key, contribution.id, link.id, link.type,
    target_map.slug, target.id, link.created
FROM link
JOIN map ON map.number = link.map
LEFT JOIN contribution ON contribution.map = link.map AND contribution.number = link.contribution
LEFT JOIN collection ON collection.number = contribution.collection
LEFT JOIN map AS target_map ON target_map.number = link.target_map
LEFT JOIN contribution AS target ON target.map = link.target_map AND target.number = link.target
WHERE link.author = $1 AND (link.map, link.id) > ($2, $3)
ORDER BY link.map, link.id LIMIT $4;

-- name: own_reports
SELECT report.map, report.id, map.slug, collection.key, contribution.id, report.id, report.kind,
    text, report.state, decided, answer, report.created
FROM report
JOIN map ON map.number = report.map
LEFT JOIN contribution ON contribution.map = report.map
    AND contribution.number = report.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE report.author = $1 AND (report.map, report.id) > ($2, $3)
ORDER BY report.map, report.id LIMIT $4;

-- The two last columns as in own_revisions.
-- name: own_proposals
SELECT proposal.map, proposal.id, map.slug, collection.key, contribution.id, proposal.id,
    proposal.base, reason, proposal.state, accepted, decided, answer, proposal.created, changes,
    CASE WHEN contribution.author = $1 THEN 2 ELSE 1 END
FROM proposal
JOIN map ON map.number = proposal.map
LEFT JOIN contribution ON contribution.map = proposal.map
    AND contribution.number = proposal.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE proposal.author = $1 AND (proposal.map, proposal.id) > ($2, $3)
ORDER BY proposal.map, proposal.id LIMIT $4;

-- name: own_claims
SELECT claim.map, claim.id, map.slug, collection.key, contribution.id, claim.id, text, state,
    decided, reason, claim.created
FROM claim
JOIN map ON map.number = claim.map
LEFT JOIN contribution ON contribution.map = claim.map AND contribution.number = claim.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE claim.account = $1 AND (claim.map, claim.id) > ($2, $3)
ORDER BY claim.map, claim.id LIMIT $4;

-- name: own_notifications
SELECT notification.number, map.slug, collection.key, contribution.id, notification.kind, actor,
    detail, notification.created, seen
FROM notification
LEFT JOIN map ON map.number = notification.map
LEFT JOIN contribution ON contribution.map = notification.map
    AND contribution.number = notification.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE notification.account = $1 AND notification.number > $2
ORDER BY notification.number LIMIT $3;

-- name: own_tokens
SELECT id, id, name, scopes, created, expires, used FROM token
WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3;

-- The key stays in the program.
-- name: own_sessions
SELECT hash, created, seen, expires FROM session
WHERE account = $1 AND hash > $2 ORDER BY hash LIMIT $3;

-- name: own_charters
SELECT charter.map, charter.version, map.slug, charter.version, text_fr, text_en, charter.created
FROM charter JOIN map ON map.number = charter.map
WHERE charter.author = $1 AND (charter.map, charter.version) > ($2, $3)
ORDER BY charter.map, charter.version LIMIT $4;

-- name: own_deeds
SELECT audit.map, audit.number, map.slug, collection.key, contribution.id, audit.time, audit.action,
    audit.reason
FROM audit
LEFT JOIN map ON map.number = audit.map
LEFT JOIN contribution ON contribution.map = audit.map
    AND contribution.number = audit.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE audit.actor = $1 AND (audit.map, audit.number) > ($2, $3)
ORDER BY audit.map, audit.number LIMIT $4;
