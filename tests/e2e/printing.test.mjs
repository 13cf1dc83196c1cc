// What callers, people and files are called reaches no terminal as it is: marked in texts, escaped in JSON.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { CLIENT_INFO_META_KEY } from '@modelcontextprotocol/client';

import { assertPlain, tricks } from './lib/plain.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const reason = `because ${tricks}`;
const _meta = { [CLIENT_INFO_META_KEY]: { name: `host ${tricks}`, version: '1' } };
const linesOf = text => text.split('\n').filter(Boolean);

/** One pending create whose every free text is a trick, and the id that it was given. */
async function trickyRequest(world) {
  world.env.TFY_PAT_MCP_LOG_LEVEL = 'debug';
  const peer = new RawStdio(world);
  const args = { payload: { name: 'plain-name', teamName: 'platform' }, reason };
  const { result } = await peer.exchange(toolCall(1, 'tfy_access_tokens_create', args, { _meta }));
  assert.equal(result.structuredContent.status, 'approval_pending', JSON.stringify(result));
  return { peer, id: result.structuredContent.approval_id };
}

test('audit export escapes what cannot be seen, and what it says is the same JSON', async t => {
  const world = await World.start(t, { policy: rules(), hold: '0s' });
  const { peer } = await trickyRequest(world);
  const exported = await world.terminal(['audit', 'export']);
  assert.equal(exported.code, 0, exported.stderr);
  assertPlain(exported.stdout, 'audit export');
  const records = linesOf(exported.stdout).map(line => JSON.parse(line));
  const requested = records.find(record => record.kind === 'requested');
  assert.equal(requested.body.agent_reason, reason, 'the same text, character by character');
  assert.equal(requested.body.client, `host ${tricks} 1`);
  const verified = await world.terminal(['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  await peer.server.stop();
  assert.match(peer.server.stderr, /host safe/, 'the log names the client');
  assertPlain(peer.server.stderr, 'the log');
});

test('no verb prints a character that a terminal would act on, whatever callers and files are called', async t => {
  const world = await World.start(t, { policy: rules(), hold: '0s' });
  const { id } = await trickyRequest(world);
  const folder = join(world.folder, `odd ${tricks.replaceAll('\u0000', '')}`);
  mkdirSync(folder);
  const named = file => join(folder, file);
  writeFileSync(named('rules.toml'), `[[rule]]\ntools = ["${'x'}"]\nsays = "as\u202ek"\n`);
  writeFileSync(named('log.txt'), `TFY_API_KEY=${world.env.TFY_API_KEY}\n`);
  const explain = JSON.stringify({ payload: { name: 'plain-name' }, reason });
  const rows = [
    ['approvals', 'list'],
    ['approvals', 'list', '--json'],
    ['approvals', 'show', id],
    ['approvals', 'show', id, '--json'],
    ['approvals', 'show', `apr_${tricks}`],
    ['approvals', 'deny', id, '--reason', tricks, '--json'],
    ['approvals', 'list', '--all'],
    ['approvals', 'sign-in', '--as', tricks],
    ['approvals', 'list', '--state-dir', folder],
    ['audit', 'export'],
    ['audit', 'verify', '--state-dir', folder],
    ['policy', 'check', named('rules.toml')],
    ['policy', 'check', named('none.toml')],
    ['policy', 'explain', 'tfy_access_tokens_create', explain, '--client', tricks],
    ['policy', 'explain', 'tfy_access_tokens_create', explain, '--client', tricks, '--json'],
    ['policy', 'explain', `tfy_${tricks}`],
    ['redact', '--check', named('log.txt')],
    ['redact', '--check', '--json', named('log.txt')],
    ['redact', named('none.txt')],
    ['doctor', '--ca-file', named('none.pem')],
    ['doctor', '--json', '--ca-file', named('none.pem')],
    ['serve', '--policy', named('none.toml')],
    ['stdio', '--policy', named('none.toml')],
    ['sandbox', '--access-log', join(folder, 'none', 'log')],
    [`--${tricks}`],
    ['approvals', tricks],
    ['approvals', 'list', '--config', named('none.toml')],
  ];
  for (const args of rows) {
    const done = await runToEnd(binary, args, { env: world.env });
    const what = `${JSON.stringify(args)} (${done.code})`;
    assert.ok(done.stdout.length + done.stderr.length > 0, `${what} says something`);
    assertPlain(done.stdout, `stdout of ${what}`);
    assertPlain(done.stderr, `stderr of ${what}`);
    if (args.includes('--json')) for (const line of linesOf(done.stdout)) JSON.parse(line);
  }
});
