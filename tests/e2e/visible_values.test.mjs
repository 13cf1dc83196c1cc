// A known value with invisible characters inside, where others write texts: no channel shows it with marks between its
// characters.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { CLIENT_INFO_META_KEY } from '@modelcontextprotocol/client';

import { assertSealed, hide } from './lib/hidden.mjs';
import { Page } from './lib/page.mjs';
import { until } from './lib/process.mjs';
import { modernRequest, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { Receiver } from './lib/receiver.mjs';
import { rules, World } from './lib/world.mjs';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

test('as a client’s name: log, page, terminal, journal and webhook', async t => {
  const world = await World.start(t, { hold: '0s' });
  const receiver = await Receiver.listen(t, { secret });
  const file = join(world.folder, 'webhook-secret');
  writeFileSync(file, `${secret}\n`);
  chmodSync(file, 0o600);
  const hook = `[[webhook]]\nurl = "http://127.0.0.1:${receiver.server.address().port}/in"\nsecret_file = "${file}"\nevents = ["requested", "decided"]\n`;
  writeFileSync(join(world.folder, 'policy.toml'), rules({ assurance: 'client' }) + hook);
  const value = world.env.TFY_API_KEY;
  const served = await world.serve();
  const peer = new RawHttp(world, served.endpoint);
  const _meta = { [CLIENT_INFO_META_KEY]: { name: `agent ${hide(value)}`, version: '1' } };
  const args = { payload: { name: 'plain-name', tokenType: 'opaque' } };
  const asked = await peer.exchange(toolCall(1, 'tfy_access_tokens_create', args, { _meta }));
  const id = asked.result.structuredContent.approval_id;
  assertSealed(JSON.stringify(asked), value, 'the result');

  const page = await Page.signIn(world, served);
  const pending = await page.request('GET', '/api/approvals');
  assert.ok(pending.text.includes(id));
  assertSealed(pending.text, value, 'the page');
  await until(() => receiver.got.length > 0, { what: () => 'a notice', change: look => receiver.watchers.add(look) });
  for (const args of [['list'], ['list', '--json'], ['show', id], ['show', id, '--json']]) {
    const done = await world.terminal(['approvals', ...args]);
    assertSealed(done.stdout + done.stderr, value, `approvals ${args}`);
  }
  const denied = await page.request('POST', `/api/approvals/${id}/deny`, { reason: `because ${hide(value)}` });
  assertSealed(`${denied.status} ${denied.text}`, value, 'the answer to a decision');
  assertSealed(JSON.stringify(await peer.exchange(toolCall(2, 'tfy_access_tokens_create', args, { _meta }))), value, 'again');
  assertSealed((await world.terminal(['audit', 'export'])).stdout, value, 'the journal');
  assertSealed((await world.terminal(['approvals', 'list', '--all'])).stdout, value, 'the list of all');
  await served.process.stop();
  assertSealed(served.process.stderr, value, 'the log');
  for (const { text } of receiver.got) assertSealed(text, value, 'a notice');
});

test('as a token’s name that upstream sends, and in its errors', async t => {
  let value = '';
  let fails = false;
  const upstream = createServer((request, answer) => {
    answer.writeHead(fails ? 400 : 200, { 'content-type': 'application/json' });
    const token = { id: 'pat-1', name: `ci ${hide(value)}`, createdBySubject: {}, createdAt: '2026-11-01T00:00:00Z' };
    const page = { data: [token], pagination: { total: 1, offset: 0, limit: 100 } };
    answer.end(JSON.stringify(fails ? { statusCode: 400, message: `no ${hide(value)}` } : page));
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  t.after(() => upstream.close());
  const world = await World.start(t, { upstream: `http://127.0.0.1:${upstream.address().port}` });
  value = world.env.TFY_API_KEY;
  const peer = new RawStdio(world);
  const listed = await peer.exchange(toolCall(1, 'tfy_access_tokens_list', {}));
  assertSealed(JSON.stringify(listed), value, 'the list');
  fails = true;
  const refused = await peer.exchange(toolCall(2, 'tfy_access_tokens_list', {}));
  assert.ok(refused.result.isError, JSON.stringify(refused));
  assertSealed(JSON.stringify(refused), value, 'an error');
  await peer.server.stop();
  assertSealed(peer.server.stderr, value, 'the log');
});

/** Every text that a caller sends, with the value hidden in it: what it is answered. */
const places = {
  'the name of a tool': (id, text) => toolCall(id, text, {}),
  'an argument': (id, text) => toolCall(id, 'tfy_access_tokens_delete', { id: text }),
  'an argument’s name': (id, text) => toolCall(id, 'tfy_access_tokens_list', { [text]: 1 }),
  'a filter': (id, text) => toolCall(id, 'tfy_access_tokens_list', { name_contains: text }),
  'the name of a token': (id, text) => toolCall(id, 'tfy_access_tokens_create', { payload: { name: text } }),
  'a reason': (id, text) => toolCall(id, 'tfy_access_tokens_create', { payload: { name: `ask-${id}` }, reason: text }),
  'the URI of a resource': (id, text) => modernRequest(id, 'resources/read', { uri: `tfy://approvals/${text}` }),
  'the name of a prompt': (id, text) => modernRequest(id, 'prompts/get', { name: text }),
  'an argument of a prompt': (id, text) =>
    modernRequest(id, 'prompts/get', { name: 'create_access_token', arguments: { name: text } }),
  'what is to be completed': (id, text) =>
    modernRequest(id, 'completion/complete', {
      ref: { type: 'ref/resource', uri: text },
      argument: { name: text, value: text },
    }),
  'a method': (id, text) => modernRequest(id, text),
};

test('in whatever a caller sends: no answer, no log line, no list', async t => {
  const world = await World.start(t, { hold: '0s' });
  const value = world.env.TFY_API_KEY;
  const peer = new RawStdio(world);
  await peer.exchange(toolCall(1, 'tfy_access_tokens_list', {}));
  let id = 1;
  for (const [what, message] of Object.entries(places))
    assertSealed(JSON.stringify(await peer.exchange(message((id += 1), `a ${hide(value)} b`))), value, what);
  for (const args of [['list', '--all'], ['list', '--all', '--json']])
    assertSealed((await world.terminal(['approvals', ...args])).stdout, value, `approvals ${args}`);
  await peer.server.stop();
  assertSealed(peer.server.stderr, value, 'the log');
});

test('in the name that a client of an earlier revision says at the start, and in its answer to a form', async t => {
  const world = await World.start(t);
  const value = world.env.TFY_API_KEY;
  const peer = new RawStdio(world);
  const clientInfo = { name: `agent ${hide(value)}`, version: hide(value) };
  const params = { protocolVersion: '2025-11-25', capabilities: { elicitation: {} }, clientInfo };
  const opened = await peer.exchange({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  assertSealed(JSON.stringify(opened), value, 'the answer to initialize');
  peer.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  const call = { name: 'tfy_access_tokens_create', arguments: { payload: { name: 'asked-for' } } };
  const ask = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call };
  peer.write(`${JSON.stringify(ask)}\n`);
  const question = await until(() => peer.messages().find(each => each.method === 'elicitation/create'), {
    what: () => 'a question',
    change: look => peer.server.watchers.add(look),
  });
  assertSealed(JSON.stringify(question), value, 'the question');
  const content = { decision: 'deny', reason: `because ${hide(value)}` };
  const answer = { jsonrpc: '2.0', id: question.id, result: { action: 'accept', content } };
  const denied = await peer.exchange(answer, 1);
  assert.match(JSON.stringify(denied), /because .*redacted:access-token/);
  assertSealed(JSON.stringify(denied), value, 'the denial');
  for (const args of [['approvals', 'list', '--all'], ['audit', 'export']])
    assertSealed((await world.terminal(args)).stdout, value, `${args}`);
  await peer.server.stop();
  assertSealed(peer.server.stderr, value, 'the log');
});
