// The lab's faults on the wire, and the server that meets them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { ask, collection, listed } from './lib/control_plane.mjs';
import { until } from './lib/process.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { World } from './lib/world.mjs';

test('faults on the wire, as a client of nobody’s making sees them', async t => {
  const world = await World.start(t);
  const post = { method: 'POST', path: collection };
  await world.faults(
    { match: post, do: { reset: 'before_work' } },
    { match: { ...post, nth: 2 }, do: { half_body: true } },
    { match: { ...post, nth: 3 }, do: { status: 429, retry_after: '7' } },
    { match: { ...post, nth: 4 }, do: { html: 502, after_work: true } },
    { match: { ...post, nth: 5 }, do: { drip_ms: 1 } },
    { match: { ...post, nth: 6 }, do: { delay_ms: 150 } }
  );
  const make = name => ask(world, 'POST', '', { body: { name, tokenType: 'opaque' } });
  await assert.rejects(make('one-reset'), 'a reset connection');
  await assert.rejects(async () => (await make('two-half')).text(), 'half a body');
  const limited = await make('three-429');
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '7');
  const proxied = await make('four-502');
  assert.equal(proxied.status, 502);
  assert.match(await proxied.text(), /^<html>/);
  assert.match((await (await make('five-dripped')).json()).token, /^tfy-/);
  const start = performance.now();
  assert.match((await (await make('six-late')).json()).token, /^tfy-/);
  assert.ok(performance.now() - start >= 149, 'it came late');

  const made = (await listed(world)).data.map(each => each.manifest.name).sort();
  assert.deepEqual(made, ['five-dripped', 'four-502', 'six-late', 'two-half']);
  const left = await (await fetch(`${world.upstream}/__sandbox/faults`)).json();
  assert.deepEqual(left, []);
  const log = (await world.upstreamLog()).filter(line => line.method === 'POST');
  assert.deepEqual(
    log.map(line => line.status),
    [null, 200, 429, 502, 200, 200]
  );
  assert.deepEqual(log[3].faults, [{ html: 502, after_work: true }]);
});

const lostCreates = {
  'a reset after the work was done': [{ reset: 'after_work' }, /was lost on the way\./],
  'half an answer': [{ half_body: true }, /was lost on the way\./],
  'a proxy’s 502 after the work was done': [{ html: 502, after_work: true }, /was lost on the way\./],
  'a proxy’s 502 before it': [{ html: 502 }, /it was not created/],
  'a reset before the work was done': [{ reset: 'before_work' }, /it was not created/],
  '429 with Retry-After': [{ status: 429, retry_after: '1' }, /accepts no more requests for now \(429\)/],
};

for (const [name, [fault, says]] of Object.entries(lostCreates))
  test(`a create that meets ${name} is sent once, and what became of it is found out`, async t => {
    const world = await World.start(t);
    await world.faults({ match: { method: 'POST', path: collection }, do: fault });
    const connection = await open('modern stdio', world);
    connection.person.willApprove('made-once', { destination: 'none' });
    const result = await create(connection, 'made-once');
    assert.ok(result.isError, textOf(result));
    assert.match(textOf(result), says);
    assert.notEqual(statusOf(result), 'executed');
    assert.equal(await world.upstreamCount('POST'), 1);
    const there = (await listed(world)).pagination.total === 1;
    assert.equal(there, /its value (is|was) lost/.test(textOf(result)), 'what is said is so');
  });

test('a read goes on over a page that moved, a 503, a cut-off answer and both kinds of manifest', async t => {
  const world = await World.start(t);
  const made = Array.from({ length: 120 }, (_, n) => `n-${n}x`);
  for (const name of made) await ask(world, 'POST', '', { body: { name, tokenType: 'opaque' } });
  const read = { method: 'GET', path: collection };
  await world.faults(
    { match: read, do: { status: 503 } },
    { match: { ...read, nth: 2 }, do: { half_body: true } },
    { match: { ...read, query: 'offset=100' }, do: { delete: 'n-119x' } },
    { match: { ...read, nth: 4, count: 9 }, do: { shape: 'camel' } }
  );
  const connection = await open('modern stdio', world);
  const result = await connection.call('tfy_access_tokens_list', { limit: 100 });
  const rest = await connection.call('tfy_access_tokens_list', { limit: 100, cursor: result.structuredContent.next_cursor });
  const seen = [...result.structuredContent.tokens, ...rest.structuredContent.tokens].map(token => token.name);
  assert.deepEqual(seen.sort(), made.filter(name => name !== 'n-119x').sort());
});

test('a lab that is told to end does not wait out its own delays', async t => {
  const world = await World.start(t);
  await world.faults({ do: { delay_ms: 600_000 } });
  const answer = listed(world);
  const waiting = () => world.sandbox.stdout.includes('"delay_ms":600000');
  await until(waiting, { what: () => 'the request in the log', change: look => world.sandbox.watchers.add(look) });
  assert.equal((await world.sandbox.stop()).code, 0);
  assert.equal((await answer).pagination.total, 0, 'it comes whole: after five seconds it would have been cut off');
});
