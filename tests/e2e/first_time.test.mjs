// What ./dev says beforehand: how long a first time takes, and nothing of it later. Stand-ins build, fetch and test here.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { runToEnd } from './lib/process.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const standIns = {
  cmake: 'echo "cmake $*" >&2; [ "$1" != --preset ] || { mkdir -p build/$2 && : >build/$2/build.ninja; }',
  npm: 'echo "npm $* in $PWD" >&2; mkdir -p node_modules',
  ctest: 'echo "ctest $*" >&2',
  node: ':',
};

/** A fresh clone: {run(…words): the lines that it prints}. */
function clone(t) {
  const folder = mkdtempSync(join(tmpdir(), 'tfy-clone-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['dev', 'CMakePresets.json', 'tests/e2e/package-lock.json', 'tests/hosts/package-lock.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  for (const [name, text] of Object.entries(standIns)) writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, HOME: folder, TFY_DEV_PACKAGES: 'ignore' };
  return async (...words) => {
    const done = await runToEnd(join(folder, 'dev'), words, { env });
    assert.equal(done.code, 0, done.stderr);
    return done.stderr.split('\n');
  };
}

/** Where the first line is that fits; there has to be one. */
function place(lines, pattern) {
  const found = lines.findIndex(line => pattern.test(line));
  assert.ok(found >= 0, `${pattern} in ${lines.join('\n')}`);
  return found;
}

for (const [words, told] of [
  [['build'], /the first build of release takes about 3 minutes on two cores; later ones build what changed/],
  [['test'], /the first build of dev takes about 7 minutes on two cores; later ones build what changed/],
  [['test', 'asan'], /the first build of asan takes some minutes on two cores;/],
])
  test(`./dev ${words.join(' ')} says how long its first build takes before it begins, and only the first time`, async t => {
    const run = clone(t);
    const first = await run(...words);
    assert.ok(place(first, told) < place(first, /^cmake --preset/), first.join('\n'));
    const later = await run(...words);
    assert.ok(place(later, /^cmake --build/) >= 0);
    assert.doesNotMatch(later.join('\n'), /minute/);
  });

test('the first ./dev test says what it takes in all before anything is fetched, and that of the hosts before they are', async t => {
  const first = await clone(t)('test');
  assert.ok(place(first, /the first \.\/dev test takes about 20 minutes on two cores: about 7 minutes to build, about 13 to run all tests/) < place(first, /^npm ci/));
  assert.ok(place(first, /npm ci in tests\/hosts: a gigabyte, which takes a minute or two/) < place(first, /^npm ci .* in .*\/tests\/hosts$/));
  assert.ok(place(first, /^npm ci .* in .*\/tests\/hosts$/) < place(first, /^ctest --preset dev/));
});

test('CONTRIBUTING has the same figures', () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  for (const words of ['about 3 minutes on two', 'about 7 minutes', 'about 13 minutes', 'about 20 minutes', 'a gigabyte']) assert.ok(text.includes(words), words);
});
