// Links for VS Code and Cursor: what is in them starts and answers, nothing of this machine and no key is in them, and the
// README's badges are the ones that the program prints.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { binary, runToEnd } from './lib/process.mjs';
import { World } from './lib/world.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bare = { PATH: process.env.PATH, HOME: '/nonexistent' };

async function links(args, env = bare) {
  const { code, stdout, stderr } = await runToEnd(binary, ['setup', ...args, '--link'], { env });
  assert.equal(code, 0, stderr);
  const [, web, app, badge] = /^For a web page:\n(\S+)\n\nFor this machine:\n(\S+)\n\nFor a README:\n(.*)\n$/.exec(stdout);
  assert.ok(badge.endsWith(`](${web})`) && badge.startsWith('[![Install in '), badge);
  return { web, app, badge };
}

/** As each host reads its own: {name, entry, inputs}. */
const read = {
  vscode({ web, app }) {
    const url = new URL(web);
    assert.equal(url.origin + url.pathname, 'https://vscode.dev/redirect/mcp/install');
    const [name, config, inputs] = ['name', 'config', 'inputs'].map(each => url.searchParams.get(each));
    assert.match(app, /^vscode:mcp\/install\?[\w%.~-]+$/);
    const { name: own, inputs: asked, ...entry } = JSON.parse(decodeURIComponent(app.split('?')[1]));
    assert.deepEqual([own, entry, asked], [name, JSON.parse(config), inputs ? JSON.parse(inputs) : undefined]);
    return { name, entry, inputs: asked ?? [] };
  },
  cursor({ web, app }) {
    const [url, own] = [new URL(web), new URL(app)];
    assert.equal(url.origin + url.pathname, 'https://cursor.com/en/install-mcp');
    assert.match(app, /^cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?/);
    assert.equal(url.search, own.search);
    return { name: url.searchParams.get('name'), entry: JSON.parse(Buffer.from(url.searchParams.get('config'), 'base64').toString()), inputs: [] };
  },
};
const hosts = Object.keys(read);

for (const host of hosts)
  test(`${host}: what a link installs answers a client of a person who has logged in`, async t => {
    const world = await World.start(t);
    const env = { ...bare, HOME: world.folder };
    const login = await runToEnd(binary, ['login'], { env, input: `${world.upstream}\n${world.env.TFY_API_KEY}\n` });
    assert.equal(login.code, 0, login.stderr);
    const { name, entry, inputs } = read[host](await links([host]));
    assert.deepEqual([name, entry.command, entry.env, inputs], ['tfy-pat-mcp', 'tfy-pat-mcp', undefined, []]);
    assert.deepEqual(read[host](await links([host], env)).entry, entry, 'a login is no part of a link');
    const client = new Client({ name: 'a-host', version: '1' });
    t.after(() => client.close());
    await client.connect(new StdioClientTransport({ command: entry.command, args: entry.args, env, cwd: world.folder, stderr: 'ignore' }));
    const { structuredContent } = await client.callTool({ name: 'tfy_config_status', arguments: {} });
    assert.equal(structuredContent.connection, 'works', JSON.stringify(structuredContent));
  });

test('an address that is known is in the link; no key, no path of this machine', async () => {
  const env = { ...bare, HOME: '/home/someone', TFY_BASE_URL: 'https://acme.truefoundry.cloud', TFY_API_KEY: 'a-secret-that-no-link-has-0123456789', TFY_API_KEY_FILE: '/srv/keys/tfy' };
  for (const host of hosts) {
    const made = await links([host], env);
    const { entry, inputs } = read[host](made);
    assert.deepEqual(entry.env, { TFY_BASE_URL: 'https://acme.truefoundry.cloud' });
    assert.deepEqual(inputs, []);
    const all = JSON.stringify([made, entry]);
    for (const mine of ['a-secret', '/home/someone', '/srv/keys', binary]) assert.ok(!all.includes(mine), mine);
  }
});

test('a link can be to a server over HTTP, to the sandbox, and to fewer tools', async () => {
  const address = { url: 'https://tfy.example.com/mcp' };
  const at = ['--serve', '--public-url', 'https://tfy.example.com'];
  assert.deepEqual(read.vscode(await links(['vscode', ...at])).entry, { type: 'http', ...address });
  assert.deepEqual(read.cursor(await links(['cursor', ...at])).entry, address);
  const withKey = read.vscode(await links(['vscode', ...at, '--callers', 'keys']));
  assert.deepEqual(withKey.entry, { type: 'http', ...address, headers: { Authorization: 'Bearer ${input:tfy_pat_mcp_token}' } });
  assert.deepEqual(withKey.inputs.map(({ id, password }) => [id, password]), [['tfy_pat_mcp_token', true]]);
  assert.deepEqual(read.cursor(await links(['cursor', ...at, '--callers', 'keys'])).entry, { ...address, headers: { Authorization: 'Bearer ${env:TFY_PAT_MCP_TOKEN}' } });
  const { args, env } = read.cursor(await links(['cursor', '--sandbox', '--read-only', '--tools', 'tfy_config_status'])).entry;
  assert.deepEqual([args, env], [['stdio', '--sandbox', '--read-only', '--tools', 'tfy_config_status'], undefined]);
});

test('for other hosts, with a wrong tool and together with --remove there is none', async () => {
  for (const [args, code, words] of [
    [['zed', '--link'], 1, /only VS Code and Cursor/],
    [['--link'], 2, /Which host\?/],
    [['cursor', '--link', '--remove'], 2, /--remove excludes --link|--link excludes --remove/],
    [['cursor', '--link', '--sandbox', '--tools', 'banana'], 2, /--tools/],
  ]) {
    const done = await runToEnd(binary, ['setup', ...args], { env: bare });
    assert.deepEqual([done.code, done.stdout], [code, ''], done.stderr);
    assert.match(done.stderr, words);
  }
});

test('README and docs have the badges that the program prints', async () => {
  for (const host of hosts) {
    const { badge } = await links([host]);
    for (const name of ['README.md', `docs/hosts/${host}.md`]) assert.ok(readFileSync(join(root, name), 'utf8').split('\n').includes(badge), `${name}: ${badge}`);
  }
});
