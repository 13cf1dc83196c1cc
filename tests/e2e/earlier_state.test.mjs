// A state directory that an earlier version wrote goes on where it was: requests, decisions, rotations, permissions, known
// tokens, passphrases and the journal. Each folder of tests/e2e/states is such a directory, as text.
// TFY_WRITE_STATE=NAME writes one more, with this version.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolFirst, me, passphrase, signInCode } from './lib/people.mjs';
import { becomes } from './lib/process.mjs';
import { readStateText, writeStateText } from './lib/state_text.mjs';
import { create, createApproved, idOf, names, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { atTerminal } from './lib/terminal.mjs';
import { rules, World } from './lib/world.mjs';

const states = new URL('states/', import.meta.url).pathname;
const createTool = 'tfy_access_tokens_create';
const deleteTool = 'tfy_access_tokens_delete';
const rotateTool = 'tfy_access_tokens_rotate';
const policy = rules().replace('require_passphrase = false', 'require_passphrase = true');
const clock = process.env.TFY_QUICK_CLOCK_LIBRARY;

async function sandboxWorld(t, more = {}) {
  const world = await World.start(t, { upstream: 'http://127.0.0.1:9', policy, hold: '0s' });
  for (const name of ['TFY_BASE_URL', 'TFY_API_KEY']) delete world.env[name];
  world.env = { ...world.env, TFY_PAT_MCP_SANDBOX: 'true', TFY_PAT_MCP_SANDBOX_TOKENS: 'none', ...more };
  return world;
}

const toBeMade = { payload: { name: 'still-open' } };

/** A life with all that a state directory can hold. */
async function live(world) {
  assert.equal((await enrolFirst(world)).code, 0);
  const server = await world.serve();
  const page = await Page.signIn(world, { ...server, code: await signInCode(world) });
  const asked = await open('modern HTTP', world, { endpoint: server.endpoint });
  const silent = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });

  const made = await createApproved(asked, 'ci-bot', 'agent');
  const value = valueIn(await reveal(asked, made.reveal_id));
  for (const name of ['to-delete', 'lost-one']) await createApproved(asked, name, 'none');

  assert.equal(statusOf(await create(silent, 'still-open')), 'approval_pending');
  const denied = await create(silent, 'not-wanted');
  assert.equal(statusOf(denied), 'approval_pending');
  await page.denied((await page.pending()).find(each => each.facts.subject === 'not-wanted'), 'use ci-bot');
  const deletion = { id: await idOf(asked, 'to-delete') };
  assert.equal(statusOf(await silent.call(deleteTool, deletion)), 'approval_pending');
  await page.approved(await page.nextPending('to-delete'));

  asked.person.willApprove('ci-bot', { destination: 'agent' });
  const due = await asked.call(rotateTool, { id: await idOf(asked, 'ci-bot'), grace_period: '10m' });
  valueIn(await reveal(asked, due.structuredContent.reveal_id));
  asked.person.willApprove('lost-one', { destination: 'none' });
  const waiting = await asked.call(rotateTool, { id: await idOf(asked, 'lost-one'), grace_period: '10m' });
  assert.equal(statusOf(waiting), 'executed');

  await page.permitted({
    principal: 'http:loopback', names: 'tmp-*', destination: 'none', reason: 'tests', uses: 3, longest_life: '30d', lasts: '1h',
  });
  await world.closeAll();
  const id = result => result.structuredContent.approval_id;
  return {
    at: Math.floor(Date.now() / 1000), person: me, value, deletion,
    denied: id(denied), due: id(due), waiting: id(waiting),
  };
}

test('a state directory is written as text', { skip: process.env.TFY_WRITE_STATE ? false : 'TFY_WRITE_STATE is not set' }, async t => {
  const world = await sandboxWorld(t);
  writeStateText(world.state, `${states}${process.env.TFY_WRITE_STATE}`, await live(world));
});

/**
 * The call is made, however often that takes: a version with another definition of the tool ends what was approved under
 * the old one, says so, and asks again.
 */
async function ends(agent, page, tool, args, subject, choice) {
  let told = await agent.call(tool, args);
  if (statusOf(told) === 'superseded') {
    assert.match(textOf(told), /definition of the tool has changed/);
    told = await agent.call(tool, args);
  }
  if (statusOf(told) === 'approval_pending') {
    await page.approved(await page.nextPending(subject), choice);
    told = await agent.call(tool, args);
  }
  assert.equal(statusOf(told), 'executed', textOf(told));
}

for (const name of readdirSync(states))
  test(`the state of ${name} goes on`, { skip: clock ? false : 'needs the clock that the build makes' }, async t => {
    const world = await sandboxWorld(t);
    const was = readStateText(states + name, world.state);
    const day = { LD_PRELOAD: clock, TFY_CLOCK_START: String(was.at + 60) };
    const server = await world.serve({ ...world.env, ...day });
    const page = await Page.signIn(world, { ...server, code: await signInCode(world, day) });
    const agent = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });

    // Who had a passphrase is the first person now, under the name of then, and is known by the same passphrase.
    const { people } = JSON.parse((await world.terminal(['people', 'list', '--json'])).stdout);
    assert.deepEqual(people.map(each => [each.name, each.let_in_by, each.may_decide]), [[was.person, null, true]]);
    assert.ok(!existsSync(join(world.state, 'approvers', was.person)), 'the file is gone');
    assert.equal((await page.request('GET', '/api/session')).body.person, was.person);

    const outcome = async id => (await agent.call('tfy_approvals_get', { approval_id: id })).structuredContent;

    // What a person decided is told and done; what waits can be decided.
    const denied = await outcome(was.denied);
    assert.equal(denied.status, 'denied');
    assert.match(denied.message, /use ci-bot/);
    await ends(agent, page, deleteTool, was.deletion, 'to-delete');
    assert.ok(!(await names(agent)).includes('to-delete'));
    assert.deepEqual((await page.pending()).map(each => each.facts.subject), ['still-open']);
    await page.approved((await page.pending())[0], { destination: 'none' });
    await ends(agent, page, createTool, toBeMade, 'still-open', { destination: 'none' });

    // A permission of that version names neither address nor team: it covers nothing, and a person is asked.
    const temporary = { payload: { name: 'tmp-1', expirationDate: '7 days' } };
    const asked = await agent.call(createTool, temporary);
    assert.equal(statusOf(asked), 'approval_pending', textOf(asked));
    await page.approved((await page.pending())[0], { destination: 'none' });
    await ends(agent, page, createTool, temporary, 'tmp-1', { destination: 'none' });

    // The value that was lost keeps its old token; the one that was shown lets its old token go after the grace.
    const kept = await becomes(() => outcome(was.waiting), told => told.old?.state === 'kept');
    assert.match(kept.message, /The value is lost/);
    assert.equal((await outcome(was.due)).old.state, 'due');

    // What was known is still redacted.
    const echoed = await agent.client.getPrompt({ name: was.value }).catch(error => error);
    const said = String(echoed.message ?? JSON.stringify(echoed));
    assert.match(said, /redacted/);
    assert.ok(!said.includes(was.value), said);
    await world.closeAll();

    const later = await world.serve({ ...world.env, ...day, TFY_CLOCK_START: String(was.at + 590), TFY_QUICK_CLOCK: '5' });
    const after = await open('modern HTTP', world, { endpoint: later.endpoint, elicitation: null });
    await becomes(() => names(after), all => !all.includes('ci-bot'));
    assert.deepEqual((await names(after)).sort(), ['ci-bot-2', 'lost-one', 'lost-one-2', 'still-open', 'tmp-1']);

    const signIn = await atTerminal(world, ['sign-in'], [[/passphrase/, passphrase]], { env: { TERM: 'dumb', ...day } });
    assert.equal(signIn.code, 0, signIn.text);
    const verified = await world.terminal(['audit', 'verify']);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  });
