// Clients that are sent to an address, that drop the question, and that leave while their call waits.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { untilPolled } from './lib/process.mjs';
import { create, idOf, names, reveal, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t, door, { policy = rules({ assurance: null }), hold = '30s', elicitation = null } = {}) {
  const world = await World.start(t, { policy, hold });
  const server = await world.serve();
  const page = await Page.signIn(world, server);
  const connection = await open(door, world, { endpoint: server.endpoint, elicitation });
  return { world, server, page, connection };
}

/** The request of a call whose client left, once the server knows that it did. */
async function leaveWhileHeld({ server, page, connection }, door, ...call) {
  const leaving = new AbortController();
  const waiting = connection.call(...call, { signal: leaving.signal }).catch(() => null);
  const approval = await page.nextPending();
  leaving.abort(new Error('the client is gone'));
  assert.equal(await waiting, null);
  // The earlier client says so in a request of its own, and does not wait for its answer.
  const cancelled = each => each.sent?.includes('notifications/cancelled');
  if (door.startsWith('legacy')) await untilPolled(() => page.world.fetch.exchanges.some(cancelled), { what: () => 'the cancellation to be taken' });
  else await server.process.logs(new RegExp(`tools/call answer="cancelled" .*tool="${call[0]}"`));
  return approval;
}

/** The page's request once it is in one of `states`. */
async function becomes(page, id, states) {
  let body;
  await untilPolled(async () => states.includes((body = (await page.request('GET', `/api/approvals/${id}`)).body).state), {
    what: () => `${id} to become ${states}, not ${body.state}`,
  });
  return body;
}

for (const door of ['legacy HTTP']) {
  test(`${door} with URL elicitation: sent to the page, told when it is over, executed once`, async t => {
    const { world, server, page, connection } = await begin(t, door, { elicitation: { url: {} } });
    connection.person.willAnswer(params => {
      assert.equal(params.mode, 'url');
      assert.ok(params.url.startsWith(`${server.page}/apr_`), params.url);
      return { action: 'accept' };
    });
    const waiting = create(connection, 'by-address');
    await page.approved(await page.nextPending(), { destination: 'none' });
    const created = await waiting;
    assert.equal(statusOf(created), 'executed', textOf(created));
    assert.equal(await world.upstreamCount('POST'), 1);
  });
}

for (const door of ['legacy stdio', 'legacy HTTP']) {
  test(`${door}: who declares forms and drops them twice is asked no more, and waits like any other`, async t => {
    const policy = rules({ assurance: 'client', more: 'lifetime = "2s"' });
    const world = await World.start(t, { policy, hold: '0s' });
    const connection = await open(door, world, { elicitation: {} });
    let asked = 0;
    connection.person.willAnswer(() => new Promise(() => (asked += 1)));
    connection.person.willAnswer(() => new Promise(() => (asked += 1)));
    for (const name of ['dropped-1', 'dropped-2'])
      assert.equal(statusOf(await create(connection, name)), 'expired');
    assert.equal(asked, 2);
    const third = await create(connection, 'dropped-3'); // a third question would be one that no one expected
    assert.equal(statusOf(third), 'approval_pending', textOf(third));
    assert.equal(await world.upstreamCount('POST'), 0);
  });
}

for (const door of ['modern HTTP', 'legacy HTTP']) {
  test(`${door}: the client leaves while held; what goes to the page runs for the person who is there`, async t => {
    const begun = await begin(t, door);
    const { world, page } = begun;
    const seen = await leaveWhileHeld(begun, door, 'tfy_access_tokens_create', { payload: { name: 'left-alone' } });
    assert.equal(await world.upstreamCount('POST'), 0);
    await page.approved(seen, { destination: 'page' });
    assert.equal((await becomes(page, seen.id, ['succeeded', 'failed'])).state, 'succeeded');
    const { value } = await page.reveal('left-alone');
    assert.ok(await world.isLiveToken(value));
    assert.equal(await world.upstreamCount('POST'), 1);
    await world.assertSeenOnce(value);
  });

  test(`${door}: the client leaves while held; what goes to the agent, and a delete, wait for its return`, async t => {
    const begun = await begin(t, door);
    const { world, page, connection } = begun;
    const call = (...rest) => connection.call(...rest);
    const wish = ['tfy_access_tokens_create', { payload: { name: 'comes-back' } }];
    const seen = await leaveWhileHeld(begun, door, ...wish);
    await page.approved(seen, { destination: 'agent' });
    assert.equal((await becomes(page, seen.id, ['approved'])).state, 'approved');
    assert.equal(await world.upstreamCount('POST'), 0, 'no token is made that nobody can receive');
    const created = await call(...wish);
    assert.equal(statusOf(created), 'executed', textOf(created));
    assert.ok(!(await reveal(connection, created.structuredContent.reveal_id)).isError);

    const id = await idOf(connection, 'comes-back');
    const removal = ['tfy_access_tokens_delete', { id }];
    const asked = await leaveWhileHeld(begun, door, ...removal);
    await page.approved(asked);
    assert.equal(await world.upstreamCount('DELETE'), 0);
    assert.equal(statusOf(await call(...removal)), 'executed');
    assert.ok(!(await names(connection)).includes('comes-back'));
    assert.equal(await world.upstreamCount('POST'), 1);
    assert.equal(await world.upstreamCount('DELETE'), 1);
  });
}
