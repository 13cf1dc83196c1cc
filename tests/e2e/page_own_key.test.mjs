// A person's own TrueFoundry key on the page: entered by them, for themselves, by whichever link they came; and nowhere to be
// found afterwards.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

import { accessible, browse } from './lib/browser.mjs';
import { ask } from './lib/control_plane.mjs';
import { findLeaks } from './lib/leaks.mjs';
import { Page } from './lib/page.mjs';
import { enrolPeople, passphrase } from './lib/people.mjs';
import { binary, runToEnd, untilPolled } from './lib/process.mjs';
import { modernVersion } from './lib/raw.mjs';
import { statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const options = { viewport: { width: 1280, height: 1000 }, bypassCSP: true };
const check = '/api/svc/v1/personal-access-tokens?limit=1&offset=0';

/** A personal access token of this account of the control plane. */
async function mint(world, account) {
  const made = await ask(world, 'POST', '', { key: `tfy-sandbox-key-${account}-not-a-secret`, body: { name: `key-of-${account}`, tokenType: 'opaque' } });
  assert.ok(made.ok, account);
  return (await made.json()).token;
}

/** ada and bob are enrolled; each has a key at TrueFoundry, where they are called alice and robert. */
async function begin(t, hold = '0s') {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold, accounts: ['alice', 'robert'] });
  world.env.TFY_PAT_MCP_CALLERS = 'keys';
  await enrolPeople(world, ['ada', 'bob']);
  const server = await world.serve();
  const keys = { ada: await mint(world, 'alice'), bob: await mint(world, 'robert') };
  const before = (await world.upstreamLog()).length;
  const asked = async () => (await world.upstreamLog()).slice(before).filter(({ account }) => account !== 'dana');
  return { world, server, keys, asked, link: `${server.page}/key`, answers: [] };
}

/** An agent of this person: calls its tools. With `respond` its client opens addresses, and answers so. */
async function agent({ world, server }, person, { era = 'modern', respond } = {}) {
  const file = join(world.folder, `${person}.key`);
  const create = ['keys', 'create', '--for', person, '--label', 'cursor', '--out', file];
  const made = await runToEnd(binary, create, { env: world.env });
  assert.equal(made.code, 0, made.stderr);
  const [Client, Http] = era === 'modern' ? [ModernClient, ModernHttp] : [LegacyClient, LegacyHttp];
  const capabilities = respond ? { elicitation: { url: {} } } : {};
  const options = era === 'modern' ? { capabilities, versionNegotiation: { mode: { pin: modernVersion } } } : { capabilities };
  const client = new Client({ name: 'tfy-e2e-own-key', version: '1' }, options);
  if (respond) client.setRequestHandler(era === 'modern' ? 'elicitation/create' : ElicitRequestSchema, ({ params }) => respond(params));
  world.clients.push(client);
  await client.connect(new Http(new URL(server.endpoint), {
    fetch: world.fetch.call,
    requestInit: { headers: { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` } },
  }));
  const call = (name, args = {}) => client.callTool({ name, arguments: args });
  return { call, names: async () => (await call('tfy_access_tokens_list')).structuredContent.tokens.map(each => each.name) };
}

/** A browser of this person's own, which keeps all that it is sent; they open the link and sign in. */
async function come(t, { link, answers }, person) {
  const page = await (await browse(t, options)).newPage();
  page.on('response', async answer => answers.push(await answer.text().catch(() => '')));
  await page.goto(link);
  await page.getByLabel('Name', { exact: true }).fill(person);
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: `TrueFoundry key of ${person}` }).waitFor();
  return page;
}

async function enter(page, key, { words = passphrase, field = 'Your key' } = {}) {
  await page.getByLabel(field).fill(key);
  await page.getByLabel('Your passphrase').fill(words);
  await page.keyboard.press('Enter');
}

const fact = (page, name) => page.locator('dl.facts div', { has: page.getByText(name, { exact: true }) }).locator('dd').innerText();

test('a link sent to somebody else: the key becomes theirs, for themselves', async t => {
  const here = await begin(t);
  const ada = await come(t, here, 'ada');
  await enter(ada, here.keys.ada);
  await ada.getByText('alice@sandbox.example').waitFor();
  assert.equal(await fact(ada, 'Key'), `${here.keys.ada.slice(0, 4)}****...****${here.keys.ada.slice(-4)}`);
  await accessible(ada);

  const bob = await come(t, here, 'bob'); // by the same address, which ada's agent was told
  assert.equal(await bob.getByText('alice@sandbox.example').count(), 0);
  await enter(bob, here.keys.bob);
  await bob.getByText('robert@sandbox.example').waitFor();
  await ada.reload();
  await ada.getByText('alice@sandbox.example').waitFor();

  assert.deepEqual((await here.asked()).map(({ method, target, account }) => [method, target, account]), [
    ['GET', check, 'alice'],
    ['GET', check, 'robert'],
  ]);
});

test('the inbox and the request say whose agent asks by key, what the key is for, and as whom its calls act', async t => {
  const here = await begin(t);
  const ada = await come(t, here, 'ada');
  await enter(ada, here.keys.ada);
  await ada.getByText('alice@sandbox.example').waitFor();
  const { call } = await agent(here, 'ada');
  assert.equal(statusOf(await call('tfy_access_tokens_create', { payload: { name: 'asked-by-key' } })), 'approval_pending');
  const status = await call('tfy_config_status');
  assert.equal(status.structuredContent.acts_as, 'alice@sandbox.example');
  assert.match(textOf(status), /^API key: set \(entered on the approvals page\)/m);
  const bob = await come(t, here, 'bob');
  await bob.goto(here.server.page);
  const whose = /^key:[2-9A-HJ-NP-Z]{8}, ada's agent "cursor"$/;
  await bob.locator('.row .asker', { hasText: whose }).click();
  await bob.locator('.meta', { hasText: /ada's agent "cursor"/ }).waitFor();
  const asked = bob.locator('dl.facts div', { has: bob.getByText('Asked by', { exact: true }) }).locator('dd');
  assert.match(await asked.innerText(), whose);
  await bob.getByText(/Owner: alice@sandbox\.example \(ada's own key\)\./).first().waitFor();
});

test('what cannot be kept is said with what to do, the fields are empty again; removing takes two presses', async t => {
  const here = await begin(t);
  const page = await come(t, here, 'ada');
  await enter(page, here.keys.ada, { words: 'not my passphrase' });
  await page.getByRole('alert').filter({ hasText: 'passphrase' }).waitFor();
  assert.equal(await page.getByLabel('Your key').inputValue(), '');
  assert.deepEqual(await here.asked(), []);
  await enter(page, 'tfy_pat_none_0123456789abcdefghijklmnop');
  await page.getByRole('alert').filter({ hasText: 'TrueFoundry refused this key (401)' }).waitFor();
  await enter(page, 'tfy_va_ci_0123456789abcdefghijklmnop');
  await page.getByRole('alert').filter({ hasText: 'virtual account' }).waitFor();
  await enter(page, here.keys.ada);
  await page.getByText('alice@sandbox.example').waitFor();
  await enter(page, here.keys.bob, { field: 'Another key' });
  await page.getByText('robert@sandbox.example').waitFor();
  await page.getByRole('button', { name: 'Remove…' }).press('Enter');
  await page.getByText('The server forgets the key').waitFor();
  await accessible(page);
  await page.getByRole('button', { name: 'Remove', exact: true }).press('Enter');
  await page.getByLabel('Your key').waitFor();
  const exported = await here.world.terminal(['audit', 'export']);
  const kinds = exported.stdout.split('\n').filter(Boolean).map(line => JSON.parse(line).kind);
  assert.deepEqual(kinds.filter(kind => kind.startsWith('person_key')), ['person_key_entered', 'person_key_replaced', 'person_key_ended']);
});

test('no answer, page, log line, record or file holds the key', async t => {
  const here = await begin(t);
  const { world, server, keys } = here;
  const page = await come(t, here, 'ada');
  await enter(page, keys.ada);
  await page.getByText('alice@sandbox.example').waitFor();
  for (const place of ['', '/history', '/health', '/people', '/passkeys', '/key']) {
    await page.goto(server.page + place);
    await page.locator('.who .live', { hasText: 'Live' }).waitFor();
    here.answers.push(await page.content());
  }
  await page.getByText('alice@sandbox.example').waitFor();
  const printed = [];
  for (const args of [['audit', 'export'], ['audit', 'verify'], ['people', 'list', '--json'], ['doctor', '--json']]) {
    const ran = await world.terminal(args);
    printed.push(ran.stdout + ran.stderr);
  }
  const metrics = await fetch(new URL('/metrics', server.endpoint));
  assert.equal(metrics.status, 200);
  printed.push(await metrics.text());
  printed.push(server.process.stdout + server.process.stderr);
  const { places, elsewhere } = findLeaks(keys.ada, { folders: [world.state, world.wire], texts: [...here.answers, ...printed, ...world.fetch.kept] });
  assert.deepEqual([places, elsewhere], [[], []]);
});

test('each person’s agents use that person’s key; what is open under one that ends is withdrawn, and says why', async t => {
  const here = await begin(t);
  const { world, server, keys } = here;
  const [adas, bobs] = [await agent(here, 'ada'), await agent(here, 'bob')];
  const [ada, bob] = [await Page.signIn(world, { ...server, person: 'ada' }), await Page.signIn(world, { ...server, person: 'bob' })];
  const told = await adas.call('tfy_config_set');
  assert.equal(told.structuredContent.page, here.link);
  assert.ok(textOf(told).includes(`\n\n  ${here.link}\n\n`), textOf(told));
  const enter = async (page, key) => assert.equal((await page.request('POST', '/api/key', { key, passphrase })).status, 201);
  await enter(ada, keys.ada);
  await enter(bob, keys.bob);
  assert.deepEqual(await adas.names(), ['key-of-alice']);
  assert.deepEqual(await bobs.names(), ['key-of-robert']);

  const wish = { payload: { name: 'new-one' } };
  assert.equal(statusOf(await adas.call('tfy_access_tokens_create', wish)), 'approval_pending');
  assert.equal(statusOf(await bobs.call('tfy_access_tokens_create', wish)), 'approval_pending');
  const ended = await ada.request('POST', '/api/key/end', {});
  assert.deepEqual([ended.status, ended.body], [200, { withdrawn: 1 }]);
  const after = await adas.call('tfy_access_tokens_create', wish);
  assert.match(textOf(after), /the TrueFoundry key that it would have been sent with has ended/);
  assert.equal(statusOf(await bobs.call('tfy_access_tokens_create', wish)), 'approval_pending');

  const [{ id }] = (await (await ask(world, 'GET', '', { key: keys.bob })).json()).data;
  await ask(world, 'DELETE', `/${id}`, { key: 'tfy-sandbox-key-robert-not-a-secret' });
  assert.match(textOf(await bobs.call('tfy_access_tokens_list')), /\(401\)/);
  await untilPolled(async () => (await bob.request('GET', '/api/session')).body.key_broken, { what: 'the key is broken' });
  assert.equal((await ada.request('GET', '/api/session')).body.key_broken, false);
  assert.equal((await bob.request('GET', '/api/key')).body.key.subject, 'robert@sandbox.example');
});

for (const era of ['modern', 'legacy'])
  test(`${era}: tfy_config_set leads who opens addresses to the page of their key; going there sets none, entering it there does`, async t => {
    const here = await begin(t, '30s');
    const plain = await (await agent(here, 'bob', { era })).call('tfy_config_set');
    assert.equal(plain.structuredContent.page, here.link);
    const ada = await Page.signIn(here.world, { ...here.server, person: 'ada' });
    const enter = async () => assert.equal((await ada.request('POST', '/api/key', { key: here.keys.ada, passphrase })).status, 201);
    const asked = [];
    const answers = [
      async () => ({ action: 'accept' }),
      async () => ({ action: 'decline' }),
      async () => ({ action: 'cancel' }),
      async () => (await enter(), { action: 'accept' }),
    ];
    const respond = params => {
      asked.push(params);
      return answers[asked.length - 1]();
    };
    const { call, names } = await agent(here, 'ada', { era, respond });
    for (let times = 1; times <= 3; ++times) {
      const told = await call('tfy_config_set');
      assert.equal(asked.length, times);
      assert.deepEqual(told.structuredContent, plain.structuredContent);
      assert.equal(textOf(told), (times === 1 ? '' : 'The user did not open the page. ') + textOf(plain));
    }
    assert.deepEqual(await here.asked(), []);
    assert.equal((await ada.request('GET', '/api/key')).body.key, null);

    const told = await call('tfy_config_set');
    assert.equal(told.structuredContent.key_set, true);
    assert.match(textOf(told), / A key is set already; one that is entered there takes its place\./);
    assert.deepEqual(asked.map(({ mode, url }) => [mode, url]), Array(4).fill(['url', here.link]));
    assert.match(asked[0].message, /^Sign in to the approvals page and enter your own TrueFoundry API key there\./);
    assert.deepEqual(await names(), ['key-of-alice']);
  });
