// The card of an approval for hosts that render MCP Apps: a host shows it as the specification has it, and it only shows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import Ajv2020 from 'ajv/dist/2020.js';

import { openPage } from './lib/browser.mjs';
import { open } from './lib/clients.mjs';
import { idOf, statusOf } from './lib/story.mjs';
import { schemaFolder } from './lib/wire.mjs';
import { rules, World } from './lib/world.mjs';

const uri = 'ui://tfy-pat-mcp/approval';
/** What a host allows an app that asks for nothing. */
const policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'";

async function start(t, assurance = null) {
  const world = await World.start(t, { policy: rules({ assurance }), hold: '0s' });
  const client = await open('modern HTTP', world, { ...(await world.serve()), elicitation: null });
  const { contents } = await client.client.readResource({ uri });
  return { world, client, card: contents[0] };
}

/** A host that shows `html` and answers it; `said` is what the card sent, `says` sends it something. */
async function host(t, html, capabilities = { openLinks: {} }) {
  const page = await openPage(t, 'about:blank');
  await page.evaluate(
    ({ html, policy, capabilities }) => {
      window.said = [];
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-scripts');
      frame.srcdoc = html.replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`);
      window.addEventListener('message', ({ data }) => {
        window.said.push(data);
        if (data.method !== 'ui/initialize') return;
        const result = { protocolVersion: data.params.protocolVersion, hostInfo: { name: 'a-host', version: '1' }, hostCapabilities: capabilities, hostContext: { theme: 'dark' } };
        frame.contentWindow.postMessage({ jsonrpc: '2.0', id: data.id, result }, '*');
      });
      window.says = message => frame.contentWindow.postMessage({ jsonrpc: '2.0', ...message }, '*');
      document.body.append(frame);
    },
    { html, policy, capabilities }
  );
  const sent = method => page.waitForFunction(method => window.said.find(each => each.method === method), method).then(found => found.jsonValue());
  await sent('ui/notifications/initialized');
  return {
    page,
    sent,
    card: page.frameLocator('iframe'),
    says: message => page.evaluate(message => window.says(message), message),
    said: () => page.evaluate(() => window.said),
    answer: id => page.waitForFunction(id => window.said.find(each => each.id === id && each.method === undefined), id).then(found => found.jsonValue()),
  };
}

const result = (structuredContent, text = 'in words') => ({
  method: 'ui/notifications/tool-result',
  params: { content: [{ type: 'text', text }], structuredContent },
});

test('tools that ask a person name the card, and it is one HTML file that asks for nothing', async t => {
  const { client, card } = await start(t);
  assert.deepEqual([card.uri, card.mimeType], [uri, 'text/html;profile=mcp-app']);
  assert.ok(card.text.length < 16_000);
  assert.doesNotMatch(card.text, /https?:\/\/(?!www\.w3\.org)|src=|import /);
  const { tools } = await client.client.listTools();
  const named = tools.filter(({ _meta }) => _meta?.ui).map(({ name, _meta }) => [name, _meta.ui]);
  assert.deepEqual(named.map(([name]) => name).sort(), ['tfy_access_tokens_create', 'tfy_access_tokens_delete', 'tfy_access_tokens_rotate', 'tfy_approvals_get']);
  for (const [, ui] of named) assert.deepEqual(ui, { resourceUri: uri, visibility: ['model'] });
});

test('the card shows what waits, counts down, leads to the page, and ends with the answer', async t => {
  const { client, card } = await start(t);
  const args = { payload: { name: 'ci-<b>bold</b>', expirationDate: '30 days' } };
  const good = { payload: { ...args.payload, name: 'ci-runner', tokenType: 'opaque', teamName: 'platform', accountName: 'acme' } };
  const pending = (await client.call('tfy_access_tokens_create', good)).structuredContent;
  assert.equal(pending.status, 'approval_pending');
  const shown = await host(t, card.text);
  await shown.says({ method: 'ui/notifications/tool-input', params: { arguments: good } });
  await shown.says(result(pending));
  await shown.card.getByRole('heading', { name: 'A person has to decide' }).waitFor();
  const all = await shown.card.locator('main').innerText();
  for (const part of ['ci-runner', '30 days', pending.approval_id, shortDigest(pending.digest)]) assert.ok(all.includes(part), all);
  assert.ok(!all.includes(pending.digest), 'the digest is cut as elsewhere');
  assert.match(all, /Creates the personal access token "ci-runner".* Type: "opaque"\. Owner: team "platform", account "acme"\./);
  for (const row of [/Type\s+opaque/, /Team\s+platform/, /Account\s+acme/]) assert.match(all, row);
  assert.match(all, /Expires in (?:\d+ h )?\d+ min\./);
  await shown.card.getByRole('button', { name: 'Open the approvals page' }).click();
  assert.equal((await shown.sent('ui/open-link')).params.url, pending.approval_url);
  assert.equal(await shown.card.locator('html').getAttribute('data-theme'), 'dark');
  const { height } = (await shown.sent('ui/notifications/size-changed')).params;
  assert.ok(height > 20);

  await shown.says({ method: 'ui/notifications/tool-input', params: { arguments: args } });
  await shown.says(result({ ...pending, status: 'denied', message: 'No <img src=x onerror=parent.postMessage(1)>', reason: 'Not now', decided_by: 'ada' }));
  await shown.card.getByRole('heading', { name: 'Denied: nothing was done' }).waitFor();
  const over = await shown.card.locator('main').innerText();
  for (const part of ['ci-<b>bold</b>', 'No <img src=x', 'Not now', 'ada']) assert.ok(over.includes(part), over);
  assert.ok(!over.includes('Expires in'));
  assert.equal(await shown.card.getByRole('button').count(), 0);
  assert.equal(await shown.card.locator('img').count(), 0);
  assert.deepEqual([...new Set((await shown.said()).map(({ method }) => method))].sort(), [
    'ui/initialize',
    'ui/notifications/initialized',
    'ui/notifications/size-changed',
    'ui/open-link',
  ], 'it calls no tool');
});

/** "3f9c 01ab 77e2", as the page, forms and the terminal show it. */
const shortDigest = digest => digest.slice('sha256:'.length).match(/^(.{4})(.{4})(.{4})/).slice(1).join(' ');

/** A token that is there, and a client that asks for its deletion. */
async function askToDelete(world, client, name) {
  const asked = await client.call('tfy_access_tokens_create', { payload: { name } });
  const done = await world.decide(['approve', asked.structuredContent.approval_id], [name, 'none']);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  assert.equal(statusOf(await client.call('tfy_access_tokens_create', { payload: { name } })), 'executed');
  const args = { id: await idOf(client, name), reason: 'Verified: it is <b>unused</b>' };
  return { args, told: (await client.call('tfy_access_tokens_delete', args)).structuredContent };
}

test('of a token that was made it says who allowed it and when, what came of it and what to do, in lines for a person', async t => {
  const { world, client, card } = await start(t, 'terminal');
  const asked = { payload: { name: 'made-here' } };
  const pending = (await client.call('tfy_access_tokens_create', asked)).structuredContent;
  assert.equal((await world.decide(['approve', pending.approval_id], ['made-here', 'none'])).code, 0);
  const done = (await client.call('tfy_access_tokens_create', asked)).structuredContent;
  assert.equal(done.status, 'executed');
  const looked = (await client.call('tfy_approvals_get', { approval_id: pending.approval_id })).structuredContent;
  assert.deepEqual([looked.decided_by, looked.decided_at], [done.decided_by, done.decided_at]);
  const day = done.decided_at.slice(0, 16).replace('T', ' ');
  const until = `${done.reveal_until.slice(0, 16).replace('T', ' ')} UTC`;

  const shown = await host(t, card.text);
  const main = shown.card.locator('main');
  for (const answer of [done, looked]) {
    await shown.says(result({ status: 'withdrawn', message: 'Between.' }));
    await shown.card.getByText('Between.').waitFor();
    await shown.says(result(answer));
    await shown.card.getByRole('heading', { name: 'Done, as it was approved' }).waitFor();
    const all = await main.innerText();
    for (const part of ['made-here', done.id, done.masked, done.decided_by, `${day} UTC`]) assert.ok(all.includes(part), all);
    assert.match(all, /Expires\s+Never/);
    assert.ok(all.includes(`\nThe value is not shown. If you want to see it, tell the agent before ${until}.\n`), all);
    assert.match(all, /\nWarning: It never expires[^\n]*\n/);
    for (const words of ['Token created', 'tfy_access_tokens_reveal', 'Tell the user', 'same call']) assert.ok(!all.includes(words), all);
  }
  for (const [more, ...lines] of [
    [{ destination: 'page', reveal_url: 'http://localhost/x', reveal_command: 'tfy-pat-mcp approvals reveal rev_1' },
      `See and save the value until ${until}: it is shown once.`, 'On the page: http://localhost/x', 'In a terminal: tfy-pat-mcp approvals reveal rev_1'],
    [{ destination: 'agent' }, `The agent can show the value once, until ${until}. Tell it when you are ready to copy it.`],
    [{ value_state: 'shown' }, 'The value was shown, and is not shown again. If it was not saved, have this token deleted and a new one created.'],
    [{ value_state: 'expired' }, 'No one viewed the value in time, so it is lost. Have this token deleted and a new one created.'],
    [{ value_state: 'lost', rotation_id: 'rot_1', old: { message: 'The old token "a" still works.\nKeep it.' } },
      'The value is lost: the server process that held it has ended.', 'The old token "a" still works.', 'Keep it.'],
    [{ narrowed: [{ argument: 'payload.expirationDate', asked: null, approved: '2027-02-21T00:00:00.000Z' }] },
      'Changed before it was approved: expirationDate is 2027-02-21 00:00 UTC, which was not given.'],
  ]) {
    await shown.says(result({ ...done, ...more }));
    for (const line of lines) await shown.card.getByText(line, { exact: true }).waitFor();
    assert.equal(await shown.card.getByRole('button').count(), more.reveal_url ? 1 : 0, 'the page that shows the value');
  }
});

test('a rotation says when the old token goes, also by default', async t => {
  const { world, client, card } = await start(t, 'terminal');
  const { args, told: deletion } = await askToDelete(world, client, 'to-turn');
  const deny = async ({ approval_id: id }) => assert.equal((await world.decide(['deny', id, '--reason', 'not this one'])).code, 0);
  await deny(deletion); // one caller has one open request for a token
  const shown = await host(t, card.text);
  const main = shown.card.locator('main');
  for (const [more, after] of [[{}, '15 minutes'], [{ grace_period: '2d' }, '2 days']]) {
    const asked = { id: args.id, ...more };
    const told = (await client.call('tfy_access_tokens_rotate', asked)).structuredContent;
    assert.equal(told.status, 'approval_pending', JSON.stringify(told));
    await shown.says({ method: 'ui/notifications/tool-input', params: { arguments: asked } });
    await shown.says(result(told));
    await shown.card.getByText(`deletes "to-turn" permanently, ${after}`).waitFor();
    if (more.grace_period) assert.match(await main.innerText(), /Grace period\s+2d/);
    await deny(told);
  }
});

test('what is asked and what the server verified of it come before the words of the agent, for a delete and for its request', async t => {
  const { world, client, card } = await start(t, 'terminal');
  const { args, told } = await askToDelete(world, client, 'to-go');
  assert.equal(told.status, 'approval_pending');
  assert.equal(told.action, 'Delete access token to-go');
  const known = Object.fromEntries(told.facts.map(({ label, value }) => [label, value]));
  assert.deepEqual([known.Name, known.ID], ['to-go', args.id]);
  assert.ok(known.Created && known.Expires && known['Last used'] && known["This server's own key"], JSON.stringify(known));
  const looked = (await client.call('tfy_approvals_get', { approval_id: told.approval_id })).structuredContent;
  assert.deepEqual([looked.action, looked.facts], [told.action, told.facts]);

  const shown = await host(t, card.text);
  const main = shown.card.locator('main');
  await shown.says({ method: 'ui/notifications/tool-input', params: { arguments: args } });
  await shown.says(result(told));
  await shown.card.getByRole('heading', { name: 'Delete access token to-go' }).waitFor();
  const all = await main.innerText();
  const places = ['A person has to decide', 'Delete access token to-go', 'Verified by the server:', known.Created, 'Claimed by the agent (not verified):', args.reason, told.approval_id].map(part => all.indexOf(part));
  assert.ok(!places.includes(-1), all);
  assert.deepEqual(places, [...places].sort((a, b) => a - b), all);
  assert.equal(await shown.card.locator('#verified').getByText('Verified: it is').count(), 0);

  // Of tfy_approvals_get there are no words of the agent; what others wrote is text.
  const hostile = { label: '<img src=x onerror=parent.postMessage(1)>', value: '<b>bold</b>' };
  await shown.says({ method: 'ui/notifications/tool-input', params: { arguments: { approval_id: told.approval_id } } });
  await shown.says(result({ ...looked, facts: [...looked.facts, hostile, null, { label: 1 }] }));
  await shown.card.getByText('<b>bold</b>').waitFor();
  const got = await main.innerText();
  for (const part of ['Delete access token to-go', known.Created, hostile.label]) assert.ok(got.includes(part), got);
  assert.ok(!got.includes('Claimed by the agent'), got);
  assert.equal(await shown.card.locator('img, b').count(), 0);
  await shown.says(result({ ...looked, state: 'approved' }));
  await shown.card.getByRole('heading', { name: 'Approved, but not started' }).waitFor();
  await shown.card.getByText('It runs when the agent makes the same call again: ask it to.', { exact: true }).waitFor();

  // What is over still says what it was.
  assert.equal((await world.decide(['deny', told.approval_id, '--reason', 'still in use'])).code, 0);
  const over = (await client.call('tfy_approvals_get', { approval_id: told.approval_id })).structuredContent;
  assert.deepEqual([over.status, over.action, over.facts], ['denied', told.action, told.facts]);
  await shown.says(result(over));
  await shown.card.getByRole('heading', { name: 'Denied: nothing was done' }).waitFor();
  assert.ok((await main.innerText()).includes(known.Created));
  assert.equal(await shown.card.getByRole('button').count(), 0);
});

test('the card counts down by itself to the end; then it no longer leads to the page', async t => {
  const { card } = await start(t);
  const shown = await host(t, card.text);
  const left = shown.card.locator('#left');
  await shown.says(result({ status: 'approval_pending', approval_url: 'http://localhost/x', request_expires_at: new Date(Date.now() + 9000).toISOString() }));
  await left.filter({ hasText: /^Expires in \d s\.$/ }).waitFor();
  await shown.card.getByRole('button', { name: 'Open the approvals page' }).click();
  await shown.says({ id: (await shown.sent('ui/open-link')).id, error: { code: -32000, message: 'no' } });
  await shown.card.getByText('Your client does not open it. The address: http://localhost/x').waitFor();
  const then = await left.innerText();
  await left.filter({ hasNotText: then }).waitFor();
  assert.ok(await shown.card.getByText('The address: http://localhost/x').isVisible(), 'the next second keeps it');
  await shown.card.getByText('Its time is over. Ask the agent for its state.').waitFor();
  await shown.card.getByRole('heading', { name: 'Expired, unless it was decided in time' }).waitFor();
  assert.equal(await shown.card.getByRole('button').count(), 0);
});

test('it answers what hosts ask, refuses the rest, and goes by its host alone', async t => {
  const { card } = await start(t);
  const shown = await host(t, card.text, {});
  await shown.says(result({ status: 'approval_pending', approval_url: 'http://localhost/x', request_expires_at: new Date(Date.now() + 60_000).toISOString() }));
  await shown.card.getByRole('heading', { name: 'A person has to decide' }).waitFor();
  assert.equal(await shown.card.getByRole('button').count(), 0, 'this host opens no links');
  await shown.says({ id: 7, method: 'ui/resource-teardown', params: {} });
  assert.deepEqual((await shown.answer(7)).result, {});
  await shown.says({ id: 8, method: 'tools/call', params: { name: 'x' } });
  assert.equal((await shown.answer(8)).error.code, -32601);
  // Another window than the host, the card itself, is not listened to.
  await shown.card.locator('body').evaluate(
    () =>
      new Promise(resolve => {
        window.addEventListener('message', ({ source }) => source !== window.parent && resolve());
        window.postMessage({ jsonrpc: '2.0', method: 'ui/notifications/tool-result', params: { structuredContent: { status: 'executed' } } }, '*');
      })
  );
  assert.equal(await shown.card.getByRole('heading').innerText(), 'A person has to decide');
  // Who no longer waits has not withdrawn the request.
  await shown.says({ method: 'ui/notifications/tool-cancelled', params: {} });
  await shown.card.getByRole('heading', { name: 'The call was cancelled' }).waitFor();
  await shown.card.getByText('The request stays open: once it is approved, it runs when the agent makes the same call again.').waitFor();
  assert.match(await shown.card.locator('#left').innerText(), /^Expires in /);
  await shown.says(result({ status: 'executed', message: 'Token deleted.' }));
  await shown.card.getByRole('heading', { name: 'Done, as it was approved' }).waitFor();
  await shown.says({ method: 'ui/notifications/tool-cancelled', params: {} });
  await shown.says({ id: 9, method: 'ping', params: {} });
  await shown.answer(9);
  assert.equal(await shown.card.getByRole('heading').innerText(), 'Done, as it was approved', 'what has ended cannot be cancelled');
  await shown.says(result(undefined, 'Only words.'));
  await shown.card.getByText('Only words.').waitFor();
  const fresh = await host(t, card.text);
  await fresh.says({ method: 'ui/notifications/tool-cancelled', params: {} });
  await fresh.card.getByRole('heading', { name: 'The call was cancelled' }).waitFor();
  await fresh.card.getByText('If it asked for an approval, that request may still be open: see the approvals page.').waitFor();
});

test('what it sends fits the published schema', { skip: !schemaFolder && 'the schemas are not here' }, async t => {
  const schema = JSON.parse(readFileSync(join(schemaFolder, 'mcp-apps/mcp-apps-2026-01-26.schema.json'), 'utf8'));
  const ajv = new Ajv2020({ strict: false });
  const check = (name, value) => {
    const fits = ajv.compile(schema.$defs[name]);
    assert.ok(fits(value), `${name}: ${JSON.stringify(fits.errors)} ${JSON.stringify(value)}`);
  };
  const { client, card } = await start(t);
  const { tools } = await client.client.listTools();
  for (const { _meta } of tools) if (_meta?.ui) check('McpUiToolMeta', _meta.ui);
  const shown = await host(t, card.text);
  await shown.says(result({ status: 'approval_pending', approval_url: 'http://localhost/x', request_expires_at: new Date(Date.now() + 60_000).toISOString() }));
  await shown.card.getByRole('button').click();
  await shown.sent('ui/open-link');
  const names = {
    'ui/initialize': 'McpUiInitializeRequest',
    'ui/notifications/initialized': 'McpUiInitializedNotification',
    'ui/notifications/size-changed': 'McpUiSizeChangedNotification',
    'ui/open-link': 'McpUiOpenLinkRequest',
  };
  const said = await shown.said();
  assert.ok(said.length >= 4);
  for (const { jsonrpc, id, ...message } of said) {
    assert.equal(jsonrpc, '2.0');
    check(names[message.method], message);
  }
});
