// What was approved for one user of TrueFoundry does not run as another, whose key took its place meanwhile.
import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { untilPolled } from './lib/process.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const keyOf = { dana: 'tfy-sandbox-key-0000-not-a-secret', alice: 'tfy-sandbox-key-alice-not-a-secret' };
const create = name => toolCall(name, 'tfy_access_tokens_create', { payload: { name } });

/** As an operator replaces a key file. */
function putKey(file, of) {
  writeFileSync(`${file}.new`, keyOf[of], { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

async function begin(t) {
  const world = await World.start(t, { accounts: ['alice'], hold: '0s', policy: rules({ assurance: 'terminal' }) });
  const file = join(world.folder, 'key');
  putKey(file, 'dana');
  delete world.env.TFY_API_KEY;
  world.env.TFY_API_KEY_FILE = file;
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  const asked = async name => (await peer.exchange(create(name))).result.structuredContent;
  /** Until a list is read as this account. */
  const worksAs = account =>
    untilPolled(
      async () => {
        await peer.exchange(toolCall('list', 'tfy_access_tokens_list', {}));
        return (await world.upstreamLog()).filter(each => each.method === 'GET').at(-1)?.account === account;
      },
      { what: () => `a list as ${account}` }
    );
  const made = async () => (await world.upstreamLog()).filter(each => each.method === 'POST').map(each => each.account);
  return { world, file, asked, worksAs, made };
}

test('a request that was approved before the key was replaced by another user’s is asked anew', async t => {
  const { world, file, asked, worksAs, made } = await begin(t);
  const first = await asked('swapped');
  assert.equal(first.status, 'approval_pending');
  const approved = await world.decide(['approve', first.approval_id], ['swapped', 'none']);
  assert.equal(approved.code, 0, approved.stdout + approved.stderr);
  putKey(file, 'alice');
  await worksAs('alice');
  const again = await asked('swapped');
  assert.equal(again.status, 'approval_pending', JSON.stringify(again));
  assert.notEqual(again.approval_id, first.approval_id);
  assert.deepEqual(await made(), [], 'no token was made in either account');
  const shown = await world.terminal(['approvals', 'show', first.approval_id]);
  assert.match(shown.stdout, /was withdrawn/);
});

test('with the key that it was asked with it runs, and as that user', async t => {
  const { world, asked, worksAs, made } = await begin(t);
  await worksAs('dana');
  const first = await asked('kept');
  const approved = await world.decide(['approve', first.approval_id], ['kept', 'none']);
  assert.equal(approved.code, 0, approved.stdout + approved.stderr);
  assert.equal((await asked('kept')).status, 'executed');
  assert.deepEqual(await made(), ['dana']);
});
