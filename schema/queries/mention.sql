-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where somebody is named in the words of others, column by column: what of map $1 (0: of the server)
-- holds the text $2, in any case of its letters, behind the key $3, $4 at most; and writing $3 in it
-- where it is still $4, as it was read. Of what a key has several rows, another pass finds the rest.

-- name: mention_in_comment_text
SELECT id, text FROM comment
WHERE map = $1 AND id > $3
    AND replace(lower(text), $2, '') <> lower(text)
ORDER BY id LIMIT $4;

-- name: mention_out_of_comment_text
UPDATE comment SET text = $3
WHERE map = $1 AND id = $2 AND text = $4;

-- name: mention_in_comment_reason
SELECT id, reason FROM comment
WHERE map = $1 AND id > $3
    AND replace(lower(reason), $2, '') <> lower(reason)
ORDER BY id LIMIT $4;

-- name: mention_out_of_comment_reason
UPDATE comment SET reason = $3
WHERE map = $1 AND id = $2 AND reason = $4;

-- name: mention_in_confirmation_remark
SELECT id, remark FROM confirmation
WHERE map = $1 AND id > $3
    AND replace(lower(remark), $2, '') <> lower(remark)
ORDER BY id LIMIT $4;

-- name: mention_out_of_confirmation_remark
UPDATE confirmation SET remark = $3
WHERE map = $1 AND id = $2 AND remark = $4;

-- name: mention_in_claim_text
SELECT id, text FROM claim
WHERE map = $1 AND id > $3
    AND replace(lower(text), $2, '') <> lower(text)
ORDER BY id LIMIT $4;

-- name: mention_out_of_claim_text
UPDATE claim SET text = $3
WHERE map = $1 AND id = $2 AND text = $4;

-- name: mention_in_claim_reason
SELECT id, reason FROM claim
WHERE map = $1 AND id > $3
    AND replace(lower(reason), $2, '') <> lower(reason)
ORDER BY id LIMIT $4;

-- name: mention_out_of_claim_reason
UPDATE claim SET reason = $3
WHERE map = $1 AND id = $2 AND reason = $4;

-- name: mention_in_report_text
SELECT id, text FROM report
WHERE map = $1 AND id > $3
    AND replace(lower(text), $2, '') <> lower(text)
ORDER BY id LIMIT $4;

-- name: mention_out_of_report_text
UPDATE report SET text = $3
WHERE map = $1 AND id = $2 AND text = $4;

-- name: mention_in_report_answer
SELECT id, answer FROM report
WHERE map = $1 AND id > $3
    AND replace(lower(answer), $2, '') <> lower(answer)
ORDER BY id LIMIT $4;

-- name: mention_out_of_report_answer
UPDATE report SET answer = $3
WHERE map = $1 AND id = $2 AND answer = $4;

-- name: mention_in_proposal_reason
SELECT id, reason FROM proposal
WHERE map = $1 AND id > $3
    AND replace(lower(reason), $2, '') <> lower(reason)
ORDER BY id LIMIT $4;

-- name: mention_out_of_proposal_reason
UPDATE proposal SET reason = $3
WHERE map = $1 AND id = $2 AND reason = $4;

-- name: mention_in_proposal_answer
SELECT id, answer FROM proposal
WHERE map = $1 AND id > $3
    AND replace(lower(answer), $2, '') <> lower(answer)
ORDER BY id LIMIT $4;

-- name: mention_out_of_proposal_answer
UPDATE proposal SET answer = $3
WHERE map = $1 AND id = $2 AND answer = $4;

-- name: mention_in_audit_reason
SELECT number, reason FROM audit
WHERE map = $1 AND number > $3
    AND replace(lower(reason), $2, '') <> lower(reason)
ORDER BY number LIMIT $4;

-- name: mention_out_of_audit_reason
UPDATE audit SET reason = $3
WHERE map = $1 AND number = $2 AND reason = $4;

-- name: mention_in_audit_detail
SELECT number, CAST(detail AS text) FROM audit
WHERE map = $1 AND number > $3
    AND replace(lower(CAST(detail AS text)), $2, '') <> lower(CAST(detail AS text))
ORDER BY number LIMIT $4;

-- name: mention_out_of_audit_detail
UPDATE audit SET detail = $3
WHERE map = $1 AND number = $2 AND CAST(detail AS text) = $4;

-- name: mention_in_review_detail
SELECT contribution, CAST(detail AS text) FROM review
WHERE map = $1 AND contribution > $3
    AND replace(lower(CAST(detail AS text)), $2, '') <> lower(CAST(detail AS text))
ORDER BY contribution LIMIT $4;

-- name: mention_out_of_review_detail
UPDATE review SET detail = $3
WHERE map = $1 AND contribution = $2 AND CAST(detail AS text) = $4;

-- name: mention_in_revision_reason
SELECT contribution, reason FROM revision
WHERE map = $1 AND contribution > $3
    AND replace(lower(reason), $2, '') <> lower(reason)
ORDER BY contribution LIMIT $4;

-- name: mention_out_of_revision_reason
UPDATE revision SET reason = $3
WHERE map = $1 AND contribution = $2 AND reason = $4;

-- name: mention_in_zone_reason
SELECT number, reason FROM zone
WHERE map = $1 AND number > $3
    AND replace(lower(reason), $2, '') <> lower(reason)
ORDER BY number LIMIT $4;

-- name: mention_out_of_zone_reason
UPDATE zone SET reason = $3
WHERE map = $1 AND number = $2 AND reason = $4;

-- name: mention_in_block_reason
SELECT id, reason FROM block
WHERE map = $1 AND id > $3
    AND replace(lower(reason), $2, '') <> lower(reason)
ORDER BY id LIMIT $4;

-- name: mention_out_of_block_reason
UPDATE block SET reason = $3
WHERE map = $1 AND id = $2 AND reason = $4;

-- name: mention_in_notification_detail
SELECT number, CAST(detail AS text) FROM notification
WHERE (map = $1 OR (map IS NULL AND $1 = 0)) AND number > $3
    AND replace(lower(CAST(detail AS text)), $2, '') <> lower(CAST(detail AS text))
ORDER BY number LIMIT $4;

-- name: mention_out_of_notification_detail
UPDATE notification SET detail = $3
WHERE (map = $1 OR (map IS NULL AND $1 = 0)) AND number = $2 AND CAST(detail AS text) = $4;

-- name: mention_in_outbox_subject
SELECT number, subject FROM outbox
WHERE $1 = 0 AND number > $3
    AND replace(lower(subject), $2, '') <> lower(subject)
ORDER BY number LIMIT $4;

-- name: mention_out_of_outbox_subject
UPDATE outbox SET subject = $3
WHERE $1 = 0 AND number = $2 AND subject = $4;

-- name: mention_in_outbox_body
SELECT number, body FROM outbox
WHERE $1 = 0 AND number > $3
    AND replace(lower(body), $2, '') <> lower(body)
ORDER BY number LIMIT $4;

-- name: mention_out_of_outbox_body
UPDATE outbox SET body = $3
WHERE $1 = 0 AND number = $2 AND body = $4;
