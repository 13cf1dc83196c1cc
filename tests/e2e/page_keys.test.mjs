// Deciding by keyboard alone, and what the page says while its server is away, in Debian's Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, card, focused, row, show } from './lib/browser.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t, ...names) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  const ids = [];
  for (const [index, name] of names.entries()) {
    const call = toolCall(index, 'tfy_access_tokens_create', { payload: { name } }, { capabilities: {} });
    ids.push((await peer.exchange(call)).result.structuredContent.approval_id);
  }
  const page = await atSignIn(t, world, server);
  await page.keyboard.press('Enter');
  await page.locator('a.row').first().waitFor();
  return { world, server, page, ids };
}

test('a create is approved with three keys and its name, and the next request is open then', async t => {
  const { page, ids } = await begin(t, 'one', 'two', 'three');
  await card(page, 'one').waitFor();
  await page.keyboard.press('j');
  await focused(page, `row-${ids[1]}`);
  await page.keyboard.press('Enter');
  await focused(page, `title-${ids[1]}`);
  await page.keyboard.press('a');
  await focused(page, `name-${ids[1]}`);
  await page.keyboard.type('two');
  await page.keyboard.press('Enter');
  await focused(page, `title-${ids[2]}`);
  assert.equal(await row(page, 'Create', 'two').count(), 0);

  await page.keyboard.press('k');
  await focused(page, `row-${ids[0]}`);
  await card(page, 'one').waitFor();
  await page.keyboard.press('d');
  await focused(page, `why-${ids[0]}`);
  await page.getByRole('button', { name: 'Not needed.' }).click();
  await accessible(page);
  await page.getByRole('button', { name: 'Deny request' }).click();
  await focused(page, `title-${ids[2]}`);

  await page.keyboard.press('/');
  await focused(page, 'search');
  await page.keyboard.type('jd?');
  assert.equal(await page.getByRole('searchbox').inputValue(), 'jd?', 'keys do nothing while one types');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keys' }).waitFor();
  await accessible(page);
  await page.keyboard.press('Escape');
  for (const [key, heading] of [
    ['h', 'History'],
    ['t', 'Tokens'],
    ['s', 'Health of'],
    ['p', 'Standing permissions'],
    ['r', 'Old tokens that will be deleted'],
    ['v', 'New values to save'],
  ]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', { name: heading }).waitFor();
    await accessible(page);
  }
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await row(page, 'Create', 'three').waitFor();

  await page.getByLabel('Keys').uncheck();
  await page.keyboard.press('?');
  assert.equal(await page.getByRole('heading', { name: 'Keys' }).count(), 0);
});

test('within three seconds of losing the server the page says so and decides nothing; what was typed is kept', async t => {
  const { page, server, ids } = await begin(t, 'half-typed');
  const mine = await show(page, 'half-typed');
  await mine.getByLabel('Type half-typed to approve').fill('half-typed');
  await server.process.stop();
  const from = Date.now();
  await page.getByText('No connection to the server. Nothing can be decided').waitFor({ timeout: 10_000 });
  const took = Date.now() - from;
  t.diagnostic(`said so ${took} ms after the server had ended`);
  assert.ok(took < 3000, `${took} ms`);
  const button = mine.getByRole('button', { name: 'Approve creation' });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  assert.equal(await mine.getByLabel('Type half-typed to approve').inputValue(), 'half-typed');
  assert.equal(await page.title(), '(1) Approvals');
  await accessible(page);
  assert.ok(ids[0]);
});
