// Two servers on one state directory: what one registers, the other one takes out of whatever it says next, without a
// tool call in between; also after the first one was killed. And what cannot be known is not said.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { findLeaks } from './lib/leaks.mjs';
import { Page } from './lib/page.mjs';
import { answered, modernRequest, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { Receiver } from './lib/receiver.mjs';
import { rules, World } from './lib/world.mjs';

const capabilities = { elicitation: {} };
const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

/** The first server: creates tokens and has their values shown to its agent. */
class Maker {
  constructor(world) {
    this.peer = new RawStdio(world);
    this.id = 0;
  }

  /** All of a new value but its beginning: nothing tells that it is one, except for who has registered it. */
  async value() {
    const name = `fresh-${(this.id += 1)}`;
    const args = { payload: { name, tokenType: 'opaque' } };
    const ask = (tool, given) => this.peer.exchange(toolCall((this.id += 1), tool, given, { capabilities }));
    const asked = await ask('tfy_access_tokens_create', args);
    const content = { decision: 'approve', confirm_name: name, destination: 'agent' };
    const yes = answered((this.id += 1), asked.result, 'tfy_access_tokens_create', args, content, { capabilities });
    const created = await this.peer.exchange(yes);
    const { reveal_id } = created.result.structuredContent;
    const shown = await ask('tfy_access_tokens_reveal', { reveal_id });
    return /^(?:One-time token:\s*)?`?([A-Za-z0-9._~+/=-]{24,})`?$/m.exec(shown.result.content[0].text)[1].slice(8);
  }
}

/** Every kind of message that repeats what it was sent. */
const kinds = {
  'the error of prompts/get': (id, value) => modernRequest(id, 'prompts/get', { name: value }),
  'an argument of prompts/get': (id, value) =>
    modernRequest(id, 'prompts/get', { name: 'create_access_token', arguments: { name: value } }),
  'an unknown method': (id, value) => modernRequest(id, value),
  'the error of resources/read': (id, value) => modernRequest(id, 'resources/read', { uri: `tfy://approvals/${value}` }),
  'an unknown reference to complete': (id, value) =>
    modernRequest(id, 'completion/complete', {
      ref: { type: 'ref/prompt', name: value },
      argument: { name: 'name', value: 'x' },
    }),
  'an unknown argument to complete': (id, value) =>
    modernRequest(id, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'create_access_token' },
      argument: { name: value, value: 'x' },
    }),
  'an unknown task': (id, value) =>
    modernRequest(id, 'tasks/get', { taskId: value }, { extensions: { 'io.modelcontextprotocol/tasks': {} } }),
  'an unknown tool': (id, value) => toolCall(id, value, {}),
  "a tool's error": (id, value) => toolCall(id, 'tfy_access_tokens_delete', { id: value }, { capabilities }),
};

/** What has no place for what it was sent, or refuses it. */
const silent = ['an argument of prompts/get', 'an unknown task', "a tool's error"];

function check(value, texts, what) {
  const leaks = findLeaks(value, { folders: [texts.state], texts: texts.all });
  assert.equal(leaks.plainOnWire, 0, `${what}: ${leaks.places.join(', ')}`);
  assert.deepEqual(leaks.elsewhere, [], what);
}

for (const way of ['stdio', 'HTTP'])
  test(`${way}: every kind of message is sealed with what another process has just registered`, async t => {
    const world = await World.start(t);
    const served = way === 'HTTP' ? await world.serve() : undefined;
    const other = served ? new RawHttp(world, served.endpoint) : new RawStdio(world);
    await other.exchange(modernRequest(1, 'server/discover'));
    const maker = new Maker(world);
    let id = 1;
    for (const [kind, message] of Object.entries(kinds)) {
      const value = await maker.value();
      const sent = message((id += 1), value);
      const answer = JSON.stringify(await other.exchange(sent));
      const process = served ? served.process : other.server;
      check(value, { state: world.state, all: [answer, process.stderr] }, kind);
      assert.equal(answer.includes('[redacted:access-token'), !silent.includes(kind), `${kind}: ${answer}`);
    }
  });

test("a tool's result, in words and structured: a name that TrueFoundry lists", async t => {
  const world = await World.start(t);
  let value = '';
  const upstream = createServer((request, answer) => {
    const token = { id: 'pat-1', name: `ci ${value}`, createdBySubject: {}, createdAt: '2026-11-01T00:00:00Z' };
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ data: [token], pagination: { total: 1, offset: 0, limit: 100 } }));
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  t.after(() => upstream.close());
  const env = { ...world.env, TFY_BASE_URL: `http://127.0.0.1:${upstream.address().port}` };
  const other = new RawStdio(world, () => world.spawn(['stdio'], env));
  await other.exchange(toolCall(1, 'tfy_access_tokens_list', {}));
  value = await new Maker(world).value();
  const { result } = await other.exchange(toolCall(2, 'tfy_access_tokens_list', {}));
  assert.match(result.content[0].text, /ci \[redacted:access-token/);
  assert.match(result.structuredContent.tokens[0].name, /ci \[redacted:access-token/);
  check(value, { state: world.state, all: [JSON.stringify(result), other.server.stderr] }, 'a list');
});

/** What comes on a stream until `isEnough`; then the client leaves it. */
async function readStream(world, endpoint, headers, message, isEnough) {
  const leaving = new AbortController();
  const answer = await world.fetch.raw(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(message),
    signal: leaving.signal,
  });
  assert.match(answer.headers.get('content-type'), /^text\/event-stream/, await (answer.ok ? '' : answer.text()));
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of answer.body) {
    text += decoder.decode(bytes, { stream: true });
    if (isEnough(text)) break;
  }
  leaving.abort();
  return text;
}

/** A session of 2025-11-25, whose server asks on the stream of the call: its headers. */
async function openSession(world, endpoint, clientInfo) {
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
  const answer = await world.fetch.raw(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  });
  return { 'mcp-session-id': answer.headers.get('mcp-session-id'), 'mcp-protocol-version': '2025-11-25' };
}

test('events of a stream: progress, notes and questions are sealed in the same way', async t => {
  const world = await World.start(t, { hold: '8s' });
  const served = await world.serve();
  const maker = new Maker(world);
  const peer = new RawHttp(world, served.endpoint);
  const create = (id, name, more = {}) => toolCall(id, 'tfy_access_tokens_create', { payload: { name } }, more);
  const streams = {
    'progress and a note, by the token that the client chose': value => {
      const _meta = { progressToken: value, 'io.modelcontextprotocol/logLevel': 'info' };
      const call = create(2, 'with-progress', { _meta });
      const isEnough = text => text.includes('notifications/progress') && text.includes('notifications/message');
      return readStream(world, served.endpoint, peer.headers(call), call, isEnough);
    },
    'a question of an earlier revision': async value => {
      const session = await openSession(world, served.endpoint, { name: `agent ${value}`, version: '1' });
      const call = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'tfy_access_tokens_create', arguments: { payload: { name: 'asked-for' } } },
      };
      return readStream(world, served.endpoint, session, call, text => text.includes('elicitation/create'));
    },
  };
  for (const [what, open] of Object.entries(streams)) {
    const value = await maker.value();
    const text = await open(value);
    assert.match(text, /redacted:access-token/, `${what}: ${text}`);
    check(value, { state: world.state, all: [text, served.process.stderr] }, what);
  }
});

test('a request whose id holds a value is refused before anything is done: no stream, no session, no value', async t => {
  const world = await World.start(t);
  const served = await world.serve();
  const peer = new RawHttp(world, served.endpoint);
  const value = await new Maker(world).value();
  const listen = modernRequest(value, 'subscriptions/listen', {
    notifications: { resourceSubscriptions: ['tfy://access-tokens'] },
  });
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'test', version: '1' } };
  for (const [message, headers] of [
    [listen, peer.headers(listen)],
    [{ jsonrpc: '2.0', id: value, method: 'initialize', params }, {}],
  ]) {
    const answer = await world.fetch.raw(served.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify(message),
    });
    const text = await answer.text();
    assert.equal(answer.status, 400, text);
    assert.equal(answer.headers.get('mcp-session-id'), null);
    assert.match(text, /The id of this request holds the value of an access token/);
    check(value, { state: world.state, all: [text, served.process.stderr] }, message.method);
  }
});

test('log, page, webhook and journal: the same, also after the process that registered it was killed', async t => {
  const world = await World.start(t);
  const receiver = await Receiver.listen(t, { secret });
  const file = join(world.folder, 'webhook-secret');
  writeFileSync(file, `${secret}\n`);
  chmodSync(file, 0o600);
  const hook = `[[webhook]]\nurl = "http://127.0.0.1:${receiver.port}/in"\nsecret_file = "${file}"\nformat = "json"\nevents = ["requested", "decided", "finished"]\n`;
  writeFileSync(join(world.folder, 'policy.toml'), rules({ assurance: null }) + hook);
  const served = await world.serve();
  const page = await Page.signIn(world, served);
  const peer = new RawHttp(world, served.endpoint);
  const name = 'waits-for-a-person';
  const asked = await peer.exchange(toolCall(1, 'tfy_access_tokens_create', { payload: { name } }));
  const { approval_id: id } = asked.result.structuredContent;
  const [approval] = await page.pending();

  writeFileSync(join(world.folder, 'policy.toml'), rules({}) + hook);
  const maker = new Maker(world);
  const values = [await maker.value(), await maker.value(), await maker.value()];
  await maker.peer.server.stop('SIGKILL');

  const unknown = await page.request('GET', `/api/approvals/${values[0]}`);
  assert.equal(unknown.status, 404);
  const client = { ...toolCall(2, 'tfy_config_status', {}) };
  client.params._meta['io.modelcontextprotocol/clientInfo'] = { name: values[1], version: '1' };
  await peer.exchange(client);
  await served.process.logs(/tools\/call .*redacted:access-token/);
  await page.denied(approval, `it is ${values[2]}`);
  await receiver.event(body => body.type === 'approval.decided' && body.approval.id === id);
  const one = await page.request('GET', `/api/approvals/${id}`);
  assert.match(one.text, /redacted:access-token/);
  const exported = await world.terminal(['audit', 'export']);
  assert.match(exported.stdout, /redacted:access-token/);
  for (const value of values)
    check(
      value,
      {
        state: world.state,
        all: [unknown.text, one.text, exported.stdout, served.process.stderr, ...receiver.got.map(each => each.text)],
      },
      'what leaves the other process'
    );
});

test('while the tokens cannot be read the answer is an error that says so, and no text leaves', async t => {
  const world = await World.start(t);
  const other = new RawStdio(world);
  await other.exchange(modernRequest(1, 'server/discover'));
  const strange = 'what-nobody-has-registered-as-far-as-can-be-known';
  renameSync(join(world.state, 'ledger.db'), join(world.state, 'moved.db'));
  for (const message of [modernRequest(2, strange), toolCall(3, 'tfy_access_tokens_list', { name_contains: strange })]) {
    const { error } = await other.exchange(message);
    assert.match(error.message, /The answer is withheld: .* cannot be read.*is no longer there/);
    assert.ok(!JSON.stringify(error).includes(strange));
  }
  assert.ok(!other.server.stderr.includes(strange));
  renameSync(join(world.state, 'moved.db'), join(world.state, 'ledger.db'));
  const { error } = await other.exchange(modernRequest(4, strange));
  assert.match(error.message, /no method 'what-nobody-has-registered/);
});
