// Several requests on one screen, in Debian's Chromium: a clean-up plan of deletions, each ticked by hand and journalled by
// itself; creates only once each was opened; rotations never.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, row, show, signedIn } from './lib/browser.mjs';
import { Page } from './lib/page.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';

async function begin(t) {
  const { world, server, page } = await signedIn(t);
  const peer = new RawHttp(world, server.endpoint);
  let last = 0;
  const call = async (tool, args) =>
    (await peer.exchange(toolCall(++last, tool, args, {}))).result.structuredContent;
  const create = name => call('tfy_access_tokens_create', { payload: { name, expirationDate: '20 days' } });
  return { world, server, page, call, create };
}

const digests = async (world, kind) =>
  (await world.terminal(['audit', 'export'])).stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
    .filter(record => record.kind === kind)
    .map(record => record.body.digest);

test('a clean-up plan: facts in each row, each ticked by hand, each approved by its own digest with its own record', async t => {
  const { world, server, page, call } = await begin(t);
  const { tokens } = await call('tfy_access_tokens_list', {});
  const doomed = tokens.filter(each => !each.is_own_key).slice(0, 4);
  const asked = [];
  for (const { id } of doomed) asked.push(await call('tfy_access_tokens_delete', { id, reason: 'unused' }));
  await call('tfy_access_tokens_rotate', { id: tokens.find(each => !doomed.includes(each)).id });
  await page.getByRole('link', { name: 'Delete 4 tokens on one screen' }).click();
  await page.getByRole('heading', { name: 'Delete 4 tokens, asked by http:loopback' }).waitFor();
  const ticks = page.getByRole('checkbox', { name: /^Delete access token / });
  assert.equal(await ticks.count(), 4, 'no rotation, and nothing that ticks them all');
  assert.equal(await page.getByRole('checkbox', { checked: true, name: /^Delete/ }).count(), 0);
  assert.equal(await page.getByRole('heading', { name: 'Verified by this server' }).count(), 4);
  await accessible(page);

  const approve = page.getByRole('button', { name: /^Approve \d$/ });
  await approve.click();
  await page.getByText('Tick what you have looked at and approve.').waitFor();
  for (const nth of [0, 1, 2]) await ticks.nth(nth).check();
  await page.getByLabel('Type how many you ticked').fill('4');
  await approve.click();
  await page.getByText('You ticked 3. Type that number to approve them.').waitFor();
  assert.deepEqual(await digests(world, 'approved'), []);

  // one of them is denied by another person at that moment
  const other = await Page.signIn(world, server);
  await other.denied({ id: asked[2].approval_id }, 'still in use');
  await page.getByText(/^Denied by \S+, \d\d:\d\d \S+$/).waitFor();
  assert.ok(await ticks.nth(2).isDisabled());
  assert.ok(!(await ticks.nth(2).isChecked()), 'what is over is not ticked');
  await page.setViewportSize({ width: 320, height: 700 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), 'one scroll bar');
  assert.equal(await page.locator('.together form').evaluate(form => getComputedStyle(form).position), 'static');
  await page.setViewportSize({ width: 1280, height: 1000 });
  await page.getByLabel('Type how many you ticked').fill('2');
  await page.getByRole('button', { name: 'Approve 2' }).click();
  await page.getByText(/^Approved by \S+, \d\d:\d\d \S+$/).nth(1).waitFor();
  const approved = await digests(world, 'approved');
  assert.deepEqual(approved.sort(), [asked[0].digest, asked[1].digest].sort());
  assert.equal(await page.getByText(/^Approved by/).count(), 2);
  assert.equal(await page.getByText(/^If the agent still waits, its call runs now; if not, /).count(), 2);
  assert.ok(await ticks.nth(3).isEnabled());
  await page.getByRole('heading', { name: 'Delete 1 token, asked by http:loopback' }).waitFor();
  await accessible(page);
  await page.getByRole('link', { name: '← Inbox' }).click();
  await page.getByText(/^Waiting for you\s*2$/).waitFor();
  await page.goto(`${server.page}/together?by=http%3Aloopback&verb=Delete`);
  await page.getByRole('heading', { name: 'Delete 1 token, asked by http:loopback' }).waitFor();
});

test('creates come together only once each was opened; a request that changed since is opened anew', async t => {
  const { world, server, page, create } = await begin(t);
  const asked = {};
  for (const name of ['set-1', 'set-2', 'set-3']) asked[name] = await create(name);
  await row(page, 'Create', 'set-3').waitFor();
  const link = page.getByRole('link', { name: /^Create \d tokens on one screen$/ });
  assert.equal(await link.count(), 0);
  await show(page, 'set-1');
  await show(page, 'set-2');
  await page.getByRole('link', { name: 'Create 2 tokens on one screen' }).click();
  const ticks = page.getByRole('checkbox', { name: /^Create access token / });
  await ticks.nth(1).waitFor();
  assert.equal(await ticks.count(), 2);
  await accessible(page);
  await page.getByText('Its value: show it here, once.').first().waitFor();
  for (const nth of [0, 1]) await ticks.nth(nth).check();
  await page.getByLabel('Type how many you ticked').fill('2');
  await page.getByRole('button', { name: 'Approve 2' }).click();
  await page.getByText(/^Approved by \S+, \d\d:\d\d \S+$/).nth(1).waitFor();
  assert.deepEqual((await digests(world, 'approved')).sort(), [asked['set-1'].digest, asked['set-2'].digest].sort());

  const done = page.getByRole('button', { name: 'Approve 0' });
  assert.equal(await done.getAttribute('aria-disabled'), 'true', 'nothing is left to tick');

  await page.getByRole('link', { name: '← Inbox' }).click();
  await create('set-4');
  await show(page, 'set-3');
  await show(page, 'set-4');
  await page.getByRole('link', { name: 'Create 2 tokens on one screen' }).waitFor();
  const other = await Page.signIn(world, server);
  const changed = await other.request('POST', `/api/approvals/${asked['set-3'].approval_id}/narrow`, {
    digest: asked['set-3'].digest,
    name: 'set-3-less',
    expiration: '',
  });
  assert.equal(changed.status, 200, changed.text);
  await row(page, 'Create', 'set-3-less').waitFor();
  await link.waitFor({ state: 'detached' });

  await show(page, 'set-3-less');
  await link.waitFor();
  const kept = await show(page, 'set-4');
  await kept.getByLabel('Type set-4 to approve').fill('set');
  await other.denied(await other.nextPending('set-4'), 'not needed');
  await row(page, 'Create', 'set-4').getByText('Denied').waitFor();
  await link.waitFor({ state: 'detached' }); // what is over is not counted, though its line stays
});
