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
INSERT INTO "tokens" VALUES (1, 'l0earhplzgzf7ve3g2zafjjq', 'ci-bot', 'jwt', '', 'sandbox', '5afqj9svdbfoo167t7drp1sm', 'sha256:f4fca3694902d7157005d44675483bf887f913a49c71c3bd0d82b18f0aae3944', 'dana@sandbox.example', 1795923004290, NULL, NULL);
INSERT INTO "tokens" VALUES (2, 'q6i7dw7f3te4syb3gejvb3g2', 'to-delete', 'jwt', '', 'sandbox', 'y3tlrlpfvhtsfn7xrb9sbrsf', 'sha256:80fa6b3efa5be012a0db849c922457a5cb4a905a982dff3df451754fb7a83bcb', 'dana@sandbox.example', 1795923004739, NULL, NULL);
INSERT INTO "tokens" VALUES (3, '67hutkf420imwgbgr9auc3r7', 'lost-one', 'jwt', '', 'sandbox', 'yykmb3jm56jzk7mywjcj0q94', 'sha256:850a3e03a4f35d10984e54ae237032e01f5c2d5f9aefe23404dc7158259144bb', 'dana@sandbox.example', 1795923004889, NULL, NULL);
INSERT INTO "tokens" VALUES (4, 'ia0dbqy6n737dcarn61ioex5', 'ci-bot-2', 'jwt', '', 'sandbox', 'byds2gt5xvxyjbjdlvzs19si', 'sha256:d92ad2dba6abb66399e908cb28b25ff0322d7d93b2a716420db5cf94aaf84e6f', 'dana@sandbox.example', 1795923005122, NULL, NULL);
INSERT INTO "tokens" VALUES (5, 't172xikuky1s1uglhtg305o3', 'lost-one-2', 'jwt', '', 'sandbox', 'oqf7xz334657njxgg3gi1d6a', 'sha256:1710526c52c0e6b54f39f0ec95174777fd2d2056b852ee6e822418a4c39d9ae1', 'dana@sandbox.example', 1795923005232, NULL, NULL);
INSERT INTO "beginning" VALUES (1);
