// The journal says only what became true: what failed or was not confirmed has no record.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { enrolFirst, me, passphrase, peopleTerminal } from './lib/people.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const fresh = 'battery staple correct';

async function kinds(world) {
  const exported = await world.terminal(['audit', 'export']);
  assert.equal(exported.code, 0, exported.stderr);
  return exported.stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line).kind);
}

const set = (world, lines) => world.terminal(['approvals', 'passphrase'], lines);

/** A world whose state directory is there. */
async function begin(t) {
  const world = await World.start(t, { hold: '0s' });
  const peer = new RawStdio(world);
  const args = { payload: { name: 'makes-the-state' } };
  await peer.exchange(toolCall(1, 'tfy_access_tokens_create', args));
  return { world, peer };
}

test('who is enrolled, and each new passphrase, is journalled where it became true, and nowhere else', async t => {
  const { world } = await begin(t);
  const first = dialogue => peopleTerminal(world, ['first'], dialogue);
  const nth = (prompt, n) => new RegExp(`(?:${prompt}[^]*){${n}}`);
  const name = [/Your name/, me];
  const tooShort = [1, 2, 3].map(n => [nth('New passphrase \\(', n), 'eleven char']);
  const different = [1, 2, 3].flatMap(n => [
    [nth('New passphrase \\(', n), passphrase],
    [nth('New passphrase again', n), 'another horse battery'],
  ]);
  for (const [dialogue, why] of [
    [[name, ...tooShort], /(?:needs at least 12 characters[^]*){3}Nothing was set/],
    [[name, ...different], /(?:two passphrases differ[^]*){3}/],
    [[[/Your name/, 'no:name']], /up to 64 letters A-Z and a-z, digits/],
  ]) {
    const tried = await first(dialogue);
    assert.notEqual(tried.code, 0, tried.text);
    assert.match(tried.text, why);
    assert.deepEqual(await kinds(world), ['requested'], String(why));
  }
  const corrected = await first([name, tooShort[0], [nth('New passphrase \\(', 2), passphrase], [/New passphrase again/, passphrase]]);
  assert.equal(corrected.code, 0, corrected.text);
  assert.deepEqual(await kinds(world), ['requested', 'person_enrolled']);
  assert.equal((await set(world, ['wrong one', 'x', 'x'])).code, 1);
  assert.deepEqual(await kinds(world), ['requested', 'person_enrolled']);
  assert.equal((await set(world, [passphrase, fresh, fresh])).code, 0);
  assert.deepEqual(await kinds(world), ['requested', 'person_enrolled', 'person_credential']);
});

test('a passphrase that cannot be journalled is not set, and the one before still holds', async t => {
  const { world } = await begin(t);
  assert.equal((await enrolFirst(world)).code, 0);
  // The database takes no more from here on: the kernel refuses writes behind this size.
  const size = statSync(join(world.state, 'ledger.db-wal')).size;
  assert.ok(size > 4096, 'the log of the database is longer than the limit');
  const script = 'ulimit -f "$1"; shift; exec "$@"';
  const tried = await runToEnd(
    'bash',
    ['-c', script, '_', '4', binary, 'approvals', 'passphrase'],
    { env: world.env, input: [passphrase, fresh, fresh].map(line => `${line}\n`).join('') }
  );
  assert.equal(tried.code, 1, tried.stdout + tried.stderr);
  assert.match(tried.stderr, /cannot be (written|used)|disk|full/i);
  assert.deepEqual(await kinds(world), ['requested', 'person_enrolled']);
  assert.equal((await set(world, [fresh, 'x', 'x'])).code, 1, 'the new one does not hold');
  assert.equal((await set(world, [passphrase, fresh, fresh])).code, 0, 'the old one does');
});
