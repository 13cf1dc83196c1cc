PRAGMA user_version = 2;
CREATE TABLE tokens (
    number       INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    type         TEXT NOT NULL,
    team         TEXT NOT NULL,
    account      TEXT NOT NULL,
    jwt_id       TEXT NOT NULL,
    value_sha256 TEXT NOT NULL,
    owner        TEXT NOT NULL,
    created      INTEGER NOT NULL,
    expires      INTEGER,
    last_used    INTEGER
) STRICT;
CREATE TABLE beginning (settled INTEGER NOT NULL) STRICT;
INSERT INTO "tokens" VALUES (1, 'ah31pi0u4f2do4ppiceoclp8', 'ci-bot', 'jwt', '', 'sandbox', 'ubazapdoznb246uu0t7wisge', 'sha256:0aab4f4025b3f793cf4e1c2af4c7178727c034ddbef19052954d59d586188364', 'dana@sandbox.example', 1795921653951, NULL, NULL);
INSERT INTO "tokens" VALUES (2, 'n390tmmszz49q6a39oigk2j4', 'to-delete', 'jwt', '', 'sandbox', 'zx2hlhsb59y40pj1cn48sglu', 'sha256:c54ab4be7011cb960d62d93173672a9d2354a6fb953d8bb6504fe2dcedc3fcc8', 'dana@sandbox.example', 1795921654014, NULL, NULL);
INSERT INTO "tokens" VALUES (3, 'weigu4fpqe5hk195hayfsobq', 'lost-one', 'jwt', '', 'sandbox', 'bxlluqqg9vbieyzyps6kzas8', 'sha256:ec11c1fc4e58a1393cbcbe2dfd1dfbd37da779fc5e6c3a5e48c879b73c806654', 'dana@sandbox.example', 1795921654039, NULL, NULL);
INSERT INTO "tokens" VALUES (4, '5idz8wmghqpqvzcb9izbj738', 'ci-bot-2', 'jwt', '', 'sandbox', 'zapnu0ueyg0g9n9d9t27e5wf', 'sha256:7399334fab9e50670e804a368e0e21688a4dbe1bc342f16cecccb4dd349e1988', 'dana@sandbox.example', 1795921654148, NULL, NULL);
INSERT INTO "tokens" VALUES (5, 'c1ov68u6ld90w9dwcp3aqplw', 'lost-one-2', 'jwt', '', 'sandbox', 'j4xgbjowgfiaqcp8ibkw77pm', 'sha256:31964fc5c62fe2247a7e5c28b7a4b2cc974717182bb95f79ab5e32e5f3d07ac3', 'dana@sandbox.example', 1795921654203, NULL, NULL);
INSERT INTO "beginning" VALUES (1);
