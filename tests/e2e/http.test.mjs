// The same over HTTP: modern and legacy clients at once, on one process.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import {
  create,
  createApproved,
  refusals,
  reveal,
  textOf,
  valueIn,
  wholeStory,
  wrongNameAsksAgain,
} from './lib/story.mjs';
import { World } from './lib/world.mjs';

for (const door of ['modern HTTP', 'legacy HTTP']) {
  test(`${door}: a token is created, revealed once, deleted, and its value is nowhere else`, async t => {
    const world = await World.start(t);
    const value = await wholeStory(world, await open(door, world), 'ci-pipeline', 'jwt');
    await world.assertSeenOnce(value);
  });

  test(`${door}: no means no, and a wrong name asks again`, async t => {
    const world = await World.start(t);
    const connection = await open(door, world);
    await refusals(world, connection);
    await wrongNameAsksAgain(world, connection, 'typed-name');
  });
}

test('modern and legacy clients take turns on one process, and neither sees the other one’s questions', async t => {
  const world = await World.start(t);
  const { endpoint } = await world.serve();
  const modern = await open('modern HTTP', world, { endpoint });
  const legacy = await open('legacy HTTP', world, { endpoint });

  // Both questions are open at the same time; the one that was asked first is answered last.
  let legacyIsAsked;
  const legacyAsked = new Promise(resolve => (legacyIsAsked = resolve));
  modern.person.willAnswer(async () => {
    await legacyAsked;
    return {
      action: 'accept',
      content: { decision: 'approve', confirm_name: 'from-modern', destination: 'agent' },
    };
  });
  legacy.person.willAnswer(() => {
    legacyIsAsked();
    return {
      action: 'accept',
      content: { decision: 'approve', confirm_name: 'from-legacy', destination: 'agent' },
    };
  });
  const opaque = { tokenType: 'opaque' }; // two JWTs of one user have parts in common
  const [one, two] = await Promise.all([
    create(modern, 'from-modern', opaque),
    create(legacy, 'from-legacy', opaque),
  ]);
  assert.equal(one.structuredContent.name, 'from-modern', textOf(one));
  assert.equal(two.structuredContent.name, 'from-legacy', textOf(two));
  assert.equal(modern.person.asked.length, 1);
  assert.equal(legacy.person.asked.length, 1);

  const values = [];
  for (const [connection, created] of [
    [legacy, two],
    [modern, one],
  ])
    values.push(valueIn(await reveal(connection, created.structuredContent.reveal_id)));
  assert.notEqual(values[0], values[1]);
  for (const value of values) await world.assertSeenOnce(value);
});

test('a client that is closed while its question is open detaches, and the next one may ask again', async t => {
  const world = await World.start(t);
  const { endpoint } = await world.serve();
  const first = await open('legacy HTTP', world, { endpoint });
  let asked;
  const isAsked = new Promise(resolve => (asked = resolve));
  first.person.willAnswer(() => {
    asked();
    return new Promise(() => {}); // never answers
  });
  const lost = create(first, 'left-alone').catch(error => error);
  await isAsked;
  await first.close();
  assert.ok((await lost) instanceof Error);
  const second = await open('legacy HTTP', world, { endpoint });
  await createApproved(second, 'left-alone', 'none');
  assert.equal(await world.upstreamCount('POST'), 1);
});
