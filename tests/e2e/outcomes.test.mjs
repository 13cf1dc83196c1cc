// However and wherever a request was decided, whoever made the call is told how it ended: by the same call, made again.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { becomes } from './lib/process.mjs';
import { create, idOf, names, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const mute = { elicitation: null };

async function terminal(world, args, lines = []) {
  const decides = ['approve', 'deny'].includes(args[0]);
  const done = decides ? await world.decide(args, lines) : await world.terminal(['approvals', ...args], lines);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  return done;
}

const all = async world => JSON.parse((await terminal(world, ['list', '--all', '--json'])).stdout).approvals;

async function journal(world, kind) {
  const { stdout } = await world.terminal(['audit', 'export']);
  const records = stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  return records.filter(record => record.kind === kind);
}

function pending(result) {
  assert.equal(statusOf(result), 'approval_pending', textOf(result));
  assert.match(result.structuredContent.message, /nothing has been done/);
  return result.structuredContent.approval_id;
}

/** What the same call says now, and that it says it again. */
async function toldAgain(call, status, isError = false) {
  const first = await call();
  assert.equal(statusOf(first), status, textOf(first));
  assert.equal(first.isError ?? false, isError, textOf(first));
  const second = await call();
  assert.equal(statusOf(second), status, textOf(second));
  assert.equal(second.structuredContent.approval_id, first.structuredContent.approval_id);
  return second;
}

test('create, approved on the page with its value for the page: the same call is told what happened', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const page = await Page.signIn(world, server);
  const connection = await open('modern HTTP', world, { ...mute, endpoint: server.endpoint });
  const call = () => create(connection, 'decided-elsewhere');
  const id = pending(await call());
  const [request] = await page.pending();
  await page.approved(request, { destination: 'page' });
  await becomes(
    () => all(world),
    ([only]) => only.state === 'succeeded'
  );

  const told = await toldAgain(call, 'executed');
  assert.equal(told.structuredContent.approval_id, id);
  assert.equal(told.structuredContent.destination, 'page');
  assert.match(told.structuredContent.masked, /\*/);
  assert.match(told.structuredContent.next, /the same call returns this result; after that it is a new request/);
  assert.match(textOf(told), /after that it is a new request/);
  const got = await connection.call('tfy_approvals_get', { approval_id: id });
  assert.equal(got.structuredContent.message, told.structuredContent.message, 'as much as the call itself');
  assert.equal(got.structuredContent.next, told.structuredContent.next);
  assert.equal((await all(world)).length, 1, 'no second request');
  assert.equal(await world.upstreamCount('POST'), 1);
  const { value } = await page.reveal('decided-elsewhere');
  await world.assertSeenOnce(value);
});

test('rotate, delete and reveal tell their outcome again, too', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world, mute);
  const decided = async (call, lines) => {
    await terminal(world, ['approve', pending(await call())], lines);
    return toldAgain(call, 'executed');
  };
  const made = await decided(() => create(connection, 'first'), ['first', 'none']);
  const oldId = made.structuredContent.id;

  const rotated = await decided(() => connection.call('tfy_access_tokens_rotate', { id: oldId }), ['first', 'none']);
  assert.equal(rotated.structuredContent.name, 'first-2');
  assert.equal(await world.upstreamCount('POST'), 2, 'one successor');

  const show = () => reveal(connection, made.structuredContent.reveal_id);
  await terminal(world, ['approve', pending(await show())], ['first']);
  const shown = await show();
  assert.ok(!shown.isError, textOf(shown));
  const value = valueIn(shown);
  const again = await toldAgain(show, 'executed', true);
  assert.match(textOf(again), /one showing/);

  const newId = rotated.structuredContent.id;
  await decided(() => connection.call('tfy_access_tokens_delete', { id: newId }), ['first-2']);
  assert.equal(await world.upstreamCount('DELETE'), 1);
  await world.assertSeenOnce(value);
});

test('a denial reaches the agent with its reason, counts for as long as its rule says, and is then over', async t => {
  const world = await World.start(t, { policy: rules({ more: 'denied_for = "3s"' }) });
  const connection = await open('modern stdio', world, mute);
  const call = () => create(connection, 'refused');
  const id = pending(await call());
  await terminal(world, ['deny', id, '--reason', 'no more tokens this week']);
  const denied = await toldAgain(call, 'denied', true);
  for (const said of [textOf(denied), denied.structuredContent.message]) {
    assert.match(said, /no more tokens this week/);
    assert.match(said, /Nothing was done/);
  }
  assert.match(textOf(denied), /after that it is a new request/);
  const anew = await becomes(call, result => statusOf(result) !== 'denied');
  assert.notEqual(pending(anew), id);
  assert.equal(await world.upstreamCount('POST'), 0);
});

test('a denial on the page while the agent is away is what the agent hears when it is back', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const page = await Page.signIn(world, server);
  const connection = await open('legacy HTTP', world, { ...mute, endpoint: server.endpoint });
  pending(await create(connection, 'not-this'));
  const [request] = await page.pending();
  await page.denied(request, 'use the one that is there');
  assert.match(textOf(await toldAgain(() => create(connection, 'not-this'), 'denied', true)), /use the one that is there/);
});

test('a request that expired is told once, and the same call then asks anew', async t => {
  const world = await World.start(t, { policy: rules({ more: 'lifetime = "2s"' }) });
  const connection = await open('modern stdio', world, mute);
  const call = () => create(connection, 'too-late');
  const id = pending(await call());
  const expired = each => each.id === id && each.state === 'expired';
  await becomes(
    () => all(world),
    requests => requests.some(expired)
  );
  const told = await call();
  assert.equal(statusOf(told), 'expired', textOf(told));
  assert.equal(told.structuredContent.approval_id, id);
  assert.match(textOf(told), /Nothing was done.*call again with the same arguments: that opens a new request/s);
  assert.notEqual(pending(await call()), id);
  assert.equal(await world.upstreamCount('POST'), 0);
});

test('a request that its own caller took back is told once, too', async t => {
  const world = await World.start(t);
  const connection = await open('legacy stdio', world);
  connection.person.willAnswer({ action: 'cancel' });
  const told = await create(connection, 'taken-back');
  assert.equal(statusOf(told), 'withdrawn', textOf(told));
  assert.match(textOf(told), /Nothing was done.*opens a new request/s);
  connection.person.willApprove('taken-back', { destination: 'none' });
  assert.equal(statusOf(await create(connection, 'taken-back')), 'executed');
});

test('an outcome is told for as long as the limit says, and no longer than its token is there', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world, mute);
  const call = () => create(connection, 'comes-and-goes');
  await terminal(world, ['approve', pending(await call())], ['comes-and-goes', 'none']);
  const made = await toldAgain(call, 'executed');
  const gone = await fetch(`${world.upstream}/api/svc/v1/personal-access-tokens/${made.structuredContent.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${world.env.TFY_API_KEY}` },
  });
  assert.equal(gone.status, 200);
  const anew = pending(await call());
  assert.notEqual(anew, made.structuredContent.approval_id, 'the world has moved on');
  await terminal(world, ['approve', anew], ['comes-and-goes', 'none']);
  await toldAgain(call, 'executed');
  assert.equal(await world.upstreamCount('POST'), 2);
});

test('after the time that repeat_outcome gives, the same call is a new one', async t => {
  const world = await World.start(t, { policy: rules({ limits: 'repeat_outcome = "2s"' }) });
  const connection = await open('modern stdio', world, mute);
  const id = (await create(connection, 'short-memory')).structuredContent.approval_id;
  await terminal(world, ['approve', id], ['short-memory', 'none']);
  assert.equal(statusOf(await create(connection, 'short-memory')), 'executed');
  const later = await becomes(
    () => create(connection, 'short-memory'),
    result => statusOf(result) !== 'executed'
  );
  assert.match(textOf(later), /A token with this name already exists/);
});

test('a failure is told once: asking again asks a person again', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world, mute);
  const made = pending(await create(connection, 'target'));
  await terminal(world, ['approve', made], ['target', 'none']);
  const { id } = (await create(connection, 'target')).structuredContent;
  const call = () => connection.call('tfy_access_tokens_delete', { id });
  const request = pending(await call());
  await world.faults({ match: { method: 'DELETE' }, do: { status: 403 } });
  await terminal(world, ['approve', request], ['target']);
  const failed = await call();
  assert.ok(failed.isError, textOf(failed));
  assert.match(failed.structuredContent.next, /opens a new request/);
  assert.notEqual(pending(await call()), request);
});

test('a reason worded anew is the same request: the person sees the newest, the journal keeps them all', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world, mute);
  const wordings = ['nightly job', 'the nightly job', 'for nightly', 'nightly, please', 'cron at night', 'nightly run'];
  const ids = new Set();
  for (const reason of wordings)
    ids.add(pending(await connection.call('tfy_access_tokens_create', { payload: { name: 'nightly' }, reason })));
  assert.equal(ids.size, 1, 'six wordings, one request');
  const [id] = ids;
  const { stdout } = await terminal(world, ['show', id]);
  assert.match(stdout, /nightly run/);
  assert.doesNotMatch(stdout, /cron at night/);
  const exported = (await world.terminal(['audit', 'export'])).stdout;
  for (const reason of wordings) assert.ok(exported.includes(JSON.stringify(reason)), reason);
  assert.equal((await journal(world, 'reworded')).length, 5);

  await terminal(world, ['approve', id], ['nightly', 'none']);
  const other = await connection.call('tfy_access_tokens_create', {
    payload: { name: 'nightly', expirationDate: '30 days' },
    reason: 'nightly run',
  });
  assert.notEqual(pending(other), id, 'an approval never attaches to other arguments');
  assert.equal(await world.upstreamCount('POST'), 0);
  const made = await connection.call('tfy_access_tokens_create', { payload: { name: 'nightly' }, reason: 'at last' });
  assert.equal(statusOf(made), 'executed', textOf(made));
  assert.equal(made.structuredContent.expires_at, null);

  const twin = await connection.call('tfy_approvals_get', { approval_id: other.structuredContent.approval_id });
  assert.equal(statusOf(twin), 'superseded', textOf(twin));
  assert.match(textOf(twin), /took its name first\. Nothing was done/);
});

test('two requests for one token: the same caller is led to its first, another caller is told, and the loser ends', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const local = await open('modern stdio', world, mute);
  const remote = await open('modern HTTP', world, { ...mute, endpoint: server.endpoint });
  await terminal(world, ['approve', pending(await create(local, 'prod-db'))], ['prod-db', 'none']);
  const { id } = (await create(local, 'prod-db')).structuredContent;

  const remove = connection => connection.call('tfy_access_tokens_delete', { id });
  const first = pending(await remove(local));
  assert.equal(pending(await remove(local)), first, 'the same call attaches');
  const rotate = await local.call('tfy_access_tokens_rotate', { id });
  assert.ok(rotate.isError);
  assert.equal(statusOf(rotate), 'conflict', textOf(rotate));
  assert.equal(rotate.structuredContent.approval_id, first, 'it is told which one');
  assert.equal(rotate.structuredContent.next, `Ask for the outcome of ${first} with tfy_approvals_get.`);
  assert.match(textOf(rotate), new RegExp(`${first}.*would change the same token`));

  const rival = await remove(remote);
  const second = pending(rival);
  assert.match(rival.structuredContent.message, /Another caller has asked to change this token, too/);
  assert.doesNotMatch(JSON.stringify(rival), new RegExp(first), 'and nothing more of it');
  assert.match((await terminal(world, ['show', second])).stdout, /Another caller's open request would change this token/);

  await terminal(world, ['approve', first], ['prod-db']);
  assert.equal(statusOf(await remove(local)), 'executed');
  const states = new Map((await all(world)).map(each => [each.id, each.state]));
  assert.equal(states.get(second), 'superseded', 'nothing is left to be approved in vain');
  const late = await world.decide(['approve', second], ['prod-db']);
  assert.equal(late.code, 1, late.stdout);
  const told = await remove(remote);
  assert.equal(statusOf(told), 'superseded', textOf(told));
  assert.match(textOf(told), /Another request changed its token or took its name first\. Nothing was done/);
  assert.match(told.structuredContent.next, /^List the access tokens/);
  assert.equal(await world.upstreamCount('DELETE'), 1);
  const record = (await journal(world, 'superseded')).find(each => each.approval_id === second);
  assert.equal(record.body.by, first);
});

test('whatever a tool answers, its structured content alone says what is so and what to do', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world, mute);
  const results = [
    await connection.call('tfy_config_status'),
    await connection.call('tfy_access_tokens_list'),
    await create(connection, 'told-whole'),
    await create(connection, 'No Name'),
    await connection.call('tfy_access_tokens_delete', { id: 'not-there' }),
    await connection.call('tfy_approvals_get', { approval_id: `apr_${'a'.repeat(26)}` }),
  ];
  const id = pending(results[2]);
  results.push(await connection.call('tfy_approvals_get', { approval_id: id }));
  const waits = results.at(-1).structuredContent;
  assert.match(waits.next, new RegExp(`tfy-pat-mcp approvals approve ${id}`), 'where to decide');
  await terminal(world, ['approve', id], ['told-whole', 'none']);
  results.push(await create(connection, 'told-whole'));
  results.push(await create(connection, 'told-whole'));
  results.push(await connection.call('tfy_approvals_get', { approval_id: id }));
  for (const { structuredContent } of results) {
    assert.ok(structuredContent.message?.length > 10, JSON.stringify(structuredContent));
    assert.ok(structuredContent.next?.length > 10, JSON.stringify(structuredContent));
  }
  assert.ok((await names(connection)).includes('told-whole'));
  assert.ok(await idOf(connection, 'told-whole'));
});
