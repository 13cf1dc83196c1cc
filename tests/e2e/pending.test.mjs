// Clients that cannot ask: the call waits, then says "pending"; the decision comes from elsewhere; the same call continues.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { create, idOf, names, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { asOAuth, rules, World } from './lib/world.mjs';

const mute = { elicitation: null };

function checkPending(result) {
  assert.ok(!result.isError, 'pending is no error');
  const { status, approval_id, digest, request_expires_at } = result.structuredContent;
  assert.equal(status, 'approval_pending', textOf(result));
  assert.match(approval_id, /^apr_[a-z2-7]{26}$/);
  assert.match(digest, /^sha256:[0-9a-f]{64}$/);
  assert.ok(Date.parse(request_expires_at) > Date.now());
  assert.match(textOf(result), new RegExp(approval_id));
  assert.match(textOf(result), /same arguments/);
  return approval_id;
}

const itsPerson = asOAuth && 'the caller has a person here: another one may approve';

test('a request that nobody could ever approve is refused at once, and nobody is asked', { skip: itsPerson }, async t => {
  const world = await World.start(t, { policy: rules({ assurance: null, more: 'self_approval = false' }) });
  const remote = await open('modern HTTP', world, mute);
  const refused = await create(remote, 'by-nobody');
  assert.ok(refused.isError);
  assert.equal(statusOf(refused), 'no_approval_channel', textOf(refused));
  assert.match(textOf(refused), /a person other than the agent's own.*Nothing was done, and no person was asked/s);
  const listed = await world.terminal(['approvals', 'list', '--all', '--json']);
  assert.deepEqual(JSON.parse(listed.stdout).approvals, []);
  const local = await open('modern stdio', world, mute); // there it is known whose agent asks: others may approve
  checkPending(await create(local, 'by-another'));
});

for (const door of ['modern stdio', 'legacy stdio', 'modern HTTP', 'legacy HTTP']) {
  test(`${door}, no elicitation: pending, approved in the terminal, the same call continues`, async t => {
    const world = await World.start(t);
    const connection = await open(door, world, mute);
    const id = checkPending(await create(connection, 'by-terminal'));
    assert.equal(
      checkPending(await create(connection, 'by-terminal')),
      id,
      'the same call attaches to the same request'
    );
    assert.equal(await world.upstreamCount('POST'), 0);

    const listed = await world.terminal(['approvals', 'list', '--json']);
    assert.deepEqual(
      JSON.parse(listed.stdout).approvals.map(each => each.id),
      [id]
    );
    const wrong = await world.decide(['approve', id], ['another-name']);
    assert.equal(wrong.code, 1, wrong.stdout);
    const approved = await world.decide(['approve', id], ['by-terminal', 'agent']);
    assert.equal(approved.code, 0, approved.stdout + approved.stderr);

    const created = await create(connection, 'by-terminal');
    assert.equal(statusOf(created), 'executed', textOf(created));
    assert.equal(await world.upstreamCount('POST'), 1);
    const shown = await reveal(connection, created.structuredContent.reveal_id);
    assert.ok(!shown.isError, textOf(shown));
    const value = valueIn(shown);

    const tokenId = await idOf(connection, 'by-terminal');
    const remove = () => connection.call('tfy_access_tokens_delete', { id: tokenId });
    const second = checkPending(await remove());
    assert.equal((await world.decide(['approve', second], ['by-terminal'])).code, 0);
    assert.equal(statusOf(await remove()), 'executed');
    assert.ok(!(await names(connection)).includes('by-terminal'));
    await world.assertSeenOnce(value);
  });
}

test('an approval that comes while the call still waits lets it go on', async t => {
  const world = await World.start(t, { hold: '30s' });
  const connection = await open('modern stdio', world, mute);
  await connection.tools();
  const waiting = create(connection, 'while-waiting');
  const watch = world.spawn(['approvals', 'watch']);
  const [id] = await watch.says(/apr_[a-z2-7]{26}/);
  assert.equal((await world.decide(['approve', id], ['while-waiting', 'none'])).code, 0);
  assert.equal(statusOf(await waiting), 'executed');
});

test('a denial in the terminal reaches the agent with its reason', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world, mute);
  const id = checkPending(await create(connection, 'refused'));
  const denied = await world.decide(['deny', id, '--reason', 'no more tokens this week']);
  assert.equal(denied.code, 0, denied.stdout + denied.stderr);
  const asked = await connection.call('tfy_approvals_get', { approval_id: id });
  assert.equal(statusOf(asked), 'denied', textOf(asked));
  assert.match(textOf(asked), /no more tokens this week/);
  assert.equal(await world.upstreamCount('POST'), 0);
});

test('tfy_approvals_get follows an approval from pending to executed', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world, mute);
  const id = checkPending(await create(connection, 'followed'));
  const look = async () => statusOf(await connection.call('tfy_approvals_get', { approval_id: id }));
  assert.equal(await look(), 'approval_pending');
  assert.equal((await world.decide(['approve', id], ['followed', 'none'])).code, 0);
  assert.equal(statusOf(await create(connection, 'followed')), 'executed');
  assert.equal(await look(), 'executed');
  const foreign = await connection.call('tfy_approvals_get', { approval_id: `apr_${'a'.repeat(26)}` });
  assert.ok(foreign.isError);
});

test('progress is reported to a client that asked for it', async t => {
  const world = await World.start(t, { hold: '8s' });
  const connection = await open('modern HTTP', world, mute);
  const seen = [];
  const pending = await connection.call(
    'tfy_access_tokens_create',
    { payload: { name: 'slowly' } },
    { onprogress: each => seen.push(each.progress) }
  );
  checkPending(pending);
  assert.ok(seen.length >= 1, 'at least one note while it waited');
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
    'progress grows'
  );
});

test('without a terminal nobody can pretend to be one: the default rules want a TTY', async t => {
  const world = await World.start(t, {
    policy: rules().replace('require_tty = false', 'require_tty = true'),
  });
  const connection = await open('modern stdio', world, mute);
  const id = checkPending(await create(connection, 'no-tty'));
  const tried = await world.decide(['approve', id], ['no-tty', 'none']);
  assert.equal(tried.code, 1, tried.stdout);
  assert.equal(statusOf(await create(connection, 'no-tty')), 'approval_pending');
  assert.equal(await world.upstreamCount('POST'), 0);
});
