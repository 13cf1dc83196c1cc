// Signing in at an identity provider (OpenID Connect): who is let in, as whom, and all that must not let anyone in.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { clientSecret, IdentityProvider, signed, signedByPublicKey } from './lib/identity_provider.mjs';
import { Page } from './lib/page.mjs';
import { me, passphrase } from './lib/people.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { measured } from './lib/processor.mjs';
import { freePort } from './lib/sockets.mjs';
import { beginTeam, bring, come, comeIn, follow, journal, providerOptions, sentBack, serveTeam } from './lib/team.mjs';
import { rules, World } from './lib/world.mjs';

const ada = 'ada@example.com';
const people = async world => JSON.parse((await world.terminal(['people', 'list', '--json'])).stdout).people;
const message = ({ body }) => body.error.message;

async function refused(answer, words, status = 403) {
  const said = await answer;
  assert.equal(said.status, status, said.text);
  assert.match(message(said), words);
  assert.match(message(said), /You are not signed in\./);
  return said;
}

for (const alg of ['RS256', 'ES256'])
  test(`${alg}: who comes for the first time may look, is confirmed, and decides; keys are rotated meanwhile`, async t => {
    const { world, provider, server } = await beginTeam(t, { alg });
    const first = await comeIn(world, server);
    assert.equal((await first.request('GET', '/api/session')).body.person, ada);
    const [, enrolled] = await people(world);
    assert.deepEqual([enrolled.name, enrolled.let_in_by, enrolled.may_decide], [ada, provider.issuer, false]);
    assert.equal((await first.request('POST', '/api/people', { name: 'eve' })).status, 403, 'who is not confirmed invites no one');
    const list = await world.terminal(['people', 'list']);
    assert.match(list.stdout, new RegExp(`^${ada}  waits for a second person to confirm; came from ${provider.issuer}, enrolled on `, 'm'));

    const confirmed = await world.terminal(['people', 'confirm', ada, '--as', me], [passphrase]);
    assert.equal(confirmed.code, 0, confirmed.stderr);
    provider.rotate();
    const again = await comeIn(world, await serveTeam(world, provider));
    assert.equal((await again.request('POST', '/api/people', { name: 'eve' })).status, 201);
    assert.equal((await people(world)).length, 2, 'the same person');

    const [told] = await journal(world, 'person_enrolled').then(all => all.filter(each => each.body.person === ada));
    assert.deepEqual([told.body.how, told.body.kind, told.body.oidc], ['oidc', 'oidc', { issuer: provider.issuer, subject: 'u-ada' }]);
    assert.deepEqual(
      (await journal(world, 'signed_in')).map(({ body }) => body),
      Array(2).fill({ person: ada, by: 'oidc', issuer: provider.issuer, acr: 'high', amr: ['pwd', 'mfa'] })
    );
    assert.equal((await world.terminal(['audit', 'verify'])).code, 0);
    assert.deepEqual(provider.refusals, []);
  });

test('who someone is does not depend on their name; a name that is taken lets no one in', async t => {
  const { world, provider, server } = await beginTeam(t);
  await comeIn(world, server);
  provider.person.email = 'ada.lovelace@example.com';
  const same = await comeIn(world, server);
  assert.equal((await same.request('GET', '/api/session')).body.person, ada);
  for (const name of [me, ada]) {
    provider.person = { ...provider.person, sub: 'u-mallory', email: name };
    await refused(come(world, server), /^Someone is or was enrolled here as .*, and a name is never used again\./, 409);
  }
  assert.deepEqual((await people(world)).map(each => each.name), [me, ada]);
});

test('an address that is not verified, or no name, lets no one in; another claim does if the operator named it', async t => {
  const { world, provider, server } = await beginTeam(t);
  const usual = provider.person;
  for (const email_verified of [false, 'true', undefined, 1]) {
    provider.person = { ...usual, email_verified };
    await refused(come(world, server), /has not verified your e-mail address, so it cannot be your name here/);
  }
  for (const email of ['', 'Ada Lovelace', 7, 'a'.repeat(65), `${'stdio'}:ada`]) {
    provider.person = { ...usual, email };
    await refused(come(world, server), /is no name that can be used here/);
  }
  assert.equal((await people(world)).length, 1);
  provider.person = { ...usual, email_verified: false, preferred_username: 'ada' };
  const other = await serveTeam(world, provider, ['--oidc-name-claim', 'preferred_username', '--oidc-scope', 'groups']);
  assert.equal((await (await comeIn(world, other)).request('GET', '/api/session')).body.person, 'ada');
});

test('without the group, without the way of signing in that is asked for, or suspended: not let in, and journalled where the person is known', async t => {
  const { world, provider, server } = await beginTeam(t, { more: ['--oidc-amr', 'mfa'] });
  const usual = provider.person;
  const without = [
    [{ groups: ['staff'] }, /^You are in no group of 127\.0\.0\.1:\d+ that may sign in here\./],
    [{ groups: [] }, /no group/],
    [{ groups: undefined }, /no group/],
    [{ groups: 'approvers2' }, /no group/],
    [{ groups: { approvers: true } }, /no group/],
    [{ groups: ['Approvers', 7, null] }, /no group/],
    [{ amr: ['pwd'] }, /in the way that this server asks for/],
    [{ amr: undefined }, /in the way that this server asks for/],
  ];
  for (const [change, words] of without) {
    provider.person = { ...usual, ...change };
    await refused(come(world, server), words);
  }
  assert.equal((await people(world)).length, 1);
  assert.deepEqual(await journal(world, 'sign_in_refused'), [], 'no one here is known');

  provider.person = { ...usual, groups: 'approvers' };
  const signedIn = await comeIn(world, server);
  for (const [change, words] of without) {
    provider.person = { ...usual, ...change };
    await refused(come(world, server), words);
  }
  const told = await journal(world, 'sign_in_refused');
  assert.equal(told.length, without.length);
  assert.ok(told.every(({ body }) => body.person === ada && body.by === 'oidc' && body.why), JSON.stringify(told));

  provider.person = usual;
  const suspended = await world.terminal(['people', 'suspend', ada, '--as', me], [passphrase]);
  assert.equal(suspended.code, 0, suspended.stderr);
  assert.equal((await signedIn.request('GET', '/api/approvals')).status, 401, 'the session has ended');
  await refused(come(world, server), new RegExp(`^${ada} is suspended here\\.`));
  assert.equal((await journal(world, 'sign_in_refused')).length, without.length + 1);
});

test('who is enrolled connects their account, with the passphrase, and for the tab that began it', async t => {
  const { world, provider, server } = await beginTeam(t);
  provider.person = { ...provider.person, sub: 'u-me', email: me };
  await refused(come(world, server), /If that is you, sign in as you did before, choose your name at the top, and connect/, 409);
  const mine = await Page.signIn(world, { page: server.page, person: me });
  const begin = proof => mine.request('POST', '/api/sign-in/provider', proof);
  const connect = async () => follow((await begin({ passphrase })).body);

  const wrong = await begin({ passphrase: 'not the passphrase' });
  assert.equal(wrong.status, 403);
  assert.match(message(wrong), /Nothing was changed\./);
  const anonymous = await new Page(world, server.page).request('POST', '/api/sign-in/provider', { passphrase });
  assert.equal(anonymous.status, 401);
  await refused(bring(world, server, await connect()), /begun elsewhere/);

  const keyBefore = mine.key;
  const done = await mine.request('POST', '/api/sign-in/provider/answer', await connect());
  assert.equal(done.status, 200, done.text);
  assert.equal((await mine.request('GET', '/api/session')).body.signed_in, false, 'the key of before is over');
  mine.key = done.body.page_key;
  assert.notEqual(mine.key, keyBefore);
  const session = async () => (await (await comeIn(world, server)).request('GET', '/api/session')).body;
  assert.equal((await session()).person, me);
  assert.deepEqual((await people(world)).map(each => [each.name, each.may_decide]), [[me, true]]);
  const [told] = await journal(world, 'person_credential');
  assert.deepEqual([told.body.person, told.body.oidc], [me, { issuer: provider.issuer, subject: 'u-me' }]);

  provider.person = { ...provider.person, sub: 'u-ada', email: ada };
  await comeIn(world, server);
  const taken = await mine.request('POST', '/api/sign-in/provider/answer', await connect());
  assert.equal(taken.status, 409, taken.text);
  assert.match(message(taken), /connected with another person here\. Nothing was changed\./);

  provider.person = { ...provider.person, sub: 'u-me-2', email: me };
  mine.key = (await mine.request('POST', '/api/sign-in/provider/answer', await connect())).body.page_key;
  assert.equal((await session()).person, me);
  provider.person.sub = 'u-me';
  await refused(come(world, server), /a name is never used again/, 409);
  assert.equal((await world.terminal(['audit', 'verify'])).code, 0);
});

test('attack: tokens that are not exactly what was asked for', async t => {
  const { world, provider, server } = await beginTeam(t);
  const now = Math.floor(Date.now() / 1000);
  const json = JSON.stringify;
  const base64url = text => Buffer.from(text).toString('base64url');
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rows = [
    ['alg none', { token: ({ claims }) => `${base64url(json({ alg: 'none' }))}.${base64url(json(claims))}.` }, /its algorithm is none of/],
    ['HS256 with the public key', { token: ({ key, claims }) => signedByPublicKey(key, json(claims)) }, /its algorithm is none of/],
    ['another key under the known name', { token: ({ key, header, claims }) => signed(Object.assign(Object.create(key), { privateKey: other.privateKey }), json(header), json(claims)) }, /its signature is wrong/],
    ['an unknown key', { header: { kid: 'key-7' } }, /no key of its issuer/],
    ['a member of the header twice', { token: ({ key, header, claims }) => signed(key, json(header).replace('{', '{"alg":"none",'), json(claims)) }, /its header is no base64url/],
    ['a claim twice', { token: ({ key, header, claims }) => signed(key, json(header), json(claims).replace('{', '{"sub":"u-eve",')) }, /its claims are no base64url/],
    ['critical extensions', { header: { crit: ['exp'] } }, /in another way/],
    ['an access token', { header: { typ: 'at+jwt' } }, /of another type/],
    ['9 KiB', { claims: { filler: 'x'.repeat(9000) } }, /longer than 8 KiB/],
    ['expired', { claims: { iat: now - 400, exp: now - 100 } }, /it is expired/],
    ['of tomorrow', { claims: { iat: now + 86_400, exp: now + 86_700 } }, /issued in the future/],
    ['for another client', { claims: { aud: 'another' } }, /made for someone else/],
    ['for several, asked for by another', { claims: { aud: ['approvals:page', 'another'], azp: 'another' } }, /asked for by someone else/],
    ['for several, asked for by no one', { claims: { aud: ['approvals:page', 'another'] } }, /asked for by someone else/],
    ['of another issuer', { claims: { iss: 'https://accounts.example.com' } }, /another issuer made it/],
    ['of the issuer with a slash', { claims: { iss: `${provider.issuer}/` } }, /another issuer made it/],
    ['without a subject', { claims: { sub: '' } }, /of whom it tells/],
    ['with another nonce', { claims: { nonce: 'n'.repeat(52) } }, /belongs to another sign-in/],
    ['without a nonce', { claims: { nonce: undefined } }, /belongs to another sign-in/],
    ['no JWT', { token: () => 'not a token' }, /it has not three parts/],
  ];
  for (const [name, faults, words] of rows)
    await t.test(name, async () => {
      provider.faults = faults;
      await refused(come(world, server), words);
    });
  provider.faults = { token: () => undefined };
  await refused(come(world, server), /it gave no ID token/, 502);
  assert.equal((await people(world)).length, 1);
  assert.equal(provider.count('/keys') <= 2, true, `the keys were asked for ${provider.count('/keys')} times`);
  provider.faults = {};
  await comeIn(world, server);
  provider.faults = { claims: { nonce: 'n'.repeat(52) } };
  await refused(come(world, server), /belongs to another sign-in/);
  const [told] = await journal(world, 'sign_in_refused');
  assert.equal(told.body.person, ada, 'the person is known by then');
});

test('attack: answers of another sign-in, of another provider, or used twice', async t => {
  const { world, provider, server } = await beginTeam(t);
  const elsewhere = /^This sign-in was begun elsewhere, more than ten minutes ago, or is used up\./;
  const otherProvider = /^The answer is not from 127\.0\.0\.1:\d+, where this sign-in was begun\./;
  const brought = async () => (await sentBack(world, server)).answer;
  await refused(come(world, server, { state: 'made-up' }), elsewhere);
  await refused(come(world, server, { state: '' }), elsewhere);
  await refused(bring(world, server, {}), elsewhere);
  await refused(come(world, server, { code: '' }), elsewhere);
  assert.equal(provider.count('/token'), 0, 'the provider was not asked');

  for (const iss of ['https://evil.example.com', `${provider.issuer}/`, ''])
    await refused(bring(world, server, { ...(await brought()), iss }), otherProvider);
  assert.equal(provider.count('/token'), 0, 'the code did not go anywhere');

  const [mine, theirs] = [await brought(), await brought()];
  await refused(bring(world, server, { ...mine, code: theirs.code }), /did not take its own code back \(invalid_grant\)/);
  assert.deepEqual(provider.refusals, ['verifier']);
  await refused(come(world, server, { code: 'guessed' }), /did not take its own code back/);

  const once = await brought();
  const both = await Promise.all([bring(world, server, once), bring(world, server, once)]);
  assert.deepEqual(both.map(each => each.status).sort(), [200, 403]);
  await refused(bring(world, server, once), /did not take its own code back/);
  provider.faults = { codesAgain: true };
  const [first, ...again] = await Promise.all(Array(3).fill(await brought()).map(each => bring(world, server, each))).then(all => all.sort((a, b) => a.status - b.status));
  assert.equal(first.status, 200, first.text);
  for (const each of again) await refused(each, /^This sign-in is used up\./);
  provider.faults = {};

  const left = await brought();
  const replica = await serveTeam(world, provider);
  const away = await bring(world, replica, left);
  assert.equal(away.status, 403, 'another server has another address, and the provider knows it');
  assert.deepEqual(provider.refusals.at(-1), 'redirect_uri');
});

test('attack: other pages begin nothing and bring nothing', async t => {
  const { world, server, provider } = await beginTeam(t);
  const page = new Page(world, server.page);
  for (const headers of [{ origin: 'https://evil.example.com' }, { 'sec-fetch-site': 'same-site' }])
    for (const path of ['/api/sign-in/provider', '/api/sign-in/provider/answer'])
      assert.equal((await page.request('POST', path, {}, headers)).status, 403, path);
  assert.equal(provider.asked.length, 0);
  const callback = await fetch(`${server.page}/oidc?code=stolen&state=x`);
  assert.equal(callback.status, 200);
  const text = await callback.text();
  assert.equal(text, await (await fetch(server.page)).text(), 'the page, and nothing else');
  assert.equal(callback.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(provider.asked.length, 0);
  const none = await world.serve();
  assert.equal((await new Page(world, none.page).request('GET', '/api/session')).body.provider, null);
  await refused(new Page(world, none.page).request('POST', '/api/sign-in/provider', {}), /without an identity provider/, 404);
});

test('a provider that is away, slow, or says nonsense: a sentence, in time, and other ways go on', async t => {
  const { world, provider, server } = await beginTeam(t);
  const send = (status, headers, body) => (_, response) => response.writeHead(status, headers).end(body);
  const hang = () => {};
  const isJson = { 'content-type': 'application/json' };
  const [keys, token, metadata] = ['/keys', '/token', '/.well-known/openid-configuration'];
  const rows = [
    [keys, send(500, isJson, '{}'), /it answered 500/],
    [keys, send(302, { location: `${provider.issuer}/elsewhere` }, ''), /it answered 302/],
    [keys, send(200, { 'content-type': 'text/html' }, '<html>'), /no JSON/],
    [keys, send(200, isJson, `{"keys":[${' '.repeat(300_000)}]}`), /no answer came/],
    [keys, send(200, isJson, '{"keys":[]}'), /no key that can be used/],
    [keys, hang, /no answer came/],
    [token, send(500, isJson, '{}'), /it answered 500/],
    [token, send(302, { location: `${provider.issuer}/elsewhere` }, ''), /it answered 302/],
    [token, send(401, isJson, '{"error":"invalid_client"}'), /refused this server's client id or secret/],
    [token, send(200, isJson, '[]'), /gave no ID token/],
    [token, hang, /no answer came/],
    [metadata, send(404, isJson, '{}'), /did not begin: it answered 404/],
    [metadata, send(200, isJson, '{"issuer":"https://accounts.example.com"}'), /names itself otherwise/],
    [metadata, hang, /did not begin: no answer came/],
  ];
  const tried = async ([path, fault, words]) => {
    const mine = await IdentityProvider.start(t);
    mine.faults = { at: { [path]: fault } };
    const other = await serveTeam(world, mine);
    const { took } = await measured(other.process.child.pid, () => refused(come(world, other), words, 502));
    assert.ok(took < 20_000, `${path}: ${took} ms`);
    assert.equal(mine.count('/elsewhere'), 0);
    if (fault === hang) await Page.signIn(world, { page: other.page, person: me });
    await other.process.stop();
  };
  for (const each of rows) if (each[1] !== hang) await tried(each);
  await Promise.all(rows.filter(each => each[1] === hang).map(tried));

  await comeIn(world, server);
  provider.faults = { at: { [keys]: send(500, isJson, '{}'), [metadata]: send(500, isJson, '{}') } };
  await comeIn(world, server);
});

test('what serve does not start with, and what the doctor says', async t => {
  const { world, provider } = await beginTeam(t);
  const port = await freePort();
  const url = ['--public-url', `http://localhost:${port}`];
  const all = providerOptions(world, provider);
  const without = name => all.filter((_, i) => all[i] !== name && all[i - 1] !== name);
  const open = join(world.folder, 'open-secret');
  writeFileSync(open, 'secret');
  chmodSync(open, 0o644);
  const rows = [
    [all, 1, /--oidc-issuer needs --public-url/],
    [[...all, '--public-url', `http://localhost:${port}/tfy`], 1, /--public-url has a path/],
    ...['--oidc-issuer', '--oidc-client-id', '--oidc-client-secret-file', '--oidc-group'].map(name => [[...without(name), ...url], 1, new RegExp(`${name} is missing`)]),
    ...['http://idp.example.com', 'idp.example.com', 'https://a@idp.example.com', 'https://idp.example.com?x', 'https://idp.example.com/#x'].map(issuer => [
      [...without('--oidc-issuer'), '--oidc-issuer', issuer, ...url], 2, /--oidc-issuer must be the address/,
    ]),
    [[...without('--oidc-client-secret-file'), '--oidc-client-secret-file', open, ...url], 1, /other users may read .*run chmod 600/],
    [[...without('--oidc-client-secret-file'), '--oidc-client-secret-file', '/nowhere', ...url], 1, /cannot be read/],
  ];
  for (const [args, code, words] of rows) {
    const done = await runToEnd(binary, ['serve', '--listen', `127.0.0.1:${port}`, ...args], { env: world.env });
    assert.equal(done.code, code, `${args}: ${done.stdout}${done.stderr}`);
    assert.match(done.stderr, words);
    const doctor = JSON.parse((await runToEnd(binary, ['doctor', '--json', ...args], { env: world.env })).stdout);
    assert.ok(doctor.findings.some(each => each.level === 'broken' && words.test(`${each.what.replace('setting ', '')} ${each.why}`)), JSON.stringify(doctor.findings));
  }

  const finding = async args => {
    const done = await runToEnd(binary, ['doctor', '--json', '--listen', `127.0.0.1:${port}`, ...url, ...args], { env: world.env });
    return JSON.parse(done.stdout).findings.find(each => each.what === 'identity provider');
  };
  const good = await finding(all);
  assert.equal(good.level, 'ok', JSON.stringify(good));
  assert.match(good.why, new RegExp(`http://localhost:${port}/approvals/oidc, which has to be registered there\\.$`));
  assert.equal(await finding([]), undefined);
  provider.faults = { metadata: { issuer: 'https://accounts.example.com' } };
  const wrong = await finding(all);
  assert.equal(wrong.level, 'broken');
  assert.match(wrong.why, /names itself otherwise/);
  assert.match((await finding([...all, '--offline'])).why, /left out/);

  const file = join(world.folder, 'config.toml');
  writeFileSync(file, `public-url = "http://localhost:${port}"\n[oidc]\nissuer = "${provider.issuer}"\nclient-id = "approvals:page"\nclient-secret-file = "${all[5]}"\ngroup = ["approvers"]\n`);
  provider.faults = {};
  const byFile = await runToEnd(binary, ['doctor', '--json', '--config', file], { env: world.env });
  assert.equal(JSON.parse(byFile.stdout).findings.find(each => each.what === 'identity provider').level, 'ok', byFile.stdout);
  writeFileSync(file, '[oidc]\nisuer = "x"\n');
  const typo = await runToEnd(binary, ['doctor', '--config', file], { env: world.env });
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /line 2: unknown key 'isuer'/);
});

test('while no one is enrolled no one is by way of the provider; the client secret and codes are in no output', async t => {
  const world = await World.start(t, { policy: rules() });
  const provider = await IdentityProvider.start(t);
  const server = await serveTeam(world, provider, ['--log-level', 'debug']);
  await refused(come(world, server), /^No one is enrolled on this server yet/, 422);
  assert.deepEqual(await people(world), []);
  await world.enrol();
  const { answer } = await sentBack(world, server);
  assert.equal((await bring(world, server, answer)).status, 200);
  await server.process.stop();
  const printed = server.process.stdout + server.process.stderr + (await world.terminal(['audit', 'export'])).stdout;
  for (const secret of [clientSecret, encodeURIComponent(clientSecret), answer.code, answer.state]) assert.ok(!printed.includes(secret), secret);
});
