// A new value for a person reaches that person: by a page that opens, an address they are told, or a command.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolFirst, passphrase } from './lib/people.mjs';
import { binary, Process, untilPolled } from './lib/process.mjs';
import { answered, RawStdio, toolCall } from './lib/raw.mjs';
import { create, createApproved, idOf, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { atTerminal, terminalOf } from './lib/terminal.mjs';
import { taskHost } from './lib/tasks.mjs';
import { rules, World } from './lib/world.mjs';

const createTool = 'tfy_access_tokens_create';
const loopback = String.raw`https?://localhost:\d+/approvals`;
const openIt = new RegExp(String.raw`^Tell the user: open (${loopback}/values) within 10 minutes to see and save the value\.`, 'm');
const runIt = /^tfy-pat-mcp approvals reveal rev_[a-z0-9]{26}( --state-dir \S+)?$/;
const form = { elicitation: {} };
const formAndUrl = { elicitation: { form: {}, url: {} } };
const yes = name => ({ decision: 'approve', confirm_name: name });

/** A desktop whose browser only writes down what it is to open. */
function desktop(world) {
  const bin = join(world.folder, 'bin');
  const log = join(world.folder, 'opened');
  mkdirSync(bin);
  writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$1" >> '${log}'\n`);
  chmodSync(join(bin, 'xdg-open'), 0o755);
  Object.assign(world.env, { DISPLAY: ':0', PATH: `${bin}:${world.env.PATH}` });
  return () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []); // whole lines
}

async function untilOpened(opened, count) {
  await untilPolled(() => opened().length >= count, { what: () => `${count} to be opened, not ${opened()}` });
  assert.equal(opened().length, count);
  return opened().at(-1);
}

/** The person in front of the browser that was opened at `link`. */
function signedInBy(world, link) {
  const [, page] = /^(.*\/approvals)\/apr_[a-z0-9]+$/.exec(link);
  return Page.signIn(world, { page });
}

function assertTold(result, url) {
  assert.equal(statusOf(result), 'executed', textOf(result));
  const [, told] = openIt.exec(textOf(result)) ?? assert.fail(textOf(result));
  assert.equal(result.structuredContent.reveal_url, told);
  assert.match(result.structuredContent.next, openIt, 'for hosts that show a model the structured result only');
  assert.equal(result.structuredContent.destination, 'page');
  if (url) assert.equal(told, url);
  return told;
}

/** In a terminal, by the command that the result names. */
async function shownByCommand(world, result) {
  const { reveal_command: command } = result.structuredContent;
  assert.match(command, runIt);
  assert.ok(textOf(result).includes(command), textOf(result));
  const terminal = terminalOf(world, command.split(' ').slice(2));
  await terminal.says(/Your passphrase/);
  terminal.type(`${passphrase}\r`);
  await terminal.says(/Press Enter when it is saved/);
  terminal.type('\r');
  const { code, text } = await terminal.done();
  assert.equal(code, 0, text);
  return /shown once:\s+([\x21-\x7e]{24,})\s/.exec(text)[1];
}

for (const door of ['modern stdio', 'legacy stdio']) {
  test(`${door}, a form, a display: the page is the default, opens, and shows the value`, async t => {
    const world = await World.start(t);
    const opened = desktop(world);
    const connection = await open(door, world, form);
    connection.person.willAnswer({ action: 'accept', content: yes('on-a-desktop') });
    const created = await create(connection, 'on-a-desktop');
    const [asked] = connection.person.asked;
    assert.deepEqual(asked.requestedSchema.properties.destination.enum, ['page', 'agent', 'none']);
    assert.equal(asked.requestedSchema.properties.destination.default, 'page');
    const told = assertTold(created);
    assert.equal(created.structuredContent.reveal_command, undefined, 'the page is open: one way is enough');

    const page = await signedInBy(world, await untilOpened(opened, 1));
    assert.equal(`${page.address}/values`, told);
    const approval_id = /\/(apr_[a-z0-9]+)$/.exec(opened()[0])[1];
    const stands = await connection.call('tfy_approvals_get', { approval_id });
    assert.ok(textOf(stands).includes(told), 'whoever asks again is told, too');
    assert.equal(stands.structuredContent.outcome.structured.reveal_url, told);
    const { value } = await page.reveal('on-a-desktop');
    assert.ok(await world.isLiveToken(value));
    const after = await connection.call('tfy_approvals_get', { approval_id });
    assert.doesNotMatch(JSON.stringify(after), /Tell the user: open|reveal_url/, 'nothing waits there any more');
    assert.match(after.structuredContent.message, /The value was shown/);
    await world.assertSeenOnce(value);
  });

  test(`${door}, a form, no display: the page is not offered, and the agent is the default`, async t => {
    const world = await World.start(t);
    const connection = await open(door, world, form);
    connection.person.willAnswer({ action: 'accept', content: { ...yes('headless'), destination: 'page' } });
    connection.person.willAnswer({ action: 'accept', content: yes('headless') });
    const created = await create(connection, 'headless');
    const [first, second] = connection.person.asked;
    assert.deepEqual(first.requestedSchema.properties.destination.enum, ['agent', 'none']);
    assert.equal(first.requestedSchema.properties.destination.default, 'agent');
    assert.doesNotMatch(first.message, /approvals page/);
    assert.match(second.message, /Choose one of the listed destinations/);
    assert.equal(created.structuredContent.destination, 'agent');
    const shown = await reveal(connection, created.structuredContent.reveal_id);
    await world.assertSeenOnce(valueIn(shown));
  });

  test(`${door}, no display, a rule that keeps values from the agent: the terminal shows it`, async t => {
    const world = await World.start(t, { policy: rules({ more: 'reveal = ["page", "none"]' }) });
    assert.equal((await enrolFirst(world)).code, 0);
    const connection = await open(door, world, form);
    connection.person.willAnswer({ action: 'accept', content: yes('not-for-agents') });
    const created = await create(connection, 'not-for-agents');
    const [asked] = connection.person.asked;
    assert.deepEqual(asked.requestedSchema.properties.destination.enum, ['page', 'none']);
    assert.match(asked.message, /page = shown once in a terminal, with tfy-pat-mcp approvals reveal/);
    assertTold(created);
    const value = await shownByCommand(world, created);
    assert.ok(await world.isLiveToken(value));
    await world.assertSeenOnce(value);
  });

  test(`${door}: approved in a terminal with the value for the person; the page opens as the call runs`, async t => {
    const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s' });
    const opened = desktop(world);
    const connection = await open(door, world, { elicitation: null });
    const pending = await create(connection, 'by-terminal');
    assert.equal(statusOf(pending), 'approval_pending');
    await untilOpened(opened, 1);
    const id = pending.structuredContent.approval_id;
    const decided = await world.decide(['approve', id], ['by-terminal', '']);
    assert.equal(decided.code, 0, decided.stderr);
    assert.match(decided.stdout, /Where should the new value go: page, terminal, agent, none\? \[page\]/);
    assert.ok(decided.stdout.includes(`tfy-pat-mcp approvals reveal ${id}`), 'the other way to see it');
    assertTold(await create(connection, 'by-terminal'));
    const page = await signedInBy(world, await untilOpened(opened, 2));
    const { value } = await page.reveal('by-terminal');
    await world.assertSeenOnce(value);
  });

  test(`${door}: approved in a terminal without a display: shown there`, async t => {
    const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s' });
    assert.equal((await enrolFirst(world)).code, 0);
    const connection = await open(door, world, { elicitation: null });
    const id = (await create(connection, 'over-ssh')).structuredContent.approval_id;
    const decided = await atTerminal(world, ['approve', id], [
      [/Your passphrase/, passphrase],
      [/Type the token's name/, 'over-ssh'],
      [/Where should the new value go: terminal, agent, none\? \[terminal\]/, ''],
    ]);
    assert.equal(decided.code, 0, decided.text);
    const created = await create(connection, 'over-ssh');
    assertTold(created);
    const value = await shownByCommand(world, created);
    await world.assertSeenOnce(value);
  });
}

test('the client opens addresses: legacy, its person is sent to the page once the value waits', async t => {
  const world = await World.start(t);
  const connection = await open('legacy stdio', world, formAndUrl);
  connection.person.willAnswer({ action: 'accept', content: yes('by-address') });
  connection.person.willAnswer({ action: 'accept' });
  const created = await create(connection, 'by-address');
  const [asked, led] = connection.person.asked;
  assert.equal(asked.requestedSchema.properties.destination.default, 'page');
  assert.equal(led.mode, 'url');
  assert.match(led.message, /See and save the new value/);
  assertTold(created, led.url);
});

test('the client opens addresses: modern, it comes back for the result', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const payload = { name: 'by-address' };
  const capabilities = formAndUrl;
  const asked = await peer.exchange(toolCall(1, createTool, { payload }, { capabilities }));
  const led = await peer.exchange(
    answered(2, asked.result, createTool, { payload }, yes('by-address'), { capabilities })
  );
  assert.equal(led.result.resultType, 'input_required', JSON.stringify(led));
  const [{ params }] = Object.values(led.result.inputRequests);
  assert.equal(params.mode, 'url');
  const done = await peer.exchange(answered(3, led.result, createTool, { payload }, undefined, { capabilities }));
  assertTold(done.result, params.url);
  assert.equal(await world.upstreamCount('POST'), 1);
});

test('--no-open-browser: no window, but the address and the command', async t => {
  const world = await World.start(t);
  const opened = desktop(world);
  world.env.TFY_PAT_MCP_OPEN_BROWSER = 'false';
  assert.equal((await enrolFirst(world)).code, 0);
  const connection = await open('modern stdio', world, form);
  connection.person.willApprove('quietly', { destination: 'page' });
  const created = await create(connection, 'quietly');
  assertTold(created);
  const value = await shownByCommand(world, created);
  assert.deepEqual(opened(), []);
  await world.assertSeenOnce(value);
});

test(
  'the page cannot be opened: it is not offered, and a value that only a person may see is shown in a terminal',
  { skip: spawnSync('strace', ['-e', 'trace=bind', 'true']).status === 0 ? false : 'strace cannot trace here' },
  async t => {
    for (const { reveal: allowed, offered } of [
      { reveal: '["page", "agent"]', offered: ['agent'] },
      { reveal: '["page"]', offered: ['page'] },
    ]) {
      const world = await World.start(t, { policy: rules({ more: `reveal = ${allowed}` }) });
      const opened = desktop(world);
      assert.equal((await enrolFirst(world)).code, 0);
      // The first socket that is bound is the one for terminals; each later one, the page's, cannot be.
      const noListener = [
        ...['-D', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=bind,prctl', '-e', 'inject=prctl:retval=0'],
        ...['-e', 'inject=bind:error=EADDRNOTAVAIL:when=2+', '-e', 'signal=none', binary, 'stdio'],
      ];
      const peer = new RawStdio(world, () => {
        const server = new Process('strace', noListener, { env: world.env, cwd: world.folder });
        world.processes.push(server);
        return server;
      });
      const payload = { name: 'no-listener' };
      const asked = await peer.exchange(toolCall(1, createTool, { payload }, { capabilities: form }));
      const [{ params }] = Object.values(asked.result.inputRequests);
      assert.deepEqual(params.requestedSchema.properties.destination.enum, offered);
      const done = await peer.exchange(
        answered(2, asked.result, createTool, { payload }, yes(payload.name), { capabilities: form })
      );
      assert.equal(done.result.structuredContent.reveal_url, undefined);
      if (offered.includes('agent')) continue;
      assert.match(textOf(done.result), /^Tell the user: run tfy-pat-mcp approvals reveal .+ in a terminal within 10 minutes/m);
      const value = await shownByCommand(world, done.result);
      assert.deepEqual(opened(), []);
      await world.assertSeenOnce(value);
    }
  }
);

test('a rotation: the page opens for the new value', async t => {
  const world = await World.start(t);
  const opened = desktop(world);
  const connection = await open('modern stdio', world, form);
  const before = await createApproved(connection, 'ci-bot', 'none');
  connection.person.willApprove('ci-bot');
  const rotated = await connection.call('tfy_access_tokens_rotate', { id: before.id });
  assertTold(rotated);
  const page = await signedInBy(world, await untilOpened(opened, 1));
  assert.ok(await world.isLiveToken((await page.reveal('ci-bot-2')).value));
  assert.ok(await idOf(connection, 'ci-bot-2'));
});

test('a task: its result says where the value is, and the page opens', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }) });
  const opened = desktop(world);
  const host = await taskHost(world);
  const execution = await host.session.callTool(createTool, { payload: { name: 'as-a-task' } });
  assert.equal(execution.kind, 'task');
  const { taskId } = execution.serializeReference();
  const decided = await world.decide(['approve', taskId], ['as-a-task', 'page']);
  assert.equal(decided.code, 0, decided.stderr);
  const { outcome } = await execution.settle();
  assertTold(resultFromTaskOutcome(outcome));
  const led = await untilOpened(opened, 2); // for the decision, and for the value
  const { value } = await (await signedInBy(world, led)).reveal('as-a-task');
  await world.assertSeenOnce(value);
});

test('over HTTP: the page is there for everybody, and its address stands in the result', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, ...form });
  connection.person.willAnswer({ action: 'accept', content: yes('served') });
  assertTold(await create(connection, 'served'), `${server.page}/values`);
  const page = await Page.signIn(world, server);
  await world.assertSeenOnce((await page.reveal('served')).value);
});
