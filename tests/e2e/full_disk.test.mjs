// A disk that takes no more: calls fail with a clear error before anything runs, and nothing is lost.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, Process, runToEnd } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const capabilities = { elicitation: {} };
const create = (id, name) =>
  toolCall(id, 'tfy_access_tokens_create', { payload: { name } }, { capabilities });

/** A server whose files may not grow beyond `kilobytes`: the kernel refuses the write, as it does on a full disk. */
function onFullDisk(world, kilobytes) {
  const script = 'ulimit -f "$1"; exec "$2" stdio';
  return new RawStdio(world, () => {
    const server = new Process('bash', ['-c', script, '_', String(kilobytes), binary], { env: world.env });
    world.processes.push(server);
    return server;
  });
}

test('when the state cannot be written, requests fail, nothing runs, and what was stored stays', async t => {
  const world = await World.start(t);
  const before = new RawStdio(world);
  await before.exchange(create(1, 'first-one'));
  await before.server.stop();

  const peer = onFullDisk(world, 256);
  const answers = [];
  for (let i = 0; i < 60; ++i) {
    const { result } = await peer.exchange(create(i, `token-${i}`));
    answers.push(result);
    if (result.resultType !== 'input_required') break;
  }
  const failed = answers.at(-1);
  assert.ok(failed.isError, 'at some point the disk is full');
  assert.equal(failed.structuredContent?.status, 'storage', JSON.stringify(failed));
  assert.match(failed.content[0].text, /nothing was (done|run)/i);
  const listed = await peer.exchange(toolCall('list', 'tfy_access_tokens_list', {}));
  assert.ok(!listed.result.isError, 'reading goes on');
  assert.equal(await world.upstreamCount('POST'), 0);
  await peer.server.stop();

  const shown = await world.terminal(['approvals', 'list', '--json']);
  const names = JSON.parse(shown.stdout).approvals.map(each => each.facts.subject);
  assert.ok(names.includes('first-one'), 'what was stored before is still there');
  assert.equal(
    names.length,
    answers.length,
    'one row for each question that was asked, and none for the one that failed'
  );
  const verified = await world.terminal(['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

/** Runs the rest where the folder $1 can only be read. */
const readOnly = rest => ['--user', '--map-root-user', '--mount', 'sh', '-c',
  `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && ${rest}`, '_'];
const skip = spawnSync('unshare', [...readOnly('true'), tmpdir()]).status === 0 ? false : 'no mounts of our own here';

const mend = 'Nothing was run\\. Use another --state-dir, or mount that disk so that it can be written\\.';

test('on a read-only disk commands name what copies the state directory, anew each time; servers say what helps', { skip }, async t => {
  const world = await World.start(t);
  const before = new RawStdio(world);
  await before.exchange(create(1, 'first-one'));
  await before.server.stop();
  const temporary = mkdtempSync(join(tmpdir(), 'tfy-copy-'));
  t.after(() => rmSync(temporary, { recursive: true, force: true }));
  const env = { ...world.env, TMPDIR: temporary };
  const on = verb => runToEnd('unshare', [...readOnly(`exec "$2" ${verb}`), world.state, binary], { env });
  for (const verb of ['audit verify', 'audit export', 'keys list']) {
    const { code, stdout, stderr } = await on(verb);
    assert.deepEqual([code, stdout], [1, ''], verb);
    assert.match(stderr, new RegExp(`^tfy-pat-mcp: .*cannot be opened for writing \\(Read-only file system\\)\\. ${mend} Even reading needs`));
    const [, copies] = stderr.match(/copy the whole state directory: (copy=.*"\$copy")\. Then give the same command --state-dir "\$copy"\.\n/);
    const verify = `echo "$copy"; "$0" audit verify --state-dir "$copy"`;
    const copied = [];
    for (let turn = 0; turn < 2; ++turn) {
      const done = await runToEnd('sh', ['-c', `${copies} && { ${verify}; }`, binary], { env });
      assert.equal(done.code, 0, done.stderr);
      copied.push(done.stdout.split('\n')[0]);
    }
    assert.notEqual(copied[0], copied[1], 'an old copy is not taken for the new one');
  }
  for (const verb of ['serve --listen 127.0.0.1:0', 'stdio'])
    assert.match((await on(verb)).stderr, new RegExp(`\\(Read-only file system\\)\\. ${mend}`), verb);
});
