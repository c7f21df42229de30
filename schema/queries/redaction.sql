-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Removing values from what was kept of them.

-- name: redaction_revision
UPDATE revision SET changes = $4 WHERE map = $1 AND contribution = $2 AND version = $3;

-- The answers that would be given again.
-- name: redaction_answers
UPDATE idempotency SET answer = $3 WHERE map = $1 AND contribution = $2;

-- What quotes the text $3, as it stands in JSON.
-- name: redaction_details
UPDATE review SET detail = '{"redacted":true}'
WHERE map = $1 AND contribution = $2
    AND replace(CAST(detail AS text), $3, '') <> CAST(detail AS text);
UPDATE audit SET detail = '{"redacted":true}'
WHERE map = $1 AND contribution = $2
    AND replace(CAST(detail AS text), $3, '') <> CAST(detail AS text);
UPDATE notification SET detail = '{"redacted":true}'
WHERE map = $1 AND contribution = $2
    AND replace(CAST(detail AS text), $3, '') <> CAST(detail AS text);

-- Mails say it as it is.
-- name: redaction_mails
UPDATE outbox SET subject = replace(subject, $1, '[...]'), body = replace(body, $1, '[...]')
WHERE replace(body, $1, '') <> body OR replace(subject, $1, '') <> subject;
