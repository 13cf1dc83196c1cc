// The tarball, in a root folder that has nothing but glibc: the program in it answers a client there and reaches TrueFoundry's
// stand-in, so every library that it loads, at its start and later, is its own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { binary } from './lib/process.mjs';
import { World } from './lib/world.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tfy-tarball-'));
const root = join(folder, 'root');
const run = (command, args, options = {}) => execFileSync(command, args, { encoding: 'utf8', ...options });
const version = run(binary, ['--version']).trim().split(' ')[1];
const unpacked = `/opt/tfy-pat-mcp-${version}`;
const glibc = /\/(?:ld-linux[^/]*|lib(?:c|m|resolv|dl|pthread|rt))\.so[.\d]*$/;

/** A program that runs with `root` as its root folder. The loader needs /proc to know where a program's own libraries are. */
const user = process.getuid() === 0 ? [] : ['--map-root-user'];
const shut = (...command) => ['unshare', ...user, '--mount', '--pid', '--fork', '--kill-child', '--root', root, '--wd', '/', '--mount-proc', ...command];
const able = spawnSync('unshare', [...user, '--mount', '--pid', '--fork', '--mount-proc', 'true']).status === 0;
const sanitized = /lib[at]san|libubsan/.test(run('ldd', [binary]));
const skip = sanitized ? 'sanitizers want more than a bare root folder' : !able && 'this account may not make a root folder of its own';

before(() => {
  run('cmake', [`-DPROGRAM=${binary}`, `-DVERSION=${version}`, '-DSTRIP=strip', `-DOUT=${folder}`, '-P', here('../../manifests/package/tarball.cmake')]);
  const tarball = readdirSync(folder).find(name => name.endsWith('.tar.gz'));
  assert.match(tarball, new RegExp(`^tfy-pat-mcp_${version}_linux-\\w+\\.tar\\.gz$`));
  mkdirSync(join(root, 'opt'), { recursive: true });
  run('tar', ['xf', join(folder, tarball), '-C', join(root, 'opt')]);
  for (const name of ['tmp', 'home', 'proc']) mkdirSync(join(root, name));
  const loaded = run('ldd', [binary]).match(/\/\S+/g).filter(path => glibc.test(path));
  const resolver = loaded.find(path => path.includes('/libc.so')).replace('/libc.so.6', '/libresolv.so.2');
  for (const path of [...loaded, resolver].filter(existsSync)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(realpathSync(path), join(root, path));
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('it holds the program, its libraries with their licences, and no part of glibc', () => {
  const names = readdirSync(join(root, unpacked)).sort();
  assert.deepEqual(names, ['LICENSE', 'bin', 'lib', 'share']);
  const libraries = readdirSync(join(root, unpacked, 'lib'));
  for (const wanted of ['libcurl.so.4', 'libfido2.so.1', 'libssl.so.3', 'libsqlite3.so.0', 'libstdc++.so.6', 'libcurl4.copyright']) assert.ok(libraries.includes(wanted), wanted);
  assert.deepEqual(libraries.filter(name => glibc.test(`/${name}`)), []);
});

test('without Debian’s libraries the program alone does not start: the root folder is bare', { skip }, () => {
  copyFileSync(binary, join(root, 'alone'));
  const [command, ...args] = shut('/alone', '--version');
  assert.throws(() => run(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }), /error while loading shared libraries/);
});

test('there it answers a client, and reaches TrueFoundry with the libraries that it loads late', { skip }, async t => {
  const world = await World.start(t);
  writeFileSync(join(root, 'home/key'), world.env.TFY_API_KEY, { mode: 0o600 });
  const [command, ...args] = shut(`${unpacked}/bin/tfy-pat-mcp`, 'stdio', '--state-dir', '/home/state');
  const env = { PATH: process.env.PATH, HOME: '/home', TFY_BASE_URL: world.upstream, TFY_API_KEY_FILE: '/home/key' };
  const client = new Client({ name: 'a-host', version: '1' });
  t.after(() => client.close());
  await client.connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }));
  const { structuredContent } = await client.callTool({ name: 'tfy_config_status', arguments: {} });
  assert.equal(structuredContent.connection, 'works', JSON.stringify(structuredContent));
});
