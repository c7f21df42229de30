-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What a server must remember from one start to the next: its secrets, and the answers it gave to
-- requests that may be sent again.

CREATE TABLE secret (
    -- Random bytes that programs on this database share and nobody else may know.
    name TEXT NOT NULL PRIMARY KEY, -- what it is for
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE idempotency (
    -- A request with an Idempotency-Key that was done, and what was answered; kept for a day.
    map INTEGER NOT NULL,
    account TEXT NOT NULL, -- empty: anonymous
    key TEXT NOT NULL,
    digest TEXT NOT NULL, -- of what was asked
    seq INTEGER NOT NULL, -- event.seq of what was done
    contribution TEXT NOT NULL, -- contribution.id
    repaired BOOLEAN NOT NULL, -- its geometry was
    answer TEXT NOT NULL, -- the Feature
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, account, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_created ON idempotency (created);
