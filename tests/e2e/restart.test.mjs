// The server dies (kill -9) while a request is pending: nothing is lost, nothing runs twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { measured } from './lib/processor.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { create, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const name = 'outlives-it';
const call = id => toolCall(id, 'tfy_access_tokens_create', { payload: { name } });

test('stdio: killed while pending; after a restart it is still there, is decided, and the call continues', async t => {
  const world = await World.start(t);
  const first = new RawStdio(world);
  const pending = await first.exchange(call(1));
  const { approval_id: id } = pending.result.structuredContent;
  await first.server.stop('SIGKILL');

  const listed = await world.terminal(['approvals', 'list', '--json']);
  assert.deepEqual(
    JSON.parse(listed.stdout).approvals.map(each => [each.id, each.state]),
    [[id, 'pending']]
  );
  const second = new RawStdio(world);
  const still = await second.exchange(call(1));
  assert.equal(
    still.result.structuredContent.approval_id,
    id,
    'the repeated call attaches to the same request'
  );
  assert.equal((await world.decide(['approve', id], [name, 'none'])).code, 0);
  const done = await second.exchange(call(2));
  assert.equal(done.result.structuredContent.status, 'executed', JSON.stringify(done));
  assert.equal(await world.upstreamCount('POST'), 1);
  const verified = await world.terminal(['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

test('HTTP: killed while pending, decided on the page of the next process', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }) });
  const first = await world.serve();
  const one = await open('modern HTTP', world, { endpoint: first.endpoint, elicitation: null });
  const pending = await create(one, name);
  assert.equal(statusOf(pending), 'approval_pending', textOf(pending));
  await first.process.stop('SIGKILL');

  const second = await world.serve();
  const page = await Page.signIn(world, second);
  const [approval] = await page.pending();
  assert.equal(approval.id, pending.structuredContent.approval_id);
  await page.approved(approval, { destination: 'agent' });
  const two = await open('modern HTTP', world, { endpoint: second.endpoint, elicitation: null });
  const created = await create(two, name);
  assert.equal(statusOf(created), 'executed', textOf(created));
  const shown = await reveal(two, created.structuredContent.reveal_id);
  assert.ok(!shown.isError, textOf(shown));
  assert.equal(await world.upstreamCount('POST'), 1);
  await world.assertSeenOnce(valueIn(shown));
});

test('a value that was held by a process that was killed is gone, and the answer says what to do', async t => {
  const world = await World.start(t);
  const first = new RawStdio(world);
  const pending = await first.exchange(call(1));
  assert.equal(
    (
      await world.decide(['approve', pending.result.structuredContent.approval_id],
        [name, 'agent']
      )
    ).code,
    0
  );
  const created = await first.exchange(call(2));
  const { reveal_id } = created.result.structuredContent;
  await first.server.stop('SIGKILL');
  const second = new RawStdio(world);
  const gone = await second.exchange(toolCall(1, 'tfy_access_tokens_reveal', { reveal_id }));
  assert.ok(gone.result.isError, JSON.stringify(gone));
  assert.match(gone.result.content[0].text, /Delete the token "outlives-it" with tfy_access_tokens_delete and create a new one\./);
});

test('stdio ends promptly, with 0, at the end of its input and at SIGTERM', async t => {
  const world = await World.start(t);
  for (const end of [server => server.child.stdin.end(), server => server.child.kill('SIGTERM')]) {
    const peer = new RawStdio(world);
    await peer.exchange(toolCall(1, 'tfy_config_status', {}));
    const { result, took } = await measured(peer.server.child.pid, () => {
      end(peer.server);
      return peer.server.ended;
    });
    assert.equal(result.code, 0, peer.server.stderr);
    assert.ok(took < 2000, `it took ${took} ms`);
  }
});
