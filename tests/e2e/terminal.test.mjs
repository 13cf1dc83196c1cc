// A person in a real terminal: the passphrase is asked for and never shown, and whoever lacks it decides nothing.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolFirst, enrolPeople, passphrase, signInCode } from './lib/people.mjs';
import { create, idOf, statusOf, textOf } from './lib/story.mjs';
import { atTerminal } from './lib/terminal.mjs';
import { rules, World } from './lib/world.mjs';

const likeByDefault = rules({ assurance: 'terminal' })
  .replace('require_tty = false', 'require_tty = true')
  .replace('require_passphrase = false', 'require_passphrase = true');

function everyFileOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map(name => join(folder, name))
    .filter(file => statSync(file).isFile())
    .map(file => readFileSync(file, 'latin1'))
    .join('\n');
}

test('in a real terminal: no passphrase, a wrong one, the right one', async t => {
  const world = await World.start(t, { policy: likeByDefault });
  const connection = await open('modern stdio', world, { elicitation: null });
  const id = (await create(connection, 'by-hand')).structuredContent.approval_id;

  const unset = await atTerminal(world, ['approve', id], []);
  assert.equal(unset.code, 1, unset.text);
  assert.match(unset.text, /Be the first: tfy-pat-mcp people first/);

  const set = await enrolFirst(world);
  assert.equal(set.code, 0, set.text);
  assert.ok(!set.text.includes(passphrase), 'what is typed is not shown');

  const wrong = await atTerminal(world, ['approve', id], [[/Your passphrase/, 'correct horse']]);
  assert.equal(wrong.code, 1, wrong.text);
  assert.match(wrong.text, /Wrong name or passphrase/);
  assert.equal(statusOf(await create(connection, 'by-hand')), 'approval_pending');
  assert.equal(await world.upstreamCount('POST'), 0);

  const right = await atTerminal(world, ['approve', id], [
    [/Your passphrase/, passphrase],
    [/Type the token's name/, 'by-hand'],
    [/Where should the new value go/, 'agent'],
  ]);
  assert.equal(right.code, 0, right.text);
  assert.ok(!right.text.includes(passphrase));
  const created = await create(connection, 'by-hand');
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.ok(!everyFileOf(world.state).includes(passphrase), 'the passphrase stands in no file');
});

test('rules that a command brings along ask for more than the server does, never for less', async t => {
  const world = await World.start(t, { policy: likeByDefault });
  const connection = await open('modern stdio', world, { elicitation: null });
  const id = (await create(connection, 'bypass-me')).structuredContent.approval_id;
  const lax = join(world.folder, 'lax.toml');
  writeFileSync(lax, rules());
  const strict = world.env.TFY_PAT_MCP_POLICY;
  const attempts = [
    ['approve', id, '--policy', lax],
    ['sign-in', '--as', 'ann', '--policy', lax],
    ['permit', '--principal', 'stdio:root', '--names', 'by*', '--uses', '3', '--policy', lax],
  ];
  for (const arguments_ of attempts) {
    for (const policy of [strict, lax]) {
      world.env.TFY_PAT_MCP_POLICY = policy;
      const tried = await world.terminal(['approvals', ...arguments_], ['bypass-me', 'agent', 'by*']);
      assert.equal(tried.code, 1, tried.stdout + tried.stderr);
    }
  }
  const laxServer = await open('modern stdio', world, { elicitation: null }); // someone's own, on the same state
  await laxServer.call('tfy_config_status');
  assert.equal((await world.terminal(['approvals', ...attempts[0]], ['bypass-me', 'agent'])).code, 1);
  world.env.TFY_PAT_MCP_POLICY = strict;
  assert.equal(statusOf(await create(connection, 'bypass-me')), 'approval_pending');
  assert.equal(await world.upstreamCount('POST'), 0);
});

test('codes that two people make in a terminal sign each of them in: two of a quorum', async t => {
  const world = await World.start(t, {
    policy: rules({ assurance: null, more: 'quorum = 2\napprovers = ["ann", "bob"]' }),
    hold: '30s',
  });
  const server = await world.serve();
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint });
  const pages = {};
  await enrolPeople(world, ['ann', 'bob', 'cem']);
  for (const person of ['ann', 'bob', 'cem']) {
    pages[person] = await Page.signIn(world, { ...server, code: await signInCode(world, {}, person) });
  }
  const waiting = create(connection, 'by-two');
  const seen = await pages.ann.nextPending();
  await assert.rejects(pages.cem.approved(seen, { destination: 'page' }), 'cem may not decide');
  await pages.ann.approved(seen, { destination: 'page' });
  await assert.rejects(pages.ann.approved(seen, { destination: 'page' }), 'ann counts once');
  assert.equal(await world.upstreamCount('POST'), 0);
  await pages.bob.approved(await pages.bob.nextPending(), { destination: 'page' });
  const created = await waiting;
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.equal(await world.upstreamCount('POST'), 1);
  assert.ok(await idOf(connection, 'by-two'));
});
