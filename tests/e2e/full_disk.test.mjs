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

test('on a read-only disk audit names the commands that copy the state directory and check it; they do', { skip }, async t => {
  const world = await World.start(t);
  const before = new RawStdio(world);
  await before.exchange(create(1, 'first-one'));
  await before.server.stop();
  const temporary = mkdtempSync(join(tmpdir(), 'tfy-copy-'));
  t.after(() => rmSync(temporary, { recursive: true, force: true }));
  const env = { ...world.env, TMPDIR: temporary };
  for (const verb of ['verify', 'export']) {
    const { code, stdout, stderr } = await runToEnd('unshare', [...readOnly(`exec "$2" audit ${verb}`), world.state, binary], { env });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /cannot be opened for writing \(Read-only file system\)\. Nothing was run\. To go on with it, mount that disk so that it can be written\. To look into it, copy the whole state directory/);
    const [, commands] = stderr.match(/For example: (copy=.*)\n/);
    for (const copies of [1, 2]) {
      const copied = await runToEnd('sh', ['-c', commands], { env });
      assert.equal(copied.code, 0, copied.stderr);
      assert.equal(readdirSync(temporary).length, copies, 'a new copy each time');
    }
    for (const copy of readdirSync(temporary)) rmSync(join(temporary, copy), { recursive: true });
  }
});
