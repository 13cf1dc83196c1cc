// `--principals`: by whose TrueFoundry key a caller's calls go, and that callers with different keys see nothing of
// each other's tokens.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { binary, runToEnd } from './lib/process.mjs';
import { modernVersion } from './lib/raw.mjs';
import { statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const keyOfBob = 'tfy-sandbox-key-bob-not-a-secret';
// Clients of other machines reach it by this proxy, so the server's own key is not for everyone.
const network = ['--trusted-proxy', '127.0.0.9', '--public-url', 'https://tfy.example.com'];

function write(world, text) {
  const file = join(world.folder, 'principals.toml');
  writeFileSync(file, text);
  chmodSync(file, 0o644);
  return file;
}
const entry = (who, upstream) => `[[principal]]\n${who}\nupstream = "${upstream}"\n`;

async function give(world, person) {
  const file = join(world.folder, `${person}.key`);
  const made = await runToEnd(binary, ['keys', 'create', '--for', person, '--out', file], { env: world.env });
  assert.equal(made.code, 0, made.stderr);
  const key = readFileSync(file, 'utf8').trim();
  return { key, principal: `key:${key.slice(6, 14)}` };
}

async function serve(world, ...args) {
  const server = world.spawn(['serve', '--listen', '127.0.0.1:0', '--callers', 'keys', ...network, ...args]);
  const [, at] = await server.says(/^Listening on: (\S+)\n/m);
  return { process: server, endpoint: `${at}/mcp` };
}

async function agent(world, server, { key }) {
  const client = new Client({ name: 'tfy-e2e-principals', version: '1' }, { versionNegotiation: { mode: { pin: modernVersion } } });
  world.clients.push(client);
  await client.connect(new StreamableHTTPClientTransport(new URL(server.endpoint), {
    fetch: world.fetch.call,
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  }));
  const call = (name, args = {}) => client.callTool({ name, arguments: args });
  return {
    client,
    call,
    names: async () => (await call('tfy_access_tokens_list')).structuredContent.tokens.map(each => each.name),
    status: async () => (await call('tfy_config_status')).structuredContent,
  };
}

test('each caller’s calls go by the key that the file says, and callers of two keys see nothing of each other', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s', accounts: ['bob'] });
  const keyFile = join(world.folder, 'bob');
  writeFileSync(keyFile, `${keyOfBob}\n`, { mode: 0o600 });
  await world.enrol();
  const [adas, bobs, noones] = [await give(world, 'ada'), await give(world, 'bob'), await give(world, 'eve')];
  const file = write(world, entry(`principal = "${adas.principal}"`, 'shared') + entry(`principal = "${bobs.principal}"`, keyFile));
  const server = await serve(world, '--principals', file);
  const [ada, bob, eve] = [await agent(world, server, adas), await agent(world, server, bobs), await agent(world, server, noones)];

  const create = async (who, name) => {
    const asked = await who.call('tfy_access_tokens_create', { payload: { name } });
    assert.equal(statusOf(asked), 'approval_pending', textOf(asked));
    const decided = await world.decide(['approve', asked.structuredContent.approval_id], [name, 'page']);
    assert.equal(decided.code, 0, decided.stderr);
    const made = await who.call('tfy_access_tokens_create', { payload: { name } });
    assert.equal(statusOf(made), 'executed', textOf(made));
    return made.structuredContent.id ?? made.structuredContent.token.id;
  };
  const before = await ada.names();
  await create(ada, 'adas-token');
  const id = await create(bob, 'bobs-token');
  assert.deepEqual(await bob.names(), ['bobs-token']);
  assert.deepEqual((await ada.names()).sort(), [...before, 'adas-token'].sort());

  // Another's token is as if there were none.
  const wanted = await ada.call('tfy_access_tokens_get', { id });
  const unknown = await ada.call('tfy_access_tokens_get', { id: 'pat-there-is-none' });
  assert.deepEqual(wanted.structuredContent, unknown.structuredContent);
  const doomed = await ada.call('tfy_access_tokens_delete', { id });
  assert.equal(statusOf(doomed), 'not_found', textOf(doomed));
  await assert.rejects(ada.client.readResource({ uri: `tfy://access-tokens/${id}` }), /There is no resource .+, or it is not yours to read/);
  assert.equal((await bob.client.readResource({ uri: `tfy://access-tokens/${id}` })).contents.length, 1);

  // Who has no key is told so, and nothing is sent.
  const sent = (await world.upstreamLog()).length;
  const none = await eve.call('tfy_access_tokens_list');
  assert.ok(none.isError);
  assert.match(textOf(none), /There is no TrueFoundry key for this caller\. .+ Nothing was sent\./);
  const status = await eve.status();
  assert.deepEqual([status.connection, status.cause, status.key_set], ['misconfigured', 'no_key_for_caller', false]);
  assert.equal((await world.upstreamLog()).length, sent);
  assert.equal((await bob.status()).connection, 'works');
  const log = server.process.stderr;
  assert.ok(!log.includes(keyOfBob));
});

test('SIGHUP reads the file again; one that is wrong changes nothing', async t => {
  const world = await World.start(t, { accounts: ['bob'] });
  await world.enrol();
  const evas = await give(world, 'eva');
  const file = write(world, entry('person = "no-*"', 'shared'));
  const server = await serve(world, '--principals', file);
  const eva = await agent(world, server, evas);
  const again = async (text, pattern) => {
    write(world, text);
    server.process.child.kill('SIGHUP');
    await server.process.logs(pattern);
  };
  assert.equal((await eva.status()).cause, 'no_key_for_caller');
  await again(entry('person = "eva"', 'shared'), /the file of --principals was not read anew[^\n]+who is not enrolled/);
  assert.equal((await eva.status()).cause, 'no_key_for_caller');
  await again(entry('person = "ev?"', 'shared'), /the file of --principals was read anew/);
  assert.equal((await eva.status()).connection, 'works');
  await again('[[principal]]\n', /line 1: an entry needs 'principal' or 'person'/);
  assert.equal((await eva.status()).connection, 'works');
});

test('--shared-key lends the server’s own key to all; callers of this machine have it anyway', async t => {
  const world = await World.start(t);
  const adas = await give(world, 'ada');
  const shared = await serve(world, '--shared-key');
  assert.equal((await (await agent(world, shared, adas)).status()).connection, 'works');
  await shared.process.stop();
  const alone = await serve(world);
  assert.equal((await (await agent(world, alone, adas)).status()).cause, 'no_key_for_caller');
  await alone.process.stop();
  const near = world.spawn(['serve', '--listen', '127.0.0.1:0', '--callers', 'keys']);
  const [, endpoint] = await near.says(/^MCP endpoint: (\S+)\n/m);
  assert.equal((await (await agent(world, { endpoint }, adas)).status()).connection, 'works');
});

test('without a key of its own the server is ready, and the doctor says who can call tools', async t => {
  const world = await World.start(t, { accounts: ['bob'] });
  delete world.env.TFY_API_KEY;
  const bobs = await give(world, 'bob');
  const keyFile = join(world.folder, 'bob');
  writeFileSync(keyFile, keyOfBob, { mode: 0o600 });
  const file = write(world, entry(`principal = "${bobs.principal}"`, keyFile));
  const server = await serve(world, '--principals', file);
  assert.equal((await fetch(new URL('/readyz', server.endpoint))).status, 200);
  assert.equal((await (await agent(world, server, bobs)).status()).connection, 'works');
  const args = ['doctor', '--json', '--callers', 'keys', ...network, '--principals', file];
  const { findings } = JSON.parse((await runToEnd(binary, args, { env: world.env })).stdout);
  const [upstream] = findings.filter(each => each.what === 'TrueFoundry');
  assert.deepEqual([upstream.level, upstream.cause], ['warning', 'key_not_set']);
  assert.match(upstream.why, /Only callers with keys of their own can call tools\.$/);
});

test('a file that names a stranger, or that others may write, stops the start; the doctor says the same', async t => {
  const world = await World.start(t);
  await world.enrol();
  const refused = async (file, why) => {
    const args = ['--callers', 'keys', ...network, '--principals', file];
    const done = await runToEnd(binary, ['serve', '--listen', '127.0.0.1:0', ...args], { env: world.env });
    assert.equal(done.code, 1, done.stdout);
    assert.match(done.stderr, why);
    const doctor = await runToEnd(binary, ['doctor', '--json', ...args], { env: world.env });
    const found = JSON.parse(doctor.stdout).findings.filter(each => each.level === 'broken');
    assert.ok(found.some(each => why.test(each.why)), doctor.stdout);
  };
  await refused(write(world, entry('person = "stranger"', 'shared')), /names the person 'stranger', who is not enrolled/);
  const open = write(world, entry('person = "*"', 'shared'));
  chmodSync(open, 0o666);
  await refused(open, /Other users may write the file of --principals/);
});
