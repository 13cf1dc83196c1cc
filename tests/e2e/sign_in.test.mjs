// Signing in says where a code comes from in this very situation, and a refused code speaks of codes.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolFirst, passphrase } from './lib/people.mjs';
import { binary, Process, runToEnd } from './lib/process.mjs';
import { create } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const command = world => `tfy-pat-mcp approvals sign-in --state-dir ${world.state}`;

async function helpOn(world, page) {
  const { body } = await new Page(world, page).request('GET', '/api/session');
  assert.equal(body.signed_in, false);
  return body.sign_in_help;
}

/** The command as it is told signs its person in. */
async function codeWorks(world, page, told) {
  const env = { PATH: process.env.PATH, HOME: world.folder, TFY_PAT_MCP_POLICY: world.env.TFY_PAT_MCP_POLICY };
  const made = await runToEnd('sh', ['-c', `${told.replace('tfy-pat-mcp', `'${binary}'`)} --json`], { env });
  assert.equal(made.code, 0, made.stderr);
  await Page.signIn(world, { page, code: JSON.parse(made.stdout).code });
}

test('serve, with its output in a log: the page points to the log, the greeting to the command', async t => {
  const world = await World.start(t);
  const { process: server, page } = await world.serve();
  assert.ok(server.stdout.includes(`For another code, run in another terminal: ${command(world)}\n`), server.stdout);
  const help = await helpOn(world, page);
  assert.equal(help.words, 'When this server started, it printed a code to its standard output: look in its log. For another code, run in a terminal on its machine:');
  assert.equal(help.command, command(world));
  await codeWorks(world, page, help.command);
});

test('serve, started in a terminal: the page points to that terminal', async t => {
  const world = await World.start(t);
  const started = ['script', ['--quiet', '--return', '--command', `'${binary}' serve --listen 127.0.0.1:0`, '/dev/null']];
  const server = new Process(...started, { env: { ...world.env, SHELL: '/bin/sh', TERM: 'dumb' } });
  t.after(() => server.stop());
  const [, page] = await server.says(/^Approvals page: (\S+)\r?$/m);
  const help = await helpOn(world, page);
  assert.match(help.words, /^When this server started, it printed a code in its terminal\. For another code/);
});

test('stdio: the page says that the browser opens signed in, or how to get a code without one', async t => {
  for (const display of [true, false]) {
    const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }), hold: '0s' });
    const bin = join(world.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'xdg-open'), '#!/bin/sh\nexit 0\n');
    chmodSync(join(bin, 'xdg-open'), 0o755);
    world.env.PATH = `${bin}:${world.env.PATH}`;
    if (display) world.env.DISPLAY = ':99';
    const connection = await open('modern stdio', world, { elicitation: null });
    const pending = await create(connection, 'ci-bot');
    const page = pending.structuredContent.approval_url.replace(/\/apr_.*$/, '');
    const help = await helpOn(world, page);
    if (display) assert.match(help.words, /^The server opens this page in your browser, signed in\. If it did not, get a code: run in a terminal on this machine:$/);
    else assert.equal(help.words, 'To get a code, run in a terminal on this machine:');
    await codeWorks(world, page, help.command);
  }
});

test('a code that is wrong, or cannot be made, is refused in words about codes', async t => {
  const strict = rules().replace('require_tty = false', 'require_tty = true');
  const world = await World.start(t, { policy: strict });
  const { page } = await world.serve();
  const wrong = await new Page(world, page).request('POST', '/api/sign-in', { code: 'AAAA-AAAA-AAAA' });
  assert.equal(wrong.body.error.message, `This code is wrong, used or expired. You are not signed in. Get a new code on the server's machine: ${command(world)}`);

  const piped = await world.terminal(['approvals', 'sign-in']);
  assert.equal(piped.code, 1);
  assert.equal(piped.stderr, 'Only a person at a terminal can make a sign-in code with this command, and standard input is not a terminal. No code was made. Run the command yourself in a terminal window.\n');
});

test('while no one is enrolled, approvals sign-in says that no code was made and how to be the first', async t => {
  const world = await World.start(t, { policy: rules().replace('require_passphrase = false', 'require_passphrase = true') });
  await world.serve();
  const refused = await world.terminal(['approvals', 'sign-in']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^No one is enrolled on this state directory, so no one can make a sign-in code in a terminal\. No code was made\. Be the first: tfy-pat-mcp people first --state-dir \S+\n$/);
  assert.doesNotMatch(refused.stderr, /decid/);
  const set = await enrolFirst(world);
  assert.equal(set.code, 0, set.text);
  const mistyped = await world.terminal(['approvals', 'sign-in'], ['correct hose battery']);
  assert.match(mistyped.stderr, /Wrong name or passphrase\. No code was made\.\n$/);
  assert.equal((await world.terminal(['approvals', 'sign-in'], [passphrase])).code, 0);
});
