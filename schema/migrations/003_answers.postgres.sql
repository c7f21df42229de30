-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What a server must remember from one start to the next: its secrets, and the answers it gave to
-- requests that may be sent again.

CREATE TABLE secret (
    name text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);
COMMENT ON TABLE secret IS
    'Random bytes that programs on this database share and nobody else may know.';
COMMENT ON COLUMN secret.name IS 'what it is for';

CREATE TABLE idempotency (
    map bigint NOT NULL,
    account text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    digest text NOT NULL,
    seq bigint NOT NULL,
    contribution uuid NOT NULL,
    repaired boolean NOT NULL,
    answer json NOT NULL,
    created timestamptz NOT NULL,
    PRIMARY KEY (map, account, key)
);
CREATE INDEX idempotency_by_created ON idempotency (created);
COMMENT ON TABLE idempotency IS
    'A request with an Idempotency-Key that was done, and what was answered, kept for a day.';
COMMENT ON COLUMN idempotency.account IS 'empty: anonymous';
COMMENT ON COLUMN idempotency.digest IS 'of what was asked';
COMMENT ON COLUMN idempotency.seq IS 'event.seq of what was done';
COMMENT ON COLUMN idempotency.contribution IS 'contribution.id';
COMMENT ON COLUMN idempotency.repaired IS 'its geometry was';
COMMENT ON COLUMN idempotency.answer IS 'the Feature';
