// A repeated outcome says what is so now: of the new value, and of the old token of a rotation.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { becomes } from './lib/process.mjs';
import { createApproved, idOf, names, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const createTool = 'tfy_access_tokens_create';
const rotateTool = 'tfy_access_tokens_rotate';

/** What the same call and tfy_approvals_get say, which is the same: {text, data}. */
async function toldAgain(connection, tool, args) {
  const again = await connection.call(tool, args);
  assert.equal(statusOf(again), 'executed', textOf(again));
  const got = await connection.call('tfy_approvals_get', { approval_id: again.structuredContent.approval_id });
  for (const member of ['value_state', 'old', 'message', 'next'])
    assert.deepEqual(got.structuredContent[member], again.structuredContent[member], member);
  assert.deepEqual(got.structuredContent.outcome.structured.old, again.structuredContent.old);
  const data = again.structuredContent;
  return { data, said: [textOf(again), data.message, data.next, textOf(got)] };
}

const eachSays = ({ said }, pattern) => said.forEach(text => assert.match(text, pattern));
const noneSays = ({ said }, pattern) => said.forEach(text => assert.doesNotMatch(text, pattern));

async function rotated(connection, grace_period, destination = 'agent') {
  const made = await createApproved(connection, 'ci-bot', 'agent');
  valueIn(await reveal(connection, made.reveal_id));
  const args = { id: await idOf(connection, 'ci-bot'), grace_period };
  connection.person.willApprove('ci-bot', { destination });
  const first = await connection.call(rotateTool, args);
  assert.equal(statusOf(first), 'executed', textOf(first));
  return { args, first: first.structuredContent };
}

test('once the grace is over the repeated rotation says that the old token is deleted', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world);
  const { args, first } = await rotated(connection, '0s');
  assert.deepEqual([first.value_state, first.old.state, first.old.deleted], ['waits', 'waiting', false]);
  valueIn(await reveal(connection, first.reveal_id));
  await becomes(
    () => names(connection),
    all => !all.includes('ci-bot')
  );
  const told = await toldAgain(connection, rotateTool, args);
  assert.deepEqual([told.data.value_state, told.data.old.state, told.data.old.deleted], ['shown', 'done', true]);
  eachSays(told, /The value was shown.*\n[^]*The old token "ci-bot" is deleted/);
  noneSays(told, /approvals keep|was not deleted|as soon as/);
});

test('a kept old token is told as kept', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world);
  const { args, first } = await rotated(connection, '5m');
  valueIn(await reveal(connection, first.reveal_id));
  eachSays(await toldAgain(connection, rotateTool, args), /The old token "ci-bot" will be deleted on .+ approvals keep rot_/);
  assert.equal((await world.decide(['keep', first.rotation_id])).code, 0);
  const told = await toldAgain(connection, rotateTool, args);
  assert.deepEqual([told.data.old.state, told.data.old.deleted], ['kept', false]);
  eachSays(told, /The old token "ci-bot" was not deleted and still works: a person decided to keep it/);
  noneSays(told, /approvals keep|5 minutes after/);
});

for (const destination of ['agent', 'none'])
  test(`after its process has ended, a value for ${destination} is told as lost`, async t => {
    const world = await World.start(t);
    const before = await open('modern stdio', world);
    const args = { payload: { name: 'dev-local' } };
    before.person.willApprove('dev-local', { destination });
    assert.equal(statusOf(await before.call(createTool, args)), 'executed');
    const { args: rotation } = await rotated(before, '5m', destination);
    await before.close();

    const connection = await open('modern stdio', world);
    const told = await toldAgain(connection, createTool, args);
    assert.equal(told.data.value_state, 'lost');
    eachSays(told, /The value is lost: the server process that held it has ended\. Delete this token and create a new one\./);
    noneSays(told, /Tell the user: open|can be revealed|already allows it|in time|NOW/);
    await becomes(
      async () => (await toldAgain(connection, rotateTool, rotation)).data.old.state,
      state => state === 'kept'
    );
    const kept = await toldAgain(connection, rotateTool, rotation);
    assert.equal(kept.data.value_state, 'lost');
    eachSays(kept, /The value is lost[^]*The old token "ci-bot" still works and will not be deleted/);
  });

test('of two processes only the one that holds a value offers it, and the other uses up no approval', async t => {
  const world = await World.start(t);
  const holder = await open('modern stdio', world);
  const args = { payload: { name: 'dev-local' } };
  holder.person.willApprove('dev-local', { destination: 'agent' });
  const created = await holder.call(createTool, args);
  const { reveal_id } = created.structuredContent;

  const other = await open('modern stdio', world);
  const told = await toldAgain(other, createTool, args);
  assert.equal(told.data.value_state, 'waits_elsewhere');
  eachSays(told, /Another running server process holds the value/);
  noneSays(told, /already allows it/);
  const refused = await other.call('tfy_access_tokens_reveal', { reveal_id });
  assert.ok(refused.isError);
  assert.match(textOf(refused), /Another running server process holds this value.+no approval was used up/);
  assert.ok(textOf(refused).includes(`approvals reveal ${reveal_id}`), textOf(refused));
  const asked = holder.person.asked.length;
  await world.assertSeenOnce(valueIn(await reveal(holder, reveal_id)));
  assert.equal(holder.person.asked.length, asked, 'the approval of the create still holds');
});

test('of two processes asked for one value at the same moment, the one that holds it shows it, once', async t => {
  const world = await World.start(t);
  const holder = await open('modern stdio', world);
  const other = await open('modern stdio', world);
  const made = await createApproved(holder, 'dev-local', 'agent');
  const ask = connection => connection.call('tfy_access_tokens_reveal', { reveal_id: made.reveal_id });
  const [shown, refused, again] = await Promise.all([ask(holder), ask(other), ask(holder)]);
  const winners = [shown, again].filter(each => !each.isError);
  assert.equal(winners.length, 1, `${textOf(shown)}\n${textOf(again)}`);
  assert.ok(refused.isError);
  await world.assertSeenOnce(valueIn(winners[0]));
});
