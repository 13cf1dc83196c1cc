// Once anyone has a passphrase, no process gives a program the power to decide: not by starting a server on the state
// directory, and not by taking another account's name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { binary, Process, until } from './lib/process.mjs';
import { create, statusOf } from './lib/story.mjs';
import { passphrase, setPassphrase, signInCode } from './lib/terminal.mjs';
import { rules, World } from './lib/world.mjs';

const signsIn = /[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}/;

test('attack: a second server on the same state directory, in a terminal too, gives no code', { timeout: 90_000 }, async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }), hold: '0s' });
  const first = await world.serve();
  assert.match(first.code, signsIn, 'nobody is here yet');
  assert.equal((await setPassphrase(world)).code, 0);
  const late = await new Page(world, first.page).request('POST', '/api/sign-in', { code: first.code });
  assert.equal(late.status, 403, 'a code that was printed before counts no more');

  const second = await world.serve();
  assert.equal(second.code, undefined);
  assert.match(second.process.stdout, /^To sign in, get a code in another terminal: tfy-pat-mcp approvals sign-in /m);
  const command = `exec '${binary}' serve --listen 127.0.0.1:0`;
  const inTerminal = new Process('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...world.env, SHELL: '/bin/sh', TERM: 'dumb' },
  });
  world.processes.push(inTerminal);
  await inTerminal.says(/^Stop with Ctrl-C/m);
  // The server there hears of no signal to `script`.
  const { pid } = inTerminal.child;
  const inside = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  t.after(() => inside.forEach(each => process.kill(each, 'SIGKILL')));
  for (const said of [second.process.stdout + second.process.stderr, inTerminal.stdout])
    assert.doesNotMatch(said, signsIn);

  for (const lines of [[], ['not the passphrase']])
    assert.equal((await world.terminal(['approvals', 'sign-in'], lines)).code, 1);
  const mine = await Page.signIn(world, { ...second, code: await signInCode(world) });
  assert.equal((await mine.request('GET', '/api/session')).body.signed_in, true);
  const journal = await world.terminal(['audit', 'export']);
  const kinds = journal.stdout.trim().split('\n').map(line => JSON.parse(line).kind);
  assert.equal(kinds.filter(kind => kind === 'sign_in_code').length, 1);
});

test('attack: stdio with an xdg-open of the agent’s own opens no link that signs in', { timeout: 60_000 }, async t => {
  for (const enrolled of [false, true]) {
    const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }), hold: '0s' });
    const bin = join(world.folder, 'bin');
    const heard = join(world.folder, 'opened');
    mkdirSync(bin);
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\necho "$1" >> '${heard}'\n`);
    chmodSync(join(bin, 'xdg-open'), 0o755);
    Object.assign(world.env, { PATH: `${bin}:${world.env.PATH}`, DISPLAY: ':99' });
    if (enrolled) assert.equal((await setPassphrase(world)).code, 0);
    const connection = await open('modern stdio', world, { elicitation: null });
    const pending = await create(connection, 'ci-bot');
    assert.equal(statusOf(pending), 'approval_pending');
    const page = pending.structuredContent.approval_url.replace(/\/apr_.*$/, '');
    const told = () => existsSync(heard) && readFileSync(heard, 'utf8').includes('\n');
    await until(told, { what: () => 'the browser', change: look => setInterval(look, 50).unref() });
    const opened = readFileSync(heard, 'utf8');
    assert.ok(opened.startsWith(page), opened);
    assert.equal(opened.includes('#code='), !enrolled, opened);
    const help = (await new Page(world, page).request('GET', '/api/session')).body.sign_in_help;
    assert.equal(/signed in/.test(help.words), !enrolled, help.words);
  }
});

const unshare = spawnSync('unshare', ['--user', '--map-user=1', 'id', '-un'], { encoding: 'utf8' });
const skip = unshare.stdout === 'daemon\n' ? false : 'no user namespaces here';

test('attack: a user namespace makes names, and none of them is a person', { skip, timeout: 90_000 }, async t => {
  const policy = rules({ assurance: 'terminal', more: 'quorum = 2\nself_approval = false' });
  const world = await World.start(t, { policy, hold: '0s' });
  const connection = await open('modern stdio', world, { elicitation: null });
  assert.equal((await setPassphrase(world)).code, 0);
  const asked = await create(connection, 'by-daemon-and-bin');
  const id = asked.structuredContent.approval_id;
  const as = (uid, args, lines) =>
    spawnSync('unshare', ['--user', `--map-user=${uid}`, binary, 'approvals', ...args], {
      env: world.env,
      input: lines.map(line => `${line}\n`).join(''),
      encoding: 'utf8',
    });
  for (const uid of [1, 2]) {
    const set = as(uid, ['passphrase'], ['battery staple', 'battery staple', 'battery staple']);
    assert.equal(set.status, 1, set.stdout);
    assert.match(set.stdout, /One of them lets you in\./);
    const tried = as(uid, ['approve', id], ['battery staple', 'by-daemon-and-bin', 'none']);
    assert.equal(tried.status, 1, tried.stdout);
    assert.match(tried.stderr, /you need a passphrase/);
    const code = as(uid, ['sign-in'], ['battery staple']);
    assert.equal(code.status, 1, code.stdout);
  }
  const seen = await world.terminal(['approvals', 'show', id, '--json']);
  assert.equal(JSON.parse(seen.stdout).state, 'pending');
  assert.doesNotMatch(seen.stdout, /"by": ?"(daemon|bin)"/);
  assert.equal(await world.upstreamCount('POST'), 0);

  const me = spawnSync('id', ['-un'], { encoding: 'utf8' }).stdout.trim();
  const letIn = as(1, ['passphrase'], [me, passphrase, 'battery staple', 'battery staple']);
  assert.equal(letIn.status, 0, letIn.stderr);
  const journal = await world.terminal(['audit', 'export']);
  const last = journal.stdout.trim().split('\n').map(line => JSON.parse(line)).filter(each => each.kind === 'passphrase_set').at(-1);
  assert.deepEqual(last.body, { person: 'daemon', let_in_by: me });
});
