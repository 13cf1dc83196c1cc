// The conversations in tests/transcripts against MCP's schemas, and the referee itself against what is wrong.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { checkConversation, checkExchanges, schemasPresent } from './lib/wire.mjs';

const skip = schemasPresent ? false : 'no MCP schemas: neither $TFY_SCHEMAS nor shared/schemas is there';
const folder = new URL('../transcripts/', import.meta.url);

/** Random parts have names in a transcript; a date of an approval's life has none. */
function linesOf(text) {
  const lines = text.split('\n').filter(line => /^[<>] /.test(line));
  return lines.map(line => ({ [line[0] === '>' ? 'sent' : 'received']: line.slice(2) }));
}

for (const name of readdirSync(folder).filter(file => file.endsWith('.transcript')))
  test(`${name}: every message of the server fits its revision`, { skip }, t => {
    const checked = checkConversation(linesOf(readFileSync(new URL(name, folder), 'utf8')));
    assert.ok(checked > 0, 'the server says something');
    t.diagnostic(`${checked} messages`);
  });

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const ask = (method, params = {}) => ({
  sent: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
});
const answer = message => ({ received: JSON.stringify({ jsonrpc: '2.0', ...message }) });

const wrong = {
  'a modern result without its type': [ask('tools/list'), answer({ id: 1, result: { tools: [], ttlMs: 0, cacheScope: 'public' } })],
  'a list without its caching hints': [ask('tools/list'), answer({ id: 1, result: { tools: [], resultType: 'complete' } })],
  'a tool without a schema': [
    ask('tools/list'),
    answer({ id: 1, result: { tools: [{ name: 'a' }], resultType: 'complete', ttlMs: 0, cacheScope: 'public' } }),
  ],
  'an answer to nothing': [answer({ id: 7, result: {} })],
  'an error without a code': [ask('tools/list'), answer({ id: 1, error: { message: 'no' } })],
  'a completed task without its result': [
    ask('tasks/get', { taskId: 'a' }),
    answer({
      id: 1,
      result: {
        resultType: 'complete',
        taskId: 'a',
        status: 'completed',
        createdAt: '2026-11-23T12:00:00Z',
        lastUpdatedAt: '2026-11-23T12:00:00Z',
        ttlMs: null,
      },
    }),
  ],
  'a notification that no revision has': [answer({ method: 'notifications/nonsense' })],
  'progress for a request of 2026-07-28 without a number': [
    { sent: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a', _meta: { ...meta, progressToken: 't' } } }) },
    answer({ method: 'notifications/progress', params: { progressToken: 't' } }),
  ],
};
for (const [what, lines] of Object.entries(wrong))
  test(`the referee refuses ${what}`, { skip }, () => {
    assert.throws(() => checkConversation(lines));
  });

test('the referee refuses an answer over HTTP that is not one of its session’s revision', { skip }, () => {
  const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: {} };
  const agreed = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    serverInfo: { name: 'a', version: '1' },
  };
  const opened = {
    given: 's',
    sent: JSON.stringify(initialize),
    type: 'application/json',
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, result: agreed }),
  };
  const listed = tools => ({
    session: 's',
    sent: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    type: 'text/event-stream',
    body: `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } })}\n\n`,
  });
  assert.equal(checkExchanges([opened, listed([])]), 2);
  assert.throws(() => checkExchanges([opened, listed([{ name: 'no schema' }])]));
});
