// What tools/list says is an interface: clients and prompts are written against it. It changes only together with
// tests/e2e/golden/tools_list.json and a line in the changelog that names what changed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { binary } from './lib/process.mjs';

const golden = fileURLToPath(new URL('golden/tools_list.json', import.meta.url));
const changelog = fileURLToPath(new URL('../../CHANGELOG.md', import.meta.url));

async function listed(t) {
  const home = mkdtempSync(join(tmpdir(), 'tfy-surface-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const client = new Client({ name: 'a-host', version: '1' });
  const env = { PATH: process.env.PATH, HOME: home };
  await client.connect(new StdioClientTransport({ command: binary, args: ['stdio', '--sandbox'], env, stderr: 'ignore' }));
  const { tools } = await client.listTools();
  await client.close();
  return tools;
}

/** Pictures say nothing to a model: their digest is enough. */
const short = tools =>
  JSON.stringify(tools, (key, value) => (key === 'src' ? createHash('sha256').update(value).digest('hex') : value), 2) + '\n';

test('tools/list is what its golden file says; a change needs the file and the changelog', async t => {
  const now = short(await listed(t));
  if (process.env.TFY_UPDATE_GOLDEN) writeFileSync(golden, now);
  assert.equal(
    now,
    readFileSync(golden, 'utf8'),
    'tools/list has changed. If it is meant, run this test once with TFY_UPDATE_GOLDEN=1, and say in CHANGELOG.md what changed.'
  );
  const mark = createHash('sha256').update(now).digest('hex').slice(0, 12);
  assert.ok(
    readFileSync(changelog, 'utf8').includes(`\`tools/list\` ${mark}`),
    `CHANGELOG.md does not accept this tools/list: its line has to hold "\`tools/list\` ${mark}".`
  );
});
