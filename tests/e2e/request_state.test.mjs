// requestState over both transports: replayed, tampered with, carried to another call.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answered, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const capabilities = { elicitation: {} };
const tool = 'tfy_access_tokens_create';
const args = { payload: { name: 'replayed' } };
const yes = { decision: 'approve', confirm_name: 'replayed', destination: 'agent' };

const peers = {
  stdio: async world => new RawStdio(world),
  HTTP: async world => new RawHttp(world, (await world.serve()).endpoint),
};

async function ask(peer, id, name = tool, withArgs = args) {
  const { result, error } = await peer.exchange(toolCall(id, name, withArgs, { capabilities }));
  assert.equal(result?.resultType, 'input_required', JSON.stringify(error ?? result));
  assert.equal(typeof result.requestState, 'string');
  return result;
}

for (const [transport, open] of Object.entries(peers)) {
  test(`${transport}: the same requestState after success gives the stored, masked outcome, and no second token`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    const asked = await ask(peer, 1);
    const first = await peer.exchange(answered(2, asked, tool, args, yes, { capabilities }));
    assert.equal(first.result?.structuredContent?.status, 'executed', JSON.stringify(first));
    const second = await peer.exchange(answered(3, asked, tool, args, yes, { capabilities }));
    assert.deepEqual(second.result.structuredContent, first.result.structuredContent);
    const bare = await peer.exchange(
      toolCall(4, tool, args, { capabilities, requestState: asked.requestState })
    );
    assert.deepEqual(bare.result.structuredContent, first.result.structuredContent);
    assert.equal(await world.upstreamCount('POST'), 1);
  });

  test(`${transport}: a requestState that was changed in one character is a protocol error`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    const asked = await ask(peer, 1);
    const state = asked.requestState;
    const middle = Math.floor(state.length / 2);
    const wrong = [
      `${state}-TAMPERED`,
      state.slice(0, -1),
      state.slice(0, middle) + (state[middle] === 'A' ? 'B' : 'A') + state.slice(middle + 1),
      '',
      'eyJhcHByb3ZhbCI6ImFwcl8xIn0',
    ];
    for (const [index, changed] of wrong.entries()) {
      const answer = await peer.exchange(
        answered(10 + index, asked, tool, args, yes, { capabilities, state: changed })
      );
      assert.equal(answer.error?.code, -32602, `${index}: ${JSON.stringify(answer)}`);
    }
    assert.equal(await world.upstreamCount('POST'), 0);
    const right = await peer.exchange(answered(20, asked, tool, args, yes, { capabilities }));
    assert.equal(right.result?.structuredContent?.status, 'executed', 'the real one still works');
  });

  test(`${transport}: a requestState admits no other call than its own`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    const asked = await ask(peer, 1);
    const others = [
      [tool, { payload: { name: 'replayed-not' } }],
      [tool, { payload: { name: 'replayed', tokenType: 'jwt' } }],
      ['tfy_access_tokens_delete', { id: 'jqfwg345gi25n5ju2yz5iz6m' }],
    ];
    for (const [index, [name, other]] of others.entries()) {
      const answer = await peer.exchange(
        answered(10 + index, asked, name, other, { ...yes, confirm_name: 'replayed' }, { capabilities })
      );
      assert.equal(answer.error?.code, -32602, `${name}: ${JSON.stringify(answer)}`);
    }
    assert.equal(await world.upstreamCount('POST') + await world.upstreamCount('DELETE'), 0);
  });

  test(`${transport}: the value is in no replay of a reveal`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    const asked = await ask(peer, 1);
    const created = await peer.exchange(
      answered(2, asked, tool, args, { ...yes, destination: 'none' }, { capabilities })
    );
    const again = { reveal_id: created.result.structuredContent.reveal_id };
    const question = await ask(peer, 3, 'tfy_access_tokens_reveal', again);
    const confirm = { decision: 'approve', confirm_name: 'replayed' };
    const shown = await peer.exchange(
      answered(4, question, 'tfy_access_tokens_reveal', again, confirm, { capabilities })
    );
    assert.ok(!shown.result.isError, JSON.stringify(shown));
    const value = /^(?:One-time token:\s*)?`?([A-Za-z0-9._~+/=-]{24,})`?$/m.exec(
      shown.result.content[0].text
    )[1];
    const replayed = await peer.exchange(
      answered(5, question, 'tfy_access_tokens_reveal', again, confirm, { capabilities })
    );
    assert.ok(replayed.result.isError);
    assert.ok(!JSON.stringify(replayed).includes(value));
    await world.assertSeenOnce(value);
  });
}
