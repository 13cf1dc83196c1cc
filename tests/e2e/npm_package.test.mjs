// The npm packages as ./dev package makes them, installed from files: the command that npm links is the program, with its
// input, its exit code and its signals, where Node.js can become another program and where it cannot.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { Process, binary, runToEnd } from './lib/process.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tfy-npm-'));
const project = join(folder, 'project');
const run = (command, args, options = {}) => execFileSync(command, args, { encoding: 'utf8', ...options });
const command = join(project, 'node_modules/.bin/tfy-pat-mcp');
const withoutExecve = join(folder, 'without_execve.cjs');
const version = run(binary, ['--version']).trim().split(' ')[1];
const installed = name => JSON.parse(readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8'));

before(() => {
  const env = { ...process.env, TFY_REGISTRY_NAME: 'io.github.someone/tfy-pat-mcp' };
  run('cmake', [`-DPROGRAM=${binary}`, `-DVERSION=${version}`, `-DOUT=${folder}`, '-DSTRIP=strip', '-P', here('../../manifests/package/npm.cmake')], { env });
  const made = readdirSync(join(folder, 'npm')).sort();
  assert.equal(made.length, 2, made.join());
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private": true}');
  writeFileSync(withoutExecve, 'delete process.execve;');
  const files = made.map(name => join(folder, 'npm', name));
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', `--cache=${join(folder, 'cache')}`, ...files], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const base = { PATH: `${join(process.execPath, '..')}:${process.env.PATH}`, HOME: folder };
const ways = {
  'becomes the program': base,
  'starts the program': { ...base, NODE_OPTIONS: `--require=${withoutExecve}` },
};

test('both packages are of this version, and one has only the program for this system', () => {
  const wrapper = installed('tfy-pat-mcp');
  const platform = installed(`tfy-pat-mcp-${process.platform}-${process.arch}`);
  assert.deepEqual([wrapper.version, platform.version], [version, version]);
  assert.equal(wrapper.mcpName, 'io.github.someone/tfy-pat-mcp');
  assert.deepEqual(Object.values(wrapper.optionalDependencies), [version, version]);
  assert.ok(wrapper.optionalDependencies[platform.name]);
  assert.deepEqual([platform.os, platform.cpu, platform.libc], [[process.platform], [process.arch], ['glibc']]);
  const files = readdirSync(join(project, 'node_modules', platform.name), { recursive: true }).sort();
  assert.deepEqual(files.filter(name => !name.startsWith('licences/')), ['LICENSE', 'bin', 'bin/tfy-pat-mcp', 'licences', 'package.json']);
  for (const name of ['tfy-pat-mcp', platform.name]) assert.ok(!('scripts' in installed(name)), 'nothing runs on installing');
});

for (const [way, env] of Object.entries(ways)) {
  test(`it ${way}: a client calls a tool, and the end of input ends it`, async () => {
    const client = new Client({ name: 'a-host', version: '1' });
    const transport = new StdioClientTransport({ command, args: ['stdio', '--sandbox'], env, stderr: 'ignore' });
    await client.connect(transport);
    const { structuredContent } = await client.callTool({ name: 'tfy_access_tokens_list', arguments: {} });
    assert.ok(structuredContent.tokens.length > 0);
    await client.close();
  });

  test(`it ${way}: exit codes and what is printed are the program’s`, async () => {
    const told = await runToEnd(command, ['--version'], { env });
    assert.deepEqual([told.code, told.stdout, told.stderr], [0, `tfy-pat-mcp ${version}\n`, '']);
    assert.equal((await runToEnd(command, ['sreve'], { env })).code, 2);
    const state = join(folder, '.local/state/tfy-pat-mcp-sandbox'); // of the server that was tried before
    const cleaned = await runToEnd(command, ['redact', '--state-dir', state], { env, input: 'nothing secret\n' });
    assert.deepEqual([cleaned.code, cleaned.stdout, cleaned.stderr], [0, 'nothing secret\n', '']);
  });

  for (const signal of ['SIGTERM', 'SIGINT'])
    test(`it ${way}: ${signal} lets the server end in order`, async () => {
      const server = new Process(command, ['serve', '--sandbox', '--listen', '127.0.0.1:0'], { env });
      await server.says(/^MCP endpoint: /m);
      assert.deepEqual(await server.stop(signal), { code: 0, signal: null });
    });
}

/** In place of the program: says which signals it got, and ends by one at the end of input. */
const countsSignals = `#!/bin/bash
for signal in INT TERM HUP; do trap "echo $signal" $signal; done
echo ready
while read -r line; do echo "read $line"; done
kill -KILL $$
`;

test('Ctrl-C in a terminal comes once, not once more from the command; an end by a signal is told as shells tell it', async () => {
  writeFileSync(join(project, 'node_modules', `tfy-pat-mcp-${process.platform}-${process.arch}`, 'bin/tfy-pat-mcp'), countsSignals);
  const env = { ...ways['starts the program'], SHELL: '/bin/sh', TERM: 'dumb' };
  const terminal = new Process('script', ['--quiet', '--return', '--command', `exec ${command}`, '/dev/null'], { env });
  await terminal.says(/ready/);
  terminal.child.stdin.write('\x03');
  await terminal.says(/INT/);
  terminal.child.stdin.write('more\r');
  await terminal.says(/read more/);
  terminal.child.stdin.write('\x04');
  assert.deepEqual(await terminal.ended, { code: 137, signal: null });
  assert.equal(terminal.stdout.match(/INT/g).length, 1, terminal.stdout);

  const elsewhere = new Process(command, [], { env });
  await elsewhere.says(/ready/);
  elsewhere.child.kill('SIGHUP');
  await elsewhere.says(/HUP/);
  await elsewhere.stop('SIGKILL');
});

test('where the package for the system is missing, it says which one', async () => {
  const name = `tfy-pat-mcp-${process.platform}-${process.arch}`;
  rmSync(join(project, 'node_modules', name), { recursive: true });
  assert.ok(!existsSync(join(project, 'node_modules', name)));
  const failed = await runToEnd(command, ['--version'], { env: base });
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, new RegExp(`^tfy-pat-mcp: the package ${name} is not installed\\. `));
});
