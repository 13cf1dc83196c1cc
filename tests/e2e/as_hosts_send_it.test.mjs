// The edges of both transports as real hosts and browsers use them, and what no client may send.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { messagesOf } from './lib/http.mjs';
import { modernRequest, RawHttp, RawStdio } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const inspector = 'https://inspector.example';

test('stdio: a byte order mark before the first message is skipped, and only there', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  // Not through write(): to the referee a mark is no part of a message.
  peer.server.child.stdin.write('\ufeff');
  const first = await peer.exchange(modernRequest(1, 'tools/list'));
  assert.ok(first.result.tools.length > 0);
  const later = await peer.exchange(`\ufeff${JSON.stringify(modernRequest(2, 'tools/list'))}`, null);
  assert.equal(later.error.code, -32700);
});

async function served(t) {
  const world = await World.start(t);
  world.env.TFY_PAT_MCP_ALLOWED_ORIGIN = inspector;
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  const message = modernRequest(1, 'tools/list');
  const send = (headers, { path = '/mcp', method = 'POST', body = JSON.stringify(message) } = {}) =>
    world.fetch.fetch(new URL(path, server.endpoint).href, {
      method,
      headers: { ...peer.headers(message), ...headers },
      body: method === 'POST' ? body : undefined,
    });
  return { world, server, send };
}

test('Accept is read in any case and with ranges; what it does not cover is 406', async t => {
  const { send } = await served(t);
  for (const [accept, status] of [
    ['application/json, text/event-stream', 200],
    ['Application/JSON, Text/Event-Stream', 200],
    ['APPLICATION/JSON', 200],
    ['application/*', 200],
    ['text/event-stream, application/*;q=0.9', 200],
    ['*/*', 200],
    ['text/html', 406],
    ['text/*', 406],
    ['application/jsonp', 406],
  ]) {
    const answer = await send({ accept });
    assert.equal(answer.status, status, accept);
    await answer.text();
  }
});

test('/mcp/ is /mcp, and nothing below it is', async t => {
  const { send } = await served(t);
  const [answer] = await messagesOf(await send({}, { path: '/mcp/' }));
  assert.ok(answer.result.tools.length > 0);
  assert.equal((await send({}, { path: '/mcp/', method: 'PUT' })).status, 405);
  assert.equal((await send({}, { path: '/mcp/x' })).status, 404);
  assert.equal((await send({}, { path: '/mcpx' })).status, 404);
});

const headersOf = (answer, name) => (answer.headers.get(name) ?? '').toLowerCase().split(/, */);

test('a page of an allowed origin may speak MCP: preflight, answers, errors and streams', async t => {
  const { world, send, server } = await served(t);
  const sent = [
    'content-type',
    'accept',
    'authorization',
    'mcp-session-id',
    'mcp-protocol-version',
    'mcp-method',
    'mcp-name',
    'last-event-id',
  ];
  for (const method of ['POST', 'GET', 'DELETE']) {
    const preflight = await fetch(server.endpoint, {
      method: 'OPTIONS',
      headers: {
        origin: inspector,
        'access-control-request-method': method,
        'access-control-request-headers': [...sent, 'mcp-param-region', 'x-other'].join(','),
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), inspector);
    assert.ok(headersOf(preflight, 'access-control-allow-methods').includes(method.toLowerCase()));
    const allowed = headersOf(preflight, 'access-control-allow-headers');
    for (const name of [...sent, 'mcp-param-region']) assert.ok(allowed.includes(name), name);
    assert.ok(!allowed.includes('x-other'));
    assert.ok(headersOf(preflight, 'vary').includes('origin'));
    assert.equal(preflight.headers.get('access-control-allow-credentials'), null);
  }

  const legacy = { jsonrpc: '2.0', id: 0, method: 'initialize', params: {} };
  legacy.params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'b', version: '1' } };
  const plain = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const initialized = await world.fetch.raw(server.endpoint, {
    method: 'POST',
    headers: { ...plain, origin: inspector },
    body: JSON.stringify(legacy),
  });
  assert.ok(headersOf(initialized, 'access-control-expose-headers').includes('mcp-session-id'));
  const session = initialized.headers.get('mcp-session-id');
  assert.ok(session);
  const leaving = new AbortController();
  const stream = await world.fetch.raw(server.endpoint, {
    headers: { accept: 'text/event-stream', 'mcp-session-id': session, origin: inspector },
    signal: leaving.signal,
  });
  for (const [name, answer, status] of [
    ['an answer', await send({ origin: inspector }), 200],
    ['initialize', initialized, 200],
    ['a stream', stream, 200],
    ['an error', await send({ origin: inspector, accept: 'text/html' }), 406],
    ['a method that is not served', await send({ origin: inspector }, { method: 'OPTIONS' }), 405],
  ]) {
    assert.equal(answer.status, status, name);
    assert.equal(answer.headers.get('access-control-allow-origin'), inspector, name);
    assert.ok(headersOf(answer, 'vary').includes('origin'), name);
  }
  leaving.abort();

  const unasked = await send({});
  assert.equal(unasked.headers.get('access-control-allow-origin'), null);
  assert.ok(headersOf(unasked, 'vary').includes('origin'));
});

test('other origins, and the approvals page, get no CORS headers', async t => {
  const { server } = await served(t);
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  for (const [address, origin, status] of [
    [server.endpoint, 'https://evil.example', 403],
    [server.endpoint, 'null', 403],
    [`${server.page}/api/approvals`, inspector, 403],
    [`${server.page}/api/sign-in`, inspector, 403],
    [server.page, inspector, 405],
  ]) {
    const answer = await fetch(address, { method: 'OPTIONS', headers: { ...preflight, origin } });
    assert.equal(answer.status, status, address);
    for (const name of answer.headers.keys()) assert.ok(!name.startsWith('access-control-'), `${address}: ${name}`);
  }
  const session = await fetch(`${server.page}/api/session`, { headers: { origin: inspector } });
  assert.equal(session.status, 403);
  assert.equal(session.headers.get('access-control-allow-origin'), null);
});

test('a response or an error that answers no question is 400, with and without a session', async t => {
  const { world, server, send } = await served(t);
  const legacy = async version => {
    const answer = await world.fetch.raw(server.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 0,
        method: 'initialize',
        params: { protocolVersion: version, capabilities: { elicitation: {} }, clientInfo: { name: 'l', version: '1' } },
      }),
    });
    return answer.headers.get('mcp-session-id');
  };
  const stray = [
    { jsonrpc: '2.0', id: 'tfy-never-asked', result: { action: 'accept' } },
    { jsonrpc: '2.0', id: 7, error: { code: -32000, message: 'no' } },
  ];
  const sessions = [{}];
  for (const version of ['2025-03-26', '2025-06-18', '2025-11-25'])
    sessions.push({ 'mcp-session-id': await legacy(version), 'mcp-protocol-version': version });
  for (const headers of sessions)
    for (const body of stray) {
      const answer = await world.fetch.raw(server.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 400, JSON.stringify([headers, body]));
      assert.match((await answer.json()).error.message, /answers no question/);
    }
  const batch = await world.fetch.raw(server.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...sessions[1] },
    body: JSON.stringify(stray),
  });
  assert.equal(batch.status, 400, 'a batch of nothing else');
  const note = { jsonrpc: '2.0', method: 'notifications/initialized' };
  const told = await world.fetch.raw(server.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...sessions[2] },
    body: JSON.stringify(note),
  });
  assert.equal(told.status, 202, 'a notification is still taken');
  assert.equal((await send({})).status, 200);
});

test('a body with a Content-Encoding is 415, on /mcp and on the page', async t => {
  const { world, server, send } = await served(t);
  for (const coding of ['gzip', 'br', 'identity, gzip']) {
    const answer = await world.fetch.raw(server.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': coding },
      body: '{}',
    });
    assert.equal(answer.status, 415, coding);
    assert.equal(answer.headers.get('accept-encoding'), 'identity');
    assert.match((await answer.json()).error, /Content-Encoding.*Nothing was done/);
  }
  const page = await fetch(`${server.page}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: '{}',
  });
  assert.equal(page.status, 415);
  assert.equal((await send({ 'content-encoding': 'identity' })).status, 200);
});
