// SIGTERM and Ctrl-C: whatever is open, the server ends within ten seconds, with 0, and does not spin meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Page } from './lib/page.mjs';
import { until, untilPolled } from './lib/process.mjs';
import { measured } from './lib/processor.mjs';
import { answered, modernRequest, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { Socket } from './lib/sockets.mjs';
import { World } from './lib/world.mjs';

const createTool = 'tfy_access_tokens_create';
const collection = '/api/svc/v1/personal-access-tokens';

/** Reads a stream to its end, or to its breaking off; resolves with the first bytes. */
async function listening(answer) {
  assert.equal(answer.status, 200);
  const reader = answer.body.getReader();
  const first = await reader.read();
  assert.ok(!first.done);
  const rest = async () => {
    for (;;) if ((await reader.read()).done) return;
  };
  rest().catch(() => {});
}

/** A call that asks a control plane which does not answer yet. */
async function untilUpstreamHangs(world, delay = 600_000) {
  await until(() => world.sandbox.stdout.includes(`"delay_ms":${delay}`), {
    what: () => 'the request upstream',
    change: look => world.sandbox.watchers.add(look),
  });
}

/** What may be open while `serve` is told to stop. Each resolves once it is. */
const open = {
  async page({ world, server }) {
    const page = await Page.signIn(world, server);
    await listening(await fetch(`${server.page}/api/events`, { headers: { 'x-page-key': page.key } }));
  },
  async stream({ world, server }) {
    const peer = new RawHttp(world, server.endpoint);
    const request = modernRequest('listen', 'subscriptions/listen', {
      notifications: { resourcesListChanged: true },
    });
    await listening(
      await fetch(server.endpoint, {
        method: 'POST',
        headers: peer.headers(request),
        body: JSON.stringify(request),
      })
    );
  },
  async held({ world, server }) {
    const peer = new RawHttp(world, server.endpoint);
    const call = toolCall('held', 'tfy_access_tokens_create', { payload: { name: 'is-held' } });
    const answer = await fetch(server.endpoint, {
      method: 'POST',
      headers: peer.headers(call),
      body: JSON.stringify(call),
    });
    assert.equal(answer.status, 200, 'its stream has begun: the call waits for a person');
    return async () => {
      const text = await answer.text();
      assert.match(text, /approval_pending/);
      assert.match(text, /This server is stopping\. The request is kept/);
    };
  },
  async body({ server }) {
    const socket = await Socket.open(server.endpoint);
    await socket.postHalf('/mcp', { 'content-type': 'application/json' }, '{"jsonrpc": "2.0", "id": 1}');
  },
  async head({ server }) {
    const socket = await Socket.open(server.endpoint);
    socket.socket.write('POST /mcp HTTP/1.1\r\nHost: loc');
    await fetch(new URL('/livez', server.endpoint)); // by now the half has been read
  },
  async upstream({ world, server }) {
    await world.faults({ match: { path: collection }, do: { delay_ms: 600_000 } });
    const peer = new RawHttp(world, server.endpoint);
    const call = toolCall('slow', 'tfy_access_tokens_list', {});
    fetch(server.endpoint, {
      method: 'POST',
      headers: peer.headers(call),
      body: JSON.stringify(call),
    }).catch(() => {});
    await untilUpstreamHangs(world);
  },
};

/** Ends it, and checks how: in time, well, and without taking the processor. */
async function stops(process, signal, most = 10_000) {
  const { result: end, took, worked } = await measured(process.child.pid, () => process.stop(signal));
  assert.deepEqual(end, { code: 0, signal: null }, process.stderr);
  assert.ok(took < most, `it took ${took} ms`);
  assert.ok(worked < 1000, `it worked for ${worked} ms`);
}

// What a list that was cut by the stop is in the log.
const cutList = /tools\/call answer="cancelled" .*tool="tfy_access_tokens_list"/;
const completeList = /tools\/call answer="complete" .*tool="tfy_access_tokens_list"/;

const together = Object.keys(open);
const unfinished = ['body', 'head']; // no call that could finish: the stop does not wait
for (const [names, signal] of [...together.map(name => [[name], 'SIGTERM']), [together, 'SIGTERM'], [together, 'SIGINT']])
  test(`serve ends on ${signal} with this open: ${names.join(', ')}`, async t => {
    const world = await World.start(t, { hold: '60s' });
    const server = await world.serve();
    const afterwards = [];
    for (const name of names) afterwards.push(await open[name]({ world, server }));
    await stops(server.process, signal, names.every(name => unfinished.includes(name)) ? 5_000 : 10_000);
    if (names.includes('upstream')) assert.match(server.process.stderr, cutList);
    assert.doesNotMatch(server.process.stderr, completeList);
    for (const check of afterwards) await check?.();
  });

test('serve: an answer that comes seven seconds after Ctrl-C reaches its caller', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  await world.faults({ match: { path: collection }, do: { delay_ms: 7_000 } });
  const peer = new RawHttp(world, server.endpoint);
  const call = toolCall('slow', 'tfy_access_tokens_list', {});
  const answered = fetch(server.endpoint, {
    method: 'POST',
    headers: peer.headers(call),
    body: JSON.stringify(call),
  }).then(answer => answer.text());
  await untilUpstreamHangs(world, 7_000);
  await stops(server.process, 'SIGINT');
  assert.match(await answered, /"tokens":\[/);
});

const lost = name => new RegExp(`a new value that no one has seen is lost with this server: delete its token, or rotate it.*${name}`);
const capabilities = { elicitation: {} };

/** A token whose value waits: {reveal_id}. */
async function createApproved(peer, name, destination) {
  const call = [createTool, { payload: { name } }];
  const asked = await peer.exchange(toolCall(`ask ${name}`, ...call, { capabilities }));
  const content = { decision: 'approve', confirm_name: name, destination };
  const { result } = await peer.exchange(answered(`make ${name}`, asked.result, ...call, content, { capabilities }));
  assert.equal(result.structuredContent.status, 'executed', JSON.stringify(result));
  return result.structuredContent;
}

for (const [how, begin] of [
  ['serve', async world => {
    const server = await world.serve();
    return { process: server.process, peer: new RawHttp(world, server.endpoint) };
  }],
  ['stdio', async world => {
    const peer = new RawStdio(world);
    return { process: peer.server, peer };
  }],
])
  test(`${how} names the values that no one has seen when it stops, and no other`, async t => {
    const world = await World.start(t);
    const { process, peer } = await begin(world);
    await createApproved(peer, 'not-seen', 'agent');
    const { reveal_id } = await createApproved(peer, 'was-seen', 'agent');
    const shown = await peer.exchange(toolCall('reveal', 'tfy_access_tokens_reveal', { reveal_id }));
    assert.ok(!shown.result.isError, JSON.stringify(shown));
    assert.doesNotMatch(process.stderr, /no one has seen/);
    await stops(process, 'SIGINT');
    assert.match(process.stderr, lost('not-seen'));
    assert.doesNotMatch(process.stderr, lost('was-seen'));
  });

for (const destination of ['agent', 'page'])
  test(`serve: who asked for a token that is made while it stops is told that the value is lost (${destination})`, async t => {
    const world = await World.start(t);
    const server = await world.serve();
    const peer = new RawHttp(world, server.endpoint);
    const call = [createTool, { payload: { name: 'made-late' } }];
    const asked = await peer.exchange(toolCall('ask', ...call, { capabilities }));
    await world.faults({ match: { method: 'POST', path: collection }, do: { delay_ms: 3_000 } });
    const content = { decision: 'approve', confirm_name: 'made-late', destination };
    const made = peer.exchange(answered('make', asked.result, ...call, content, { capabilities }));
    await untilUpstreamHangs(world, 3_000);
    await stops(server.process, 'SIGTERM');
    const { result } = await made;
    const said = JSON.stringify(result);
    assert.equal(result.structuredContent.status, 'executed', said);
    assert.equal(result.structuredContent.value_state, 'lost', said);
    assert.match(said, /The value is lost: [^"]+ Delete this token and create a new one\./);
    assert.doesNotMatch(said, /To show the value|reveal_url|to see and save the value/);
    assert.match(server.process.stderr, lost('made-late'));
  });

test('serve: a second Ctrl-C ends at once', async t => {
  const world = await World.start(t, { hold: '60s' });
  const server = await world.serve();
  await open.upstream({ world, server });
  server.process.child.kill('SIGINT');
  await server.process.logs(/stopping/);
  server.process.child.kill('SIGINT');
  assert.deepEqual(await server.process.ended, { code: 130, signal: null }, 'with 0 it would have waited for what is open');
});

/** What a call that waits is told while its server stops. */
function keptForLater({ result }) {
  assert.equal(result.structuredContent.status, 'approval_pending');
  assert.match(result.structuredContent.next, /^This server is stopping\. The request is kept: call again with the same arguments once the server runs\.\nTo decide in a terminal: .* approvals approve apr_\w+/);
  assert.equal(result.structuredContent.approval_url, undefined);
  assert.doesNotMatch(JSON.stringify(result.content), /Ask the user to decide|\/approvals\/apr_/);
}

/** A stdio server with a call that waits for a person, and somebody on its page. */
async function stdioWithPage(t) {
  const world = await World.start(t, { hold: '60s' });
  const peer = new RawStdio(world);
  peer.write(`${JSON.stringify(toolCall('held', 'tfy_access_tokens_create', { payload: { name: 'is-held' } }))}\n`);
  const [, page] = await peer.server.logs(/the approvals page is open.*?(http:\/\/localhost:\d+\/approvals)\b/);
  await open.page({ world, server: { page } });
  return { world, peer };
}

for (const signal of ['SIGTERM', 'SIGINT'])
  test(`stdio ends on ${signal} with a page open, a call held and the control plane slow`, async t => {
    const { world, peer } = await stdioWithPage(t);
    await world.faults({ match: { path: collection }, do: { delay_ms: 600_000 } });
    peer.write(`${JSON.stringify(toolCall('slow', 'tfy_access_tokens_list', {}))}\n`);
    await untilUpstreamHangs(world);
    await stops(peer.server, signal);
    assert.match(peer.server.stderr, cutList);
    assert.doesNotMatch(peer.server.stderr, completeList);
    keptForLater(peer.messages().find(each => each.id === 'held'));
  });

test('stdio ends with its input, whatever is open', async t => {
  const { peer } = await stdioWithPage(t);
  peer.server.child.stdin.end();
  assert.deepEqual(await peer.server.ended, { code: 0, signal: null });
  keptForLater(peer.messages().find(each => each.id === 'held'));
});

test('stdio: a second Ctrl-C ends at once', async t => {
  const world = await World.start(t);
  await world.faults({ match: { path: collection }, do: { delay_ms: 600_000 } });
  const peer = new RawStdio(world);
  peer.write(`${JSON.stringify(toolCall('slow', 'tfy_access_tokens_list', {}))}\n`);
  await untilUpstreamHangs(world);
  peer.server.child.kill('SIGINT');
  await peer.server.logs(/stopping/);
  peer.server.child.kill('SIGINT');
  assert.deepEqual(await peer.server.ended, { code: 130, signal: null }, 'with 0 it would have waited for what runs');
});

test('stdio: a client that reads none of its answers does not keep the server', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  await peer.exchange(modernRequest('first', 'tools/list'));
  peer.server.child.stdout.pause();
  for (let i = 0; i < 3000; ++i) peer.write(`${JSON.stringify(modernRequest(i, 'tools/list'))}\n`);
  await untilPolled(() => peer.server.child.stdin.writableLength > 0, { what: () => 'the server to stop reading' });
  const { took } = await measured(peer.server.child.pid, () => {
    peer.server.child.kill('SIGTERM');
    return new Promise(resolve => peer.server.child.once('exit', resolve));
  });
  assert.ok(took < 10_000, `it took ${took} ms`);
  peer.server.child.stdout.resume();
  const end = await peer.server.ended;
  assert.equal(end.code, 1, 'not all answers were read, and it says so');
  assert.match(peer.server.stderr, /Not all answers could be written/);
});

test('stdio: a client that reads slowly gets all its answers when the server is told to stop', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const { stdout } = peer.server.child;
  stdout.on('data', () => {
    stdout.pause();
    setTimeout(() => stdout.resume(), 150);
  });
  const ids = Array.from({ length: 50 }, (_, i) => `list-${i}`); // 1.5 MB: three seconds of reading
  for (const id of ids) peer.write(`${JSON.stringify(modernRequest(id, 'tools/list'))}\n`);
  peer.write(`${JSON.stringify(toolCall('last', 'tfy_access_tokens_list', {}))}\n`);
  await peer.server.logs(/tools\/call answer="complete"/);
  await stops(peer.server, 'SIGTERM');
  const answered = new Set(peer.messages().map(({ id }) => id));
  assert.deepEqual([...ids, 'last'].filter(id => !answered.has(id)), []);
});

test('stdio: a client that stops reading for a while gets all its answers when the server is told to stop', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const { stdout } = peer.server.child;
  await peer.exchange(modernRequest('first', 'tools/list'));
  stdout.pause();
  const ids = Array.from({ length: 50 }, (_, i) => `list-${i}`); // more than waits in the pipe
  for (const id of ids) peer.write(`${JSON.stringify(modernRequest(id, 'tools/list'))}\n`);
  peer.write(`${JSON.stringify(toolCall('last', 'tfy_access_tokens_list', {}))}\n`);
  await peer.server.logs(/tools\/call answer="complete"/);
  setTimeout(() => stdout.resume(), 3_600);
  await stops(peer.server, 'SIGTERM');
  const answered = new Set(peer.messages().map(({ id }) => id));
  assert.deepEqual([...ids, 'last'].filter(id => !answered.has(id)), []);
});

test('stdio: a client that closes its end of stdout has left: the log says so, and the server ends', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const { stdout } = peer.server.child;
  await peer.exchange(modernRequest('first', 'tools/list'));
  const closed = new Promise(resolve => stdout.once('close', resolve));
  stdout.destroy();
  await closed;
  for (const id of ['one', 'two']) peer.write(`${JSON.stringify(toolCall(id, 'tfy_access_tokens_list', {}))}\n`);
  const end = await peer.server.ended; // its stdin is still open
  assert.equal(end.code, 1, peer.server.stderr);
  assert.match(peer.server.stderr, cutList);
  assert.doesNotMatch(peer.server.stderr, completeList);
  assert.match(peer.server.stderr, /answers no longer reach the client: .* why="stdout: /);
});
