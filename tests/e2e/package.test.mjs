// The Debian package: dpkg installs it into a root folder that has nothing but what the package says that it depends on, where the
// program answers a client; unpacked into another folder, the rest of what is in it is tried from there.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { open } from './lib/clients.mjs';
import { rootWith, skip } from './lib/debian_root.mjs';
import { makeDeb, unpackDeb } from './lib/package.mjs';
import { binary } from './lib/process.mjs';
import { names } from './lib/story.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tfy-package-'));
const root = join(folder, 'root');
const at = path => join(root, path);
const run = (command, args, options = {}) => execFileSync(command, args, { encoding: 'utf8', ...options });
const has = command => spawnSync('which', [command]).status === 0;
let deb;

before(() => {
  deb = makeDeb(folder);
  unpackDeb(deb, root);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the package names what it needs, and holds what it should', () => {
  const field = name => run('dpkg-deb', ['-f', deb, name]).trim();
  assert.equal(field('Package'), 'tfy-pat-mcp');
  assert.equal(`tfy-pat-mcp ${field('Version')}`, run(binary, ['--version']).trim());
  for (const library of ['libc6', 'libcurl4', 'libfido2-1', 'libssl3', 'libsqlite3-0', 'libsodium23']) assert.match(field('Depends'), new RegExp(`\\b${library}\\b`));
  const files = run('dpkg-deb', ['-c', deb]).split('\n').map(line => line.replace(/^.* \.\//, '')).filter(name => name && !name.endsWith('/'));
  assert.deepEqual(files.sort(), [
    'usr/bin/tfy-pat-mcp',
    'usr/lib/systemd/system/tfy-pat-mcp.service',
    'usr/share/bash-completion/completions/tfy-pat-mcp',
    'usr/share/doc/tfy-pat-mcp/changelog.gz',
    'usr/share/doc/tfy-pat-mcp/copyright',
    'usr/share/doc/tfy-pat-mcp/examples/dashboard.json',
    'usr/share/doc/tfy-pat-mcp/examples/prometheus.yml',
    'usr/share/doc/tfy-pat-mcp/examples/rules.yml',
    'usr/share/fish/vendor_completions.d/tfy-pat-mcp.fish',
    'usr/share/man/man1/tfy-pat-mcp.1.gz',
    'usr/share/zsh/vendor-completions/_tfy-pat-mcp',
  ]);
  assert.match(run('dpkg-deb', ['-c', deb]), /^-rwxr-xr-x root\/root .*usr\/bin\/tfy-pat-mcp$/m);
});

test('the program in it answers a client', async () => {
  const client = new Client({ name: 'a-host', version: '1' });
  const env = { PATH: process.env.PATH, HOME: folder };
  await client.connect(new StdioClientTransport({ command: at('usr/bin/tfy-pat-mcp'), args: ['stdio', '--sandbox'], env, stderr: 'ignore' }));
  const { tools } = await client.listTools();
  assert.ok(tools.some(tool => tool.name === 'tfy_access_tokens_list'));
  await client.close();
});

test('dpkg installs it beside what it depends on, and nothing else; it answers a client there; nothing is left of it after a purge', { skip }, async t => {
  const system = rootWith(join(folder, 'debian'), run('dpkg-deb', ['-f', deb, 'Depends']));
  const before = system.files();
  system.dpkg('--install', deb);
  assert.ok(system.files().includes('usr/bin/tfy-pat-mcp'));
  const [command, ...shut] = system.shut('/usr/bin/tfy-pat-mcp');
  const env = { PATH: process.env.PATH, HOME: '/home' };
  assert.equal(run(command, [...shut, '--version'], { env }), run(binary, ['--version']));
  // These are loaded when they are needed, so that a start does not miss them.
  for (const library of ['libcurl.so.4', 'libssl.so.3', 'libfido2.so.1']) {
    const found = spawnSync(command, system.loads(library).slice(1), { encoding: 'utf8', env });
    assert.equal(found.status, 0, `${library}: ${found.stderr}`);
  }
  const world = { clients: [], stdioCommand: () => ({ command, args: [...shut, 'stdio', '--sandbox'], env, stderr: 'ignore' }) };
  t.after(() => Promise.all(world.clients.map(client => client.close())));
  assert.ok((await names(await open('modern stdio', world))).length > 0);
  system.dpkg('--purge', 'tfy-pat-mcp');
  assert.deepEqual(system.files(), before);
});

test('a root folder that lacks one of its packages is noticed: dpkg refuses', { skip }, () => {
  const depends = run('dpkg-deb', ['-f', deb, 'Depends']);
  const system = rootWith(join(folder, 'lacking'), depends.replace(/libfido2-1 \([^)]*\),? ?/, ''));
  assert.throws(() => system.dpkg('--install', deb), /tfy-pat-mcp depends on libfido2-1/);
});

test('the manual page names every command', () => {
  const page = gunzipSync(readFileSync(at('usr/share/man/man1/tfy-pat-mcp.1.gz'))).toString();
  const commands = /^Commands:\n((?: {2}.*\n)+)/m.exec(run(binary, ['--help']))[1].match(/^ {2}[a-z]+/gm);
  for (const command of commands) assert.match(page, new RegExp(`^\\.B.*\\b${command.trim()}\\b`, 'm'));
});

test('completion in bash knows the commands and the options of the installed program', () => {
  const complete = (...words) =>
    run('bash', ['-c', '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tfy_pat_mcp; printf "%s\\n" "${COMPREPLY[@]}"',
      at('usr/share/bash-completion/completions/tfy-pat-mcp'), at('usr/bin/tfy-pat-mcp'), ...words]).trim().split('\n');
  assert.deepEqual(complete('ser'), ['serve']);
  assert.deepEqual(complete('approvals', 'perm'), ['permissions', 'permit']);
  assert.deepEqual(complete('setup', '--dry'), ['--dry-run']);
  assert.deepEqual(complete('serve', '--public'), ['--public-url']);
});

test('completion in zsh knows them, too', { skip: !has('zsh') }, () => {
  // What the shell would be told, instead of the shell: its own functions for completion need a terminal.
  const asked = `
    _describe() { [[ $1 == -o ]] && shift; print -l -- \${(P)2} }
    _files() { print FILES }
    words=("\${@:2}"); CURRENT=$#words
    source "$1"`;
  const complete = (...words) =>
    run('zsh', ['-f', '-c', asked, 'zsh', at('usr/share/zsh/vendor-completions/_tfy-pat-mcp'), at('usr/bin/tfy-pat-mcp'), ...words])
      .trim().split('\n').map(line => line.split(':')[0]);
  assert.ok(complete('ser').includes('serve'));
  assert.ok(complete('approvals', 'perm').includes('permit'));
  assert.ok(complete('setup', '--dry').includes('--dry-run'));
  assert.ok(!complete('setup', '--dry').includes('setup'));
  assert.deepEqual(complete('serve', 'x'), ['FILES']);
});

test('completion in fish knows them, too', { skip: !has('fish') }, () => {
  const env = { ...process.env, HOME: folder, PATH: `${at('usr/bin')}:${process.env.PATH}` };
  const complete = line =>
    run('fish', ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', at('usr/share/fish/vendor_completions.d/tfy-pat-mcp.fish'), line], { env, cwd: folder })
      .trim().split('\n').map(each => each.split('\t')[0]);
  assert.deepEqual(complete('tfy-pat-mcp ser'), ['serve']);
  assert.deepEqual(complete('tfy-pat-mcp approvals perm').sort(), ['permissions', 'permit']);
  assert.deepEqual(complete('tfy-pat-mcp setup --dry'), ['--dry-run']);
});

test('the unit is valid, and the service is shut in', { skip: !has('systemd-analyze') }, () => {
  const unit = at('usr/lib/systemd/system/tfy-pat-mcp.service');
  // systemd looks for the program at its installed place: here it is given the unpacked one.
  const tried = join(folder, 'try', 'tfy-pat-mcp.service');
  mkdirSync(dirname(tried));
  writeFileSync(tried, readFileSync(unit, 'utf8').replaceAll('/usr/bin/tfy-pat-mcp', at('usr/bin/tfy-pat-mcp')));
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', tried], { encoding: 'utf8' });
  assert.equal(verified.status, 0, verified.stderr);
  assert.doesNotMatch(verified.stderr, /tfy-pat-mcp\.service/);
  const safety = run('systemd-analyze', ['security', '--offline=true', '--threshold=30', tried], { stdio: ['ignore', 'pipe', 'pipe'] });
  assert.match(safety, /Overall exposure level/);
});

test('lintian finds no error', { skip: !has('lintian') }, () => {
  const found = spawnSync('lintian', ['--fail-on', 'error', deb], { encoding: 'utf8' });
  assert.equal(found.status, 0, found.stdout + found.stderr);
  assert.ok(existsSync(deb));
});
