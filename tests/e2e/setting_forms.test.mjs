// Settings as people write them: ~ and $HOME in paths, .env and key files as editors leave them.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { rules, World } from './lib/world.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';

async function ran(world, args, env = world.env) {
  const process = world.spawn(args, env);
  process.child.stdin.end();
  const { code } = await process.ended;
  return { code, stdout: process.stdout, stderr: process.stderr };
}

/** The status of GET with this Host, which fetch does not let one choose. */
function rawGet(url, host) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, answer => resolve(answer.resume().statusCode)).on('error', reject);
  });
}

async function status(world, env = world.env) {
  const peer = new RawStdio(world, () => world.spawn(['stdio'], env));
  const answer = await peer.exchange(toolCall(1, 'tfy_config_status', {}));
  peer.server.child.stdin.end();
  await peer.server.ended;
  return answer.result.structuredContent;
}

test('~ and $HOME are filled in in every path, wherever it is written; no folder of that name is made', async t => {
  const world = await World.start(t);
  writeFileSync(join(world.folder, 'key'), world.env.TFY_API_KEY, { mode: 0o600 });
  writeFileSync(join(world.folder, 'toml-rules'), rules());
  const { TFY_API_KEY, TFY_PAT_MCP_STATE_DIR, TFY_PAT_MCP_POLICY, ...bare } = world.env;
  assert.ok(TFY_API_KEY && TFY_PAT_MCP_STATE_DIR && TFY_PAT_MCP_POLICY);
  const rows = [
    ['a', [], { TFY_PAT_MCP_STATE_DIR: '~/a', TFY_API_KEY_FILE: '~/key' }],
    ['b', [], { TFY_PAT_MCP_STATE_DIR: '$HOME/b', TFY_API_KEY_FILE: '$HOME/key' }],
    ['c', ['--state-dir=${HOME}/c', '--policy=~/toml-rules'], { TFY_API_KEY_FILE: '${HOME}/key' }],
    ['d', ['--config=~/config.toml'], { TFY_API_KEY_FILE: '~/key' }],
    ['d', [], { TFY_PAT_MCP_CONFIG: '$HOME/config.toml', TFY_API_KEY_FILE: '~/key' }],
  ];
  writeFileSync(join(world.folder, 'config.toml'), 'state-dir = "~/d"\npolicy = "$HOME/toml-rules"\n');
  for (const [folder, args, env] of rows) {
    const peer = new RawStdio(world, () => world.spawn([...args, 'stdio'], { ...bare, ...env }));
    const answer = await peer.exchange(toolCall(1, 'tfy_config_status', {}));
    assert.equal(answer.result.structuredContent.connection, 'works', JSON.stringify([args, env]));
    peer.server.child.stdin.end();
    assert.equal((await peer.server.ended).code, 0);
    assert.ok(existsSync(join(world.folder, folder, 'ledger.db')), folder);
  }
  const odd = readdirSync(world.folder).filter(name => /[~$]/.test(name));
  assert.deepEqual(odd, []);
});

test('other words that were not filled in are refused, and nothing is made', async t => {
  const world = await World.start(t);
  const before = readdirSync(world.folder);
  for (const [name, flag] of [
    ['TFY_PAT_MCP_STATE_DIR', '--state-dir'],
    ['TFY_PAT_MCP_POLICY', '--policy'],
    ['TFY_PAT_MCP_CA_FILE', '--ca-file'],
    ['TFY_PAT_MCP_CONFIG', '--config'],
  ])
    for (const path of ['$FOO/x', '${x}/y', '~user/x', '%APPDATA%/x', '{{home}}/x', '${env:HOME}/x']) {
      const done = await ran(world, ['stdio'], { ...world.env, [name]: path });
      assert.equal(done.code, 2, `${name}=${path}: ${done.stderr}`);
      assert.match(done.stderr, /a word that was not filled in/, path);
      assert.ok(done.stderr.includes(flag), done.stderr);
      assert.deepEqual(readdirSync(world.folder), before);
    }
});

test('a relative XDG_STATE_HOME is ignored', async t => {
  const world = await World.start(t);
  const { TFY_PAT_MCP_STATE_DIR, ...env } = world.env;
  assert.ok(TFY_PAT_MCP_STATE_DIR);
  assert.equal((await status(world, { ...env, XDG_STATE_HOME: 'state-here' })).connection, 'works');
  assert.ok(existsSync(join(world.folder, '.local/state/tfy-pat-mcp/ledger.db')));
  assert.ok(!existsSync(join(world.folder, 'state-here')));
  mkdirSync(join(world.folder, 'xdg'));
  assert.equal((await status(world, { ...env, XDG_STATE_HOME: join(world.folder, 'xdg') })).connection, 'works');
  assert.ok(existsSync(join(world.folder, 'xdg/tfy-pat-mcp/ledger.db')));
});

test('.env is read as other readers of it do', async t => {
  const world = await World.start(t);
  const { TFY_API_KEY: key, TFY_BASE_URL: url, ...env } = world.env;
  const rows = [
    `\ufeffTFY_API_KEY=${key}\nTFY_BASE_URL=${url}\n`,
    `TFY_API_KEY=wrong\nTFY_BASE_URL=${url}\nTFY_API_KEY=${key}\n`,
    `TFY_API_KEY=\nTFY_BASE_URL=\n\nTFY_BASE_URL=${url}\nTFY_API_KEY=${key}\n`,
    `TFY_API_KEY=${key} # of the test account\nTFY_BASE_URL=${url}\t# here\n`,
    `TFY_API_KEY="${key}" # quoted\nTFY_BASE_URL='${url}'  # too\n`,
    `export TFY_API_KEY = '${key}'\r\nexport\tTFY_BASE_URL=${url}\r\n# TFY_API_KEY=other\r\n`,
  ];
  for (const text of rows) {
    writeFileSync(join(world.folder, '.env'), text);
    const found = await status(world, env);
    assert.equal(found.connection, 'works', `${JSON.stringify(text)}: ${found.message}`);
  }
});

test('a key file with a byte order mark is read; one in UTF-16 is refused with what to do', async t => {
  const world = await World.start(t);
  const { TFY_API_KEY: key, ...env } = world.env;
  const file = join(world.folder, 'key');
  env.TFY_API_KEY_FILE = file;
  writeFileSync(file, `\ufeff${key}\r\n`, { mode: 0o600 });
  assert.equal((await status(world, env)).connection, 'works');
  writeFileSync(file, Buffer.from(`\ufeff${key}`, 'utf16le'));
  const wide = await status(world, env);
  assert.equal(wide.cause, 'key_file_unusable');
  assert.match(wide.message, /UTF-16.*Save it as UTF-8/);
});

test('white space around an address or a list does not count', async t => {
  const world = await World.start(t);
  const { TFY_BASE_URL: url, TFY_API_KEY: key, ...env } = world.env;
  for (const written of [`${url} `, ` ${url}\n`])
    assert.equal((await status(world, { ...world.env, TFY_BASE_URL: written })).connection, 'works', written);
  writeFileSync(join(world.folder, '.env'), `TFY_BASE_URL=" ${url} "\nTFY_API_KEY=${key}\n`);
  assert.equal((await status(world, env)).connection, 'works');
  const hosts = { TFY_PAT_MCP_ALLOWED_HOST: 'a.example, b.example', TFY_PAT_MCP_HOLD: ' 1s ' };
  const { process: server, endpoint } = await world.serve({ ...world.env, ...hosts });
  // The page is led to its own origin; a name that is not allowed gets no further than the check of hosts.
  for (const [host, expected] of [['b.example', 307], ['c.example', 403]]) {
    const answer = await rawGet(new URL('/approvals', endpoint), host);
    assert.equal(answer, expected, host);
  }
  await server.stop();
  const sandbox = world.spawn(['sandbox', '--listen', '127.0.0.1:0'], {
    ...env,
    TFY_PAT_MCP_STATE_DIR: join(world.folder, 'other'),
    TFY_PAT_MCP_ACCOUNT: 'alice, bob:forbidden',
  });
  await sandbox.says(/account bob .*may not manage/);
});
