// No open request is hidden, however many there are and however much was decided after it was asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { create, createApproved, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const policy = rules({ assurance: null }).replace('open_requests = 100', 'open_requests = 1000');

async function begin(t) {
  const world = await World.start(t, { policy, hold: '0s' });
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  let last = 0;
  const ask = async name => {
    last += 1;
    const call = toolCall(last, 'tfy_access_tokens_create', { payload: { name } });
    const { result } = await peer.exchange(call);
    assert.equal(result.structuredContent.status, 'approval_pending', JSON.stringify(result));
    return result.structuredContent.approval_id;
  };
  return { world, server, page: await Page.signIn(world, server), ask };
}

async function resourcesOf(client) {
  const uris = [];
  let cursor;
  do {
    const listed = await client.listResources(cursor ? { cursor } : {});
    uris.push(...listed.resources.map(each => each.uri));
    cursor = listed.nextCursor;
  } while (cursor);
  return uris;
}

test('one that was asked first stays in sight behind 205 newer decided ones, and its end is told', async t => {
  const { world, server, page, ask } = await begin(t);
  const id = await ask('asked-first');
  for (let i = 0; i < 205; ++i) await page.denied({ id: await ask(`denied-${i}`) }, 'not now');

  const { body } = await page.request('GET', '/api/approvals?all=1');
  assert.equal(body.waiting, 1);
  assert.equal(body.more, 0);
  assert.deepEqual(
    body.approvals.filter(each => each.state === 'pending').map(each => each.id),
    [id]
  );
  const listed = await world.terminal(['approvals', 'list', '--json']);
  assert.deepEqual(
    JSON.parse(listed.stdout).approvals.map(each => each.id),
    [id]
  );
  const agent = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  assert.ok((await resourcesOf(agent.client)).includes(`tfy://approvals/${id}`));

  const watch = world.spawn(['approvals', 'watch', '--json']);
  await watch.says(new RegExp(`"id":"${id}".*"state":"pending"`));
  await page.denied({ id }, 'after all');
  await watch.says(new RegExp(`"id":"${id}".*"state":"denied"`));
});

test('230 open ones: the page gives them page by page and says how many there are; their caller sees all', async t => {
  const { world, server, page, ask } = await begin(t);
  const ids = [];
  for (let i = 0; i < 230; ++i) ids.push(await ask(`open-${i}`));

  const first = (await page.request('GET', '/api/approvals?all=1')).body;
  assert.equal(first.approvals.length, 50);
  assert.equal(first.more, 180);
  assert.equal(first.waiting, 230);
  assert.deepEqual(
    (await page.pending()).map(each => each.id),
    ids,
    'oldest first, none left out, none twice'
  );
  assert.equal((await page.request('GET', '/api/approvals?after=apr_none')).status, 404);

  const agent = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const uris = await resourcesOf(agent.client);
  for (const id of ids) assert.ok(uris.includes(`tfy://approvals/${id}`), id);

  const watch = world.spawn(['approvals', 'watch', '--json']);
  for (const id of [ids[0], ids.at(-1)]) await watch.says(new RegExp(`"id":"${id}"`));
  await page.denied({ id: ids[0] }, 'the oldest');
  await watch.says(new RegExp(`"id":"${ids[0]}".*"state":"denied".*\n`));
  const printed = watch.stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  assert.equal(printed.length, 231, 'each once, and the one that ended');
});

test('what shows a new value to the agent counts as no request: the limits are for what people are asked', async t => {
  const limits = rules({ assurance: 'client' }).replace('open_requests = 100', 'open_requests = 3').replace('= 1000', '= 3');
  const world = await World.start(t, { policy: limits });
  const connection = await open('modern stdio', world);
  const made = [];
  for (const name of ['one', 'two', 'three'].map(each => `seen-${each}`)) made.push(await createApproved(connection, name, 'agent'));
  const refused = await create(connection, 'seen-four');
  assert.equal(statusOf(refused), 'rate_limited');
  assert.match(textOf(refused), /There were 3 requests for approval within one minute/);
  const asked = connection.person.asked.length;
  for (const { reveal_id } of made) assert.ok(valueIn(await reveal(connection, reveal_id)));
  assert.equal(connection.person.asked.length, asked, 'who chose "agent" is not asked again');
});

test('an agent is not told that it may see a value when a rule asks for more there', async t => {
  const stricter = rules({ assurance: 'client' }).replace(
    '[[rule]]',
    '[[rule]]\ntools = ["tfy_access_tokens_reveal"]\nsays = "ask"\nmin_assurance = "terminal"\n\n[[rule]]'
  );
  const world = await World.start(t, { policy: stricter });
  const connection = await open('modern stdio', world);
  connection.person.willApprove('kept-closer', { destination: 'agent' });
  for (const told of [await create(connection, 'kept-closer'), await create(connection, 'kept-closer')]) {
    assert.equal(statusOf(told), 'executed');
    assert.match(textOf(told), /can be revealed with a new approval/);
    assert.doesNotMatch(textOf(told), /already allows it/);
  }
});
