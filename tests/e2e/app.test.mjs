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
  assert.ok(card.text.length < 10_000);
  assert.doesNotMatch(card.text, /https?:\/\/(?!www\.w3\.org)|src=|import /);
  const { tools } = await client.client.listTools();
  const named = tools.filter(({ _meta }) => _meta?.ui).map(({ name, _meta }) => [name, _meta.ui]);
  assert.deepEqual(named.map(([name]) => name).sort(), ['tfy_access_tokens_create', 'tfy_access_tokens_delete', 'tfy_access_tokens_rotate', 'tfy_approvals_get']);
  for (const [, ui] of named) assert.deepEqual(ui, { resourceUri: uri, visibility: ['model'] });
});

test('the card shows what waits, counts down, leads to the page, and ends with the answer', async t => {
  const { client, card } = await start(t);
  const args = { payload: { name: 'ci-<b>bold</b>', expirationDate: '30 days', teamName: 'platform', accountName: 'acme' } };
  const good = { payload: { name: 'ci-runner', expirationDate: '30 days' } };
  const pending = (await client.call('tfy_access_tokens_create', good)).structuredContent;
  assert.equal(pending.status, 'approval_pending');
  const shown = await host(t, card.text);
  await shown.says({ method: 'ui/notifications/tool-input', params: { arguments: good } });
  await shown.says(result(pending));
  await shown.card.getByRole('heading', { name: 'A person has to decide' }).waitFor();
  const all = await shown.card.locator('main').innerText();
  const digest = pending.digest.slice('sha256:'.length).replace(/^(.{4})(.{4})(.{4}).*$/, '$1 $2 $3');
  for (const part of ['ci-runner', '30 days', 'Type: the tenant', 'Owner: ', pending.approval_id, `Digest\n${digest}\n`]) assert.ok(all.includes(part), all);
  assert.match(all, /Expires in (?:\d+ h )?\d+ min\./);
  await shown.card.getByRole('button', { name: 'Open the approvals page' }).click();
  assert.equal((await shown.sent('ui/open-link')).params.url, pending.approval_url);
  assert.equal(await shown.card.locator('html').getAttribute('data-theme'), 'dark');
  const { height } = (await shown.sent('ui/notifications/size-changed')).params;
  assert.ok(height > 20);

  await shown.says({ method: 'ui/notifications/tool-input', params: { arguments: args } });
  await shown.says(result({ ...pending, effect: undefined, status: 'denied', message: 'No <img src=x onerror=parent.postMessage(1)>', reason: 'Not now', decided_by: 'ada' }));
  await shown.card.getByRole('heading', { name: 'Denied: nothing was done' }).waitFor();
  const over = await shown.card.locator('main').innerText();
  for (const part of ['ci-<b>bold</b>', 'platform', 'acme', 'No <img src=x', 'Not now', 'ada']) assert.ok(over.includes(part), over);
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

/** A token that is there, and a client that asks for its deletion. */
async function askToDelete(world, client, name) {
  const asked = await client.call('tfy_access_tokens_create', { payload: { name } });
  const done = await world.decide(['approve', asked.structuredContent.approval_id], [name, 'none']);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  assert.equal(statusOf(await client.call('tfy_access_tokens_create', { payload: { name } })), 'executed');
  const args = { id: await idOf(client, name), reason: 'Verified: it is <b>unused</b>' };
  return { args, told: (await client.call('tfy_access_tokens_delete', args)).structuredContent };
}

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
  await shown.card.getByText('Ask the agent to call again: then it runs.').waitFor();

  // What is over still says what it was.
  assert.equal((await world.decide(['deny', told.approval_id, '--reason', 'still in use'])).code, 0);
  const over = (await client.call('tfy_approvals_get', { approval_id: told.approval_id })).structuredContent;
  assert.deepEqual([over.status, over.action, over.facts], ['denied', told.action, told.facts]);
  await shown.says(result(over));
  await shown.card.getByRole('heading', { name: 'Denied: nothing was done' }).waitFor();
  assert.ok((await main.innerText()).includes(known.Created));
  assert.equal(await shown.card.getByRole('button').count(), 0);
});

test('a rotation’s card says when the old token goes; an ended one says what there is now, without the words for the agent', async t => {
  const { world, client, card } = await start(t, 'terminal');
  const { args } = await askToDelete(world, client, 'to-renew');
  const asks = { id: args.id, grace_period: '2h' };
  const told = (await client.call('tfy_access_tokens_rotate', asks)).structuredContent;
  const shown = await host(t, card.text);
  const main = shown.card.locator('main');
  await shown.says({ method: 'ui/notifications/tool-input', params: { arguments: asks } });
  await shown.says(result(told));
  await shown.card.getByText('2 hours after the new value has been shown').waitFor();
  assert.equal((await world.decide(['approve', told.approval_id], ['to-renew', 'agent'])).code, 0);
  const done = (await client.call('tfy_access_tokens_rotate', asks)).structuredContent;
  assert.equal(done.status, 'executed');
  await shown.says(result(done));
  await shown.card.getByRole('heading', { name: 'Done, as it was approved' }).waitFor();
  const all = await main.innerText();
  for (const part of ['Token created successfully!', `Name\n${done.name}\n`, `Token (masked)\n${done.masked}\n`, 'Old token\nThe old token "to-renew" still works.', 'The value is shown once, and never here.'])
    assert.ok(all.includes(part), `${part}: ${all}`);
  for (const part of ['tfy_access_tokens_reveal', 'Never commit']) assert.ok(!all.includes(part), all);
});

test('the card counts down by itself to the end; then it no longer leads to the page', async t => {
  const { card } = await start(t);
  const shown = await host(t, card.text);
  const left = shown.card.locator('#next');
  await shown.says(result({ status: 'approval_pending', approval_url: 'http://localhost/x', request_expires_at: new Date(Date.now() + 9000).toISOString() }));
  await left.filter({ hasText: /^Expires in \d s\.$/ }).waitFor();
  await shown.card.getByRole('button', { name: 'Open the approvals page' }).click();
  await shown.says({ id: (await shown.sent('ui/open-link')).id, error: { code: -32000, message: 'no' } });
  await shown.card.getByText('Your client does not open it. The address: http://localhost/x').waitFor();
  const then = await left.innerText();
  await left.filter({ hasNotText: then }).waitFor();
  assert.ok(await shown.card.getByText('The address: http://localhost/x').isVisible(), 'the next second keeps it');
  await shown.card.getByRole('heading', { name: 'The time to decide is over' }).waitFor();
  assert.equal(await left.innerText(), 'No decision was seen here. Ask the agent for its state.');
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
  await shown.says({ method: 'ui/notifications/tool-cancelled', params: {} });
  await shown.card.getByRole('heading', { name: 'The call was cancelled' }).waitFor();
  await shown.card.getByText('the request stays open').waitFor();
  await shown.says(result(undefined, 'Only words.'));
  await shown.card.getByText('Only words.').waitFor();
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
