// Approvals given on the page, with the default rules: over HTTP a client's own word is not enough.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { signInCode } from './lib/people.mjs';
import { adviceLost, create, idOf, names, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const byDefault = { policy: rules({ assurance: null }), hold: '30s' };

async function begin(t, door, options = {}) {
  const world = await World.start(t, { ...byDefault, ...options });
  const server = await world.serve();
  return {
    world,
    server,
    page: await Page.signIn(world, server),
    connection: await open(door, world, { endpoint: server.endpoint, ...options }),
  };
}

/** `call` is under way; the person decides on the page; gives the call's result. */
async function decide(page, call, decision) {
  const waiting = call();
  const approval = await page.nextPending();
  await decision(approval);
  return waiting;
}

for (const door of ['modern HTTP', 'legacy HTTP']) {
  test(`${door}: create, reveal on the page, delete; forms are not offered`, async t => {
    const { world, page, connection } = await begin(t, door);
    const created = await decide(
      page,
      () => create(connection, 'for-the-page'),
      approval => page.approved(approval, { destination: 'page' })
    );
    assert.equal(statusOf(created), 'executed', textOf(created));
    assert.equal(connection.person.asked.length, 0, 'a signed-in person must decide: no form was sent');

    const { value, again } = await page.reveal('for-the-page');
    assert.ok(await world.isLiveToken(value));
    assert.notEqual(again.status, 200);
    assert.ok(!again.text.includes(value));
    const byAgent = await reveal(connection, created.structuredContent.reveal_id);
    assert.ok(byAgent.isError, 'shown on the page: not a second time to the agent');
    assert.match(textOf(byAgent), adviceLost);

    const id = await idOf(connection, 'for-the-page');
    const removed = await decide(
      page,
      () => connection.call('tfy_access_tokens_delete', { id }),
      approval => page.approved(approval)
    );
    assert.equal(statusOf(removed), 'executed', textOf(removed));
    assert.ok(!(await names(connection)).includes('for-the-page'));
    await world.assertSeenOnce(value);
  });

  test(`${door}: the person gives the value to the agent, who then needs no second yes`, async t => {
    const { world, page, connection } = await begin(t, door);
    const created = await decide(
      page,
      () => create(connection, 'for-the-agent'),
      approval => page.approved(approval, { destination: 'agent' })
    );
    const shown = await reveal(connection, created.structuredContent.reveal_id);
    assert.ok(!shown.isError, textOf(shown));
    await world.assertSeenOnce(valueIn(shown));
  });

  test(`${door}: a denial on the page reaches the agent with its reason`, async t => {
    const { world, page, connection } = await begin(t, door);
    const denied = await decide(
      page,
      () => create(connection, 'unwanted'),
      approval => page.denied(approval, 'we have one already')
    );
    assert.ok(denied.isError);
    assert.equal(statusOf(denied), 'denied');
    assert.match(textOf(denied), /we have one already/);
    assert.equal(await world.upstreamCount('POST'), 0);
  });
}

test('modern HTTP with URL elicitation: the client is given the page’s address, which carries no right', async t => {
  const { world, server, page, connection } = await begin(t, 'modern HTTP', { elicitation: { url: {} } });
  connection.person.willAnswer(params => {
    assert.equal(params.mode, 'url');
    assert.ok(params.url.startsWith(`${server.page}/apr_`), params.url);
    assert.ok(!params.url.includes('#'), 'no sign-in code in it');
    return { action: 'accept' };
  });
  const created = await decide(
    page,
    () => create(connection, 'by-address'),
    approval => page.approved(approval, { destination: 'none' })
  );
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.equal(await world.upstreamCount('POST'), 1);
});

test('the page decides nothing without a session, the page key, the digest that was shown, and the name', async t => {
  const { world, server, page, connection } = await begin(t, 'modern HTTP', { elicitation: null });
  const waiting = create(connection, 'guarded');
  const approval = await page.nextPending();
  const choice = { digest: approval.digest, typed_name: 'guarded', destination: 'none' };
  const stranger = new Page(world, server.page);
  const used = await signInCode(world);
  await Page.signIn(world, { ...server, code: used });
  const rows = [
    ['no session', await stranger.approve(approval.id, choice), 401],
    [
      'no page key',
      await page.request('POST', `/api/approvals/${approval.id}/approve`, choice, {
        'x-page-key': '',
      }),
      401,
    ],
    [
      'another origin',
      await page.request('POST', `/api/approvals/${approval.id}/approve`, choice, {
        origin: 'http://evil.example',
      }),
      403,
    ],
    [
      'another digest',
      await page.approve(approval.id, { ...choice, digest: `sha256:${'0'.repeat(64)}` }),
      409,
    ],
    ['another name', await page.approve(approval.id, { ...choice, typed_name: 'guarde' }), 422],
    ['an unknown destination', await page.approve(approval.id, { ...choice, destination: 'everybody' }), 422],
    [
      'a used sign-in code',
      await new Page(world, server.page).request('POST', '/api/sign-in', { code: used }),
      403,
    ],
  ];
  for (const [name, answer, status] of rows) assert.equal(answer.status, status, `${name}: ${answer.text}`);
  assert.equal((await page.pending()).length, 1, 'it still waits');
  await page.approved(approval, { destination: 'none' });
  assert.equal(statusOf(await waiting), 'executed');
  const twice = await page.approve(approval.id, choice);
  assert.equal(twice.status, 409, 'decided once');
});

test('the terminal does not reach the assurance that HTTP asks for', async t => {
  const { world, page, connection } = await begin(t, 'modern HTTP', { elicitation: null, hold: '1s' });
  const pending = await create(connection, 'not-by-terminal');
  assert.equal(statusOf(pending), 'approval_pending');
  const tried = await world.decide(['approve', pending.structuredContent.approval_id],
    ['not-by-terminal', 'none']
  );
  assert.equal(tried.code, 1, tried.stdout);
  assert.equal((await page.pending()).length, 1);
  assert.equal(await world.upstreamCount('POST'), 0);
});

test('a person asks for less and approves that: it is what is made, and the agent is told', async t => {
  const { page, connection } = await begin(t, 'modern HTTP', { elicitation: null });
  const waiting = create(connection, 'too-long', { expirationDate: '90 days' });
  const asked = await page.nextPending();
  assert.deepEqual(asked.may_narrow, { name: true, expiration: true, team: true });
  const now = await page.narrowed(asked, { name: 'shorter', expiration: '7 days' });
  assert.equal(now.state, 'pending', 'nothing is approved by it');
  assert.notEqual(now.digest, asked.digest);
  const old = await page.approve(asked.id, { digest: asked.digest, typed_name: 'shorter' });
  assert.equal(old.status, 409, 'what was shown before is not what it asks for now');
  const wider = await page.request('POST', `/api/approvals/${asked.id}/narrow`, {
    digest: now.digest,
    expiration: '60 days',
  });
  assert.equal(wider.status, 422, wider.text);
  await page.approved(now, { destination: 'none' });

  const created = await waiting;
  assert.equal(statusOf(created), 'executed', textOf(created));
  const { narrowed } = created.structuredContent;
  assert.deepEqual(
    narrowed.map(each => each.argument),
    ['payload.name', 'payload.expirationDate']
  );
  assert.deepEqual(narrowed[0], { argument: 'payload.name', asked: 'too-long', approved: 'shorter' });
  assert.match(textOf(created), /^  Name: shorter instead of too-long$/m);
  assert.match(textOf(created), /^  Expiration date: [-\d]+ 23:59 UTC instead of [-\d]+ 23:59 UTC$/m);
  const listed = await connection.call('tfy_access_tokens_list', { name_contains: 'shorter' });
  const [made] = listed.structuredContent.tokens;
  assert.equal(Date.parse(made.expires_at), Date.parse(narrowed[1].approved), 'what TrueFoundry was asked for');
  assert.ok(!(await names(connection)).includes('too-long'));
});

test('creates that were allowed ahead of time run without a person, counted and journalled, until that is revoked', async t => {
  const { world, page, connection } = await begin(t, 'modern HTTP', { elicitation: null, hold: '1s' });
  const month = { expirationDate: '20 days' };
  const first = await create(connection, 'ci-one', month);
  assert.equal(statusOf(first), 'approval_pending');
  const [{ principal }] = await page.pending();
  const given = await page.permitted({
    principal,
    names: 'ci-*',
    uses: 5,
    longest_life: '30d',
    lasts: '60m',
    destination: 'none',
    reason: 'the release',
  });

  const second = await create(connection, 'ci-two', month);
  assert.equal(statusOf(second), 'executed', textOf(second));
  assert.equal(statusOf(await create(connection, 'other', month)), 'approval_pending', 'another name');
  assert.equal(statusOf(await create(connection, 'ci-ever')), 'approval_pending', 'without an end');
  const [inForce] = await page.permissions();
  assert.equal(inForce.id, given.id);
  assert.equal(inForce.used, 1);
  const { body } = await page.request('GET', '/api/approvals?all=1');
  const shown = body.approvals.find(each => each.facts.subject === 'ci-two');
  assert.equal(shown.decision.permission, given.id);

  const revoked = await page.request('POST', `/api/permissions/${given.id}/revoke`, {});
  assert.equal(revoked.status, 200, revoked.text);
  assert.deepEqual(await page.permissions(), []);
  assert.equal(statusOf(await create(connection, 'ci-three', month)), 'approval_pending');
  assert.equal(await world.upstreamCount('POST'), 1);

  const exported = await world.terminal(['audit', 'export']);
  const kinds = exported.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).kind);
  for (const kind of ['permission_given', 'permitted', 'permission_revoked'])
    assert.equal(kinds.filter(each => each === kind).length, 1, kind);
});

test('a rule that wants two people is not met by one on the page, who is told why', async t => {
  const { world, page, connection } = await begin(t, 'modern HTTP', {
    elicitation: null,
    hold: '1s',
    policy: rules({ assurance: null, more: 'quorum = 2' }),
  });
  await create(connection, 'for-two');
  const [asked] = await page.pending();
  const now = await page.approved(asked, { destination: 'none' });
  assert.equal(now.state, 'pending');
  assert.equal(now.votes.length, 1);
  assert.equal(now.may_decide.approve, false);
  const again = await page.approve(asked.id, {
    digest: asked.digest,
    typed_name: 'for-two',
    destination: 'none',
  });
  assert.equal(again.status, 403);
  assert.match(again.text, /has already approved this request/);
  assert.equal(await world.upstreamCount('POST'), 0);
});

test('a permission given in a terminal is for what a terminal may approve', async t => {
  const { world, connection } = await begin(t, 'modern HTTP', {
    elicitation: null,
    hold: '1s',
    policy: rules({ assurance: 'terminal' }),
  });
  const wish = ['--principal', 'http:loopback', '--names', 'ci-*', '--uses', '1'];
  const permit = typed => world.decide(['permit', ...wish, '--destination', 'none'], [typed]);
  assert.equal((await permit('yes')).code, 1);
  const given = await permit('ci-*');
  assert.equal(given.code, 0, given.stderr);
  const month = { expirationDate: '20 days' };
  assert.equal(statusOf(await create(connection, 'ci-one', month)), 'executed');
  assert.equal(statusOf(await create(connection, 'ci-two', month)), 'approval_pending', 'used up');
  const listed = await world.terminal(['approvals', 'permissions']);
  assert.match(listed.stdout, /no standing permissions/);
});
