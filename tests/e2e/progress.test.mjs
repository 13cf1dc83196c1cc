// What takes over a second says so to the person at a terminal, and to no one else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, Process, runToEnd } from './lib/process.mjs';
import { silentUpstream } from './lib/sockets.mjs';
import { terminalOf } from './lib/terminal.mjs';
import { rules, World } from './lib/world.mjs';

const line = words => new RegExp(`\\r${words} … [1-9]\\d* s`);

/** What a terminal shows of `text` in the end: after \r the line is written over. */
function screenOf(text) {
  const rows = text.split('\n').map(row => {
    let shown = '';
    for (const part of row.split('\r')) shown = part + shown.slice(part.length);
    return shown.trimEnd();
  });
  return rows.join('\n');
}

/** Of a command whose person waits: what it shows meanwhile, and that nothing of it is left. */
async function checkShown(terminal, words) {
  await terminal.says(line(words));
  const { text } = await terminal.done();
  assert.doesNotMatch(screenOf(text), / … \d+ s/);
  return screenOf(text);
}

async function waitingWorld(t) {
  const upstream = await silentUpstream(t);
  const world = await World.start(t, { upstream: upstream.url });
  world.env.TFY_API_MAX_TIME = '4';
  return { world, upstream };
}

test('doctor says that it asks TrueFoundry, on a terminal that can show it', async t => {
  const { world } = await waitingWorld(t);
  const screen = await checkShown(terminalOf(world, [], { verb: 'doctor' }), 'Asking TrueFoundry');
  assert.match(screen, /^broken +TrueFoundry/m);

  const [dumb, piped] = await Promise.all([
    terminalOf(world, [], { verb: 'doctor', env: { TERM: 'dumb' } }).done(),
    runToEnd(binary, ['doctor'], { env: { ...world.env, TERM: 'xterm' } }),
  ]);
  for (const text of [dumb.text, piped.stdout + piped.stderr]) {
    assert.match(text, /broken +TrueFoundry/);
    assert.doesNotMatch(text, /Asking TrueFoundry/);
  }
});

test('login says that it asks TrueFoundry, and does not show the key', async t => {
  const { world } = await waitingWorld(t);
  delete world.env.TFY_API_KEY;
  const key = 'typed-key-0000-not-a-secret';
  const terminal = terminalOf(world, [], { verb: 'login' });
  await terminal.says(/it is not shown here\): /);
  terminal.type(`${key}\r`);
  const screen = await checkShown(terminal, 'Asking TrueFoundry');
  assert.match(screen, /Nothing was kept\./);
  assert.ok(!terminal.process.stdout.includes(key));
});

test('a test message says that it is being sent', async t => {
  const { world, upstream } = await waitingWorld(t);
  const secret = join(world.folder, 'webhook-secret');
  writeFileSync(secret, `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}\n`);
  chmodSync(secret, 0o600);
  const hook = `[[webhook]]\nurl = "${upstream.url}/in"\nsecret_file = "${secret}"\nevents = ["requested"]\n`;
  writeFileSync(world.env.TFY_PAT_MCP_POLICY, rules() + hook);
  const name = `webhook:${rules().split('\n').length}`;
  const screen = await checkShown(terminalOf(world, ['notify', 'test', name]), 'Sending the test message');
  assert.match(screen, /^webhook:\d+ \(.*not delivered/m);
});

test('redact says that it searches, but not between the lines of its output', async t => {
  const { world } = await waitingWorld(t);
  delete world.env.TFY_PAT_MCP_STATE_DIR; // the configured key is all that is looked for
  const log = join(world.folder, 'slow.log');
  execFileSync('mkfifo', [log]);
  const begin = (args, wrap) => {
    const writer = openSync(log, 'r+'); // as a disk that does not get on
    const done = () => {
      writeFileSync(writer, 'nothing to be found\n');
      closeSync(writer);
    };
    return { terminal: terminalOf(world, [...args, log], { verb: 'redact', wrap }), done };
  };

  const check = begin(['--check']);
  await check.terminal.says(line('Searching'));
  check.done();
  await checkShown(check.terminal, 'Searching');

  const toFile = begin([], command => `${command} > '${join(world.folder, 'clean.log')}'`);
  await toFile.terminal.says(line('Searching'));
  toFile.done();
  await checkShown(toFile.terminal, 'Searching');

  const toTerminal = begin([]);
  await new Promise(resolve => setTimeout(resolve, 2500));
  toTerminal.done();
  const { text } = await toTerminal.terminal.done();
  assert.equal(screenOf(text), 'nothing to be found\n');
  assert.doesNotMatch(text, /Searching/);
});
