// The customer's criteria of success, one by one, as a list to tick off: each by a real client with the sandbox behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { create, createApproved, idOf, names, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { World } from './lib/world.mjs';

async function start(t) {
  const world = await World.start(t);
  return { world, connection: await open('modern stdio', world) };
}

test('the list is a formatted table', async t => {
  const { connection } = await start(t);
  await createApproved(connection, 'ci-pipeline', 'none');
  const [head, line, ...rows] = textOf(await connection.call('tfy_access_tokens_list')).split('\n').filter(each => each.startsWith('|'));
  assert.match(head, /^\| Name \| ID \| Created At \| Expires At \|/);
  assert.match(line, /^(\|---)+\|$/);
  assert.ok(rows.some(row => row.startsWith('| ci-pipeline |')), rows.join('\n'));
  for (const row of rows) assert.equal(row.split('|').length, head.split('|').length, row);
});

test('a new value is masked by default', async t => {
  const { world, connection } = await start(t);
  connection.person.willApprove('ci-pipeline', { destination: 'agent' });
  const created = await create(connection, 'ci-pipeline');
  assert.match(textOf(created), /\*\*\*\*/);
  const value = valueIn(await reveal(connection, created.structuredContent.reveal_id));
  assert.ok(await world.isLiveToken(value));
  assert.ok(!JSON.stringify(created).includes(value));
});

test('the full value is shown on an explicit confirmation only, and once', async t => {
  const { world, connection } = await start(t);
  const refused = await createApproved(connection, 'not-to-be-seen', 'none');
  connection.person.willAnswer({ action: 'decline' });
  assert.ok((await reveal(connection, refused.reveal_id)).isError, 'a no shows nothing');
  const { reveal_id } = await createApproved(connection, 'ci-pipeline', 'none');
  connection.person.willApprove('ci-pipeline');
  assert.ok(await world.isLiveToken(valueIn(await reveal(connection, reveal_id))));
  assert.ok((await reveal(connection, reveal_id)).isError, 'once');
});

test('with the value comes the warning to save it at once, and where not to', async t => {
  const { connection } = await start(t);
  const { reveal_id } = await createApproved(connection, 'ci-pipeline', 'agent');
  const shown = textOf(await reveal(connection, reveal_id));
  assert.match(shown, /NOW/);
  assert.match(shown, /Git/);
});

test('a token is deleted after a confirmation, and not without', async t => {
  const { connection } = await start(t);
  for (const name of ['still-used', 'not-used']) await createApproved(connection, name, 'none');
  const remove = async name => connection.call('tfy_access_tokens_delete', { id: await idOf(connection, name), reason: 'it is not used' });
  connection.person.willAnswer({ action: 'decline' });
  assert.equal(statusOf(await remove('still-used')), 'denied');
  connection.person.willApprove('not-used');
  assert.equal(statusOf(await remove('not-used')), 'executed');
  const left = await names(connection);
  assert.deepEqual([left.includes('still-used'), left.includes('not-used')], [true, false]);
});

test('the value of a token that exists is never shown: not in a list, not alone, not in a request for it', async t => {
  const { connection } = await start(t);
  const { reveal_id } = await createApproved(connection, 'ci-pipeline', 'agent');
  const value = valueIn(await reveal(connection, reveal_id));
  const id = await idOf(connection, 'ci-pipeline');
  for (const [tool, args] of [['tfy_access_tokens_list', {}], ['tfy_access_tokens_get', { id }], ['tfy_access_tokens_reveal', { reveal_id }]]) {
    const answer = await connection.call(tool, args);
    assert.ok(!JSON.stringify(answer).includes(value), tool);
  }
});
