-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What people say about a contribution without changing it.

ALTER TABLE contribution ADD COLUMN declared_by TEXT; -- holder, third_party
ALTER TABLE contribution ADD COLUMN confirmed DATE; -- when somebody last said that it is still so
ALTER TABLE contribution ADD COLUMN supports INTEGER NOT NULL DEFAULT 0; -- rows of support
-- Published rows of comment
ALTER TABLE contribution ADD COLUMN comments INTEGER NOT NULL DEFAULT 0;
-- When one of these last changed without a new version
ALTER TABLE contribution ADD COLUMN touched TIMESTAMP;
-- Contribution.id of the one that this duplicate was merged into
ALTER TABLE contribution ADD COLUMN merged_into TEXT;

CREATE INDEX contribution_by_author ON contribution (author, map, number) WHERE author IS NOT NULL;

-- Of a change that made no new version (contribution.touched); NULL: its revision's
ALTER TABLE event ADD COLUMN time TIMESTAMP;

CREATE TABLE comment (
    -- A word on a contribution.
    map INTEGER NOT NULL,
    id TEXT NOT NULL,
    contribution INTEGER NOT NULL,
    parent TEXT, -- the comment answered; which answers none
    kind TEXT NOT NULL, -- information, question, correction, proposal, help, event
    text TEXT NOT NULL,
    author TEXT, -- account.name; NULL: anonymous
    device TEXT, -- hash of what an anonymous author's device is known by
    moderation TEXT NOT NULL, -- pending, published, hidden, deleted
    reason TEXT, -- why hidden
    created TIMESTAMP NOT NULL,
    updated TIMESTAMP NOT NULL,
    PRIMARY KEY (map, id)
) WITHOUT ROWID;
CREATE INDEX comment_by_contribution ON comment (map, contribution, id);
CREATE INDEX comment_by_author ON comment (map, author) WHERE author IS NOT NULL;

CREATE TABLE confirmation (
    -- Somebody saw that it is still so, or no longer.
    map INTEGER NOT NULL,
    id TEXT NOT NULL,
    contribution INTEGER NOT NULL,
    still BOOLEAN NOT NULL,
    observed DATE NOT NULL,
    remark TEXT,
    author TEXT,
    device TEXT,
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, id)
) WITHOUT ROWID;
CREATE INDEX confirmation_by_contribution ON confirmation (map, contribution, id);

CREATE TABLE support (
    -- One voice for a contribution: a person has one, or a device.
    map INTEGER NOT NULL,
    contribution INTEGER NOT NULL,
    voice TEXT NOT NULL, -- account:NUMBER, device:HASH
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, contribution, voice)
) WITHOUT ROWID;
CREATE INDEX support_by_voice ON support (map, voice);

CREATE TABLE link (
    -- How one contribution relates to another, also of another map of this server.
    map INTEGER NOT NULL,
    id TEXT NOT NULL,
    contribution INTEGER NOT NULL,
    type TEXT NOT NULL, -- answers, part_of, same_as, continues
    target_map INTEGER NOT NULL,
    target INTEGER NOT NULL, -- contribution.number
    author TEXT,
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, id),
    UNIQUE (map, contribution, type, target_map, target)
) WITHOUT ROWID;
CREATE INDEX link_by_target ON link (target_map, target);

CREATE TABLE claim (
    -- The holder of a place asks to become the author of what is said of it.
    map INTEGER NOT NULL,
    id TEXT NOT NULL,
    contribution INTEGER NOT NULL,
    account TEXT NOT NULL, -- account.name
    text TEXT NOT NULL,
    state TEXT NOT NULL, -- open, accepted, rejected, withdrawn
    decided TIMESTAMP,
    decided_by TEXT,
    reason TEXT,
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, id)
) WITHOUT ROWID;
CREATE INDEX claim_by_contribution ON claim (map, contribution, id);
