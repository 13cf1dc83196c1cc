// What tools/list says is an interface: clients and prompts are written against it. It changes only together with
// tests/e2e/golden/tools_list.json and a line in the changelog that names what changed. golden/VERSION.json has what each
// release says.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { binary, runToEnd } from './lib/process.mjs';

const pathOf = name => fileURLToPath(new URL(name, import.meta.url));
const golden = pathOf('golden/tools_list.json');
const [, version] = /^project\(\S+ VERSION (\S+)/m.exec(readFileSync(pathOf('../../CMakeLists.txt'), 'utf8'));
const ofRelease = pathOf(`golden/${version}.json`);

/** As it comes: an SDK puts the members in an order of its own. */
async function listed(t, revision, ...args) {
  const home = mkdtempSync(join(tmpdir(), 'tfy-surface-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const clientInfo = { name: 'a-host', version: '1' };
  const messages = [
    { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: revision, capabilities: {}, clientInfo } },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 2, method: 'tools/list' },
  ];
  const input = messages.map(each => `${JSON.stringify(each)}\n`).join('');
  const env = { PATH: process.env.PATH, HOME: home };
  const { stdout, stderr } = await runToEnd(binary, ['stdio', '--sandbox', ...args], { env, input });
  const answers = stdout.trimEnd().split('\n').map(line => JSON.parse(line));
  const tools = answers.find(each => each.id === 2)?.result?.tools;
  assert.ok(tools, `${stdout}\n${stderr}`);
  return tools;
}

/** Pictures say nothing to a model: their digest is enough. */
const short = tools =>
  JSON.stringify(tools, (key, value) => (key === 'src' ? createHash('sha256').update(value).digest('hex') : value), 2) + '\n';

test('tools/list is what its golden file says; a change since the last release needs the file and the changelog', async t => {
  const now = short(await listed(t, '2025-11-25'));
  if (process.env.TFY_UPDATE_GOLDEN) writeFileSync(golden, now);
  assert.equal(
    now,
    readFileSync(golden, 'utf8'),
    'tools/list has changed. If it is meant, run this test once with TFY_UPDATE_GOLDEN=1, and say in CHANGELOG.md what changed.'
  );
  assert.ok(existsSync(ofRelease), `${version} has no golden file: when it is released, copy golden/tools_list.json to golden/${version}.json.`);
  if (now === readFileSync(ofRelease, 'utf8')) return;
  const mark = createHash('sha256').update(now).digest('hex').slice(0, 12);
  const [, unreleased] = /^## Unreleased\n([^]*?)(?=^## )/m.exec(readFileSync(pathOf('../../CHANGELOG.md'), 'utf8'));
  const newest = /`tools\/list` ([0-9a-f]{12})/.exec(unreleased)?.[1];
  assert.equal(
    newest,
    mark,
    `CHANGELOG.md does not accept this tools/list: the first line of "## Unreleased" that names one has to hold "\`tools/list\` ${mark}".`
  );
});

/** The members of each object in `told` are in the order of the manifest. */
function assertInOrder(told, written, path) {
  if (Array.isArray(told)) return told.forEach((each, i) => assertInOrder(each, written?.[i], `${path}[${i}]`));
  if (!told || typeof told !== 'object') return;
  assert.ok(typeof told.type !== 'object' || path.endsWith('.properties'), `${path}.type is a list`);
  const known = Object.keys(written).filter(key => key in told);
  assert.deepEqual(Object.keys(told), known, path);
  for (const key of known) assertInOrder(told[key], written[key], `${path}.${key}`);
}

test('members are in the order of the manifests, in every revision and with fewer tools; no type is a list', async t => {
  const some = ['--tools', 'tfy_access_tokens_list,tfy_access_tokens_create,tfy_approvals_get'];
  for (const [revision, ...args] of [['2025-11-25'], ['2025-06-18'], ['2025-03-26'], ['2025-11-25', '--read-only'], ['2025-11-25', ...some]])
    for (const tool of await listed(t, revision, ...args)) {
      const written = JSON.parse(readFileSync(pathOf(`../../manifests/tools/${tool.name}.json`), 'utf8'));
      assertInOrder(tool, written, `${revision} ${args.join(' ')} ${tool.name}`);
      assert.equal(Object.keys(tool)[0], 'name');
    }
});
