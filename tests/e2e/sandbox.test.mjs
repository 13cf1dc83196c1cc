// The stand-in control plane as a program: its log, its verdict; and the server in front of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { ask, dana, listed } from './lib/control_plane.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { names, textOf } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const keyOf = name => `tfy-sandbox-key-${name}-not-a-secret`;

test('accounts have tokens and keys of their own, and the log says whose key it was', async t => {
  const world = await World.start(t, {
    sandbox: ['--account', 'alice', '--account', 'guest:forbidden', '--access-log', 'access.log'],
  });
  await world.sandbox.says(/^account alice \(key: tfy-sandbox-key-alice-not-a-secret\)\n/m);
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

test('a client that calls GET /{name} or revoke/all makes the sandbox end with 1, and it cannot be missed', async t => {
  const world = await World.start(t, { sandbox: [] });
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

test('a fault script is not for the sandbox that users run', async t => {
  const world = await World.start(t, { sandbox: [] });
  const posted = await fetch(`${world.upstream}/__sandbox/faults`, { method: 'POST', body: '{"do":{"status":503}}' });
  assert.equal(posted.status, 401);
  assert.equal((await listed(world)).pagination.total, 0);
  const help = await runToEnd(binary, ['sandbox', '--help'], { env: world.env });
  assert.doesNotMatch(help.stdout, /\bfaults?\b/i);
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
