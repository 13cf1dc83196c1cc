// A token is replaced under one approval: the old one goes only after the new value was handed over, whatever dies on the way.
import assert from 'node:assert/strict';
import { createServer, request as forward } from 'node:http';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { becomes } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { createApproved, idOf, names, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const tool = 'tfy_access_tokens_rotate';
const old = 'ci-bot';
const next = 'ci-bot-2';

/** The old token, with its value seen, and its id. */
async function withOldToken(world, connection) {
  const created = await createApproved(connection, old, 'agent', { tokenType: 'opaque' });
  const value = valueIn(await reveal(connection, created.reveal_id));
  return { id: await idOf(connection, old), value };
}

async function rotate(connection, args, destination = 'agent') {
  connection.person.willApprove(old, { destination });
  const rotated = await connection.call(tool, args);
  assert.equal(statusOf(rotated), 'executed', textOf(rotated));
  return rotated.structuredContent;
}

async function journal(world) {
  const exported = await world.terminal(['audit', 'export']);
  return exported.stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
}

const kinds = async world => (await journal(world)).map(record => record.kind);
const rotationNow = async (world, kind) => (await kinds(world)).includes(kind);

test('create, rotate, approve; the old one works until the new value was seen and the grace is over', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world);
  const before = await withOldToken(world, connection);

  const asked = connection.person.asked.length;
  const rotated = await rotate(connection, { id: before.id, grace_period: '2s', reason: 'it is old' });
  assert.equal(connection.person.asked.length, asked + 1, 'one approval for both halves');
  const question = connection.person.asked[asked].message;
  for (const fact of ['Old token: Name', 'New token: Name is free', next, '2 seconds after the new value', before.id])
    assert.ok(question.includes(fact), `${fact} in: ${question}`);
  assert.equal(rotated.name, next);
  assert.deepEqual([rotated.old.id, rotated.old.deleted], [before.id, false]);
  assert.match(rotated.old.message, /To keep it, a person opens http:\/\/localhost:\d+\/approvals\/rotations or runs: .*approvals keep rot_/);
  assert.ok(await world.isLiveToken(before.value), 'the old one works while nobody has the new value');
  assert.equal(await world.upstreamCount('DELETE'), 0);

  const value = valueIn(await reveal(connection, rotated.reveal_id));
  assert.ok(await world.isLiveToken(value));
  assert.ok(await world.isLiveToken(before.value), 'the old one works while the grace runs');
  await becomes(
    () => names(connection),
    all => !all.includes(old)
  );
  assert.ok(!(await world.isLiveToken(before.value)), 'the old one is no key any more');
  assert.ok(await world.isLiveToken(value));
  assert.equal(await world.upstreamCount('POST'), 2);
  assert.equal(await world.upstreamCount('DELETE'), 1);

  const found = (await journal(world)).find(record => record.kind === 'rotation_done');
  const told = await connection.call('tfy_approvals_get', { approval_id: found.approval_id });
  assert.equal(told.structuredContent.rotation.state, 'done', textOf(told));
  assert.equal(told.structuredContent.rotation.old.deleted, true);
  await world.assertSeenOnce(value);
});

test('on the page: the value is seen there, and the old token goes', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '30s' });
  const server = await world.serve();
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const page = await Page.signIn(world, server);
  const made = connection.call('tfy_access_tokens_create', { payload: { name: old } });
  await page.approved(await page.nextPending(), { destination: 'none' });
  assert.equal(statusOf(await made), 'executed');

  const id = await idOf(connection, old);
  const rotating = connection.call(tool, { id, grace_period: '0s' });
  await page.approved(await page.nextPending(), { destination: 'page' });
  assert.equal(statusOf(await rotating), 'executed');
  assert.ok((await names(connection)).includes(old));
  const { value } = await page.reveal(next);
  await becomes(
    () => names(connection),
    all => !all.includes(old)
  );
  assert.ok(await world.isLiveToken(value));
});

test('a person keeps the old token at the terminal while the grace runs', async t => {
  const world = await World.start(t);
  const connection = await open('legacy stdio', world);
  const before = await withOldToken(world, connection);
  const rotated = await rotate(connection, { id: before.id });
  valueIn(await reveal(connection, rotated.reveal_id));

  const listed = JSON.parse((await world.terminal(['approvals', 'list', '--json'])).stdout);
  assert.deepEqual(
    listed.rotations.map(each => [each.id, each.state]),
    [[rotated.rotation_id, 'due']]
  );
  const kept = await world.decide(['keep', rotated.rotation_id]);
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(kept.stdout, /was not deleted and still works: a person decided to keep it/);
  const again = await world.decide(['keep', rotated.rotation_id]);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /^It is kept already\./);
  assert.ok(await world.isLiveToken(before.value));
  assert.equal(await world.upstreamCount('DELETE'), 0);
});

test('keep wants a person at a terminal where the rules do', async t => {
  const world = await World.start(t, { policy: rules().replace('require_tty = false', 'require_tty = true') });
  await new RawStdio(world).exchange(toolCall(1, 'tfy_config_status', {}));
  const kept = await world.decide(['keep', `rot_${'a'.repeat(26)}`]);
  assert.equal(kept.code, 1);
  assert.match(kept.stderr, /not a terminal/);
});

test('killed before the value was seen: the old token stays, and that is said', async t => {
  const world = await World.start(t);
  const { id, approval } = await rotatedRaw(world, '0s');
  const second = new RawStdio(world);
  await second.exchange(toolCall(1, 'tfy_config_status', {}));
  await becomes(
    () => rotationNow(world, 'rotation_kept'),
    kept => kept
  );
  const told = await second.exchange(toolCall(2, 'tfy_approvals_get', { approval_id: approval }));
  const { rotation } = told.result.structuredContent;
  assert.deepEqual([rotation.state, rotation.because, rotation.old.id], ['kept', 'value_lost', id]);
  assert.match(told.result.content[0].text, /still works.*delete that token/s);
  assert.equal(await world.upstreamCount('DELETE'), 0);
});

test('killed while the grace runs: the next process deletes the old token, once, and not before', async t => {
  const world = await World.start(t);
  await rotatedRaw(world, '3s', async (peer, revealId) => {
    const shown = await peer.exchange(toolCall(9, 'tfy_access_tokens_reveal', { reveal_id: revealId }));
    assert.ok(!shown.result.isError, JSON.stringify(shown));
  });
  const { due } = (await journal(world)).find(record => record.kind === 'rotation_due').body;
  const second = new RawStdio(world);
  await second.exchange(toolCall(1, 'tfy_config_status', {}));
  await becomes(
    () => rotationNow(world, 'rotation_done'),
    done => done
  );
  const record = (await journal(world)).find(each => each.kind === 'rotation_deleting');
  assert.ok(Date.parse(record.at) >= Date.parse(due), `${record.at} is not before ${due}`);
  assert.equal(await world.upstreamCount('DELETE'), 1);
});

test('killed between the POST and its row: the successor is there, the old token stays, nothing is repeated', async t => {
  const world = await World.start(t);
  const held = await between(t, world.upstream, (request, seen) => seen.POST === 2 && request.method === 'GET');
  world.env.TFY_BASE_URL = held.url;
  const { approval } = await rotatedRaw(world, '0s', null, held.reached);
  held.letGo();
  world.env.TFY_BASE_URL = held.url;
  const second = new RawStdio(world);
  const look = () => second.exchange(toolCall(1, 'tfy_approvals_get', { approval_id: approval }));
  const told = await becomes(look, answer => answer.result.structuredContent.state !== 'executing'); // settled behind the start
  assert.equal(told.result.structuredContent.status, 'execution_unknown', JSON.stringify(told));
  const listed = await second.exchange(toolCall(2, 'tfy_access_tokens_list', {}));
  const all = listed.result.structuredContent.tokens.map(token => token.name);
  assert.ok(all.includes(old) && all.includes(next), `${all}`);
  assert.equal(await world.upstreamCount('POST'), 2);
  assert.equal(await world.upstreamCount('DELETE'), 0);
  assert.ok(!(await rotationNow(world, 'rotation_begun')));
});

test('killed while it deletes: the next process looks, and ends it', async t => {
  const world = await World.start(t);
  const held = await between(t, world.upstream, request => request.method === 'DELETE');
  world.env.TFY_BASE_URL = held.url;
  await rotatedRaw(world, '0s', async (peer, revealId) => {
    await peer.exchange(toolCall(9, 'tfy_access_tokens_reveal', { reveal_id: revealId }));
    await held.reached;
  });
  assert.ok(await rotationNow(world, 'rotation_deleting'));
  held.letGo();
  const second = new RawStdio(world);
  await second.exchange(toolCall(1, 'tfy_config_status', {}));
  await becomes(
    () => rotationNow(world, 'rotation_done'),
    done => done
  );
  assert.equal(await world.upstreamCount('DELETE'), 1, 'the first one never arrived');
});

/** Creates and rotates by hand, and kills the server: {id, approval}. `reached`: kills it there, in the middle of the call. */
async function rotatedRaw(world, grace, then, reached) {
  const peer = new RawStdio(world);
  const approve = async (name, call) => {
    const pending = await peer.exchange(call(1));
    const { approval_id: id } = pending.result.structuredContent;
    assert.equal((await world.decide(['approve', id], [name, 'agent'])).code, 0);
    return id;
  };
  const create = number => toolCall(number, 'tfy_access_tokens_create', { payload: { name: old } });
  await approve(old, create);
  const { id } = (await peer.exchange(create(2))).result.structuredContent;
  const call = number => toolCall(number, tool, { id, grace_period: grace });
  const approval = await approve(old, call);
  if (reached) {
    peer.write(`${JSON.stringify(call(3))}\n`);
    await reached;
  } else {
    const { reveal_id } = (await peer.exchange(call(3))).result.structuredContent;
    if (then) await then(peer, reveal_id);
  }
  await peer.server.stop('SIGKILL');
  return { id, approval };
}

/** A way to the control plane on which the first request that `holds` says is held for good: it never arrives there. */
async function between(t, upstream, holds) {
  const seen = { GET: 0, POST: 0, DELETE: 0 };
  let arrive;
  let open = false;
  const reached = new Promise(resolve => (arrive = resolve));
  const server = createServer((request, response) => {
    seen[request.method] += 1;
    if (!open && holds(request, seen)) return arrive();
    const { host, ...headers } = request.headers;
    const onward = forward(upstream + request.url, { method: request.method, headers }, answer => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(resolve);
      })
  );
  return { url: `http://127.0.0.1:${server.address().port}`, reached, letGo: () => (open = true) };
}

test('what a rule denies to either half is denied to the rotation, and nobody is asked', async t => {
  for (const [tool, name, why] of [
    ['tfy_access_tokens_delete', old, 'never deleted'],
    ['tfy_access_tokens_create', next, 'never made'],
  ]) {
    const deny = `[[rule]]\ntools = ["${tool}"]\nnames = ["${name}"]\nsays = "deny"\nbecause = "${why}"\n`;
    const world = await World.start(t, { policy: rules().replace('[[rule]]', `${deny}[[rule]]`) });
    const connection = await open('modern stdio', world);
    connection.person.willApprove(old, { destination: 'none' });
    const made = await connection.call('tfy_access_tokens_create', { payload: { name: old } });
    const asked = connection.person.asked.length;
    const refused = await connection.call('tfy_access_tokens_rotate', { id: made.structuredContent.id });
    assert.ok(refused.isError, JSON.stringify(refused));
    assert.match(refused.content[0].text, new RegExp(why));
    assert.equal(connection.person.asked.length, asked);
    assert.equal(await world.upstreamCount('POST'), 1);
    assert.equal(await world.upstreamCount('DELETE'), 0);
  }
});
