// A standing permission that could never count is refused when it is given; one that nearly covers a request is named
// where the request is decided.
import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolFirst, passphrase } from './lib/people.mjs';
import { binary, Process } from './lib/process.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const me = userInfo().username;
const ask = more => rules({ assurance: null, more });
const denyCi = `[[rule]]
tools = ["tfy_access_tokens_create"]
names = ["ci-*"]
says = "deny"
because = "ci uses virtual accounts"

[[rule]]`;

/** [what, rules, what is asked for, why not in a terminal (null: given), why not on the page (null: given)] */
const table = [
  ['signed_in is wanted', ask('min_assurance = "signed_in"'), {}, /asks for a person signed in to the approvals page, and this permission was given in a terminal\. Give it there instead\./, null],
  ['the default of HTTP', ask(''), {}, /signed in to the approvals page/, null],
  ['the default of stdio', ask(''), { principal: 'stdio:ada' }, null, null],
  ['two people are wanted', ask('min_assurance = "terminal"\nquorum = 2'), {}, /asks for 2 approvers, and one person gives a permission\. No permission can count here\./, /asks for 2 approvers/],
  ['others decide', ask('min_assurance = "terminal"\napprovers = ["grace"]'), {}, /Only these people can decide on this request: grace\./, /Only these people .*grace/],
  ['the agent’s own person', ask('min_assurance = "terminal"\nself_approval = false'), { principal: `stdio:${me}` }, new RegExp(`a person other than the agent's own, who is ${me}`), /a person other than the agent's own/],
  ['another person’s agent', ask('min_assurance = "terminal"\nself_approval = false'), { principal: 'stdio:ada' }, null, null],
  ['the destination', ask('min_assurance = "terminal"\nreveal = ["none"]'), { destination: 'page' }, /does not allow the destination page\. Give a permission with the destination none\./, /destination none/],
  ['a reason is wanted', ask('min_assurance = "terminal"\nreason_required = true'), { reason: '' }, /asks for a reason\. Give a permission with a reason\./, /asks for a reason/],
  ['the names are denied', rules().replace('[[rule]]', denyCi), {}, /Rule at line \d+: It refuses these calls, so no permission can count here\./, /It refuses these calls/],
  ['other names are denied', rules().replace('[[rule]]', denyCi.replace('ci-', 'prod-')), {}, null, null],
  ['no rule', rules().replace('tfy_access_tokens_*', 'tfy_access_tokens_delete'), {}, /No rule covers the creation of these tokens by http:loopback/, /No rule covers/],
];

for (const [what, policy, more, inTerminal, onPage] of table)
  test(`a permission is given only if it could count: ${what}`, async t => {
    const world = await World.start(t, { policy });
    const server = await world.serve();
    const wish = { principal: 'http:loopback', names: 'ci-*', destination: 'none', reason: 'release', ...more };

    const args = Object.entries(wish).flatMap(([name, value]) => (value ? [`--${name}`, value] : []));
    const given = await world.decide(['permit', ...args, '--uses', '1'], ['ci-*']);
    assert.equal(given.code, inTerminal ? 1 : 0, given.stdout + given.stderr);
    if (inTerminal) {
      assert.match(given.stderr, /^tfy-pat-mcp: This permission would never count\. .* No permission was given\.\n$/);
      assert.match(given.stderr, inTerminal);
    }
    const page = await Page.signIn(world, server);
    const before = (await page.permissions()).length;
    assert.equal(before, inTerminal ? 0 : 1);
    const asked = { uses: 1, longest_life: '30d', lasts: '1h', ...wish };
    const answer = await page.request('POST', '/api/permissions', asked);
    assert.equal(answer.status, onPage ? 422 : 201, answer.text);
    if (onPage) assert.match(answer.body.error.message, onPage);
    assert.equal((await page.permissions()).length, before + (onPage ? 0 : 1));
  });

test('a terminal that was given no rules judges by those of its server', async t => {
  const world = await World.start(t, { policy: ask('min_assurance = "signed_in"') });
  await world.serve();
  await world.enrol();
  const { TFY_PAT_MCP_POLICY: _, ...env } = world.env;
  const command = `'${binary}' approvals permit --principal stdio:ada --names 'ci-*' --uses 1`;
  const terminal = new Process('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...env, SHELL: '/bin/sh', TERM: 'dumb' },
  });
  world.processes.push(terminal);
  await terminal.says(/Your passphrase/);
  terminal.child.stdin.write(`${passphrase}\r`);
  const { code } = await terminal.ended;
  assert.equal(code, 1, terminal.stdout);
  assert.match(terminal.stdout, /This permission would never count\. Rule at line \d+: The rule asks for a person signed in/);
});

test('a request names the permission that nearly covered it, and why it did not: page, terminal and form', async t => {
  const world = await World.start(t, { policy: rules(), hold: '0s' });
  const connection = await open('modern stdio', world);
  const quiet = await open('modern stdio', world, { elicitation: null });
  const permit = async (names, ...more) => {
    const args = ['--principal', `stdio:${me}`, '--names', names, '--uses', '1', '--destination', 'none', ...more];
    const given = await world.decide(['permit', ...args, '--json'], [names]);
    assert.equal(given.code, 0, given.stderr);
    return JSON.parse(given.stdout).id;
  };
  const week = await permit('ci-*', '--expires-within', '7d');
  await permit('prod-*');
  const rows = [
    ['ci-forever', {}, `${week} (up to 1 token named ci-*, each for at most 7 days, for stdio:${me}, at ${world.upstream} with the key in use when it was given, with team, account and type left out) does not cover this. It is for tokens that expire within 7 days, and this one never expires.`],
    ['ci-long', { expirationDate: '30 days' }, 'It is for tokens that expire within 7 days.'],
  ];
  const near = text => text.match(/Standing permission: .*/g) ?? [];
  for (const [name, more, why] of rows) {
    let form;
    connection.person.willAnswer(params => {
      form = params.message;
      return { action: 'cancel' };
    });
    await create(connection, name, more);
    const pending = await create(quiet, name, more);
    assert.equal(statusOf(pending), 'approval_pending');
    const id = pending.structuredContent.approval_id;
    const { stdout } = await world.terminal(['approvals', 'show', id]);
    for (const text of [form, stdout]) {
      assert.equal(near(text).length, 1, text);
      assert.ok(near(text)[0].endsWith(why), near(text)[0]);
    }
  }
  const used = await create(quiet, 'ci-short', { expirationDate: '3 days' });
  assert.equal(statusOf(used), 'executed');
  const next = await create(quiet, 'ci-next', { expirationDate: '3 days' });
  const shown = await world.terminal(['approvals', 'show', next.structuredContent.approval_id]);
  assert.match(near(shown.stdout)[0] ?? shown.stdout, /does not cover this\. It is used up: 1 of 1\.$/);

  const server = await world.serve();
  const page = await Page.signIn(world, server);
  const asked = (await page.pending()).find(each => each.facts.subject === 'ci-next');
  const facts = asked.facts.shown.filter(fact => fact.label === 'Standing permission');
  assert.equal(facts.length, 1, JSON.stringify(asked.facts));
  assert.match(facts[0].value, /It is used up: 1 of 1\.$/);

  const other = await create(quiet, 'web-shop');
  const plain = await world.terminal(['approvals', 'show', other.structuredContent.approval_id]);
  assert.deepEqual(near(plain.stdout), []);
});

test('attack: a permission for ci-* covers no other team, account or type: a person is asked', async t => {
  const world = await World.start(t, { policy: rules(), hold: '0s' });
  const quiet = await open('modern stdio', world, { elicitation: null });
  const permit = async (...more) => {
    const args = ['--principal', `stdio:${me}`, '--names', 'ci-*', '--uses', '9', '--destination', 'none', ...more];
    const given = await world.decide(['permit', ...args], ['ci-*']);
    assert.equal(given.code, 0, given.stderr);
    return given.stdout + given.stderr;
  };
  assert.match(await permit(), /with team, account and type left out, without anyone being asked/);
  const month = { expirationDate: '20 days' };
  for (const other of [{ teamName: 'platform' }, { accountName: 'acme' }, { tokenType: 'opaque' }]) {
    const asked = await create(quiet, `ci-${Object.values(other)[0]}`, { ...month, ...other });
    assert.equal(statusOf(asked), 'approval_pending', textOf(asked));
  }
  assert.equal(statusOf(await create(quiet, 'ci-plain', month)), 'executed');

  assert.match(await permit('--team', 'infra', '--type', 'opaque'), /with team infra and type opaque, account left out/);
  const infra = { ...month, teamName: 'infra', tokenType: 'opaque' };
  assert.equal(statusOf(await create(quiet, 'ci-infra', infra)), 'executed');
  assert.equal(statusOf(await create(quiet, 'ci-infra-jwt', { ...infra, tokenType: 'jwt' })), 'approval_pending');
});

test('attack: a permission for ci-* is used by a server with another user’s key', async t => {
  const world = await World.start(t, { policy: rules(), hold: '0s', accounts: ['bob'] });
  const permit = async () => {
    const args = ['--principal', world.principal, '--names', 'ci-*', '--uses', '9', '--destination', 'none'];
    const given = await world.decide(['permit', ...args], ['ci-*']);
    assert.equal(given.code, 0, given.stderr);
    return given.stdout;
  };
  const month = { expirationDate: '20 days' };
  const first = await world.serve();
  assert.match(await permit(), /at http:\/\/127\.0\.0\.1:\d+ with the key /);
  const mine = await open('modern HTTP', world, { endpoint: first.endpoint, elicitation: null });
  assert.equal(statusOf(await create(mine, 'ci-mine', month)), 'executed');
  await first.process.stop();

  const other = await world.serve({ ...world.env, TFY_API_KEY: 'tfy-sandbox-key-bob-not-a-secret' });
  const bobs = await open('modern HTTP', world, { endpoint: other.endpoint, elicitation: null });
  const asked = await create(bobs, 'ci-bobs', month);
  assert.equal(statusOf(asked), 'approval_pending', textOf(asked));
  const { stdout } = await world.terminal(['approvals', 'show', asked.structuredContent.approval_id]);
  assert.match(stdout.replace(/\s+/g, ' '), /It is for tokens made with the key .*, and this call goes with another one\./);
});

test('permissions of earlier versions cover nothing: start and doctor say so', async t => {
  const world = await World.start(t, { policy: rules(), hold: '0s' });
  const first = await world.serve();
  const args = ['--principal', world.principal, '--names', 'ci-*', '--uses', '9', '--destination', 'none'];
  const given = await world.decide(['permit', ...args], ['ci-*']);
  assert.equal(given.code, 0, given.stderr);
  await first.process.stop();
  const ledger = new DatabaseSync(join(world.state, 'ledger.db'));
  const old = ['base_url', 'key_print', 'key_user', 'team', 'account', 'token_type'].map(name => `'$.${name}'`);
  ledger.exec(`UPDATE standing_permissions SET record = json_remove(record, ${old.join(', ')})`);
  ledger.close();

  const said = /1 standing permission of an earlier version, which named no TrueFoundry address, team, account or token type, covers nothing any more/;
  const server = await world.serve();
  await server.process.logs(said);
  const doctor = await world.terminal(['doctor']);
  assert.match(doctor.stdout.replace(/\s+/g, ' '), said);
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  assert.equal(statusOf(await create(connection, 'ci-old', { expirationDate: '20 days' })), 'approval_pending');
});
