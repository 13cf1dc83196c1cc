// A key is kept as known once TrueFoundry accepted it; any other word is forgotten with the setting that held it.
import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, runToEnd, until } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const mark = '[redacted:access-token TFY_API_KEY]';

async function echoed(peer, id, word) {
  return JSON.stringify(await peer.exchange(toolCall(id, word, {})));
}

async function session(world, key) {
  const peer = new RawStdio(world, () => world.spawn(['stdio'], { ...world.env, TFY_API_KEY: key }));
  const listed = (await peer.exchange(toolCall(1, 'tfy_access_tokens_list', {}))).result;
  return { peer, listed };
}

async function end(peer) {
  peer.server.child.stdin.end();
  await peer.server.ended;
}

async function filtered(world, input, env = world.env) {
  const done = await runToEnd(binary, ['redact'], { env, input });
  assert.equal(done.code, 0, done.stderr);
  return done.stdout;
}

test('a wrong word as the key is redacted while it is configured, and forgotten with the next start', async t => {
  const world = await World.start(t);
  const wrong = await session(world, 'TypeError');
  assert.ok(wrong.listed.isError);
  const while_configured = await echoed(wrong.peer, 2, 'TypeError');
  assert.ok(while_configured.includes(mark), while_configured);
  await end(wrong.peer);

  const right = await session(world, world.env.TFY_API_KEY);
  assert.ok(!right.listed.isError, JSON.stringify(right.listed));
  const after = await echoed(right.peer, 2, 'TypeError');
  assert.ok(after.includes('TypeError') && !after.includes('redacted:'), after);
  await end(right.peer);
  assert.equal(await filtered(world, 'TypeError: x\n'), 'TypeError: x\n');
});

test('the same without a restart, where the key file is put right; what was accepted stays known', async t => {
  const world = await World.start(t);
  const key = world.env.TFY_API_KEY;
  const file = join(world.folder, 'key');
  const replace = text => {
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  replace('TypeError');
  delete world.env.TFY_API_KEY;
  world.env.TFY_API_KEY_FILE = file;
  const peer = new RawStdio(world);
  const logged = times =>
    until(() => peer.server.stderr.split('the key was replaced').length > times, {
      what: () => peer.server.stderr,
      change: look => peer.server.watchers.add(look),
    });
  assert.ok((await echoed(peer, 1, 'TypeError')).includes(mark));
  replace(key);
  await logged(1);
  assert.ok((await echoed(peer, 2, 'TypeError')).includes('TypeError'));
  assert.ok(!(await peer.exchange(toolCall(3, 'tfy_access_tokens_list', {}))).result.isError);
  replace('NextWord');
  await logged(2);
  assert.ok((await echoed(peer, 4, key)).includes(mark), 'accepted once');
  await end(peer);
  delete world.env.TFY_API_KEY_FILE;
  assert.equal(await filtered(world, `${key} NextWord\n`), `${mark} NextWord\n`);
});

test('what is known is listed by name, and forgotten by name, with a record in the journal', async t => {
  const world = await World.start(t);
  const { peer } = await session(world, world.env.TFY_API_KEY);
  await end(peer);
  const env = { ...world.env };
  delete env.TFY_API_KEY;
  const redact = (...args) => runToEnd(binary, ['redact', ...args], { env });
  const known = await redact('--known');
  assert.deepEqual([known.code, known.stdout], [0, 'TFY_API_KEY\n'], known.stderr);
  assert.deepEqual(JSON.parse((await redact('--known', '--json')).stdout), { known: [{ name: 'TFY_API_KEY', values: 1 }] });
  assert.ok(!(await filtered(world, world.env.TFY_API_KEY, env)).includes('sandbox-key'));

  const nobody = await redact('--forget', 'no-such-name');
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /Nothing was forgotten/);
  const forgotten = await redact('--forget', 'TFY_API_KEY');
  assert.equal(forgotten.code, 0, forgotten.stderr);
  assert.match(forgotten.stdout, /Forgotten: TFY_API_KEY.*until they start again/);
  assert.equal((await redact('--known')).stdout, '');
  assert.equal((await redact('--forget', 'TFY_API_KEY')).code, 1);
  assert.equal(await filtered(world, world.env.TFY_API_KEY, env), world.env.TFY_API_KEY);
  const journal = (await world.terminal(['audit', 'export'])).stdout;
  assert.equal(journal.split('"token_forgotten"').length, 2, journal);
  assert.equal((await world.terminal(['audit', 'verify'])).code, 0);
});
