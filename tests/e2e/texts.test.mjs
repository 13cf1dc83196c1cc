// What the program says in the situations that a new user meets first, word by word.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { textOf } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const status = async world => (await open('modern stdio', world)).call('tfy_config_status');
const sandboxMode = 'Sandbox mode: test tokens only; TrueFoundry is not contacted.';

test('the sandbox says so: status, greeting and doctor', async t => {
  const world = await World.start(t, { upstream: 'http://127.0.0.1:9' });
  world.env.TFY_PAT_MCP_SANDBOX = 'true';
  const told = await status(world);
  assert.equal(told.structuredContent.message, sandboxMode);
  assert.ok(textOf(told).startsWith(`${sandboxMode}\n`), textOf(told));
  assert.doesNotMatch(textOf(told), /TrueFoundry accepts/);
  const { process: server } = await world.serve();
  assert.ok(server.stdout.includes(`${sandboxMode}\n`), server.stdout);
});

test('a key file that does not exist is told with what to do, and its path is not repeated', async t => {
  const world = await World.start(t);
  const { HOME, TFY_API_KEY } = world.env;
  delete world.env.TFY_API_KEY;
  world.env.TFY_API_KEY_FILE = join(world.folder, 'not-here');
  const told = await status(world);
  const words = 'TFY_API_KEY_FILE points to a file that does not exist. Create it containing only the key, or fix the path.';
  assert.equal(told.structuredContent.message, words);
  assert.doesNotMatch(textOf(told), /not-here/);
  const doctor = await runToEnd(binary, ['doctor'], { env: world.env });
  assert.ok(doctor.stdout.replace(/\s+/g, ' ').includes(words), doctor.stdout);

  // A login beside it is not taken silently: its key may be another user's.
  const login = await runToEnd(binary, ['login'], { env: { PATH: world.env.PATH, HOME }, input: `${world.upstream}\n${TFY_API_KEY}\n` });
  assert.equal(login.code, 0, login.stderr);
  const beside = await status(world);
  assert.equal(beside.structuredContent.message, `${words} Or use the login that is kept for ${world.upstream}: unset TFY_API_KEY_FILE.`);
});

test('a wrong value and a word too many are told in one sentence each', async t => {
  const world = await World.start(t);
  for (const [args, words] of [
    [['serve', '--sandbox=perhaps'], 'Invalid value for --sandbox: use true or false.'],
    [['serve', 'now'], 'Unexpected argument: now.'],
  ]) {
    const done = await runToEnd(binary, args, { env: world.env });
    assert.equal(done.code, 2);
    assert.equal(done.stderr, `tfy-pat-mcp: ${words}\nHelp: tfy-pat-mcp serve --help\n`);
  }
});
