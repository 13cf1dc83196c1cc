// A control plane that takes connections and never answers: no one but its own callers waits for it, each of them
// for as long as TFY_API_MAX_TIME says and no longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from './lib/process.mjs';
import { modernRequest, RawHttp, toolCall } from './lib/raw.mjs';
import { silentUpstream } from './lib/sockets.mjs';
import { textOf } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const inFlight = 32; // as many as one principal may have

test('32 lists that wait at the same time are five requests upstream at the most, and each is answered', async t => {
  const upstream = await silentUpstream(t);
  const world = await World.start(t, { upstream: upstream.url });
  world.env.TFY_API_MAX_TIME = '6';
  const server = await world.serve();
  const list = (_, i) => new RawHttp(world, server.endpoint).exchange(toolCall(200 + i, 'tfy_access_tokens_list', {}));
  const answers = await Promise.all(Array.from({ length: inFlight }, list));
  for (const { result } of answers) assert.match(textOf(result), /gave no answer in time. Nothing was done/);
  assert.ok(upstream.asked() >= 1 && upstream.asked() <= 5, `${upstream.asked()}`);
});

test('while 32 calls hang upstream, everything else is answered at once', async t => {
  const upstream = await silentUpstream(t);
  const world = await World.start(t, { upstream: upstream.url });
  world.env.TFY_API_MAX_TIME = '6';
  const server = await world.serve();
  const peer = () => new RawHttp(world, server.endpoint);
  let over = 0;
  const begun = performance.now();
  const hanging = Array.from({ length: inFlight }, (_, i) =>
    peer()
      .exchange(toolCall(100 + i, 'tfy_access_tokens_list', { name_contains: `n${i}` })) // lists of all would share requests
      .finally(() => (over += 1))
  );
  await until(() => upstream.asked() === inFlight, {
    what: () => `32 requests upstream, not ${upstream.asked()}`,
    change: look => upstream.watchers.add(look),
  });

  const origin = new URL(server.endpoint).origin;
  for (const [name, ask] of [
    ['tools/list', () => peer().exchange(modernRequest(1, 'tools/list'))],
    ['server/discover', () => peer().exchange(modernRequest(2, 'server/discover'))],
    ['/readyz', () => fetch(`${origin}/readyz`)],
    ['/livez', () => fetch(`${origin}/livez`)],
    ['the approvals page', () => fetch(server.page)],
  ]) {
    const answer = await ask();
    assert.ok(answer.result ?? answer.ok, `${name}: ${JSON.stringify(answer)}`);
    assert.equal(over, 0, `${name} waited for none of them`);
  }

  const answers = await Promise.all(hanging);
  const seconds = (performance.now() - begun) / 1000;
  assert.ok(seconds >= 5.5 && seconds < 30, `they waited ${seconds} s, and not the minute that a client waits`);
  for (const { result } of answers) {
    assert.ok(result.isError);
    assert.match(textOf(result), /gave no answer in time. Nothing was done/);
  }

  // Now it is known to be silent: no one waits for it until the next try.
  const { result: refused } = await peer().exchange(toolCall(3, 'tfy_access_tokens_list', {}));
  assert.match(
    textOf(refused),
    /has not been answering for .*Nothing was sent. The next try is at \d{4}-\d\d-\d\dT[\d:.]+Z, in \d seconds?\./
  );
  assert.equal(upstream.asked(), inFlight, 'it was not asked again');
});

for (const [name, value] of [
  ['TFY_API_CONNECT_TIMEOUT', 'soon'],
  ['TFY_API_CONNECT_TIMEOUT', '0'],
  ['TFY_API_MAX_TIME', '-5'],
  ['TFY_API_MAX_TIME', '601'],
  ['TFY_API_MAX_TIME', '30s'],
])
  test(`${name}=${value} is a start error that says what is right`, async t => {
    const world = await World.start(t, { upstream: 'http://127.0.0.1:1' });
    world.env[name] = value;
    for (const verb of [['stdio'], ['serve', '--listen', '127.0.0.1:0']]) {
      const server = world.spawn(verb);
      server.child.stdin.end();
      const { code } = await server.ended;
      assert.equal(code, 2, server.stderr);
      assert.match(server.stderr, new RegExp(`${name} must be a number of seconds from 0.1 to 600`));
    }
  });
