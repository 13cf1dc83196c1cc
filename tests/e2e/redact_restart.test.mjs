// After kill -9 and a new start the server knows what it knew: the corpus scores the same, and a value that an agent
// pastes into its requests is neither stored, nor logged, nor echoed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { findLeaks } from './lib/leaks.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { answered, RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const corpus = process.env.TFY_LEAK_CORPUS ?? new URL('../../build/dev/leak_corpus', import.meta.url).pathname;
const capabilities = { elicitation: {} };
const name = 'ci-pipeline';

/** Creates a token, has it shown to the agent, and gives its value. */
async function revealedValue(peer, tokenType) {
  const args = { payload: { name, tokenType } };
  const asked = await peer.exchange(toolCall(1, 'tfy_access_tokens_create', args, { capabilities }));
  const content = { decision: 'approve', confirm_name: name, destination: 'agent' };
  const created = await peer.exchange(
    answered(2, asked.result, 'tfy_access_tokens_create', args, content, { capabilities })
  );
  const { reveal_id } = created.result.structuredContent;
  const shown = await peer.exchange(toolCall(3, 'tfy_access_tokens_reveal', { reveal_id }, { capabilities }));
  return /^(?:One-time token:\s*)?`?([A-Za-z0-9._~+/=-]{24,})`?$/m.exec(shown.result.content[0].text)[1];
}

/** `file` through the filter, into NNN.out beside it. */
async function filter(world, file) {
  const child = spawn(binary, ['redact', file], { env: world.env, stdio: ['ignore', 'pipe', 'inherit'] });
  const out = [];
  child.stdout.on('data', bytes => out.push(bytes));
  assert.equal(await new Promise(resolve => child.on('close', resolve)), 0);
  writeFileSync(file.replace(/in$/, 'out'), Buffer.concat(out));
}

/** What the corpus scores against what the state directory knows now: the table, as Markdown. */
async function score(world, folder, value) {
  const files = readdirSync(folder).filter(each => each.endsWith('.in'));
  for (let at = 0; at < files.length; at += 4)
    await Promise.all(files.slice(at, at + 4).map(file => filter(world, join(folder, file))));
  const scored = await runToEnd(corpus, ['score', folder], { env: {}, input: value });
  assert.equal(scored.code, 0, scored.stdout + scored.stderr);
  return scored.stdout;
}

test('the corpus scores the same before a kill -9 and after the next start, and a check finds all of it', async t => {
  const world = await World.start(t);
  const first = new RawStdio(world);
  const value = await revealedValue(first, 'opaque');
  const folder = join(world.folder, 'corpus');
  mkdirSync(folder);
  assert.equal((await runToEnd(corpus, ['write', folder], { env: {}, input: value })).code, 0);
  const before = await score(world, folder, value);
  await first.server.stop('SIGKILL');

  const second = new RawStdio(world);
  await second.exchange(toolCall(1, 'tfy_config_status', {}));
  const after = await score(world, folder, value);
  assert.equal(after, before);
  const [, stopped, all] = /\*\*promised, together\*\* \| \*\*(\d+) of (\d+)\*\*/.exec(after);
  assert.equal(stopped, all);
  assert.ok(Number(all) >= 200);
  t.diagnostic(`${stopped} of ${all} stopped after the restart`);

  const changed = readdirSync(folder)
    .filter(file => file.endsWith('.in'))
    .filter(file => !readFileSync(join(folder, file)).equals(readFileSync(join(folder, file.replace(/in$/, 'out')))));
  const checked = await runToEnd(binary, ['redact', '--check', ...changed.map(file => join(folder, file))], {
    env: world.env,
  });
  assert.equal(checked.code, 1, checked.stderr);
  const found = new Set(checked.stdout.trim().split('\n').map(line => line.split(':')[0]));
  assert.equal(found.size, changed.length, 'a finding for each file that the filter changes');
});

for (const tokenType of ['opaque', 'jwt'])
  test(`${tokenType}: what an agent pastes into requests is not stored, logged or echoed by the next process`, async t => {
    const world = await World.start(t);
    const first = new RawStdio(world);
    const value = await revealedValue(first, tokenType);
    const shownAt = first.server.stdout;
    await first.server.stop('SIGKILL');

    const peer = new RawStdio(world);
    const bytes = Buffer.from(value);
    const leaks = [
      value,
      bytes.toString('hex'),
      bytes.toString('base64'),
      Buffer.from(bytes.toString('hex')).toString('base64url'),
      [...bytes].map(byte => `%${byte.toString(16)}`).join(''),
      [...bytes].map(byte => `\\u00${byte.toString(16)}`).join(''),
      [...value].join('\u200b'),
      [...value].reverse().join(''),
      value.toUpperCase(),
    ];
    let id = 10;
    const answers = [];
    for (const leak of leaks) {
      const reasons = { payload: { name: `token-${id}` }, reason: `because of ${leak}` };
      for (const [tool, args] of [
        ['tfy_access_tokens_create', reasons],
        ['tfy_access_tokens_create', { payload: { name: leak } }],
        ['tfy_access_tokens_create', { payload: { name: `token-${id}`, [leak]: 1 } }],
        ['tfy_access_tokens_create', { payload: { name: `token-${id}`, teamName: leak } }],
        ['tfy_access_tokens_delete', { id: leak }],
        ['tfy_access_tokens_list', { name_contains: leak }],
        ['tfy_access_tokens_list', { cursor: leak }],
        ['tfy_access_tokens_reveal', { reveal_id: leak }],
        ['tfy_approvals_get', { approval_id: leak }],
        [leak, {}],
      ])
        answers.push(await peer.exchange(toolCall((id += 1), tool, args, { capabilities })));
      await peer.exchange({ jsonrpc: '2.0', id: (id += 1), method: leak, params: {} });
    }
    assert.ok(
      answers.some(answer => JSON.stringify(answer).includes(`[redacted:access-token ${name}]`)),
      'something would have been echoed'
    );
    const printed = world.processes
      .filter(each => each !== world.sandbox && each !== first.server)
      .map(each => each.stdout + each.stderr);
    const running = findLeaks(value, { folders: [world.state], texts: printed });
    assert.deepEqual([running.plainOnWire, running.elsewhere], [0, []], 'with the WAL still there');
    await peer.server.stop('SIGKILL');
    const leaked = findLeaks(value, { folders: [world.state], texts: [shownAt, first.server.stderr, ...printed] });
    assert.deepEqual([leaked.plainOnWire, leaked.elsewhere], [1, []]);
    const transcript = join(world.folder, 'transcript');
    writeFileSync(transcript, printed.join('\n'));
    const checked = await runToEnd(binary, ['redact', '--check', transcript], { env: world.env });
    assert.deepEqual([checked.code, checked.stdout], [0, '']);
  });
