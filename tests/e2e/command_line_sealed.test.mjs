// What is written on the command line comes back redacted if it is a known token, whatever is wrong with it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { assertSealed, hide } from './lib/hidden.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

/** Of no token's shape: nothing tells that it is one, except for who knows it. */
const known = 'Qm7xKp2vWz9rTn4bLs8dHf3gJc6yAe5u';

/** What each verb is given, in every argument that it may repeat. */
function commands(world, value) {
  const file = join(world.folder, `${value}.toml`);
  writeFileSync(file, `[[rule]]\ntools = ["${value}"]\nsays = "${value}"\n${value} = 1\n`);
  const settings = join(world.folder, `${value}.settings`);
  writeFileSync(settings, `${value} = "${value}"\nhold = "${value}"\n`);
  const explain = (...more) => ['policy', 'explain', 'tfy_access_tokens_delete', ...more];
  return [
    explain('--name', value),
    explain('--name', value, '--json'),
    explain('--client', value),
    explain('--principal', `stdio:${value}`),
    explain('--principal', value),
    explain('--at', value),
    explain(JSON.stringify({ id: value })),
    explain(JSON.stringify({ [value]: value })),
    explain(value),
    explain('--policy', file),
    ['policy', 'explain', value],
    ['policy', 'check', file],
    ['policy', 'check', join(world.folder, value)],
    ['doctor', '--policy', file],
    ['doctor', '--policy', join(world.folder, value)],
    ['doctor', '--ca-file', join(world.folder, value)],
    ['doctor', '--json', '--ca-file', join(world.folder, value), '--public-url', `https://${value}.example`],
    ['doctor', '--sandbox', '--hold', value],
    ['approvals', 'show', value],
    ['approvals', 'deny', value, '--reason', value],
    ['approvals', 'reveal', value],
    ['approvals', value],
    ['redact', join(world.folder, value)],
    ['redact', '--forget', value],
    ['audit', value],
    ['serve', '--policy', join(world.folder, value)],
    ['serve', '--listen', value],
    ['stdio', '--ca-file', join(world.folder, value)],
    ['sandbox', '--access-log', join(world.folder, value, 'none', 'log')],
    ['approvals', 'list', '--config', settings],
    [`--${value}`],
    [value],
  ];
}

const places = [
  ['a token that is registered', {}, undefined],
  ['the configured key', {}, known],
  ['the configured key, where there is no state directory', { TFY_PAT_MCP_STATE_DIR: '/nowhere' }, known],
];
for (const [what, more, key] of places)
  test(`${what} is redacted wherever the command line repeats it`, async t => {
    const world = await World.start(t);
    world.env = { ...world.env, ...more, TFY_API_KEY: key ?? world.env.TFY_API_KEY };
    const value = key ?? world.env.TFY_API_KEY;
    if (!key) {
      // A key that TrueFoundry has accepted is registered for good.
      const peer = new RawStdio(world);
      await peer.exchange(toolCall(1, 'tfy_access_tokens_list', {}));
      peer.server.child.stdin.end();
      await peer.server.ended;
      delete world.env.TFY_API_KEY;
    }
    let marks = 0;
    for (const args of commands(world, value)) {
      const done = await runToEnd(binary, args, { env: world.env });
      const said = done.stdout + done.stderr;
      assert.ok(said.length > 0, `${args} says something`);
      assert.ok(!said.toLowerCase().includes(value.toLowerCase()), `${args.join(' ')}:\n${said}`);
      if (said.includes('[redacted:access-token TFY_API_KEY]')) marks += 1;
    }
    assert.ok(marks >= 15, `only ${marks} commands repeat what they were given: the test looks at too little`);
  });

test('a token with invisible characters inside is redacted there, too', async t => {
  const world = await World.start(t);
  world.env.TFY_API_KEY = known;
  let marks = 0;
  for (const args of commands(world, hide(known))) {
    const done = await runToEnd(binary, args, { env: world.env });
    assertSealed(done.stdout + done.stderr, known, args.join(' '));
    if ((done.stdout + done.stderr).includes('[redacted:access-token TFY_API_KEY]')) marks += 1;
  }
  assert.ok(marks >= 15, `only ${marks} commands repeat what they were given: the test looks at too little`);
});
