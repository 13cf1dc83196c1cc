// `serve --callers oauth`: official clients get access tokens by a person's consent, and no one else does. Rows 13, 17, 23 to 27
// and 36 of the abuse table.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import {
  addClient, authorize, beginOAuth, callback, codeFor, connectWith, consent, Keeper, postForm, proofKey, serveAt, transportOf,
} from './lib/oauth.mjs';
import { findInMemory, lastFound } from './lib/memory.mjs';
import { Page } from './lib/page.mjs';
import { me } from './lib/people.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { modernRequest, RawHttp, toolCall } from './lib/raw.mjs';
import { freePort } from './lib/sockets.mjs';

const createTool = 'tfy_access_tokens_create';

async function begin(t, options = {}) {
  const begun = await beginOAuth(t, options);
  const person = await Page.signIn(begun.world, begun.server);
  begun.world.fetch.kept.length = 0;
  const token = fields => postForm(`${begun.origin}/oauth/token`, fields);
  return { ...begun, person, token };
}

const error = answer => [answer.status, answer.body?.error];
const refreshing = (tokens, client, more = {}) => ({
  grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: client.id, ...more,
});
const run = (world, ...args) => runToEnd(binary, args, { env: world.env });
const grants = async world => JSON.parse((await run(world, 'grants', 'list', '--json')).stdout).grants;
const journal = async world =>
  (await world.terminal(['audit', 'export'])).stdout.trim().split('\n').map(line => JSON.parse(line));

/** What the endpoint says to an access token. */
async function knock(server, token) {
  const answer = await fetch(server.endpoint, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: '{}' });
  await answer.text();
  return answer;
}

for (const era of ['modern', 'legacy'])
  for (const [kind, make] of Object.entries({
    'that registers itself': () => undefined,
    'without a secret, that the operator added': world => addClient(world),
    'with a secret, that the operator added': world => addClient(world, '--secret', '--name', 'gateway'),
  }))
    test(`an official client ${kind} gets tokens, calls by them and refreshes them (${era})`, async t => {
      const { world, server, person } = await begin(t);
      const keeper = new Keeper(await make(world));
      const client = await authorize({ world, server, person, keeper, era });
      const { tools } = await client.listTools();
      assert.ok(tools.length > 3);
      const { structuredContent } = await client.callTool({ name: createTool, arguments: { payload: { name: 'by-oauth' } } });
      assert.equal(structuredContent.status, 'approval_pending');
      const [asked] = await person.pending();
      assert.equal(asked.caller?.principal ?? asked.principal, `oauth:${me}/${keeper.known.client_id}`);

      const before = { ...keeper.kept };
      keeper.kept = { ...before, access_token: 'tpm_a_of-no-use' };
      const again = await connectWith(world, server, keeper, era);
      assert.notEqual(keeper.kept.access_token, before.access_token);
      assert.notEqual(keeper.kept.refresh_token, before.refresh_token);
      const { structuredContent: known } = await again.callTool({ name: 'tfy_approvals_get', arguments: { approval_id: structuredContent.approval_id } });
      assert.equal(known.status, 'approval_pending', 'the same caller as before');
    });

test('who decides sees which program asks, and the log says that a person allowed it', async t => {
  const { world, server, person } = await begin(t);
  const listed = await authorize({ world, server, person, keeper: new Keeper(await addClient(world, '--name', 'gateway')) });
  const keeper = new Keeper(undefined, { client_name: 'Claude\u202E' });
  const stranger = await authorize({ world, server, person, keeper });
  const words = { 'from-listed': '"gateway", added by this server\'s operator', 'from-stranger': 'no host vouches for it; it calls itself "Claude\u27e8U+202E\u27e9"' };
  await listed.callTool({ name: createTool, arguments: { payload: { name: 'from-listed' } } });
  await stranger.callTool({ name: createTool, arguments: { payload: { name: 'from-stranger' } } });
  const rows = await person.pending();
  const brief = (await run(world, 'approvals', 'list')).stdout.replaceAll(/\s+/g, ' ');
  for (const [subject, said] of Object.entries(words)) {
    const { id } = rows.find(each => each.facts.subject === subject);
    assert.equal((await person.request('GET', `/api/approvals/${id}`)).body.program, said);
    assert.ok((await run(world, 'approvals', 'show', id)).stdout.replaceAll(/\s+/g, ' ').includes(`Its program: ${said}`));
    assert.ok(brief.includes(`(${said})`), brief);
  }
  await server.process.logs(new RegExp(`a person allowed a program to ask for them.*person="?${me}"? program="?gateway`));
});

test('a person may let a client read alone; what it asks for more is refused with all scopes (13)', async t => {
  const { world, server, person } = await begin(t);
  const keeper = new Keeper();
  const client = await authorize({ world, server, person, keeper, wish: { may_request: false } });
  assert.equal(keeper.kept.scope, 'tokens:read');
  assert.ok((await client.callTool({ name: 'tfy_access_tokens_list', arguments: {} })).structuredContent.tokens);
  const message = toolCall(1, createTool, { payload: { name: 'x' } });
  const answer = await fetch(server.endpoint, {
    method: 'POST',
    headers: { ...new RawHttp(world, server.endpoint).headers(message), authorization: `Bearer ${keeper.kept.access_token}` },
    body: JSON.stringify(message),
  });
  assert.equal(answer.status, 403, await answer.text());
  assert.match(answer.headers.get('www-authenticate'), /resource_metadata="[^"]+".*error="insufficient_scope", scope="tokens:read tokens:request"/);
  assert.deepEqual(await person.pending(), []);
});

/** One modern message by an access token: {status, text}. */
async function post(world, server, token, message) {
  const headers = { ...new RawHttp(world, server.endpoint).headers(message), authorization: `Bearer ${token}` };
  const answer = await fetch(server.endpoint, { method: 'POST', headers, body: JSON.stringify(message) });
  return { status: answer.status, text: await answer.text() };
}

test('who may only read neither answers a question nor ends a request that the same client asked for (13)', async t => {
  const { world, server, person, origin, token } = await begin(t);
  const client = await addClient(world);
  const { body: whole } = await token(await codeFor(person, origin, client));
  const asked = await post(world, server, whole.access_token, toolCall(1, createTool, { payload: { name: 'by-whole' } }));
  assert.match(asked.text, /approval_pending/);
  const { body: narrow } = await token(refreshing(whole, client, { scope: 'tokens:read' }));
  assert.equal(narrow.scope, 'tokens:read');
  const [{ id }] = await person.pending();
  for (const [method, params] of [
    ['tasks/update', { taskId: id, inputResponses: { any: { action: 'accept', content: { decision: 'approve' } } } }],
    ['tasks/cancel', { taskId: id }],
  ])
    assert.equal((await post(world, server, narrow.access_token, modernRequest(2, method, params))).status, 403, method);
  const answer = { jsonrpc: '2.0', id: 1, result: { action: 'accept', content: { decision: 'approve' } } };
  const answered = await fetch(server.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      authorization: `Bearer ${narrow.access_token}`,
    },
    body: JSON.stringify(answer),
  });
  assert.equal(answered.status, 403, await answered.text());
  assert.deepEqual((await person.pending()).map(each => each.id), [id]);
});

test('with the last grant of a client its open requests are withdrawn, and the permissions for it end', async t => {
  const { world, server, person, origin, token } = await begin(t);
  const client = await addClient(world);
  const { body: one } = await token(await codeFor(person, origin, client));
  await token(await codeFor(person, origin, client));
  const asked = await post(world, server, one.access_token, toolCall(1, createTool, { payload: { name: 'left-behind' } }));
  assert.match(asked.text, /approval_pending/);
  const [{ id }] = await person.pending();
  const wish = { principal: `oauth:${me}/${client.id}`, names: 'ci-*', uses: 3, longest_life: '30d', lasts: '1h', destination: 'none', reason: 'nightly' };
  const given = await person.request('POST', '/api/permissions', wish);
  assert.equal(given.status, 201, given.text);
  const list = async () => (await grants(world)).filter(({ valid }) => valid).map(each => each.id);
  const [first, second] = await list();
  assert.match((await run(world, 'grants', 'revoke', first)).stdout, /is revoked/);
  assert.equal((await person.pending()).length, 1, 'another grant of the same client goes on');
  assert.match((await run(world, 'grants', 'revoke', second)).stdout, /is revoked/);
  assert.deepEqual(await person.pending(), []);
  const kinds = (await journal(world)).map(({ kind }) => kind);
  assert.deepEqual(await person.permissions(), []);
  for (const kind of ["withdrawn with its caller's grant", 'permission_revoked']) assert.ok(kinds.includes(kind), kinds.join());
  const { approvals } = JSON.parse((await world.terminal(['approvals', 'list', '--json', '--all'])).stdout);
  assert.deepEqual(approvals.map(each => [each.id, each.state]), [[id, 'withdrawn']]);
});

test('a page of any site may read the metadata, and nothing else', async t => {
  const { origin } = await begin(t);
  const from = path => fetch(`${origin}${path}`, { headers: { origin: 'https://app.example' } });
  for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-authorization-server']) {
    const answer = await from(path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get('access-control-allow-origin'), /^(?:\*|https:\/\/app\.example)$/, path);
  }
  for (const path of ['/approvals', '/oauth/authorize', '/livez']) assert.equal((await from(path)).status, 403, path);
});

test('metadata leads from the endpoint to the authorization server, which names itself the same everywhere', async t => {
  const { world, origin, server } = await begin(t);
  const refused = await fetch(server.endpoint, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
  assert.equal(refused.status, 401);
  const challenge = refused.headers.get('www-authenticate');
  assert.equal(challenge, `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp", scope="tokens:read tokens:request"`);
  const read = async path => (await fetch(origin + path)).json();
  const resource = await read('/.well-known/oauth-protected-resource/mcp');
  assert.deepEqual([resource.resource, resource.authorization_servers], [`${origin}/mcp`, [origin]]);
  const metadata = await read('/.well-known/oauth-authorization-server');
  assert.equal(metadata.issuer, origin);
  for (const name of ['authorization', 'token', 'revocation', 'registration'])
    assert.ok(metadata[`${name}_endpoint`].startsWith(`${origin}/oauth/`), name);
  assert.equal((await fetch(`${origin}/.well-known/openid-configuration`)).status, 404);
  const doctor = await run(world, 'doctor', '--json');
  assert.ok(!JSON.parse(doctor.stdout).findings.some(each => each.level === 'broken' && /callers|public-url/.test(each.why)), doctor.stdout);
});

test('a code without its verifier gives nothing (23); nor does one for another address (24)', async t => {
  const { world, person, origin, token } = await begin(t);
  const client = await addClient(world);
  const good = await codeFor(person, origin, client);
  for (const verifier of [undefined, '', 'x'.repeat(42), 'x'.repeat(129)])
    assert.deepEqual(error(await token({ ...good, code_verifier: verifier })), [400, 'invalid_request']);
  assert.equal((await token(good)).status, 200, 'nothing of this used the code up');
  const wrong = await codeFor(person, origin, client);
  assert.deepEqual(error(await token({ ...wrong, code_verifier: proofKey().verifier })), [400, 'invalid_grant']);
  assert.deepEqual(error(await token(wrong)), [400, 'invalid_grant'], 'a wrong verifier uses it up');

  const query = (more = {}) => new URLSearchParams(Object.entries({
    response_type: 'code', client_id: client.id, redirect_uri: callback, code_challenge: proofKey().challenge, code_challenge_method: 'S256', ...more,
  }).filter(([, value]) => value !== undefined)).toString();
  const ask = async more => (await person.request('POST', '/api/consent', { query: query(more) })).body;
  for (const more of [
    { code_challenge: undefined }, { code_challenge_method: 'plain' }, { code_challenge_method: undefined }, { code_challenge: 'x'.repeat(42) }, { code_challenge: 'x'.repeat(44) },
  ]) {
    const { question, back } = await ask(more);
    assert.equal(question, undefined);
    assert.equal(back.error, 'invalid_request');
  }
  const elsewhere = await ask({ redirect_uri: 'http://127.0.0.1:7777/other' });
  assert.equal(elsewhere.question ?? elsewhere.back, undefined, 'no way back to an address that is not the client’s');
  const other = await codeFor(person, origin, client);
  assert.deepEqual(error(await token({ ...other, redirect_uri: 'http://127.0.0.1:7778/callback' })), [400, 'invalid_grant']);
});

test('a code counts once, for its client, on every server of the state directory; its second use ends the grant (25)', async t => {
  const { world, server, person, origin, token } = await begin(t);
  const [client, other] = [await addClient(world), await addClient(world)];
  const twice = await codeFor(person, origin, client);
  const first = await token(twice);
  assert.equal(first.status, 200);
  assert.deepEqual([first.headers.get('cache-control'), first.headers.get('pragma')], ['no-store', 'no-cache']);
  assert.notEqual((await knock(server, first.body.access_token)).status, 401);
  assert.deepEqual(error(await token(twice)), [400, 'invalid_grant']);
  assert.equal((await knock(server, first.body.access_token)).status, 401, 'at once');
  assert.deepEqual(error(await token(refreshing(first.body, client))), [400, 'invalid_grant']);

  const injected = await codeFor(person, origin, client);
  assert.deepEqual(error(await token({ ...injected, client_id: other.id })), [400, 'invalid_grant']);
  assert.deepEqual(error(await token(injected)), [400, 'invalid_grant']);

  const second = await serveAt(world, await freePort());
  const raced = await codeFor(person, origin, client);
  const answers = await Promise.all([0, 1, 2, 3].map(i => postForm(`${i % 2 ? second.address : origin}/oauth/token`, raced)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400]);
  const won = answers.find(({ status }) => status === 200);
  assert.equal((await knock(server, won.body.access_token)).status, 401, 'who shows a code twice loses all');
  assert.ok((await grants(world)).every(({ valid }) => !valid));
});

test('an answer names its issuer, and an official client refuses one of another (26)', async t => {
  const { world, server, person, origin } = await begin(t);
  const keeper = new Keeper();
  await assert.rejects(connectWith(world, server, keeper));
  const back = await consent(person, keeper.address);
  assert.equal(back.searchParams.get('iss'), origin);
  const mixed = new URLSearchParams(back.searchParams);
  mixed.set('iss', 'https://evil.example.com');
  await assert.rejects(transportOf(server, keeper, 'modern').finishAuth(mixed), /iss/i);
  assert.equal(keeper.kept, undefined);
  await transportOf(server, keeper, 'modern').finishAuth(back.searchParams);
  assert.ok(keeper.kept.access_token);
  const denied = await person.request('POST', '/api/consent/deny', { query: new URL(keeper.address).search.slice(1) });
  const answer = new URL(denied.body.back.address).searchParams;
  assert.deepEqual([answer.get('error'), answer.get('iss')], ['access_denied', origin]);
});

test('five refreshes at once, at two servers, give the same pair; another client and a wider scope get none (27)', async t => {
  const { world, person, origin, token } = await begin(t);
  const [client, other] = [await addClient(world), await addClient(world)];
  const { body: first } = await token(await codeFor(person, origin, client));
  const second = await serveAt(world, await freePort());
  assert.deepEqual(error(await token(refreshing(first, other))), [400, 'invalid_grant']);
  const answers = await Promise.all(
    [0, 1, 2, 3, 4].map(i => postForm(`${i % 2 ? second.address : origin}/oauth/token`, refreshing(first, client)))
  );
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200, 200]);
  assert.equal(new Set(answers.map(({ body }) => `${body.access_token} ${body.refresh_token}`)).size, 1);
  const [{ body: next }] = answers;
  assert.notEqual(next.refresh_token, first.refresh_token);
  const { body: narrow } = await token(refreshing(next, client, { scope: 'tokens:read' }));
  assert.equal(narrow.scope, 'tokens:read');
  const { body: reads } = await token(await codeFor(person, origin, client));
  assert.deepEqual(error(await token(refreshing(reads, client, { scope: 'admin' }))), [400, 'invalid_scope']);
});

test('clients register themselves where that is on, and not too often (36)', async t => {
  const { world, server, person, origin } = await begin(t);
  const register = async (metadata, type = 'application/json') => {
    const answer = await fetch(`${origin}/oauth/register`, { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(metadata) });
    return { status: answer.status, retry: answer.headers.get('retry-after'), body: await answer.json() };
  };
  const keeper = new Keeper();
  const client = await authorize({ world, server, person, keeper });
  assert.deepEqual(error(await register({ redirect_uris: ['http://evil.example.com/cb'] })), [400, 'invalid_redirect_uri']);
  assert.deepEqual(error(await register({ redirect_uris: [callback], token_endpoint_auth_method: 'client_secret_post' })), [400, 'invalid_client_metadata']);
  let last;
  for (let i = 0; i < 20; ++i) last = await register({ redirect_uris: [callback], client_name: `flood ${i}` });
  assert.equal(last.status, 429);
  assert.ok(Number(last.retry) > 3000, last.retry);
  assert.ok((await client.listTools()).tools.length, 'who has a consent stays');
  const listed = JSON.parse((await run(world, 'clients', 'list', '--json')).stdout).clients;
  assert.ok(listed.some(({ id, registered_by }) => id === keeper.known.client_id && registered_by === 'itself'));
});

test('registration is off unless it is switched on, and not advertised (36)', async t => {
  const { origin } = await begin(t, { registration: false });
  const answer = await fetch(`${origin}/oauth/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  assert.equal(answer.status, 404);
  assert.equal((await (await fetch(`${origin}/.well-known/oauth-authorization-server`)).json()).registration_endpoint, undefined);
});

test('a grant that is revoked, by its client or the operator, is worth nothing at once, and its stream ends (17)', async t => {
  const { world, server, person, origin, token } = await begin(t, { hold: '300s' });
  const client = await addClient(world);
  const given = async () => (await token(await codeFor(person, origin, client))).body;
  const one = await given(), two = await given(), three = await given();
  assert.equal((await postForm(`${origin}/oauth/revoke`, { token: one.refresh_token, client_id: client.id })).status, 200);
  assert.equal((await knock(server, one.access_token)).status, 401);
  assert.deepEqual(error(await token(refreshing(one, client))), [400, 'invalid_grant']);

  const held = toolCall(1, createTool, { payload: { name: 'held' } });
  const call = fetch(server.endpoint, {
    method: 'POST',
    headers: { ...new RawHttp(world, server.endpoint).headers(held), authorization: `Bearer ${two.access_token}` },
    body: JSON.stringify(held),
  }).then(answer => answer.text()).catch(() => 'cut');
  await person.nextPending('held');
  const [second] = (await grants(world)).filter(({ valid }) => valid);
  const begun = Date.now();
  assert.match((await run(world, 'grants', 'revoke', second.id)).stdout, /is revoked/);
  assert.doesNotMatch(await call, /"result"/);
  assert.ok(Date.now() - begun < 20_000);
  assert.equal((await knock(server, two.access_token)).status, 401);
  assert.notEqual((await knock(server, three.access_token)).status, 401, 'another grant of the same client goes on');
  assert.match((await run(world, 'grants', 'revoke', second.id)).stdout, /was revoked before/);
  assert.match((await run(world, 'clients', 'remove', client.id)).stdout, /is removed/);
  assert.equal((await knock(server, three.access_token)).status, 401);
  assert.deepEqual(error(await token(refreshing(three, client))), [401, 'invalid_client']);
  const kinds = (await journal(world)).map(({ kind }) => kind);
  for (const kind of ['client_registered', 'grant_given', 'grant_revoked', 'client_removed']) assert.ok(kinds.includes(kind), kind);
});

test('no code, token or secret is in the log, the journal, the state directory or memory once it was used (57)', async t => {
  const { world, server, person, origin, token } = await begin(t);
  const client = await addClient(world, '--secret');
  const shown = await codeFor(person, origin, client);
  const { body: first } = await token({ ...shown, client_secret: client.secret });
  const { body: next } = await token(refreshing(first, client, { client_secret: client.secret }));
  await knock(server, next.access_token);
  await token({ ...shown, client_secret: client.secret });
  await token(refreshing(next, client, { client_secret: 'wrong' }));
  const values = {
    code: shown.code, verifier: shown.code_verifier, secret: client.secret,
    ...Object.fromEntries([first, next].flatMap(({ access_token, refresh_token }, i) => [[`access ${i}`, access_token], [`refresh ${i}`, refresh_token]])),
  };
  const { pid } = server.process.child;
  if (findInMemory(pid, Buffer.from('tfy_access_tokens_')) === null) t.diagnostic('the memory of another process may not be read here (ptrace)');
  else
    assert.deepEqual(
      await lastFound(() => Object.entries(values).flatMap(([what, value]) => findInMemory(pid, Buffer.from(value)).map(place => `${what}: ${place}`))),
      []
    );
  const exported = (await world.terminal(['audit', 'export'])).stdout;
  await world.closeAll();
  const files = readdirSync(world.state, { recursive: true, withFileTypes: true }).filter(each => each.isFile());
  const texts = [
    exported,
    ...files.map(each => readFileSync(join(each.parentPath ?? each.path, each.name), 'latin1')),
    ...world.processes.filter(each => each !== world.sandbox).map(each => each.stdout + each.stderr),
  ];
  for (const [what, value] of Object.entries(values)) assert.ok(!texts.some(text => text.includes(value)), what);
});

test('what serve does not start with', async t => {
  const { world } = await begin(t);
  const port = await freePort();
  const at = ['--listen', `127.0.0.1:${port}`];
  for (const [args, env, words] of [
    [at, { TFY_PAT_MCP_PUBLIC_URL: '' }, /--callers oauth needs --public-url/],
    [[...at, '--public-url', `http://localhost:${port}/tfy`], {}, /--public-url has a path/],
    [[...at, '--callers', 'keys'], { TFY_PAT_MCP_CALLERS: 'keys' }, /--oauth-registration is for --callers oauth/],
    [[...at, '--any-local-user'], {}, /--any-local-user goes with --callers loopback alone/],
  ]) {
    const done = await runToEnd(binary, ['serve', ...args], { env: { ...world.env, ...env } });
    assert.equal(done.code, 1, `${args}: ${done.stdout}${done.stderr}`);
    assert.match(done.stderr, words);
  }
});
