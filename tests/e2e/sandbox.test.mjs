// The stand-in control plane as a program: its faults on the wire, its log, its verdict; and the server in front of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { binary, runToEnd, until } from './lib/process.mjs';
import { create, names, statusOf, textOf } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const collection = '/api/svc/v1/personal-access-tokens';
const dana = 'tfy-sandbox-key-0000-not-a-secret';
const keyOf = name => `tfy-sandbox-key-${name}-not-a-secret`;

/** One request to the control plane itself. */
function ask(world, method, rest = '', { key = dana, body } = {}) {
  return fetch(world.upstream + collection + rest, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
}

const listed = async (world, key = dana) => (await ask(world, 'GET', '', { key })).json();

test('faults on the wire, as a client of nobody’s making sees them', async t => {
  const world = await World.start(t);
  const post = { method: 'POST', path: collection };
  await world.faults(
    { match: post, do: { reset: 'before_work' } },
    { match: { ...post, nth: 2 }, do: { half_body: true } },
    { match: { ...post, nth: 3 }, do: { status: 429, retry_after: '7' } },
    { match: { ...post, nth: 4 }, do: { html: 502, after_work: true } },
    { match: { ...post, nth: 5 }, do: { drip_ms: 1 } },
    { match: { ...post, nth: 6 }, do: { delay_ms: 150 } }
  );
  const make = name => ask(world, 'POST', '', { body: { name, tokenType: 'opaque' } });
  await assert.rejects(make('one-reset'), 'a reset connection');
  await assert.rejects(async () => (await make('two-half')).text(), 'half a body');
  const limited = await make('three-429');
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '7');
  const proxied = await make('four-502');
  assert.equal(proxied.status, 502);
  assert.match(await proxied.text(), /^<html>/);
  assert.match((await (await make('five-dripped')).json()).token, /^tfy-/);
  const start = performance.now();
  assert.match((await (await make('six-late')).json()).token, /^tfy-/);
  assert.ok(performance.now() - start >= 149, 'it came late');

  const made = (await listed(world)).data.map(each => each.manifest.name).sort();
  assert.deepEqual(made, ['five-dripped', 'four-502', 'six-late', 'two-half']);
  const left = await (await fetch(`${world.upstream}/__sandbox/faults`)).json();
  assert.deepEqual(left, []);
  const log = (await world.upstreamLog()).filter(line => line.method === 'POST');
  assert.deepEqual(
    log.map(line => line.status),
    [null, 200, 429, 502, 200, 200]
  );
  assert.deepEqual(log[3].faults, [{ html: 502, after_work: true }]);
});

test('accounts have tokens and keys of their own, and the log says whose key it was', async t => {
  const world = await World.start(t, {
    sandbox: ['--account', 'alice', '--account', 'guest:forbidden', '--access-log', 'access.log'],
  });
  await world.sandbox.says(/^account alice \(key: tfy-sandbox-key-alice-not-a-secret\)$/m);
  const body = { name: 'ci-pipeline', tokenType: 'opaque' };
  const { token } = await (await ask(world, 'POST', '', { key: keyOf('alice'), body })).json();
  assert.equal((await listed(world)).pagination.total, 0);
  const [mine] = (await listed(world, token)).data;
  assert.equal(mine.createdBySubject.subjectSlug, 'alice@sandbox.example');
  assert.equal((await ask(world, 'DELETE', `/${mine.id}`)).status, 404);
  assert.equal((await ask(world, 'GET', '', { key: keyOf('guest') })).status, 403);
  assert.equal((await ask(world, 'GET', `?nameSearchQuery=${token}`, { key: 'nobody' })).status, 401);
  assert.equal((await ask(world, 'DELETE', `/${mine.id}`, { key: token })).status, 200);

  await world.sandbox.stop();
  const text = readFileSync(join(world.folder, 'access.log'), 'utf8');
  const lines = text.trim().split('\n').map(line => JSON.parse(line));
  assert.deepEqual(
    lines.map(line => [line.method, line.status, line.account]),
    [
      ['POST', 200, 'alice'],
      ['GET', 200, 'dana'],
      ['GET', 200, 'alice'],
      ['DELETE', 404, 'dana'],
      ['GET', 403, 'guest'],
      ['GET', 401, ''],
      ['DELETE', 200, 'alice'],
    ]
  );
  assert.doesNotMatch(text, new RegExp(`${token}|${dana}|${keyOf('alice')}`));
  assert.doesNotMatch(world.sandbox.stdout, /^\{/m);
});

test('the server shows its own account’s tokens and deletes no other’s', async t => {
  const world = await World.start(t, { sandbox: ['--account', 'alice', '--account', 'bob'] });
  for (const name of ['alice', 'bob'])
    assert.equal((await ask(world, 'POST', '', { key: keyOf(name), body: { name: `of-${name}` } })).status, 200);
  const [ofBob] = (await listed(world, keyOf('bob'))).data;
  world.env.TFY_API_KEY = keyOf('alice');
  const connection = await open('modern stdio', world);
  assert.deepEqual(await names(connection), ['of-alice']);
  const refused = await connection.call('tfy_access_tokens_delete', { id: ofBob.id });
  assert.match(textOf(refused), /Token ID not found/);
  assert.equal(connection.person.asked.length, 0, 'nobody is asked about what is not there');
  assert.equal((await listed(world, keyOf('bob'))).pagination.total, 1);
});

const lostCreates = {
  'a reset after the work was done': [{ reset: 'after_work' }, /was lost on the way\./],
  'half an answer': [{ half_body: true }, /was lost on the way\./],
  'a proxy’s 502 after the work was done': [{ html: 502, after_work: true }, /was lost on the way\./],
  'a proxy’s 502 before it': [{ html: 502 }, /it was not created/],
  'a reset before the work was done': [{ reset: 'before_work' }, /it was not created/],
  '429 with Retry-After': [{ status: 429, retry_after: '1' }, /accepts no more requests for now \(429\)/],
};

for (const [name, [fault, says]] of Object.entries(lostCreates))
  test(`a create that meets ${name} is sent once, and what became of it is found out`, async t => {
    const world = await World.start(t);
    await world.faults({ match: { method: 'POST', path: collection }, do: fault });
    const connection = await open('modern stdio', world);
    connection.person.willApprove('made-once', { destination: 'none' });
    const result = await create(connection, 'made-once');
    assert.ok(result.isError, textOf(result));
    assert.match(textOf(result), says);
    assert.notEqual(statusOf(result), 'executed');
    assert.equal(await world.upstreamCount('POST'), 1);
    const there = (await listed(world)).pagination.total === 1;
    assert.equal(there, /its value (is|was) lost/.test(textOf(result)), 'what is said is so');
  });

test('a read goes on over a page that moved, a 503, a cut-off answer and both kinds of manifest', async t => {
  const world = await World.start(t);
  const made = Array.from({ length: 120 }, (_, n) => `n-${n}x`);
  for (const name of made) await ask(world, 'POST', '', { body: { name, tokenType: 'opaque' } });
  const read = { method: 'GET', path: collection };
  await world.faults(
    { match: read, do: { status: 503 } },
    { match: { ...read, nth: 2 }, do: { half_body: true } },
    { match: { ...read, query: 'offset=100' }, do: { delete: 'n-119x' } },
    { match: { ...read, nth: 4, count: 9 }, do: { shape: 'camel' } }
  );
  const connection = await open('modern stdio', world);
  const result = await connection.call('tfy_access_tokens_list', { limit: 100 });
  const rest = await connection.call('tfy_access_tokens_list', { limit: 100, cursor: result.structuredContent.next_cursor });
  const seen = [...result.structuredContent.tokens, ...rest.structuredContent.tokens].map(token => token.name);
  assert.deepEqual(seen.sort(), made.filter(name => name !== 'n-119x').sort());
});

test('a client that calls GET /{name} or revoke/all makes the sandbox end with 1, and it cannot be missed', async t => {
  const world = await World.start(t);
  world.endsBadly = true;
  assert.equal((await ask(world, 'GET', '/jqfwg345gi25n5ju2yz5iz6m')).status, 599);
  assert.equal((await ask(world, 'DELETE', '/revoke/all', { body: { email: 'a@b.example' } })).status, 599);
  assert.equal((await ask(world, 'DELETE', '/revoke%2Fall')).status, 400);
  assert.equal((await ask(world, 'DELETE', '/revoke/all/')).status, 599);
  const after = await ask(world, 'GET');
  assert.equal(after.status, 599, 'and nothing else is answered any more');
  assert.match((await after.json()).message, /a client sent GET \/\{name\}.*start it anew/);
  const log = await world.upstreamLog();
  assert.equal(log.filter(line => line.danger).length, 4);
  assert.equal((await world.sandbox.stop()).code, 1);
  assert.match(world.sandbox.stderr, /\*\*\* tfy-pat-mcp sandbox: A CLIENT SENT WHAT MUST NEVER BE SENT/);
  assert.match(world.sandbox.stderr, /4 request\(s\) came in that must never be sent:/);
  assert.match(world.sandbox.stderr, /a client called GET \/\{name\}, which would have created a token/);
  assert.match(world.sandbox.stderr, /a client called DELETE \/revoke\/all, which would have revoked every token/);
});

test('a sandbox that is told to end does not wait out its own delays', async t => {
  const world = await World.start(t);
  await world.faults({ do: { delay_ms: 600_000 } });
  const answer = listed(world);
  const waiting = () => world.sandbox.stdout.includes('"delay_ms":600000');
  await until(waiting, { what: () => 'the request in the log', change: look => world.sandbox.watchers.add(look) });
  const start = performance.now();
  assert.equal((await world.sandbox.stop()).code, 0);
  assert.ok(performance.now() - start < 5_000);
  assert.equal((await answer).pagination.total, 0, 'it comes at once, and whole');
});

test('an account that cannot be, and a log that cannot be written, are told before anything starts', async t => {
  const world = await World.start(t);
  const wrong = async (...args) => runToEnd(binary, ['sandbox', '--listen', '127.0.0.1:0', ...args], { env: world.env });
  const account = await wrong('--account', 'Alice');
  assert.equal(account.code, 2);
  assert.match(account.stderr, /1 to 32 lowercase letters/);
  const twice = await wrong('--account', 'alice', '--account', 'bob', '--account', 'alice:forbidden');
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /The account alice is given twice\. Nothing was started/);
  const log = await wrong('--access-log', join(world.folder, 'no-such-folder', 'log'));
  assert.equal(log.code, 1);
  assert.match(log.stderr, /cannot be written\. Nothing was started/);
});
