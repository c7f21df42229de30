-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Removing values from what was kept of them.

-- name: redaction_revision
UPDATE revision SET changes = $4 WHERE map = $1 AND contribution = $2 AND version = $3;

-- The answers that would be given again.
-- name: redaction_answers
UPDATE idempotency SET answer = $3 WHERE map = $1 AND contribution = $2;

-- What quotes the text $3, as it stands in JSON.
-- name: redaction_reviews
UPDATE review SET detail = '{"redacted":true}'
WHERE map = $1 AND contribution = $2
    AND replace(CAST(detail AS text), $3, '') <> CAST(detail AS text);

-- name: redaction_audit
UPDATE audit SET detail = '{"redacted":true}'
WHERE map = $1 AND contribution = $2
    AND replace(CAST(detail AS text), $3, '') <> CAST(detail AS text);

-- name: redaction_notifications
UPDATE notification SET detail = '{"redacted":true}'
WHERE map = $1 AND contribution = $2
    AND replace(CAST(detail AS text), $3, '') <> CAST(detail AS text);

-- Mails say it as it is.
-- name: redaction_mails
UPDATE outbox SET subject = replace(subject, $1, '[...]'), body = replace(body, $1, '[...]')
WHERE replace(body, $1, '') <> body OR replace(subject, $1, '') <> subject;

-- Reviews of others that tell of the contribution with the id $2, and quote $3 as it stands in JSON.
-- name: redaction_mentions
UPDATE review SET detail = '{"redacted":true}'
WHERE map = $1 AND replace(CAST(detail AS text), $2, '') <> CAST(detail AS text)
    AND replace(CAST(detail AS text), $3, '') <> CAST(detail AS text);

-- In what was said of contribution $2 the mark $4 takes the place of the words $3.
-- name: redaction_reasons
UPDATE revision SET reason = replace(reason, $3, $4)
WHERE map = $1 AND contribution = $2 AND replace(reason, $3, '') <> reason;

-- name: redaction_trail
UPDATE audit SET reason = replace(reason, $3, $4)
WHERE map = $1 AND contribution = $2 AND replace(reason, $3, '') <> reason;

-- name: redaction_comments
UPDATE comment SET text = replace(text, $3, $4), reason = replace(reason, $3, $4)
WHERE map = $1 AND contribution = $2
    AND (replace(text, $3, '') <> text OR replace(reason, $3, '') <> reason);

-- name: redaction_confirmations
UPDATE confirmation SET remark = replace(remark, $3, $4)
WHERE map = $1 AND contribution = $2 AND replace(remark, $3, '') <> remark;

-- name: redaction_claims
UPDATE claim SET text = replace(text, $3, $4), reason = replace(reason, $3, $4)
WHERE map = $1 AND contribution = $2
    AND (replace(text, $3, '') <> text OR replace(reason, $3, '') <> reason);

-- name: redaction_reports
UPDATE report SET text = replace(text, $3, $4), answer = replace(answer, $3, $4)
WHERE map = $1 AND contribution = $2
    AND (replace(text, $3, '') <> text OR replace(answer, $3, '') <> answer);

-- name: redaction_proposals
UPDATE proposal SET reason = replace(reason, $3, $4), answer = replace(answer, $3, $4)
WHERE map = $1 AND contribution = $2
    AND (replace(reason, $3, '') <> reason OR replace(answer, $3, '') <> answer);

-- Mails that lead to the contribution with the id $1.
-- name: redaction_mails_about
UPDATE outbox SET subject = replace(subject, $2, $3), body = replace(body, $2, $3)
WHERE replace(body, $1, '') <> body
    AND (replace(body, $2, '') <> body OR replace(subject, $2, '') <> subject);
