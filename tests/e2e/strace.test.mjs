// Seen by the kernel: in everything that the server process ever wrote, anywhere, the value is once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { doors } from './lib/clients.mjs';
import { binary } from './lib/process.mjs';
import { wholeStory } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const calls = 'trace=write,sendto,sendmsg,writev,pwrite64,pwritev,sendmmsg,prctl';
// The server forbids other processes of its user to look at its memory, and strace is one: it would see no byte, unless root
// runs it. So the system call by which it does so is held back.
const lookable = 'inject=prctl:retval=0';

function straceWorks() {
  const tried = spawnSync('strace', ['-f', '-e', 'trace=write', 'true'], { encoding: 'utf8' });
  return tried.status === 0;
}

test(
  'over a whole story on stdio the value is written exactly once',
  { skip: straceWorks() ? false : 'strace is not there, or tracing is forbidden here' },
  async t => {
    const world = await World.start(t);
    const trace = join(world.folder, 'trace');
    // Each process of the client's (it starts one to probe) has its own files: -ff appends the process id.
    world.stdioCommand = () => ({
      command: 'strace',
      args: [
        ...['-ff', '-qq', '-e', calls, '-e', lookable, '-e', 'signal=none'],
        ...['-s', '100000', '-o', trace, binary, 'stdio'],
      ],
      env: world.env,
      cwd: world.folder,
      stderr: 'ignore',
    });
    const connection = await doors['modern stdio'](world);
    const value = await wholeStory(world, connection, 'under-strace', 'jwt');
    await world.closeAll();

    const traces = spawnSync('sh', ['-c', `cat "${trace}".*`], {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    }).stdout;
    assert.match(traces, /PR_SET_DUMPABLE, SUID_DUMP_DISABLE/, 'its memory is its own, outside of this test');
    assert.ok(traces.includes('tfy_access_tokens_reveal'), 'the trace holds what was written');
    assert.equal(traces.split(value).length - 1, 1, 'the value, whole, in all that was written');
    const count = (text, part) => text.split(part).length - 1;
    const secret = value.split('.').slice(1).join('.');
    for (let at = 0; at + 24 <= secret.length; at += 24) {
      const part = secret.slice(at, at + 24);
      assert.equal(count(traces, part), count(value, part), 'no part of it stands elsewhere');
    }
  }
);
