// The npm packages that hold a program: each says for which system and processor it is, npm refuses it on another one, and the program
// in it runs, that of another processor by an emulator (./dev package check).
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { processor, program, started, strip } from './lib/packed_program.mjs';
import { binary } from './lib/process.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tfy-npm-platforms-'));
const cpus = { x86_64: 'x64', aarch64: 'arm64' };
const run = (command, args, options = {}) => execFileSync(command, args, { encoding: 'utf8', ...options });
const version = run(binary, ['--version']).trim().split(' ')[1];
const tarball = (made, name) => join(folder, made, 'npm', `${name}-${version}.tgz`);

/** The folder of the package in a tarball. */
function unpacked(made, name) {
  const to = join(folder, made, name);
  mkdirSync(to);
  run('tar', ['xf', tarball(made, name), '-C', to]);
  return join(to, 'package');
}

before(() => {
  for (const made of Object.keys(cpus))
    run('cmake', [`-DPROGRAM=${program}`, `-DVERSION=${version}`, `-DPROCESSOR=${made}`, `-DOUT=${join(folder, made)}`, `-DSTRIP=${strip}`,
      '-P', fileURLToPath(new URL('../../manifests/package/npm.cmake', import.meta.url))]);
});
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [made, cpu] of Object.entries(cpus)) {
  const name = `tfy-pat-mcp-linux-${cpu}`;

  test(`${name} is for Linux on ${cpu} with glibc, and the command's package asks for it`, () => {
    const platform = unpacked(made, name);
    const read = JSON.parse(readFileSync(join(platform, 'package.json'), 'utf8'));
    assert.deepEqual([read.name, read.version, read.os, read.cpu, read.libc], [name, version, ['linux'], [cpu], ['glibc']]);
    const wrapper = JSON.parse(readFileSync(join(unpacked(made, 'tfy-pat-mcp'), 'package.json'), 'utf8'));
    assert.equal(wrapper.optionalDependencies[name], version);
    if (made !== processor) return; // here it has the wrong program
    const [command, ...args] = started(join(platform, 'bin/tfy-pat-mcp'));
    assert.equal(run(command, [...args, '--version']), `tfy-pat-mcp ${version}\n`);
  });

  test(`npm ${cpu === process.arch ? 'installs' : 'refuses'} ${name} here`, () => {
    const project = join(folder, made, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{"private": true}');
    const done = spawnSync('npm', ['install', '--offline', '--no-audit', '--no-fund', `--cache=${join(folder, 'cache')}`, tarball(made, name)], { cwd: project, encoding: 'utf8' });
    assert.equal(done.status === 0, cpu === process.arch, done.stderr);
    if (cpu !== process.arch) assert.match(done.stderr, /EBADPLATFORM/);
  });
}
