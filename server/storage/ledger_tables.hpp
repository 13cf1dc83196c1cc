// The ledger's tables, step by step.
#pragma once

#include <array>
#include <string_view>

namespace tfy::storage::ledger_tables {

// What is queried has a column; the whole value is beside it as JSON. Released steps never change: a new
// one is added below.
inline constexpr std::string_view version_1 = R"sql(
CREATE TABLE approvals (
    number    INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    state     TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'executing', 'succeeded', 'failed', 'unknown',
                                             'denied', 'expired', 'withdrawn')),
    principal TEXT NOT NULL,
    digest    TEXT NOT NULL,
    created   INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    record    TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_open_approval ON approvals (principal, digest) WHERE state IN ('pending', 'approved', 'executing');
CREATE INDEX approvals_by_age ON approvals (created);
CREATE INDEX approvals_of_principal ON approvals (principal, created);

CREATE TABLE journal (
    sequence    INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    approval_id TEXT NOT NULL,
    body        TEXT NOT NULL,
    previous    TEXT NOT NULL,
    hash        TEXT NOT NULL
) STRICT;
CREATE TRIGGER journal_keeps_its_lines BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER journal_keeps_its_words BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;

CREATE TABLE tokens (
    number  INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    windows BLOB NOT NULL,
    UNIQUE (name, windows)
) STRICT;

CREATE TABLE reveals (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('held', 'claimed', 'lapsed', 'lost')),
    token_name TEXT NOT NULL,
    token_id   TEXT NOT NULL,
    principal  TEXT NOT NULL,
    instance   TEXT NOT NULL,
    created    INTEGER NOT NULL,
    until      INTEGER NOT NULL
) STRICT;
CREATE INDEX reveals_by_state ON reveals (state);
)sql";

// Votes and narrowings change a row without changing its state: a writer must have read the last
// writing. What a call was asked as stays its key (`digest`), also where a person made it narrower.
inline constexpr std::string_view version_2 = R"sql(
ALTER TABLE approvals ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

CREATE TABLE standing_permissions (
    number    INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    principal TEXT NOT NULL,
    uses      INTEGER NOT NULL,
    used      INTEGER NOT NULL CHECK (used <= uses),
    until     INTEGER NOT NULL,
    revoked   INTEGER NOT NULL,
    record    TEXT NOT NULL
) STRICT;
CREATE INDEX permissions_of_principal ON standing_permissions (principal, until);
)sql";

// Hashes of codes, so that a reader of the file cannot sign in.
inline constexpr std::string_view version_3 = R"sql(
CREATE TABLE sign_in_codes (
    hash   TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    until  INTEGER NOT NULL
) STRICT;
)sql";

// One row, made with the first record that is written from here on.
inline constexpr std::string_view version_4 = R"sql(
CREATE TABLE journal_head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL,
    hash     TEXT NOT NULL,
    since    INTEGER NOT NULL,
    mac      TEXT NOT NULL
) STRICT;
)sql";

// Which channel has heard of which record of the journal: all up to `seen`, but for those that wait in
// deliveries, each claimed by one instance while it is being sent. A channel's id holds nothing of its
// address.
inline constexpr std::string_view version_5 = R"sql(
CREATE TABLE webhooks (
    id   TEXT PRIMARY KEY,
    seen INTEGER NOT NULL
) STRICT;
CREATE TABLE deliveries (
    webhook  TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    instance TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL,
    PRIMARY KEY (webhook, sequence)
) STRICT;
CREATE INDEX deliveries_by_due ON deliveries (webhook, due);
)sql";

// `plan` is what the approving person saw, of the control plane at `base_url`. An approval has one rotation
// at the most, and so has a reveal. Before a successor is made, its old token is reserved, so that there is
// one.
inline constexpr std::string_view version_6 = R"sql(
CREATE TABLE rotations (
    id          TEXT PRIMARY KEY,
    approval_id TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'due', 'deleting', 'done', 'kept')),
    because     TEXT NOT NULL,
    base_url    TEXT NOT NULL,
    plan        TEXT NOT NULL,
    new_id      TEXT NOT NULL,
    reveal_id   TEXT NOT NULL UNIQUE,
    principal   TEXT NOT NULL,
    instance    TEXT NOT NULL,
    due         INTEGER,
    tries       INTEGER NOT NULL,
    next        INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    revision    INTEGER NOT NULL
) STRICT;
CREATE INDEX rotations_by_state ON rotations (state);
CREATE TABLE rotation_reservations (
    base_url    TEXT NOT NULL,
    old_id      TEXT NOT NULL,
    approval_id TEXT NOT NULL UNIQUE,
    instance    TEXT NOT NULL,
    PRIMARY KEY (base_url, old_id)
) STRICT;
)sql";

// With whose key an approved call was begun: hashes, and the user where the key told it. A row that was begun
// before there was this table has none.
inline constexpr std::string_view version_7 = R"sql(
CREATE TABLE begun_with (
    approval_id TEXT PRIMARY KEY,
    key_print   TEXT NOT NULL,
    key_user    TEXT NOT NULL
) STRICT;
)sql";

// A request may end as superseded, and answers the same call until its caller was told how it ended. What
// ended before this version was told in its own way.
inline constexpr std::string_view version_8 = R"sql(
CREATE TABLE approvals_8 (
    number        INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'executing', 'succeeded', 'failed', 'unknown',
                                                 'denied', 'expired', 'withdrawn', 'superseded')),
    principal     TEXT NOT NULL,
    digest        TEXT NOT NULL,
    created       INTEGER NOT NULL,
    expires       INTEGER NOT NULL,
    record        TEXT NOT NULL,
    revision      INTEGER NOT NULL DEFAULT 0,
    answers_until INTEGER
) STRICT;
INSERT INTO approvals_8 SELECT number, id, state, principal, digest, created, expires, record, revision,
    CASE WHEN state IN ('pending', 'approved', 'executing') THEN NULL ELSE 0 END FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_8 RENAME TO approvals;
CREATE UNIQUE INDEX one_open_approval ON approvals (principal, digest) WHERE state IN ('pending', 'approved', 'executing');
CREATE INDEX approvals_by_age ON approvals (created);
CREATE INDEX approvals_of_principal ON approvals (principal, created);
CREATE INDEX approvals_of_call ON approvals (principal, digest, number);
)sql";

// Numbers are never used again: who reads only what is new (reader.hpp) would take a new token for a
// forgotten one.
inline constexpr std::string_view version_9 = R"sql(
CREATE TABLE tokens_9 (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL,
    windows BLOB NOT NULL,
    UNIQUE (name, windows)
) STRICT;
INSERT INTO tokens_9 SELECT number, name, windows FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_9 RENAME TO tokens;
)sql";

// Programs that call over HTTP are told apart by keys, of which only hashes are kept.
inline constexpr std::string_view version_10 = R"sql(
CREATE TABLE caller_keys (
    id          TEXT PRIMARY KEY,
    hash        TEXT NOT NULL,
    person      TEXT NOT NULL,
    label       TEXT NOT NULL,
    may_request INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    revoked     INTEGER,
    used        INTEGER
) STRICT;
)sql";

// Who is enrolled, and by what they are known. The journal has a record of each change, with which the rows
// are compared before anyone is believed; its few records of people are found by the index.
inline constexpr std::string_view version_11 = R"sql(
CREATE TABLE people (
    id        TEXT PRIMARY KEY,
    name      TEXT NOT NULL UNIQUE,
    let_in_by TEXT NOT NULL,
    enrolled  INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    suspended INTEGER
) STRICT;
CREATE TABLE credentials (
    id      TEXT PRIMARY KEY,
    person  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    secret  TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE TABLE guesses (
    person TEXT PRIMARY KEY,
    wrong  INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT;
CREATE INDEX journal_of_people ON journal (sequence) WHERE kind GLOB 'person_*';
)sql";

// Hashes of page keys, so that a reader of the file cannot decide; a row without the right mac is no session.
inline constexpr std::string_view version_12 = R"sql(
CREATE TABLE page_sessions (
    hash   TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    guest  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    used   INTEGER NOT NULL,
    mac    TEXT NOT NULL
) STRICT;
)sql";

// Callers that a person has stopped.
inline constexpr std::string_view version_13 = R"sql(
CREATE TABLE freezes (
    principal TEXT PRIMARY KEY,
    by        TEXT NOT NULL,
    assurance TEXT NOT NULL,
    since     INTEGER NOT NULL,
    reason    TEXT NOT NULL
) STRICT;
)sql";

// What passkeys are asked to sign, and how often each one has: both may be lost, and cost a try or a guard.
inline constexpr std::string_view version_14 = R"sql(
CREATE TABLE passkey_challenges (
    hash      TEXT PRIMARY KEY,
    person    TEXT NOT NULL,
    statement TEXT NOT NULL,
    until     INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_challenges_by_age ON passkey_challenges (until);
CREATE TABLE passkey_counts (
    credential TEXT PRIMARY KEY,
    sign_count INTEGER NOT NULL
) STRICT;
)sql";

// No version that was released writes here: sign-ins at an identity provider are sealed, not kept.
inline constexpr std::string_view version_15 = R"sql(
CREATE TABLE provider_sign_ins (
    hash     TEXT PRIMARY KEY,
    person   TEXT NOT NULL,
    issuer   TEXT NOT NULL,
    nonce    TEXT NOT NULL,
    verifier TEXT NOT NULL,
    until    INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_sign_ins_by_age ON provider_sign_ins (until);
)sql";

// What is told once, whichever process is first: that a request waits for long, that a token ends soon.
inline constexpr std::string_view version_16 = R"sql(
CREATE TABLE told_once (
    subject TEXT NOT NULL,
    kind    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;
)sql";

// The authorization server: who may ask for a person, what they were given, and hashes of what shows it. Of a
// refresh token that was used, `successor` is what took its place, sealed under the token itself. A grant
// that was revoked has neither codes nor tokens.
inline constexpr std::string_view version_17 = R"sql(
CREATE TABLE oauth_clients (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('registered', 'listed')),
    name          TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    secret_hash   TEXT,
    created       INTEGER NOT NULL,
    used          INTEGER NOT NULL,
    consented     INTEGER NOT NULL
) STRICT;
CREATE TABLE oauth_grants (
    id          TEXT PRIMARY KEY,
    client_id   TEXT NOT NULL,
    client_name TEXT NOT NULL,
    person      TEXT NOT NULL,
    may_request INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    last_used   INTEGER NOT NULL,
    revoked     INTEGER
) STRICT;
CREATE TABLE oauth_codes (
    hash         TEXT PRIMARY KEY,
    grant_id     TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    until        INTEGER NOT NULL,
    used         INTEGER
) STRICT;
CREATE TABLE oauth_tokens (
    hash        TEXT PRIMARY KEY,
    grant_id    TEXT NOT NULL,
    refreshes   INTEGER NOT NULL,
    may_request INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    replaced    INTEGER,
    successor   TEXT
) STRICT;
CREATE INDEX oauth_tokens_of_grant ON oauth_tokens (grant_id);
CREATE INDEX oauth_tokens_by_age ON oauth_tokens (until);
)sql";

// People's own keys to TrueFoundry, sealed under keys/own_keys.key; the journal has the digest of each row.
inline constexpr std::string_view version_18 = R"sql(
CREATE TABLE own_keys (
    person   TEXT NOT NULL,
    base_url TEXT NOT NULL,
    subject  TEXT NOT NULL,
    mask     TEXT NOT NULL,
    expires  INTEGER,
    since    INTEGER NOT NULL,
    broken   INTEGER,
    sealed   TEXT NOT NULL,
    PRIMARY KEY (person, base_url)
) STRICT;
)sql";

inline constexpr std::array migrations = {version_1,  version_2,  version_3,  version_4,  version_5,
                                          version_6,  version_7,  version_8,  version_9,  version_10,
                                          version_11, version_12, version_13, version_14, version_15,
                                          version_16, version_17, version_18};

}  // namespace tfy::storage::ledger_tables
