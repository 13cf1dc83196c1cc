// Deciding by keyboard alone, and what the page says while its server is away, in Debian's Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, card, focused, row, show, withoutTime, withStoppedClock } from './lib/browser.mjs';
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
  await withoutTime(page); // "g" leads for a second and a half
  for (const [key, heading] of [
    ['h', 'History'],
    ['t', 'Tokens'],
    ['s', 'Health of'],
    ['p', 'Standing permissions'],
    ['r', 'Old tokens that will be deleted'],
    ['e', 'People'],
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
  await page.getByText('Choose a request.').waitFor();

  await page.getByLabel('Keys').uncheck();
  await page.locator('main').focus();
  const before = await page.evaluate(() => [location.pathname, document.activeElement.id]);
  for (const key of ['?', 'j', 'k', 'a', 'd', '/', 'g', 'h', 'g', 't']) await page.keyboard.press(key);
  assert.equal(await page.getByRole('heading', { name: 'Keys' }).count(), 0);
  assert.deepEqual(await page.evaluate(() => [location.pathname, document.activeElement.id]), before, 'no key does anything');
  await page.reload();
  await row(page, 'Create', 'three').waitFor();
  assert.equal(await page.getByLabel('Keys').isChecked(), false, 'kept in this browser');
});

test('keys that come faster than the request wait for it, and what is typed then is text', async t => {
  const { page, ids } = await begin(t, 'one', 'two', 'three');
  await card(page, 'one').waitFor();
  let go;
  const gate = new Promise(resolve => (go = resolve));
  await page.route(`**/api/approvals/${ids[1]}`, async route => {
    await gate;
    await route.continue();
  });
  await page.keyboard.type('jd');
  await page.keyboard.type('wrong dayx');
  await page.keyboard.press('Backspace');
  go();
  await focused(page, `why-${ids[1]}`);
  await page.keyboard.type(', ask again');
  assert.equal(await page.locator(`#why-${ids[1]}`).inputValue(), 'wrong day, ask again');
  await page.getByRole('button', { name: 'Deny request' }).click();
  await row(page, 'Create', 'two').waitFor({ state: 'detached' });
  assert.equal(await row(page, 'Create', 'one').count(), 1);
  assert.equal(await row(page, 'Create', 'three').count(), 1);
});

/** Counts what a person does: clicks, and keys but for what they type into a field. */
async function counting(page) {
  await page.evaluate(() => {
    globalThis.done = { clicks: 0, keys: 0 };
    addEventListener('pointerdown', () => (globalThis.done.clicks += 1), true);
    const typed = ({ key, target, ctrlKey }) => key.length === 1 && !ctrlKey && target.matches('input[type="text"], textarea');
    addEventListener('keydown', event => event.key === 'Control' || typed(event) || (globalThis.done.keys += 1), true);
  });
  return () =>
    page.evaluate(() => {
      const { clicks, keys } = globalThis.done;
      globalThis.done = { clicks: 0, keys: 0 };
      return [clicks, keys];
    });
}

test('what the three commonest decisions take, by keys and by clicks', async t => {
  const { page, ids } = await begin(t, 'key-yes', 'key-no', 'click-yes', 'click-no');
  const taken = await counting(page);
  const said = [];
  const check = async (what, wanted) => {
    const found = await taken();
    said.push(`${what}: ${found[1]} keys, ${found[0]} clicks`);
    assert.deepEqual(found, wanted, what);
  };
  await page.locator(`#row-${ids[0]}`).focus();
  await page.keyboard.press('Enter');
  await focused(page, `title-${ids[0]}`);
  await page.keyboard.press('a');
  await focused(page, `name-${ids[0]}`);
  await page.keyboard.type('key-yes');
  await page.keyboard.press('Enter');
  await focused(page, `title-${ids[1]}`);
  await check('approve a create', [0, 3]);

  await page.keyboard.press('d');
  await focused(page, `why-${ids[1]}`);
  await page.keyboard.type('Not now.');
  await page.keyboard.press('Control+Enter');
  await focused(page, `title-${ids[2]}`);
  await check('deny the one that is open then, in own words', [0, 2]);

  await row(page, 'Create', 'click-yes').click();
  const mine = card(page, 'click-yes');
  await mine.getByLabel('Type click-yes to approve').click();
  await page.keyboard.type('click-yes');
  await mine.getByRole('button', { name: 'Approve creation' }).click();
  await focused(page, `title-${ids[3]}`);
  await check('approve a create', [3, 0]);

  await row(page, 'Create', 'click-no').click();
  await card(page, 'click-no').getByRole('button', { name: 'Deny' }).click();
  await page.getByRole('button', { name: 'Not needed.' }).click();
  await page.getByRole('button', { name: 'Deny request' }).click();
  await page.getByText('Nothing is waiting for you').waitFor();
  await check('deny with a common reason', [4, 0]);
  t.diagnostic(said.join('; '));
});

test('once the server is lost the page says so, waits for no time to pass and decides nothing; what was typed is kept', async t => {
  const { page, server, ids } = await begin(t, 'half-typed');
  await withStoppedClock(page, () => row(page, 'Create', 'half-typed').waitFor());
  const mine = await show(page, 'half-typed');
  await mine.getByLabel('Type half-typed to approve').fill('half-typed');
  await server.process.stop();
  const from = Date.now();
  await page.getByText('No connection to the server. Nothing can be decided').waitFor();
  t.diagnostic(`said so ${Date.now() - from} ms after the server had ended`);
  await page.clock.resume();
  const button = mine.getByRole('button', { name: 'Approve creation' });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  assert.equal(await mine.getByLabel('Type half-typed to approve').inputValue(), 'half-typed');
  assert.equal(await page.title(), '(1) Approvals');
  await accessible(page);
  assert.ok(ids[0]);
});
