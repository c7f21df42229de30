-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Who people are: what an account shows and how it signs in, who belongs to which map, and what is
-- to be told to whom.

ALTER TABLE account ADD COLUMN kind TEXT NOT NULL DEFAULT 'person'; -- person, organisation
ALTER TABLE account ADD COLUMN display_name TEXT;
ALTER TABLE account ADD COLUMN about TEXT;
ALTER TABLE account ADD COLUMN website TEXT;
ALTER TABLE account ADD COLUMN language TEXT NOT NULL DEFAULT 'fr'; -- fr, en: of mails
-- By a link that was sent there; NULL: not
ALTER TABLE account ADD COLUMN email_confirmed TIMESTAMP;
-- Argon2id, as libsodium writes it; NULL: signs in by mailed links
ALTER TABLE account ADD COLUMN password_hash TEXT;
-- Who may read it: public, members (with an account), nobody
ALTER TABLE account ADD COLUMN profile TEXT NOT NULL DEFAULT 'public';
-- The profile lists them
ALTER TABLE account ADD COLUMN shows_contributions BOOLEAN NOT NULL DEFAULT 1;
-- News of what concerns the account is mailed
ALTER TABLE account ADD COLUMN mails BOOLEAN NOT NULL DEFAULT 1;
-- Not confirmed yet: of no use, and goes when its link ends
ALTER TABLE account ADD COLUMN signing_up BOOLEAN NOT NULL DEFAULT 0;
-- Since then nobody's: only a made-up name is left, and what was contributed
ALTER TABLE account ADD COLUMN erased TIMESTAMP;
-- What becomes of its contributions: anonymise (they get the made-up name), remove (no name)
ALTER TABLE account ADD COLUMN erasure TEXT;
-- The name that is still being taken out of everything; NULL: that is done
ALTER TABLE account ADD COLUMN former TEXT;

-- One address is one account's; what was never confirmed claims nothing.
CREATE UNIQUE INDEX account_by_email ON account (lower(email)) WHERE email_confirmed IS NOT NULL;

ALTER TABLE token ADD COLUMN name TEXT; -- what its owner calls it
ALTER TABLE token ADD COLUMN used TIMESTAMP; -- when it was last seen, by the day

CREATE TABLE session (
    -- A browser that is signed in. The secret in its cookie is not kept.
    hash TEXT NOT NULL, -- of the secret, hexadecimal
    account INTEGER NOT NULL REFERENCES account (number),
    created TIMESTAMP NOT NULL,
    seen TIMESTAMP NOT NULL, -- when it was last used, by the hour
    expires TIMESTAMP NOT NULL,
    PRIMARY KEY (hash)
) WITHOUT ROWID;
CREATE INDEX session_by_account ON session (account);

CREATE TABLE ticket (
    -- A link that was mailed: whoever has it has the address. Used once.
    hash TEXT NOT NULL, -- of the secret in the link, hexadecimal
    purpose TEXT NOT NULL, -- confirm_email, sign_in, reset_password, recover_secret
    account INTEGER, -- NULL: of nobody's account
    email TEXT NOT NULL,
    map INTEGER, -- recover_secret: of what contribution
    contribution INTEGER,
    created TIMESTAMP NOT NULL,
    expires TIMESTAMP NOT NULL,
    PRIMARY KEY (hash)
) WITHOUT ROWID;
CREATE INDEX ticket_by_expires ON ticket (expires);

CREATE TABLE membership (
    -- A role in a map.
    map INTEGER NOT NULL REFERENCES map (number),
    account INTEGER NOT NULL REFERENCES account (number),
    role TEXT NOT NULL, -- contributor, member, moderator, admin
    categories TEXT, -- JSON array of category.key: a moderator of these only
    territory TEXT, -- territory.key: a moderator of this one only
    since TIMESTAMP NOT NULL,
    PRIMARY KEY (map, account)
) WITHOUT ROWID;
CREATE INDEX membership_by_account ON membership (account);

CREATE TABLE outbox (
    -- Mail that is to be sent, or was; kept for a while so that one can see what became of it.
    number INTEGER PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created TIMESTAMP NOT NULL,
    due TIMESTAMP NOT NULL, -- not before
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT, -- what the relay said last
    sent TIMESTAMP,
    failed TIMESTAMP -- given up then, NULL: not
);
CREATE INDEX outbox_by_due ON outbox (due) WHERE sent IS NULL AND failed IS NULL;

CREATE TABLE notification (
    -- What an account is told: also when no mail is wanted.
    number INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (number),
    kind TEXT NOT NULL, -- decision, comment, mention, status, claim, proposal, report, answer
    map INTEGER, -- NULL: of the server
    contribution INTEGER, -- contribution.number
    actor TEXT, -- account.name of who did it
    detail TEXT NOT NULL, -- JSON object, by kind
    created TIMESTAMP NOT NULL,
    seen TIMESTAMP -- NULL: not yet
);
CREATE INDEX notification_by_account ON notification (account, number);
CREATE INDEX notification_by_seen ON notification (seen) WHERE seen IS NOT NULL;
