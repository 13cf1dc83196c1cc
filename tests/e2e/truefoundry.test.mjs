// `serve --callers truefoundry`: TrueFoundry's gateway passes its callers' own TrueFoundry keys on. These tests are the gateway.
import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { findLeaks } from './lib/leaks.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { modernRequest, modernVersion, RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const keyOf = account => `tfy-sandbox-key-${account}-not-a-secret`;
const list = toolCall(1, 'tfy_access_tokens_list', {});
const bearer = key => ({ authorization: `Bearer ${key}` });
const gateway = ['--trusted-proxy', '127.0.0.1'];

/** Keeps [method, target, key] of what the control plane is asked; `answer` may answer in its place. */
async function recorder(t, world) {
  const seen = [];
  const tap = { seen, answer: undefined, of: key => seen.filter(each => each[2] === key) };
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request);
    const { authorization = '' } = request.headers;
    seen.push([request.method, request.url, authorization.replace(/^Bearer /, '')]);
    if (tap.answer?.(request, response)) return;
    const body = chunks.length ? Buffer.concat(chunks) : undefined;
    const headers = { authorization, ...(body ? { 'content-type': 'application/json' } : {}) };
    const answer = await fetch(world.upstream + request.url, { method: request.method, headers, body });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') }).end(await answer.text());
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => (server.closeAllConnections(), new Promise(resolve => server.close(resolve))));
  world.env.TFY_BASE_URL = `http://127.0.0.1:${server.address().port}`;
  return tap;
}

async function start(t, { callers = 'truefoundry', hold = '0s', args = [], env = {} } = {}) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold, accounts: ['alice', 'bob'] });
  const plane = await recorder(t, world);
  Object.assign(world.env, { TFY_PAT_MCP_CALLERS: callers, ...env });
  const process = world.spawn(['serve', '--listen', '127.0.0.1:0', ...gateway, ...args]);
  const [, endpoint] = await process.says(/^MCP endpoint: (\S+)$/m);
  return { world, plane, server: { process, endpoint } };
}

async function post({ world, server }, message, headers = {}) {
  const usual = new RawHttp(world, server.endpoint).headers(message);
  const answer = await fetch(server.endpoint, { method: 'POST', headers: { ...usual, ...headers }, body: JSON.stringify(message) });
  return { status: answer.status, challenge: answer.headers.get('www-authenticate'), headers: answer.headers, text: await answer.text() };
}

/** From another address of this machine, which is not the gateway's. */
function postFrom(localAddress, { world, server }, message, headers) {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(server.endpoint, { method: 'POST', localAddress, headers: { ...new RawHttp(world, server.endpoint).headers(message), ...headers } }, async answer =>
      resolve({ status: answer.statusCode, text: Buffer.concat(await Array.fromAsync(answer)).toString() })
    );
    sent.on('error', reject).end(JSON.stringify(message));
  });
}

const question = '/api/svc/v1/personal-access-tokens?limit=1&offset=0';

test('an official client behind the gateway calls with its person’s key, and TrueFoundry is asked about it once', async t => {
  const house = await start(t);
  const client = new Client({ name: 'tfy-e2e', version: '1' }, { versionNegotiation: { mode: { pin: modernVersion } } });
  house.world.clients.push(client);
  await client.connect(new StreamableHTTPClientTransport(new URL(house.server.endpoint), { fetch: house.world.fetch.call, requestInit: { headers: bearer(keyOf('alice')) } }));
  const { structuredContent } = await client.callTool({ name: 'tfy_access_tokens_create', arguments: { payload: { name: 'by-alice' } } });
  assert.equal(structuredContent.status, 'approval_pending');
  assert.deepEqual(house.plane.of(keyOf('alice'))[0], ['GET', question, keyOf('alice')]);
  // About the key; and whose the new token will be, which this key does not say.
  const asked = () => house.plane.of(keyOf('alice')).filter(([, target]) => target === question).length;
  assert.equal(asked(), 2);
  await client.callTool({ name: 'tfy_access_tokens_list', arguments: {} });
  assert.equal(asked(), 2, 'and not once more');
  const rows = JSON.parse((await house.world.terminal(['approvals', 'list', '--json', '--all'])).stdout).approvals;
  assert.match(rows[0].call.caller.principal, /^tfy:/);
  const theirs = await post(house, toolCall(2, 'tfy_approvals_get', { approval_id: structuredContent.approval_id }), bearer(keyOf('bob')));
  assert.match(theirs.text, /"not_found"/);
  await house.world.closeAll();
  const printed = house.world.processes.filter(each => each !== house.world.sandbox).map(each => each.stdout + each.stderr);
  for (const account of ['alice', 'bob'])
    assert.deepEqual(findLeaks(keyOf(account), { folders: [house.world.state], texts: printed }).elsewhere, []);
});

test('attack: a key that does not come by the gateway gets 403, and TrueFoundry is not asked', async t => {
  const house = await start(t);
  for (const headers of [{}, { 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }]) {
    const refused = await postFrom('127.0.0.2', house, list, { ...bearer(keyOf('alice')), ...headers });
    assert.equal(refused.status, 403, refused.text);
    assert.match(refused.text, /taken from TrueFoundry's gateway alone/);
  }
  assert.deepEqual(house.plane.seen, []);
  assert.equal((await post(house, list, bearer(keyOf('alice')))).status, 200);
});

test('attack: no credential of this server, good or bad, is sent to TrueFoundry', async t => {
  const house = await start(t, { callers: 'keys,truefoundry' });
  const file = join(house.world.folder, 'ada.key');
  assert.equal((await runToEnd(binary, ['keys', 'create', '--for', 'ada', '--out', file], { env: house.world.env })).code, 0);
  const key = readFileSync(file, 'utf8').trim();
  for (const bad of [`${key.slice(0, -1)}_`, 'tpm_k_x', 'tpm_a_x', 'tpm_r_x', 'tpm_']) {
    const refused = await post(house, list, { ...bearer(bad), 'x-forwarded-for': '198.51.100.1' });
    assert.equal(refused.status, 401, refused.text);
  }
  assert.deepEqual(house.plane.seen, []);
  const none = await post(house, list);
  assert.deepEqual([none.status, none.challenge], [401, 'Bearer realm="tfy-pat-mcp"']);
  for (const path of ['oauth-protected-resource', 'oauth-protected-resource/mcp', 'oauth-authorization-server'])
    assert.equal((await fetch(new URL(`/.well-known/${path}`, house.server.endpoint))).status, 404, path);
  assert.equal((await postFrom('127.0.0.2', house, list, bearer(key))).status, 200, 'a key of this server comes from anywhere');
  assert.equal(house.plane.of(key).length, 0);
});

const answers = {
  'says 500': response => response.writeHead(500).end(),
  'says 429': response => response.writeHead(429, { 'retry-after': '60' }).end(),
  'says 502 in HTML': response => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>'),
  'hangs up': response => response.destroy(),
  hangs: () => {},
};

for (const [what, answer] of Object.entries(answers))
  test(`while TrueFoundry ${what}, a key gets 503 with Retry-After, and counts as soon as it answers again`, async t => {
    const house = await start(t, { env: { TFY_API_MAX_TIME: '2' } });
    house.plane.answer = (request, response) => (answer(response), true);
    const refused = await post(house, list, bearer(keyOf('alice')));
    assert.equal(refused.status, 503, refused.text);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    house.plane.answer = undefined;
    assert.equal((await post(house, list, bearer(keyOf('alice')))).status, 200);
  });

test('attack: a key that TrueFoundry refuses gets 401, is asked about once, and a thousand others cause a few questions', async t => {
  const house = await start(t);
  const from = address => ({ 'x-forwarded-for': address });
  for (let i = 0; i < 3; ++i) {
    const refused = await post(house, list, { ...bearer('made-up-key-of-no-one-0000'), ...from('198.51.100.1') });
    assert.equal(refused.status, 401, refused.text);
    assert.match(refused.challenge, /^Bearer realm="tfy-pat-mcp", error="invalid_token"/);
  }
  assert.equal(house.plane.seen.length, 1);
  const statuses = new Map();
  for (let i = 0; i < 1000; i += 50)
    await Promise.all(
      Array.from({ length: 50 }, async (_, j) => {
        const { status } = await post(house, list, { ...bearer(`made-up-key-of-no-one-${i + j + 1}`), ...from('198.51.100.2') });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      })
    );
  assert.deepEqual([...statuses.keys()].filter(status => ![401, 429, 503].includes(status)), []);
  assert.ok(house.plane.seen.length < 100, `${house.plane.seen.length} questions`);
  assert.equal((await post(house, list, { ...bearer(keyOf('bob')), ...from('198.51.100.3') })).status, 200);
});

test('twenty calls at once with a new key are one question', async t => {
  const house = await start(t);
  const all = await Promise.all(Array.from({ length: 20 }, () => post(house, list, bearer(keyOf('bob')))));
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
  assert.equal(house.plane.of(keyOf('bob')).filter(([, target]) => target === question).length, 1);
});

test('a stream ends within a minute after TrueFoundry stops taking its key, and the key is worth nothing then', async t => {
  const house = await start(t);
  const listen = modernRequest('listen', 'subscriptions/listen', { notifications: { resourcesListChanged: true } });
  const answer = await fetch(house.server.endpoint, {
    method: 'POST',
    headers: { ...new RawHttp(house.world, house.server.endpoint).headers(listen), ...bearer(keyOf('alice')) },
    body: JSON.stringify(listen),
  });
  assert.equal(answer.status, 200);
  const since = Date.now();
  house.plane.answer = (request, response) =>
    request.headers.authorization === `Bearer ${keyOf('alice')}` && (response.writeHead(401, { 'content-type': 'application/json' }).end('{"statusCode":401,"message":"Unauthorized"}'), true);
  const reader = answer.body.getReader();
  try {
    while (!(await reader.read()).done);
  } catch {
    // cut
  }
  const took = Date.now() - since;
  assert.ok(took < 60_000, `${took} ms`);
  assert.equal((await post(house, list, bearer(keyOf('alice')))).status, 401);
  assert.equal((await post(house, list, bearer(keyOf('bob')))).status, 200);
});

test('a start without what it needs is refused, and the doctor says the same', async t => {
  const world = await World.start(t);
  const callers = ['--callers', 'truefoundry'];
  const issuer = ['--issuer', 'https://idp.example.com', '--public-url', 'https://tfy.example.com'];
  for (const [args, sentence] of [
    [callers, /^--callers truefoundry needs --trusted-proxy/],
    [['--callers', 'issuer,truefoundry', ...issuer, ...gateway], /^--callers issuer and truefoundry exclude each other/],
    [[...callers, ...gateway, '--sandbox'], /^--callers truefoundry does not go with --sandbox/],
    [[...callers, ...gateway, '--any-local-user'], /^--any-local-user goes with --callers loopback alone/],
    [[...callers, ...gateway, '--listen', '0.0.0.0:0'], /^serve does not listen on 0.0.0.0 without TLS/],
  ]) {
    const done = await runToEnd(binary, ['serve', ...(args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']), ...args], { env: world.env });
    assert.equal(done.code, 1, done.stdout + done.stderr);
    const said = done.stderr.trim().replace(/^\S+: /, '');
    assert.match(said, sentence);
    const doctor = await runToEnd(binary, ['doctor', '--json', '--offline', ...args], { env: world.env });
    assert.equal(JSON.parse(doctor.stdout).findings.find(({ what }) => what === 'serve').why, said);
  }
});
