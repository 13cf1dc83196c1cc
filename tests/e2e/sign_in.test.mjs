// Signing in says where a code comes from in this very situation, and a refused code speaks of codes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolFirst, enrolPeople, me, passphrase } from './lib/people.mjs';
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
  const command = `${told.replace('tfy-pat-mcp', `'${binary}'`)} --json`;
  const made = await runToEnd('sh', ['-c', command], { env, input: `${passphrase}\n` });
  assert.equal(made.code, 0, made.stderr);
  await Page.signIn(world, { page, code: JSON.parse(made.stdout).code });
}

async function sandboxWorld(t) {
  const world = await World.start(t, { upstream: 'http://127.0.0.1:9' });
  for (const name of ['TFY_BASE_URL', 'TFY_API_KEY']) delete world.env[name];
  world.env.TFY_PAT_MCP_SANDBOX = 'true';
  return world;
}

test('a sandbox, with its output in a log: the greeting has a link, the page points to the log; once someone is enrolled neither', async t => {
  const world = await sandboxWorld(t);
  const { process: server, page, code } = await world.serve();
  const greeting = `Or open: ${page}#code=${code}\nYour decisions will be recorded as ${me}'s.\n`;
  assert.ok(server.stdout.includes(greeting), server.stdout);
  const help = await helpOn(world, page);
  assert.equal(help.words, 'When this server started, it printed a code to its standard output: look in its log. For another code, be the first who is enrolled: run in a terminal on its machine:');
  assert.equal(help.command, `tfy-pat-mcp people first --state-dir ${world.state}`);
  const session = await Page.signIn(world, { page, code });
  assert.equal((await session.request('GET', '/api/session')).body.person, me);

  const other = await world.serve();
  await world.enrol();
  const over = await session.request('POST', '/api/freeze', { principal: 'http:loopback', reason: 'why not' });
  assert.equal(over.status, 401, 'nor does the session of who came by one');
  assert.equal(over.body.error.message, 'Your session has ended. Nothing was done.');
  const late = await new Page(world, other.page).request('POST', '/api/sign-in', { code: other.code });
  assert.equal(late.status, 403, 'a code that was printed before counts no more');
  const now = await helpOn(world, other.page);
  assert.equal(now.words, "To get a code, run in a terminal on the server's machine:");
  await codeWorks(world, other.page, now.command);
  const third = await world.serve();
  assert.equal(third.code, undefined);
  await codeWorks(world, third.page, (await helpOn(world, third.page)).command);
});

test('a sandbox that is started in a terminal: the page points to that terminal', async t => {
  const world = await sandboxWorld(t);
  const started = ['script', ['--quiet', '--return', '--command', `'${binary}' serve --listen 127.0.0.1:0`, '/dev/null']];
  const server = new Process(...started, { env: { ...world.env, SHELL: '/bin/sh', TERM: 'dumb' } });
  t.after(() => server.stop());
  const [, page] = await server.says(/^Approvals page: (\S+)\r?\n/m);
  const help = await helpOn(world, page);
  assert.match(help.words, /^When this server started, it printed a code in its terminal\. For another code/);
});

test('a server for TrueFoundry, serve and stdio: the page says how to be the first, then how to get a code', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }), hold: '0s' });
  const { page: served } = await world.serve();
  const connection = await open('modern stdio', world, { elicitation: null });
  const pending = await create(connection, 'ci-bot');
  const own = pending.structuredContent.approval_url.replace(/\/apr_.*$/, '');
  for (const page of [served, own]) {
    const help = await helpOn(world, page);
    assert.match(help.words, /^No one is enrolled on this server's state directory yet, so no one can decide\. Be the first: /);
    assert.equal(help.command, `tfy-pat-mcp people first --state-dir ${world.state}`);
  }
  await world.enrol();
  for (const page of [served, own]) {
    const help = await helpOn(world, page);
    assert.match(help.words, /^To get a code, run in a terminal on (this|the server's) machine:$/);
    assert.equal(help.command, command(world));
    await codeWorks(world, page, help.command);
  }
});

test('a code that is wrong, or cannot be made, is refused in words about codes', async t => {
  const strict = rules().replace('require_tty = false', 'require_tty = true');
  const world = await World.start(t, { policy: strict });
  const { page } = await world.serve();
  const wrong = await new Page(world, page).request('POST', '/api/sign-in', { code: 'AAAA-AAAA-AAAA' });
  assert.equal(wrong.body.error.message, `This code is wrong, used or expired. You are not signed in. Get a new code on the server's machine: ${command(world)}`);

  await world.enrol();
  const piped = await world.terminal(['approvals', 'sign-in'], [passphrase]);
  assert.equal(piped.code, 1);
  assert.equal(piped.stderr, 'tfy-pat-mcp: Only a person at a terminal can make a sign-in code with this command, and standard input is not a terminal. No code was made. Run the command yourself in a terminal window.\n');
});

test('while no one is enrolled, approvals sign-in says that no code was made and how to be the first', async t => {
  const world = await World.start(t, { policy: rules().replace('require_passphrase = false', 'require_passphrase = true') });
  await world.serve();
  const refused = await world.terminal(['approvals', 'sign-in']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^tfy-pat-mcp: No one is enrolled on this state directory, so no one can make a sign-in code in a terminal\. No code was made\. Be the first: tfy-pat-mcp people first --state-dir \S+\n$/);
  assert.doesNotMatch(refused.stderr, /decid/);
  const set = await enrolFirst(world);
  assert.equal(set.code, 0, set.text);
  const mistyped = await world.terminal(['approvals', 'sign-in'], ['correct hose battery']);
  assert.match(mistyped.stderr, /Wrong name or passphrase\. No code was made\.\n$/);
  assert.equal((await world.terminal(['approvals', 'sign-in'], [passphrase])).code, 0);
});

test('a restart signs no one out, other servers know the session, and a suspension ends it at once', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }), hold: '0s' });
  await enrolPeople(world, [me, 'grace']);
  const first = await world.serve();
  const page = await Page.signIn(world, { ...first, person: 'grace' });
  await first.process.stop();
  const [second, third] = [await world.serve(), await world.serve()];
  for (const server of [second, third]) {
    page.address = server.page;
    assert.equal((await page.request('GET', '/api/approvals')).status, 200);
  }
  const listening = await fetch(`${third.page}/api/events`, { headers: { 'x-page-key': page.key } });
  assert.equal(listening.status, 200);
  const suspended = await world.terminal(['people', 'suspend', 'grace', '--as', me], [passphrase]);
  assert.equal(suspended.code, 0, suspended.stderr);
  assert.equal((await page.request('GET', '/api/approvals')).status, 401);
  for await (const _ of listening.body); // the stream ends by itself
  const again = await new Page(world, third.page).request('POST', '/api/sign-in', { name: 'grace', passphrase });
  assert.equal(again.status, 403);
});

test('guesses at a passphrase: a name waits, and the others do not', async t => {
  const world = await World.start(t);
  await enrolPeople(world, [me, 'grace']);
  const { page } = await world.serve();
  const guess = name => new Page(world, page).request('POST', '/api/sign-in', { name, passphrase: 'not the passphrase' });
  const many = await Promise.all(Array.from({ length: 20 }, () => guess('grace')));
  const statuses = many.map(each => each.status);
  assert.ok(statuses.every(each => each === 403 || each === 429), statuses.join(' '));
  assert.ok(statuses.filter(each => each === 403).length <= 5, statuses.join(' '));
  while ((await guess('grace')).status === 403);
  const right = await new Page(world, page).request('POST', '/api/sign-in', { name: 'grace', passphrase });
  assert.equal(right.status, 429);
  await Page.signIn(world, { page });
});

/** Bytes that a process has of its own. */
const ownMemory = pid => 1024 * Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

test('two servers on one state directory check one passphrase at a time, and no more memory than one takes', async t => {
  const world = await World.start(t);
  await enrolPeople(world, [me, 'grace']);
  const servers = [await world.serve(), await world.serve()];
  const pids = servers.map(each => each.process.child.pid);
  const before = pids.map(ownMemory);
  const checking = 128 * 1024 * 1024; // a check takes 256 MiB
  let [most, looks] = [0, 0];
  const works = index => ownMemory(pids[index]) - before[index] > checking;
  const looking = setInterval(() => {
    const [one, other] = [works(0), works(1)];
    // The turn may pass on between two looks: both at once are at work only if the first one still is.
    const busy = one && other ? 1 + works(0) : one + other;
    most = Math.max(most, busy);
    looks += busy;
  }, 2);
  t.after(() => clearInterval(looking));
  const guess = (page, name) => new Page(world, page).request('POST', '/api/sign-in', { name, passphrase: 'not the passphrase' });
  const answers = await Promise.all(servers.flatMap(({ page }) => [guess(page, me), guess(page, 'grace'), guess(page, 'no one')]));
  clearInterval(looking);
  assert.deepEqual(answers.map(each => each.status), answers.map(() => 403));
  assert.ok(looks > 4, `seen at work ${looks} times`);
  assert.equal(most, 1);
});

test('the right passphrase in eight terminals and two browsers at once is right in each', async t => {
  const world = await World.start(t);
  await world.enrol();
  const { page } = await world.serve();
  // A machine that needs more than a minute for the others says so, and is asked again.
  const inTurn = async (ask, words) => {
    for (;;) {
      const answer = await ask();
      if (!/passphrases are being checked\. .*Try again/.test(words(answer))) return answer;
    }
  };
  const terminals = Array.from({ length: 8 }, () =>
    inTurn(() => world.terminal(['approvals', 'sign-in', '--json'], [passphrase]), done => done.stderr)
  );
  const browsers = Array.from({ length: 2 }, () =>
    inTurn(() => new Page(world, page).request('POST', '/api/sign-in', { name: me, passphrase }), answer => answer.text)
  );
  for (const done of await Promise.all(terminals)) assert.equal(done.code, 0, done.stderr);
  for (const answer of await Promise.all(browsers)) assert.equal(answer.status, 200, answer.text);
});
