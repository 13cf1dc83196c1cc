// Once anyone is enrolled, no process gives a program the power to decide: not by starting a server on the state
// directory, not by taking another account's name, and not by writing rows of people.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolFirst, enrolPeople, me, passphrase, peopleTerminal, signInCode } from './lib/people.mjs';
import { binary, Process, until } from './lib/process.mjs';
import { create, statusOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const signsIn = /[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}/;

test('attack: a second server on the same state directory, in a terminal too, gives no code', { timeout: 90_000 }, async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }), hold: '0s' });
  const first = await world.serve();
  assert.match(first.code, signsIn, 'nobody is here yet');
  assert.equal((await enrolFirst(world)).code, 0);
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
    if (enrolled) assert.equal((await enrolFirst(world)).code, 0);
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
  assert.equal((await enrolFirst(world)).code, 0);
  const asked = await create(connection, 'by-daemon-and-bin');
  const id = asked.structuredContent.approval_id;
  const as = (uid, args, lines) =>
    spawnSync('unshare', ['--user', `--map-user=${uid}`, binary, 'approvals', ...args], {
      env: world.env,
      input: lines.map(line => `${line}\n`).join(''),
      encoding: 'utf8',
    });
  for (const uid of [1, 2]) {
    const tried = as(uid, ['approve', id], ['battery staple correct', 'by-daemon-and-bin', 'none']);
    assert.equal(tried.status, 1, tried.stdout);
    assert.match(tried.stderr, /other than the agent's own, who is/); // the only person who is enrolled, whatever the account
    for (const args of [['approve', id], ['passphrase'], ['sign-in']]) {
      const named = as(uid, [...args, '--as', ['', 'daemon', 'bin'][uid]], ['battery staple correct', 'by-daemon-and-bin', 'none']);
      assert.equal(named.status, 1, named.stdout);
    }
  }
  const seen = await world.terminal(['approvals', 'show', id, '--json']);
  assert.equal(JSON.parse(seen.stdout).state, 'pending');
  assert.doesNotMatch(seen.stdout, /"by": ?"(daemon|bin)"/);
  assert.equal(await world.upstreamCount('POST'), 0);

  const again = await peopleTerminal(world, ['first'], []);
  assert.equal(again.code, 1);
  assert.match(again.text, /Someone is enrolled here already/);
});

test('attack: a person written into the database is no one, and audit verify names them', { timeout: 60_000 }, async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s' });
  const connection = await open('modern stdio', world, { elicitation: null });
  await enrolPeople(world, [me, 'grace']);
  const { approval_id: id } = (await create(connection, 'by-mallory')).structuredContent;
  const database = new DatabaseSync(join(world.state, 'ledger.db'));
  database.exec(`
    INSERT INTO people SELECT 'prs_x', 'mallory', '', enrolled, 1, NULL FROM people WHERE name = '${me}';
    INSERT INTO credentials SELECT 'crd_x', 'mallory', kind, secret, created FROM credentials WHERE person = '${me}';
  `);
  database.close();
  const tried = await world.terminal(['approvals', 'approve', id, '--as', 'mallory'], [passphrase, 'by-mallory', 'none']);
  assert.equal(tried.code, 1, tried.stdout);
  assert.match(tried.stderr, /Wrong name or passphrase/);
  const invited = await world.terminal(['people', 'suspend', 'grace', '--as', 'mallory'], [passphrase]);
  assert.equal(invited.code, 1, invited.stdout);
  const { people } = JSON.parse((await world.terminal(['people', 'list', '--json'])).stdout);
  assert.deepEqual(people.map(each => each.name), [me, 'grace']);
  const verified = await world.terminal(['audit', 'verify']);
  assert.equal(verified.code, 1);
  assert.match(verified.stderr, /table of people was changed without it.*mallory/);
});

test('an invited person counts once a second one has confirmed them; a suspended one has nothing left', { timeout: 120_000 }, async t => {
  const policy = rules({ assurance: 'terminal', more: 'quorum = 2' });
  const world = await World.start(t, { policy, hold: '0s' });
  const connection = await open('modern stdio', world, { elicitation: null });
  await enrolPeople(world, ['ada', 'bob']);
  const { approval_id: id } = (await create(connection, 'by-a-ring')).structuredContent;
  const run = (args, lines = [passphrase]) => world.terminal(args, lines);
  const invited = await run(['people', 'invite', 'cy', '--as', 'ada', '--json']);
  assert.equal(invited.code, 0, invited.stderr);
  const joined = await run(['people', 'join'], [JSON.parse(invited.stdout).invitation, passphrase, passphrase]);
  assert.equal(joined.code, 0, joined.stderr);
  assert.match(joined.stdout, /cy is enrolled and may look\. To decide, a person other than ada has to confirm/);

  const approve = person => run(['approvals', 'approve', id, '--as', person], [passphrase, 'by-a-ring', 'none']);
  assert.equal((await approve('ada')).code, 0);
  const early = await approve('cy');
  assert.equal(early.code, 1);
  assert.match(early.stderr, /cy is not confirmed yet/);
  const byInviter = await run(['people', 'confirm', 'cy', '--as', 'ada']);
  assert.match(byInviter.stderr, /You invited cy\. Another person has to confirm/);
  assert.equal(JSON.parse((await run(['approvals', 'show', id, '--json'], [])).stdout).votes.length, 1);

  assert.equal((await run(['people', 'confirm', 'cy', '--as', 'bob'])).code, 0);
  const suspended = await run(['people', 'suspend', 'cy', '--as', 'bob']);
  assert.equal(suspended.code, 0, suspended.stderr);
  assert.match((await approve('cy')).stderr, /Wrong name or passphrase/);
  assert.equal((await run(['people', 'suspend', 'bob', '--as', 'ada'])).code, 0);
  const last = await run(['people', 'suspend', 'ada']);
  assert.match(last.stderr, /ada is the last person who may decide here/);
  assert.equal((await world.terminal(['audit', 'verify'])).code, 0);
});
