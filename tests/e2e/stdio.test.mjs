// The whole main job over stdio, with the modern client and with the legacy one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { checkTools } from './lib/schemas.mjs';
import {
  checkForm,
  createApproved,
  refusals,
  reveal,
  statusOf,
  textOf,
  valueIn,
  wholeStory,
  wrongNameAsksAgain,
} from './lib/story.mjs';
import { World } from './lib/world.mjs';

for (const door of ['modern stdio', 'legacy stdio']) {
  test(`${door}: each tool is whole, and the list is always in the same order`, async t => {
    const world = await World.start(t);
    const first = await (await open(door, world)).tools();
    checkTools(first);
    assert.deepEqual(await (await open(door, world)).tools(), first);
  });

  for (const tokenType of ['jwt', 'opaque']) {
    test(`${door}: a ${tokenType} token is created, revealed once, deleted, and its value is nowhere else`, async t => {
      const world = await World.start(t);
      const connection = await open(door, world);
      const value = await wholeStory(world, connection, 'ci-pipeline', tokenType);
      await world.assertSeenOnce(value);
    });
  }

  test(`${door}: decline, cancel and deny are told apart, and nothing is created`, async t => {
    const world = await World.start(t);
    await refusals(world, await open(door, world));
  });

  test(`${door}: an approval without the right name typed is asked for again`, async t => {
    const world = await World.start(t);
    await wrongNameAsksAgain(world, await open(door, world), 'typed-name');
  });

  test(`${door}: a value that was not meant for the agent needs a second yes`, async t => {
    const world = await World.start(t);
    const connection = await open(door, world);
    const created = await createApproved(connection, 'kept-back', 'none');
    connection.person.willAnswer({ action: 'decline' });
    const refused = await reveal(connection, created.reveal_id);
    assert.ok(refused.isError);
    assert.equal(statusOf(refused), 'denied');
    assert.equal(statusOf(await reveal(connection, created.reveal_id)), 'denied', 'a no counts for a while');
    const second = await createApproved(connection, 'shown-later', 'none');
    connection.person.willAnswer(params => {
      checkForm(params, { name: 'shown-later', creates: false });
      return { action: 'accept', content: { decision: 'approve', confirm_name: 'shown-later' } };
    });
    const shown = await reveal(connection, second.reveal_id);
    assert.ok(!shown.isError, textOf(shown));
    await world.assertSeenOnce(valueIn(shown));
  });
}

test('the status tool says what is configured and never the key', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world);
  const status = await connection.call('tfy_config_status');
  assert.ok(!status.isError, textOf(status));
  assert.doesNotMatch(JSON.stringify(status), /tfy-sandbox-key-0000-not-a-secret/);
});

test('the page that stdio opens is a page and nothing else: MCP is not served there', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world, { elicitation: null });
  const pending = await connection.call('tfy_access_tokens_create', { payload: { name: 'is-pending' } });
  assert.equal(pending.structuredContent.status, 'approval_pending');
  const status = await connection.call('tfy_config_status');
  const page = new URL(status.structuredContent.approvals_page);
  const answer = await fetch(new URL('/mcp', page), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  assert.equal(answer.status, 404);
  assert.equal((await fetch(page)).status, 200);
});
