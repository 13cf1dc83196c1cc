// `serve --callers keys`: callers are told apart by the keys that they show, and one never sees another's.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { findLeaks } from './lib/leaks.mjs';
import { Page } from './lib/page.mjs';
import { enrolPeople, passphrase } from './lib/people.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { modernVersion, RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const createTool = 'tfy_access_tokens_create';
const me = { name: 'tfy-e2e-keys', version: '1.0.0' };

async function keys(world, ...args) {
  return runToEnd(binary, ['keys', ...args], { env: world.env });
}

/** A key for `person`: {key, id}. */
async function give(world, person, ...more) {
  const file = join(world.folder, `${person}-${(world.files = (world.files ?? 0) + 1)}.key`);
  const made = await keys(world, 'create', '--for', person, '--out', file, ...more);
  assert.equal(made.code, 0, made.stderr);
  const key = readFileSync(file, 'utf8').trim();
  assert.match(key, /^tpm_k_[2-9A-HJ-NP-Z]{8}[\w-]{43}[2-9A-HJ-NP-Z]{6}$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(!(made.stdout + made.stderr).includes(key));
  return { key, id: key.slice(6, 14), file };
}

async function start(t, hold = '0s') {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold });
  world.env.TFY_PAT_MCP_CALLERS = 'keys';
  return { world, server: await world.serve() };
}

const bearer = key => ({ authorization: `Bearer ${key}` });

/** An agent with one of the official clients, and its key. */
async function agent(world, server, { key }, era = 'modern') {
  const [Client, Transport] = era === 'modern' ? [ModernClient, ModernHttp] : [LegacyClient, LegacyHttp];
  const client = new Client(me, era === 'modern' ? { versionNegotiation: { mode: { pin: modernVersion } } } : {});
  world.clients.push(client);
  const transport = new Transport(new URL(server.endpoint), {
    fetch: world.fetch.call,
    requestInit: { headers: bearer(key) },
  });
  await client.connect(transport);
  return { client, transport, call: (name, args) => client.callTool({ name, arguments: args }) };
}

/** One message, with these headers beside the usual ones. */
async function post(world, server, message, headers = {}) {
  const usual = new RawHttp(world, server.endpoint).headers(message);
  const answer = await fetch(server.endpoint, {
    method: 'POST',
    headers: { ...usual, ...headers },
    body: JSON.stringify(message),
  });
  const text = await answer.text();
  return { status: answer.status, challenge: answer.headers.get('www-authenticate'), headers: answer.headers, text };
}

const list = toolCall(1, 'tfy_access_tokens_list', {});
const create = toolCall(2, createTool, { payload: { name: 'made-by-key' } });

async function requests(world) {
  const done = await world.terminal(['approvals', 'list', '--json', '--all']);
  return JSON.parse(done.stdout).approvals;
}

test('two agents with keys of their own never see each other’s requests, sessions or tasks', async t => {
  const { world, server } = await start(t);
  const [adas, bobs] = [await give(world, 'ada', '--label', 'cursor'), await give(world, 'bob')];
  const [ada, bob, legacy] = [
    await agent(world, server, adas),
    await agent(world, server, bobs),
    await agent(world, server, adas, 'legacy'),
  ];
  const pending = async (who, name) => {
    const { structuredContent } = await who.call(createTool, { payload: { name } });
    assert.equal(structuredContent.status, 'approval_pending');
    return structuredContent.approval_id;
  };
  const [asked, other] = [await pending(ada, 'adas-token'), await pending(bob, 'bobs-token')];
  const get = async (who, id) => (await who.call('tfy_approvals_get', { approval_id: id })).structuredContent;
  assert.equal((await get(ada, asked)).status, 'approval_pending');
  assert.equal((await get(legacy, asked)).status, 'approval_pending', 'one key is one caller, whichever client');
  assert.deepEqual(await get(bob, asked), await get(bob, `apr_${'a'.repeat(26)}`), 'as if there were none');
  assert.equal((await get(ada, other)).status, 'not_found');
  const shown = async who => (await who.client.listResources()).resources.map(({ uri }) => uri).join();
  assert.ok((await shown(ada)).includes(asked) && !(await shown(ada)).includes(other));
  assert.ok((await shown(bob)).includes(other) && !(await shown(bob)).includes(asked));

  const { sessionId } = legacy.transport;
  const stolen = await post(world, server, { jsonrpc: '2.0', id: 9, method: 'tools/list' }, {
    'mcp-session-id': sessionId,
    'mcp-protocol-version': '2025-11-25',
    ...bearer(bobs.key),
  });
  assert.equal(stolen.status, 404, stolen.text);

  const rows = new Map((await requests(world)).map(each => [each.facts.subject, each.call.caller]));
  assert.deepEqual(
    ['adas-token', 'bobs-token'].map(name => [rows.get(name).principal, rows.get(name).person]),
    [[`key:${adas.id}`, 'ada'], [`key:${bobs.id}`, 'bob']]
  );
  const page = await Page.signIn(world, server);
  const { body } = await page.request('GET', `/api/approvals/${asked}`);
  assert.equal(body.asked_by_person, 'ada');
  const whose = `key:${adas.id}, ada's agent "cursor"`;
  assert.equal(body.asked_by, whose);
  const inTerminal = (await world.terminal(['approvals', 'list'])).stdout.replace(/\s+/g, ' ');
  assert.ok(inTerminal.includes(`Asked by ${whose} on`), inTerminal);
});

test('without a key that holds, nothing is read: 401 with a challenge that leads nowhere else', async t => {
  const { world, server } = await start(t);
  const before = (await world.upstreamLog()).length;
  const { key } = await give(world, 'ada');
  const none = await post(world, server, list);
  assert.equal(none.status, 401);
  assert.equal(none.challenge, 'Bearer realm="tfy-pat-mcp"');
  const wrong = key.slice(0, 20) + (key[20] === 'A' ? 'B' : 'A') + key.slice(21);
  for (const shown of [wrong, `${key.slice(0, -1)}_`, 'x', world.env.TFY_API_KEY]) {
    const refused = await post(world, server, list, bearer(shown));
    assert.equal(refused.status, 401, shown);
    assert.match(refused.challenge, /^Bearer realm="tfy-pat-mcp", error="invalid_token"/);
    assert.equal(JSON.parse(refused.text).error, 'invalid_token');
    assert.equal(refused.headers.get('cache-control'), 'no-store');
  }
  const query = await fetch(`${server.endpoint}?access_token=${key}`, { method: 'POST', body: '{}' });
  assert.equal(query.status, 401);
  for (const path of ['oauth-protected-resource', 'oauth-protected-resource/mcp', 'oauth-authorization-server'])
    assert.equal((await fetch(new URL(`/.well-known/${path}`, server.endpoint))).status, 404, path);
  for (const path of ['/livez', '/readyz']) assert.equal((await fetch(new URL(path, server.endpoint))).status, 200);
  assert.equal((await world.upstreamLog()).length, before);
  assert.equal((await post(world, server, list, bearer(key))).status, 200);
  const preflight = await fetch(server.endpoint, {
    method: 'OPTIONS',
    headers: { origin: new URL(server.endpoint).origin, 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 204);
});

test('a key for reading reads; what asks for a change gets 403 and no person is asked', async t => {
  const { world, server } = await start(t);
  const { key } = await give(world, 'ada', '--reads');
  assert.equal((await post(world, server, list, bearer(key))).status, 200);
  const begun = await post(
    world,
    server,
    {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: me },
    },
    { ...bearer(key), 'mcp-protocol-version': '2025-03-26' }
  );
  const session = begun.headers.get('mcp-session-id');
  const old = (id, name, args) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
  const asks = old(3, createTool, { payload: { name: 'made-by-key' } });
  const inSession = { ...bearer(key), 'mcp-session-id': session, 'mcp-protocol-version': '2025-03-26' };
  const legacyList = await post(world, server, old(4, 'tfy_access_tokens_list', {}), inSession);
  assert.equal(legacyList.status, 200, legacyList.text);
  for (const [message, headers] of [
    [create, bearer(key)],
    [toolCall(5, 'tfy_access_tokens_reveal', { reveal_id: 'rev_x' }), bearer(key)],
    [asks, inSession],
    [[old(6, 'tfy_access_tokens_list', {}), asks], inSession],
  ]) {
    const refused = await post(world, server, message, headers);
    assert.equal(refused.status, 403, refused.text);
    assert.match(refused.challenge, /error="insufficient_scope", scope="tokens:read tokens:request"/);
    assert.equal(JSON.parse(refused.text).error, 'insufficient_scope');
  }
  assert.deepEqual(await requests(world), []);
});

test('attack: each message of a batch counts as a request of its caller, and so does a stream', async t => {
  const world = await World.start(t);
  Object.assign(world.env, { TFY_PAT_MCP_CALLERS: 'keys', TFY_PAT_MCP_CALLER_REQUESTS: '10' });
  const server = await world.serve();
  const version = { 'mcp-protocol-version': '2025-03-26' };
  const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: me } };
  const begin = async key => {
    const begun = await post(world, server, initialize, { ...bearer(key), ...version });
    return { ...bearer(key), ...version, 'mcp-session-id': begun.headers.get('mcp-session-id') };
  };
  const batch = count => Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id: id + 1, method: 'ping' }));
  const session = await begin((await give(world, 'ada')).key);
  assert.equal((await post(world, server, batch(8), session)).status, 200);
  assert.equal((await post(world, server, batch(1), session)).status, 200, 'the tenth');
  const refused = await post(world, server, batch(1), session);
  assert.equal(refused.status, 429, refused.text);
  const other = await begin((await give(world, 'bob')).key);
  const long = await post(world, server, batch(50), other);
  assert.equal(long.status, 429, long.text);
  assert.match(long.text, /too many requests in the last minute/);
  assert.ok(Number(long.headers.get('retry-after')) > 1);

  const third = await begin((await give(world, 'eve')).key);
  const statuses = [];
  for (let i = 0; i < 10; ++i) {
    const stop = new AbortController();
    const answer = await fetch(server.endpoint, { headers: { ...third, accept: 'text/event-stream' }, signal: stop.signal });
    statuses.push(answer.status);
    stop.abort();
  }
  assert.deepEqual([statuses.filter(status => status === 429).length, statuses.at(-1)], [1, 429]);
});

test('a revoked key ends what it is used for within twenty seconds, and lets no one in again', async t => {
  const { world, server } = await start(t, '60s');
  const [adas, bobs] = [await give(world, 'ada'), await give(world, 'bob')];
  const waits = ({ key }, id, name) =>
    post(world, server, toolCall(id, createTool, { payload: { name } }), bearer(key)).catch(error => ({ cut: error }));
  const [cut, kept] = [waits(adas, 1, 'adas-token'), waits(bobs, 2, 'bobs-token')];
  while ((await requests(world)).length < 2);
  const since = Date.now();
  const revoked = await keys(world, 'revoke', adas.id);
  assert.equal(revoked.code, 0, revoked.stderr);
  const end = await cut;
  assert.ok(Date.now() - since < 20_000, `${Date.now() - since} ms`);
  assert.ok(end.cut || !/"result"/.test(end.text) || /withdrawn/.test(end.text), end.text);
  assert.equal((await post(world, server, list, bearer(adas.key))).status, 401);
  assert.match(revoked.stdout, /What it asked for and has not started is withdrawn/);
  assert.deepEqual((await requests(world)).map(({ state }) => state).sort(), ['pending', 'withdrawn']);
  const page = await Page.signIn(world, server);
  assert.equal((await page.pending()).length, 1);
  await page.denied(await page.nextPending('bobs-token'), 'not today');
  assert.match((await kept).text, /not today/);
});

test('a start says how a client shows its key, and the doctor whether there is one', async t => {
  const { world, server } = await start(t);
  assert.match(server.process.stdout, /keys create --for PERSON --state-dir \S+\n/);
  assert.match(server.process.stdout, /\/mcp --header "Authorization: Bearer KEY"\n/);
  const [, config] = server.process.stdout.match(/^  (\{"mcpServers".*)$/m);
  assert.deepEqual(JSON.parse(config).mcpServers['tfy-pat-mcp'].headers, { Authorization: 'Bearer KEY' });
  const callers = async () =>
    JSON.parse((await runToEnd(binary, ['doctor', '--json'], { env: world.env })).stdout).findings.find(
      ({ what }) => what === 'callers'
    );
  assert.deepEqual([(await callers()).level, (await callers()).why], ['warning', '0 of 0 keys are valid: every call is refused.']);
  await give(world, 'ada');
  assert.deepEqual([(await callers()).level, (await callers()).why], ['ok', '1 of 1 keys are valid.']);
});

test('a key is for someone who is enrolled, or says that no one is; a slip and a suspended name are refused', async t => {
  const world = await World.start(t);
  await enrolPeople(world, ['ada', 'bob', 'dan']);
  const suspended = await world.terminal(['people', 'suspend', 'dan', '--as', 'ada'], [passphrase]);
  assert.equal(suspended.code, 0, suspended.stderr);
  const made = name => keys(world, 'create', '--for', name, '--out', join(world.folder, `for-${name}.key`));
  for (const [name, why] of [
    ['Ada', /--for Ada names no one who is enrolled; did you mean ada\? No key was made\./],
    ['adda', /did you mean ada\? No key was made\./],
    ['dan', /dan is suspended\. No key was made\./],
    ['dann', /did you mean dan\? No key was made\./],
  ]) {
    const refused = await made(name);
    assert.equal(refused.code, 2, refused.stdout);
    assert.match(refused.stderr, why);
    assert.ok(!existsSync(join(world.folder, `for-${name}.key`)));
  }
  assert.doesNotMatch((await made('ada')).stdout, /not enrolled/);
  const program = await made('ci');
  assert.equal(program.code, 0, program.stderr);
  assert.match(program.stdout, /ci is not enrolled here: self_approval = false keeps no one from approving/);
  assert.equal(JSON.parse((await keys(world, 'list', '--json')).stdout).keys.length, 2);
});

test('keys are listed and journalled without their secrets, and kept nowhere', async t => {
  const { world, server } = await start(t);
  const adas = await give(world, 'ada', '--label', 'cursor', '--expires', '7d');
  await post(world, server, list, bearer(adas.key));
  const kept = await keys(world, 'create', '--for', 'ada', '--out', adas.file);
  assert.equal(kept.code, 1);
  assert.match(kept.stderr, /key is there already\. No key was made\. Name another one\./);
  const piped = await keys(world, 'create', '--for', 'ada');
  assert.equal(piped.code, 1);
  assert.match(piped.stderr, /standard output is neither\. No key was made\. Give --out FILE\./);
  for (const args of [['--for', 'a b'], ['--for', 'ada', '--expires', '400d'], ['--for', 'ada', '--expires', 'x']])
    assert.equal((await keys(world, 'create', ...args, '--out', join(world.folder, 'never'))).code, 2, args.join(' '));
  assert.equal((await keys(world, 'revoke', 'K7Q29FXM')).code, 1);

  const listed = async () => JSON.parse((await keys(world, 'list', '--json')).stdout).keys;
  while ((await listed())[0].last_used_on === null);
  const [row, ...others] = await listed();
  assert.deepEqual(others, []);
  assert.equal(row.last_used_on, new Date().toISOString().slice(0, 10));
  assert.deepEqual(
    [row.id, row.principal, row.person, row.label, row.scopes, row.revoked_at, row.valid],
    [adas.id, `key:${adas.id}`, 'ada', 'cursor', 'tokens:read tokens:request', null, true]
  );
  assert.match((await keys(world, 'list')).stdout, new RegExp(`^key:${adas.id}  ada  may ask  until .+ \\(cursor\\)\n$`));
  assert.equal((await keys(world, 'revoke', `key:${adas.id}`)).code, 0);
  assert.match((await keys(world, 'revoke', adas.id)).stdout, /was revoked before/);
  assert.match((await keys(world, 'list')).stdout, new RegExp(`^key:${adas.id}  ada  could ask  revoked on `));
  assert.equal((await listed())[0].valid, false);

  const journal = (await world.terminal(['audit', 'export'])).stdout.trim().split('\n').map(line => JSON.parse(line));
  assert.deepEqual(
    journal.filter(({ kind }) => kind.startsWith('caller_key')).map(({ kind, body }) => [kind, body.key, body.person]),
    [['caller_key_created', adas.id, 'ada'], ['caller_key_revoked', adas.id, 'ada']]
  );
  assert.equal((await world.terminal(['audit', 'verify'])).code, 0);
  await world.closeAll();
  const secret = adas.key.slice(14, 57);
  const printed = world.processes.filter(each => each !== world.sandbox).map(each => each.stdout + each.stderr);
  assert.deepEqual(findLeaks(secret, { folders: [world.state], texts: printed }).places, []);
});

const own = Object.values(networkInterfaces())
  .flat()
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

test('off loopback serve takes only what comes by its proxy', { skip: own ? false : 'there is no other address' }, async t => {
  const { world } = await start(t);
  const { key } = await give(world, 'ada');
  for (const name of ['CERT', 'KEY']) delete world.env[`TFY_PAT_MCP_TLS_${name}`]; // the proxy's
  const behind = ['--trusted-proxy', '127.0.0.1', '--public-url', 'https://tfy.example.com'];
  const server = world.spawn(['serve', '--listen', '0.0.0.0:0', ...behind]);
  const [, port] = await server.says(/^Listening on: http:\/\/0\.0\.0\.0:(\d+)\n/m);
  const ask = (address, headers) => post(world, { endpoint: `http://${address}:${port}/mcp` }, list, headers);
  assert.equal((await ask('127.0.0.1', bearer(key))).status, 200);
  const direct = await ask(own, bearer(key));
  assert.equal(direct.status, 403, direct.text);
  assert.equal((await fetch(`http://${own}:${port}/approvals`)).status, 403);
  assert.equal((await fetch(`http://${own}:${port}/livez`)).status, 200);
});
