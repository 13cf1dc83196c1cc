// A new token's value, shown once in a terminal to a person who approved it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { leftInMemory } from './lib/memory.mjs';
import { Page } from './lib/page.mjs';
import { enrolFirst, enrolPeople, me, passphrase, signInCode } from './lib/people.mjs';
import { binary } from './lib/process.mjs';
import { answered, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { adviceLost, textOf } from './lib/story.mjs';
import { atTerminal, terminalOf } from './lib/terminal.mjs';
import { rules, World } from './lib/world.mjs';

const createTool = 'tfy_access_tokens_create';
const capabilities = { elicitation: {} };
const otherScreen = '\u001b[?1049h';
const wipedAndBack = '\u001b[2J\u001b[H\u001b[?1049l';
const valueOf = text => /shown once:\s+([\x21-\x7e]{24,})\s/.exec(text)?.[1];

/** A server that holds the value of a token that a form approved: {world, peer, made}. */
async function held(t, { policy = rules(), env, tokenType = 'jwt', setUp = async () => {} } = {}) {
  const world = await World.start(t, { policy });
  await setUp(world);
  const set = await enrolFirst(world);
  assert.equal(set.code, 0, set.text);
  const peer = new RawStdio(world, () => world.spawn(['stdio'], { ...world.env, ...env }));
  const payload = { name: 'for-a-person', tokenType };
  const asked = await peer.exchange(toolCall(1, createTool, { payload }, { capabilities }));
  const content = { decision: 'approve', confirm_name: payload.name, destination: 'agent' };
  const done = await peer.exchange(answered(2, asked.result, createTool, { payload }, content, { capabilities }));
  const made = done.result.structuredContent;
  assert.equal(made.status, 'executed', JSON.stringify(done));
  return { world, peer, made };
}

async function journalOf(world, kind) {
  const exported = await world.terminal(['audit', 'export']);
  assert.equal(exported.code, 0, exported.stderr);
  return exported.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
    .filter(record => record.kind === kind);
}

/** Typed the passphrase, and the value is on the screen. */
async function showing(world, id, options) {
  const terminal = terminalOf(world, ['reveal', id, '--as', me], options);
  await terminal.says(/Your passphrase/);
  terminal.type(`${passphrase}\r`);
  await terminal.says(/Press Enter when it is saved/);
  return terminal;
}

test('shown once, behind the passphrase, journalled, and wiped from screen and memory', async t => {
  const { world, peer, made } = await held(t);
  const terminal = await showing(world, made.reveal_id);
  assert.ok(!terminal.process.stdout.includes(wipedAndBack), 'it stays until a key is pressed');
  terminal.type('x'); // any key is not enough
  terminal.type('\r');
  const { code, text } = await terminal.done();
  assert.equal(code, 0, text);
  const value = valueOf(text);
  assert.ok(await world.isLiveToken(value), `the control plane knows the value in ${text}`);
  assert.ok(text.indexOf(otherScreen) < text.indexOf(value), 'on the other screen');
  assert.ok(text.indexOf(wipedAndBack) > text.indexOf(value), 'which is wiped');
  assert.ok(!text.includes(passphrase) && !text.includes('xfor'), 'what is typed is not shown');
  assert.match(text, /wiped from this screen/);

  const again = await atTerminal(world, ['reveal', made.reveal_id], []);
  assert.equal(again.code, 1);
  assert.match(again.text, /was shown already/);
  const asked = await peer.exchange(toolCall(9, 'tfy_access_tokens_reveal', { reveal_id: made.reveal_id }, { capabilities }));
  assert.match(textOf(asked.result), /^Its value was shown, and is shown once\. Nothing was done\. If it was not saved, delete the token /);

  const [claim, ...more] = await journalOf(world, 'reveal_claimed');
  assert.deepEqual(more, []);
  assert.equal(claim.approval_id, made.reveal_id);
  assert.equal(claim.body.destination, 'terminal');
  assert.ok(claim.body.by);

  const left = await leftInMemory(peer.server.child.pid, value);
  if (left !== null) assert.deepEqual(left, []);
  await world.assertSeenOnce(value);
});

test('Ctrl-C, Ctrl-Z and a closed window wipe the screen as well', async t => {
  for (const end of ['\u0003', '\u001a']) {
    const { world, made } = await held(t);
    const terminal = await showing(world, made.reveal_id);
    terminal.type(end);
    const { code, text } = await terminal.done();
    assert.equal(code, 0, text);
    assert.ok(text.indexOf(wipedAndBack) > text.indexOf(valueOf(text)), JSON.stringify(end));
  }
});

test('a terminal that cannot be wiped says so', async t => {
  const { world, made } = await held(t);
  const terminal = await showing(world, made.reveal_id, { env: { TERM: 'dumb' } });
  terminal.type('\r');
  const { code, text } = await terminal.done();
  assert.equal(code, 0, text);
  assert.match(text, /cannot be wiped/);
  assert.ok(!text.includes('\u001b'));
});

test('no terminal, no passphrase, a wrong one, another person: nothing is shown and nothing is used up', async t => {
  const { world, made } = await held(t);
  const id = made.reveal_id;
  const piped = await world.terminal(['approvals', 'reveal', id], [passphrase]);
  assert.equal(piped.code, 1);
  assert.match(piped.stderr, /on a terminal only/);
  const intoFile = await atTerminal(world, ['reveal', id], [], { wrap: command => `${command} > '${world.folder}/out'` });
  assert.equal(intoFile.code, 1, intoFile.text);
  assert.match(intoFile.text, /on a terminal only/);
  assert.equal(readFileSync(join(world.folder, 'out'), 'utf8'), '');
  for (let tries = 0; tries < 5; tries += 1) {
    const wrong = await atTerminal(world, ['reveal', id], [[/Your passphrase/, 'correct horse']]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.text, /Wrong name or passphrase.*still waits/s);
  }
  const slowed = await atTerminal(world, ['reveal', id], [[/Your passphrase/, passphrase]]);
  assert.equal(slowed.code, 1);
  assert.match(slowed.text, /Too many wrong passphrases/);
  assert.deepEqual(await journalOf(world, 'reveal_claimed'), []);

  const unknown = await atTerminal(world, ['reveal', 'rev_zzzzzzzzzzzzzzzzzzzzzzzzzz'], []);
  assert.match(unknown.text, /There is no value/);
});

test('where no one is enrolled, it is said how to be the first', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const payload = { name: 'no-passphrase' };
  const asked = await peer.exchange(toolCall(1, createTool, { payload }, { capabilities }));
  const content = { decision: 'approve', confirm_name: payload.name, destination: 'agent' };
  const { result } = await peer.exchange(
    answered(2, asked.result, createTool, { payload }, content, { capabilities })
  );
  const tried = await atTerminal(world, ['reveal', result.structuredContent.reveal_id], []);
  assert.equal(tried.code, 1);
  assert.match(tried.text, /Be the first: tfy-pat-mcp people first/);
  assert.deepEqual(await journalOf(world, 'reveal_claimed'), []);
});

test('by the id of the request that a person approved on the page; another person may not', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '30s' });
  await enrolPeople(world, [me, 'ann']);
  const server = await world.serve();
  const mine = await Page.signIn(world, { ...server, code: await signInCode(world, {}, me) });
  const anns = await Page.signIn(world, { ...server, code: await signInCode(world, {}, 'ann') });
  const ask = async (page, name) => {
    const call = toolCall(1, createTool, { payload: { name } });
    const waiting = new RawHttp(world, server.endpoint).exchange(call);
    const approval = await page.nextPending();
    const early = await atTerminal(world, ['reveal', approval.id], []);
    assert.match(early.text, /has not run yet/);
    await page.approved(approval, { destination: 'page' });
    await waiting;
    return approval.id;
  };
  const hers = await ask(anns, 'for-ann');
  const refused = await atTerminal(world, ['reveal', hers, '--as', me], [[/Your passphrase/, passphrase]]);
  assert.equal(refused.code, 1);
  assert.match(refused.text, /Only the people who approved/);
  assert.ok((await anns.reveal('for-ann')).value, 'it still waited for her');

  const terminal = await showing(world, await ask(mine, 'for-me'));
  terminal.type('\r');
  const { text } = await terminal.done();
  assert.ok(await world.isLiveToken(valueOf(text)), text);
  const { body } = await mine.request('GET', '/api/reveals');
  assert.deepEqual(body.reveals, [], 'the page has it no more');
});

test('the process that held it is gone', async t => {
  const { world, peer, made } = await held(t);
  const sockets = () =>
    readdirSync(join(world.state, 'instances')).filter(name => name.endsWith('.sock'));
  assert.equal(sockets().length, 1);
  assert.equal(statSync(join(world.state, 'instances', sockets()[0])).mode & 0o777, 0o600);
  await peer.server.stop('SIGKILL');
  const tried = await atTerminal(world, ['reveal', made.reveal_id], []);
  assert.equal(tried.code, 1);
  assert.match(tried.text, /the process that held it has ended.*create a new one/s);
  const next = new RawStdio(world);
  await next.exchange(toolCall(1, 'tfy_config_status', {}));
  assert.equal(sockets().length, 1, 'what the dead one left is removed');
  next.server.child.stdin.end();
  assert.equal((await next.server.ended).code, 0);
  assert.deepEqual(sockets(), []);
});

test(
  'the holder dies between the claim and the handing over: the value is lost, and the terminal says so',
  { skip: readFileSync(binary).includes('TFY_FAILPOINT') ? false : 'this build has no failpoints' },
  async t => {
    const { world, made } = await held(t, { env: { TFY_FAILPOINT: 'reveal.claimed' } });
    const lost = await atTerminal(world, ['reveal', made.reveal_id], [[/Your passphrase/, passphrase]]);
    assert.equal(lost.code, 1);
    assert.match(lost.text, /connection was lost after the server had sent the value.*create a new one/s);
  }
);

test('a state directory with a path that is longer than the address of a socket', async t => {
  const { world, made } = await held(t, {
    setUp: world => {
      world.state = join(world.folder, 'a-long-way-down-'.repeat(9));
      mkdirSync(world.state, { mode: 0o700 });
      world.env.TFY_PAT_MCP_STATE_DIR = world.state;
      return Promise.resolve();
    },
  });
  const terminal = await showing(world, made.reveal_id);
  terminal.type('\r');
  const { code, text } = await terminal.done();
  assert.equal(code, 0, text);
  assert.ok(await world.isLiveToken(valueOf(text)));
});

test(
  'the command writes the value once, and to the terminal only',
  { skip: spawnSync('strace', ['-e', 'trace=write', 'true']).status === 0 ? false : 'strace cannot trace here' },
  async t => {
    const { world, made } = await held(t);
    const trace = join(world.folder, 'trace');
    const wrap = command =>
      `strace -f -qq -e trace=write,writev,sendto,sendmsg,pwrite64,prctl -e inject=prctl:retval=0 -e signal=none ` +
      `-s 100000 -o '${trace}' ${command}`;
    const terminal = await showing(world, made.reveal_id, { wrap });
    terminal.type('\r');
    const { code, text } = await terminal.done();
    assert.equal(code, 0, text);
    const value = valueOf(text);
    const lines = readFileSync(trace, 'utf8').split('\n').filter(line => line.includes(value.slice(-24)));
    assert.equal(lines.length, 1, lines.join('\n').replaceAll(value, 'VALUE'));
    assert.match(lines[0], /write\(1, /);
    assert.match(readFileSync(trace, 'utf8'), /PR_SET_DUMPABLE, SUID_DUMP_DISABLE/);
  }
);
