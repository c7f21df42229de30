-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What waits for a decision, who complained, what was decided, and who is kept out.

CREATE TABLE review (
    -- The desk: why a contribution is to be looked at. One row a reason, until somebody decides.
    map INTEGER NOT NULL,
    contribution INTEGER NOT NULL,
    reason TEXT NOT NULL, -- new, edited, reported, outside, spam, duplicate, late, answered
    detail TEXT NOT NULL, -- JSON object, by reason
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, contribution, reason)
) WITHOUT ROWID;
CREATE INDEX review_by_created ON review (map, created, contribution);

CREATE TABLE report (
    -- A complaint about a contribution.
    map INTEGER NOT NULL,
    id TEXT NOT NULL,
    contribution INTEGER NOT NULL,
    kind TEXT NOT NULL, -- not_there, wrong, charter, duplicate, personal_data
    text TEXT,
    author TEXT,
    device TEXT,
    state TEXT NOT NULL, -- open, upheld, dismissed
    decided TIMESTAMP,
    decided_by TEXT,
    answer TEXT,
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, id)
) WITHOUT ROWID;
CREATE INDEX report_by_contribution ON report (map, contribution, id);

CREATE TABLE proposal (
    -- A change of somebody else's contribution that its author or a moderator may accept, wholly
    -- or in part.
    map INTEGER NOT NULL,
    id TEXT NOT NULL,
    contribution INTEGER NOT NULL,
    base INTEGER NOT NULL, -- the version that it changes
    changes TEXT NOT NULL, -- as revision.changes
    author TEXT,
    device TEXT,
    reason TEXT,
    state TEXT NOT NULL, -- open, accepted, partly_accepted, rejected, withdrawn
    accepted TEXT, -- JSON array of the fields taken
    decided TIMESTAMP,
    decided_by TEXT,
    answer TEXT,
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, id)
) WITHOUT ROWID;
CREATE INDEX proposal_by_contribution ON proposal (map, contribution, id);

CREATE TABLE audit (
    -- What moderators, admins and operators have done. Only added to.
    map INTEGER NOT NULL, -- 0: of the server
    number INTEGER NOT NULL, -- 1, 2, 3 ... of the map
    time TIMESTAMP NOT NULL,
    actor TEXT, -- account.name; NULL: the server itself
    action TEXT NOT NULL,
    contribution INTEGER, -- contribution.number
    subject TEXT, -- account.name, or the id of what it was done to
    reason TEXT,
    detail TEXT NOT NULL, -- JSON object, by action
    PRIMARY KEY (map, number)
) WITHOUT ROWID;
CREATE INDEX audit_by_contribution ON audit (map, contribution) WHERE contribution IS NOT NULL;

CREATE TABLE origin (
    -- Where an anonymous contribution came from, for as long as the map keeps that.
    map INTEGER NOT NULL,
    contribution INTEGER NOT NULL,
    device TEXT, -- hash of what the device is known by
    address TEXT, -- keyed hash of its network address
    email TEXT, -- to recover the edit secret
    secret_expires TIMESTAMP,
    secret_revoked BOOLEAN NOT NULL DEFAULT 0,
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, contribution)
) WITHOUT ROWID;
CREATE INDEX origin_by_device ON origin (map, device) WHERE device IS NOT NULL;
CREATE INDEX origin_by_address ON origin (map, address) WHERE address IS NOT NULL;

CREATE TABLE zone (
    -- Where nobody without an account may write for now.
    number INTEGER PRIMARY KEY,
    map INTEGER NOT NULL,
    id TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT,
    created TIMESTAMP NOT NULL,
    ends TIMESTAMP NOT NULL,
    UNIQUE (map, id)
);
SELECT AddGeometryColumn('zone', 'geometry', 4326, 'GEOMETRY', 'XY', 1);

CREATE TABLE block (
    -- Who may not write for now.
    map INTEGER NOT NULL, -- 0: on the whole server
    id TEXT NOT NULL,
    account TEXT, -- account.name
    device TEXT, -- origin.device
    address TEXT, -- origin.address
    reason TEXT NOT NULL,
    author TEXT,
    created TIMESTAMP NOT NULL,
    ends TIMESTAMP, -- NULL: for good
    PRIMARY KEY (map, id)
) WITHOUT ROWID;
