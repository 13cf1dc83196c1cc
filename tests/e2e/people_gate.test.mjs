// No process gives a program the power to decide, whether anyone is enrolled yet or not: not by starting a server on the state
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
import { binary, Process, runToEnd, until } from './lib/process.mjs';
import { create, statusOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const signsIn = /[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}/;

test('attack: a second server on the same state directory, in a terminal too, gives no code', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }), hold: '0s' });
  const first = await world.serve();
  assert.doesNotMatch(first.process.stdout + first.process.stderr, signsIn, 'nobody is here yet');
  assert.match(first.process.stdout, /^No one is enrolled, so no one can decide yet\. Be the first, in another terminal: tfy-pat-mcp people first /m);
  const early = (await new Page(world, first.page).request('GET', '/api/session')).body.sign_in_help;
  assert.match(early.command, /^tfy-pat-mcp people first /);
  const unknown = await world.terminal(['approvals', 'sign-in']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /No one is enrolled on this state directory/);
  assert.equal((await enrolFirst(world)).code, 0);
  const now = (await new Page(world, first.page).request('GET', '/api/session')).body.sign_in_help;
  assert.match(now.command, /^tfy-pat-mcp approvals sign-in /);

  const second = await world.serve();
  assert.equal(second.code, undefined);
  assert.match(second.process.stdout, /^To sign in, type your name and passphrase on the page, or use a passkey\. For a code instead: tfy-pat-mcp approvals sign-in /m);
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

test('attack: stdio with an xdg-open of the agent’s own opens no link that signs in', async t => {
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
    assert.ok(!opened.includes('#'), opened);
    const help = (await new Page(world, page).request('GET', '/api/session')).body.sign_in_help;
    assert.match(help.command, enrolled ? /approvals sign-in/ : /people first/);
  }
});

const unshare = spawnSync('unshare', ['--user', '--map-user=1', 'id', '-un'], { encoding: 'utf8' });
const skip = unshare.stdout === 'daemon\n' ? false : 'no user namespaces here';

test('attack: a user namespace makes names, and none of them is a person', { skip }, async t => {
  for (const enrolled of [false, true]) await namesDecideNothing(t, enrolled);
});

async function namesDecideNothing(t, enrolled) {
  const policy = rules({ assurance: 'terminal', more: 'quorum = 2\nself_approval = false' });
  const world = await World.start(t, { policy, hold: '0s' });
  const connection = await open('modern stdio', world, { elicitation: null });
  if (enrolled) assert.equal((await enrolFirst(world)).code, 0);
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
    assert.match(tried.stderr, enrolled ? /other than the agent's own, who is/ : /No one is enrolled/);
    for (const args of [['approve', id], ['passphrase'], ['sign-in']]) {
      const named = as(uid, [...args, '--as', ['', 'daemon', 'bin'][uid]], ['battery staple correct', 'by-daemon-and-bin', 'none']);
      assert.equal(named.status, 1, named.stdout);
    }
  }
  const seen = await world.terminal(['approvals', 'show', id, '--json']);
  assert.equal(JSON.parse(seen.stdout).state, 'pending');
  assert.doesNotMatch(seen.stdout, /"by": ?"(daemon|bin)"/);
  assert.equal(await world.upstreamCount('POST'), 0);

  if (!enrolled) return;
  const again = await peopleTerminal(world, ['first'], []);
  assert.equal(again.code, 1);
  assert.match(again.text, /Someone is enrolled here already/);
}

test('attack: an agent in a terminal of its own, with its own rules, HOME and PATH, gets no power by any command', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s' });
  await world.serve();
  const connection = await open('modern stdio', world, { elicitation: null });
  await enrolPeople(world, [me, 'grace']);
  const { approval_id: id } = (await create(connection, 'by-the-agent')).structuredContent;
  const lax = join(world.folder, 'lax.toml');
  writeFileSync(lax, rules({ assurance: 'client' }));
  const home = join(world.folder, 'home');
  mkdirSync(home);
  const env = { ...world.env, HOME: home, XDG_CONFIG_HOME: home, TFY_PAT_MCP_POLICY: lax };
  const before = (await world.terminal(['audit', 'export'])).stdout.trim().split('\n').length;
  const guess = 'not the passphrase';
  const tried = [
    [['approvals', 'approve', id, '--as', me], [guess, 'by-the-agent', 'none']],
    [['approvals', 'sign-in', '--as', me], [guess]],
    [['approvals', 'passphrase', '--as', me], [guess, 'mine from now on', 'mine from now on']],
    [['approvals', 'allow', '--as', me, '--principal', 'stdio:agent', '--names', 'ci-*'], [guess]],
    [['people', 'first'], ['agent', 'mine from now on', 'mine from now on']],
    [['people', 'invite', 'agent', '--as', 'grace'], [guess]],
    [['people', 'confirm', 'agent', '--as', 'grace'], [guess]],
    [['people', 'suspend', me, '--as', 'grace'], [guess]],
    [['people', 'join'], ['AAAA-AAAA-AAAA', 'mine from now on', 'mine from now on']],
  ];
  for (const [args, lines] of tried) {
    const command = [binary, ...args].map(word => `'${word}'`).join(' ');
    const terminal = await runToEnd('script', ['--quiet', '--return', '--command', `exec ${command}`, '/dev/null'], {
      env: { ...env, SHELL: '/bin/sh', TERM: 'dumb' },
      input: lines.map(line => `${line}\r`).join(''),
    });
    assert.notEqual(terminal.code, 0, `${args.join(' ')}: ${terminal.stdout}`);
    assert.doesNotMatch(terminal.stdout.replaceAll('AAAA-AAAA-AAAA', ''), signsIn, args.join(' '));
    const piped = await runToEnd(binary, args, { env, input: lines.map(line => `${line}\n`).join('') });
    assert.notEqual(piped.code, 0, `${args.join(' ')}: ${piped.stdout}`);
  }
  const sandboxed = await runToEnd(binary, ['serve', '--sandbox', '--listen', '127.0.0.1:0'], { env });
  assert.match(sandboxed.stderr, /--sandbox needs one of its own/);
  assert.equal(JSON.parse((await world.terminal(['approvals', 'show', id, '--json'])).stdout).state, 'pending');
  assert.equal((await world.terminal(['audit', 'export'])).stdout.trim().split('\n').length, before);
  assert.equal(await world.upstreamCount('POST'), 0);
});

test('attack: a person written into the database is no one, and audit verify names them', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s' });
  const connection = await open('modern stdio', world, { elicitation: null });
  await enrolPeople(world, [me, 'grace']);
  const { approval_id: id } = (await create(connection, 'by-mallory')).structuredContent;
  const database = new DatabaseSync(join(world.state, 'ledger.db'), { timeout: 30_000 }); // the server may be writing
  database.exec(`
    INSERT INTO people SELECT 'prs_x', 'mallory', '', enrolled, 1, NULL FROM people WHERE name = '${me}';
    INSERT INTO credentials SELECT 'crd_x', 'mallory', kind, secret, created FROM credentials WHERE person = '${me}';
    INSERT INTO credentials SELECT 'crd_y', 'grace', 'passkey',
      '{"key_id":"a2V5","algorithm":-7,"public_key":"AAAA","host":"localhost","name":"slipped in","aaguid":"","backup_eligible":false}', created
      FROM credentials WHERE person = '${me}';
  `);
  database.close();
  const tried = await world.terminal(['approvals', 'approve', id, '--as', 'mallory'], [passphrase, 'by-mallory', 'none']);
  assert.equal(tried.code, 1, tried.stdout);
  assert.match(tried.stderr, /Wrong name or passphrase/);
  const invited = await world.terminal(['people', 'suspend', 'grace', '--as', 'mallory'], [passphrase]);
  assert.equal(invited.code, 1, invited.stdout);
  const { people } = JSON.parse((await world.terminal(['people', 'list', '--json'])).stdout);
  assert.deepEqual(people.map(each => each.name), [me, 'grace']);
  assert.deepEqual(people[1].passkeys, [], 'nor is a passkey one');
  const verified = await world.terminal(['audit', 'verify']);
  assert.equal(verified.code, 1);
  assert.match(verified.stderr, /tables of people and their keys were changed without it.*grace.*mallory/);
});

test('an invited person counts once a second one has confirmed them; a suspended one has nothing left', async t => {
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

test('who is suspended loses at once what they gave, asked and approved, on every server, and it is said', async t => {
  const policy = rules({ assurance: 'terminal', more: 'quorum = 2' });
  const world = await World.start(t, { policy, hold: '0s' });
  const connection = await open('modern stdio', world, { elicitation: null });
  await enrolPeople(world, ['ada', 'bob', 'cy']);
  const run = (args, lines = [passphrase]) => world.terminal(args, lines);
  const approve = (id, name, person) => run(['approvals', 'approve', id, '--as', person], [passphrase, name, 'none']);
  const state = async id => JSON.parse((await run(['approvals', 'show', id, '--json'], [])).stdout);
  const half = (await create(connection, 'half')).structuredContent.approval_id;
  const whole = (await create(connection, 'whole')).structuredContent.approval_id;
  for (const [id, name, people] of [[half, 'half', ['cy']], [whole, 'whole', ['ada', 'cy']]])
    for (const person of people) assert.equal((await approve(id, name, person)).code, 0);
  assert.equal((await state(whole)).state, 'approved');
  const code = await signInCode(world, {}, 'cy');
  const invited = JSON.parse((await run(['people', 'invite', 'dee', '--as', 'cy', '--json'])).stdout).invitation;
  const suspended = await run(['people', 'suspend', 'cy', '--as', 'ada']);
  assert.equal(suspended.stdout.trim(), 'Your passphrase, ada: cy is suspended. With it ended: one sign-in code, one vote on a request that waits, one request, one invitation.');
  assert.deepEqual((await state(half)).votes, []);
  assert.equal((await state(whole)).state, 'withdrawn');
  assert.equal(await world.upstreamCount('POST'), 0);
  const joined = await run(['people', 'join'], [invited, passphrase, passphrase]);
  assert.match(joined.stderr, /This invitation is wrong, used or expired/);
  const server = await world.serve();
  const entered = await new Page(world, server.page).request('POST', '/api/sign-in', { code });
  assert.equal(entered.status, 403);
  for (const person of ['ada', 'bob']) assert.equal((await approve(half, 'half', person)).code, 0);
  assert.equal((await state(half)).state, 'approved');
  assert.equal((await run(['audit', 'verify'], [])).code, 0);
});
