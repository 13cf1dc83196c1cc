// Clients that send their request and close their sending side, as scripts and some proxies do: they are answered, and
// nothing of them stays behind.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { untilPolled } from './lib/process.mjs';
import { modernRequest, RawHttp, toolCall } from './lib/raw.mjs';
import { Socket } from './lib/sockets.mjs';
import { World } from './lib/world.mjs';

const descriptors = process => readdirSync(`/proc/${process.child.pid}/fd`).length;

/** No event tells when another process closes a file. */
const untilFreed = (process, count) =>
  untilPolled(() => descriptors(process) <= count, {
    what: () => `${descriptors(process)} descriptors to become ${count}`,
  });

/** How many it has once it serves, and with no client left. */
async function descriptorsAtRest(server) {
  const socket = await Socket.open(server.endpoint);
  socket.socket.write(socket.head('GET', '/livez', { connection: 'close' }));
  assert.match(await socket.toEnd(), /^HTTP\/1\.1 200 /);
  return descriptors(server.process);
}

async function ask(world, server, message, headers = {}) {
  const socket = await Socket.open(server.endpoint);
  const all = { ...new RawHttp(world, server.endpoint).headers(message), ...headers };
  socket.post('/mcp', all, JSON.stringify(message));
  socket.endSending();
  return socket;
}

test('a quick answer comes whole, a hundred times, and every descriptor is free again', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const before = await descriptorsAtRest(server);
  const all = Array.from({ length: 100 }, (_, i) => ask(world, server, modernRequest(i, 'tools/list')));
  for (const socket of await Promise.all(all)) {
    const text = await socket.toEnd();
    assert.ok(text.startsWith('HTTP/1.1 200 '), text.slice(0, 200));
    assert.match(text, /tfy_access_tokens_delete/);
  }
  await untilFreed(server.process, before);
});

for (const accept of ['application/json', 'application/json, text/event-stream'])
  test(`a slow control plane is waited for (${accept})`, async t => {
    const world = await World.start(t);
    const server = await world.serve();
    const list = toolCall(1, 'tfy_access_tokens_list', {});
    await (await ask(world, server, list, { accept })).toEnd(); // the first request loads the HTTP client
    const before = await descriptorsAtRest(server);
    await world.faults({ match: { method: 'GET' }, do: { delay_ms: 1500 } });
    const socket = await ask(world, server, list, { accept });
    const text = await socket.toEnd();
    assert.ok(text.startsWith('HTTP/1.1 200 '), text.slice(0, 200));
    assert.match(text, /"tokens"/);
    // One to the control plane may stay open for the next call.
    await untilFreed(server.process, before + 1);
  });

test('requests that were sent ahead are all answered', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const socket = await Socket.open(server.endpoint);
  const message = modernRequest(1, 'tools/list');
  const headers = new RawHttp(world, server.endpoint).headers(message);
  for (let i = 0; i < 3; ++i) socket.post('/mcp', headers, JSON.stringify(message));
  socket.endSending();
  const text = await socket.toEnd();
  assert.equal(text.split('HTTP/1.1 200 ').length, 4, text.slice(0, 200));
});

const create = name => toolCall(name, 'tfy_access_tokens_create', { payload: { name } });

test('a held call is answered', async t => {
  const world = await World.start(t, { hold: '2s' });
  const server = await world.serve();
  const held = await ask(world, server, create('is-held'));
  assert.match(await held.toEnd(), /approval_pending/);
});

test('a held call whose client has closed both sides is let go', async t => {
  const world = await World.start(t, { hold: '60s' });
  const server = await world.serve();
  const message = create('is-gone');
  const gone = await Socket.open(server.endpoint);
  gone.post('/mcp', new RawHttp(world, server.endpoint).headers(message), JSON.stringify(message));
  await gone.until(() => gone.text.startsWith('HTTP/1.1 200 '), 'the stream of a call that waits');
  const held = descriptors(server.process);
  gone.socket.destroy();
  await untilFreed(server.process, held - 1);
});
