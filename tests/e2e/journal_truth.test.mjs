// The journal says only what became true: what failed or was not confirmed has no record.
import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, runToEnd } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const passphrase = 'correct horse';

async function kinds(world) {
  const exported = await world.terminal(['audit', 'export']);
  assert.equal(exported.code, 0, exported.stderr);
  return exported.stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line).kind);
}

const set = (world, lines) => world.terminal(['approvals', 'passphrase'], lines);
const approvers = world => join(world.state, 'approvers');

/** A world whose state directory is there. */
async function begin(t) {
  const world = await World.start(t, { hold: '0s' });
  const peer = new RawStdio(world);
  const args = { payload: { name: 'makes-the-state' } };
  await peer.exchange(toolCall(1, 'tfy_access_tokens_create', args));
  return { world, peer };
}

test('a passphrase is journalled as set where it was set, and nowhere else', async t => {
  const { world } = await begin(t);
  const nothing = [
    { lines: ['short', 'short'], says: /8 characters.*Nothing was set/ },
    { lines: [passphrase, 'another horse'], says: /Nothing was set/ },
    { lines: [passphrase], says: /Nothing was set/ },
  ];
  for (const { lines, says } of nothing) {
    const tried = await set(world, lines);
    assert.equal(tried.code, 1, tried.stdout);
    assert.match(tried.stderr, says);
    assert.deepEqual(await kinds(world), ['requested'], JSON.stringify(lines));
  }
  writeFileSync(approvers(world), 'a file where the folder would be');
  assert.equal((await set(world, [passphrase, passphrase])).code, 1);
  assert.deepEqual(await kinds(world), ['requested'], 'it could not be written');
  rmSync(approvers(world));

  const done = await set(world, [passphrase, passphrase]);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(await kinds(world), ['requested', 'passphrase_set']);
  assert.equal((await set(world, ['wrong one', 'x', 'x'])).code, 1);
  assert.deepEqual(await kinds(world), ['requested', 'passphrase_set']);
});

test('a passphrase that cannot be journalled is not set, and the one before still holds', async t => {
  const { world } = await begin(t);
  assert.equal((await set(world, [passphrase, passphrase])).code, 0);
  // The database takes no more from here on, and every small file does: the kernel refuses writes behind this size.
  const size = statSync(join(world.state, 'ledger.db-wal')).size;
  assert.ok(size > 4096, 'the log of the database is longer than the limit');
  const script = 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"';
  const fresh = 'battery staple';
  const tried = await runToEnd(
    'bash',
    ['-c', script, '_', '4', binary, 'approvals', 'passphrase'],
    { env: world.env, input: [passphrase, fresh, fresh].map(line => `${line}\n`).join('') }
  );
  assert.equal(tried.code, 1, tried.stdout + tried.stderr);
  assert.match(tried.stderr, /cannot be (written|used)|disk|full/i);
  assert.deepEqual(await kinds(world), ['requested', 'passphrase_set']);
  assert.deepEqual(
    readdirSync(approvers(world)).filter(name => name.startsWith('.')),
    [],
    'no draft stays behind'
  );
  assert.equal((await set(world, [fresh, 'x', 'x'])).code, 1, 'the new one does not hold');
  assert.equal((await set(world, [passphrase, fresh, fresh])).code, 0, 'the old one does');
});
