// A page that is open while its server restarts, hangs or serves other people, in Debian's Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, card, row, show, withStoppedClock } from './lib/browser.mjs';
import { enrolPeople, me } from './lib/people.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { freePort } from './lib/sockets.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t, more = '') {
  const world = await World.start(t, { policy: rules({ assurance: null, more }), hold: '0s' });
  const server = await world.serve(world.env, await freePort());
  await enrolPeople(world, [me, 'ann']);
  let last = 0;
  const ask = async name => {
    const args = { payload: { name, expirationDate: '20 days' } };
    const peer = new RawHttp(world, server.endpoint);
    const call = toolCall((last += 1), 'tfy_access_tokens_create', args, { capabilities: {} });
    return (await peer.exchange(call)).result.structuredContent.approval_id;
  };
  const signIn = async person => {
    const page = await atSignIn(t, world, { ...server, person });
    await page.keyboard.press('Enter');
    await live(page);
    return page;
  };
  return { world, server, ask, signIn };
}

const live = page => page.locator('.who .live', { hasText: /Live$/ }).waitFor();
const lost = page => page.getByText('No connection to the server. Nothing can be decided').waitFor();

test('the server restarts under an open request: its person is still signed in, and what was typed is there', async t => {
  const { world, server, ask, signIn } = await begin(t);
  await ask('outlives-it');
  const page = await signIn(me);
  const mine = await show(page, 'outlives-it');
  await mine.getByLabel('Do not show it').check();
  await mine.getByLabel('Type outlives-it to approve').fill('outlives-');
  await mine.locator('summary', { hasText: 'Ask for less' }).click();
  await mine.getByLabel('Another name').fill('half-typed');
  await server.process.stop();
  await lost(page);
  const tries = [];
  page.on('request', request => request.url().endsWith('/events') && tries.push(Date.now()));
  await page.waitForRequest(/\/events$/);
  await page.waitForRequest(/\/events$/);
  await page.waitForRequest(/\/events$/);
  await page.waitForRequest(/\/events$/);
  const gaps = tries.slice(1).map((at, index) => at - tries[index]);
  t.diagnostic(`asked again after ${gaps.join(', ')} ms`);
  assert.ok(gaps.at(-1) > 1.2 * gaps[0], `slower and slower: ${gaps}`);

  await world.serve(world.env, new URL(server.page).port);
  await live(page);
  assert.equal(await mine.getByLabel('Type outlives-it to approve').inputValue(), 'outlives-');
  assert.equal(await mine.getByLabel('Another name').inputValue(), 'half-typed');
  assert.ok(await mine.getByLabel('Do not show it').isChecked());
  await mine.getByLabel('Type outlives-it to approve').press('End');
  await page.keyboard.type('it');
  await mine.getByRole('button', { name: 'Approve creation' }).click();
  await mine.waitFor({ state: 'detached' });
  await page.getByText('Nothing is waiting for you').waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('button', { name: /^Create outlives-it/ }).waitFor();
});

test('a server that hangs is noticed within three seconds as well, and so is that it goes on', async t => {
  const { server, ask, signIn } = await begin(t);
  await ask('hangs');
  const page = await signIn(me);
  await withStoppedClock(page, () => live(page));
  const mine = await show(page, 'hangs');
  await mine.getByLabel('Type hangs to approve').fill('hangs');
  t.after(() => server.process.child.kill('SIGCONT'));
  server.process.child.kill('SIGSTOP');
  await page.clock.runFor(3000);
  await lost(page);
  await page.clock.resume();
  const button = mine.getByRole('button', { name: 'Approve creation' });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  server.process.child.kill('SIGCONT');
  await live(page);
  assert.equal(await button.getAttribute('aria-disabled'), 'false');
  await button.click();
  await mine.waitFor({ state: 'detached' });
});

test('two people on one request: each sees who has voted, and one who is late sees what became of it', async t => {
  const { ask, signIn } = await begin(t, 'quorum = 2');
  await ask('for-two');
  await ask('for-one-of-them');
  const [mine, hers] = [await signIn(me), await signIn('ann')];
  const approve = async page => {
    const asked = await show(page, 'for-two');
    await asked.getByLabel('Type for-two to approve').fill('for-two');
    await asked.getByRole('button', { name: 'Approve creation' }).click();
  };
  await (await show(hers, 'for-two')).getByText('0 of 2 approvals').waitFor();
  await approve(mine);
  await card(hers, 'for-two').getByText(new RegExp(`^1 of 2 approvals: ${me} \\(page, \\d\\d:\\d\\d \\S+\\)$`)).waitFor();
  await row(hers, 'Create', 'for-two').getByText(`1 of 2: ${me}`).waitFor();
  await row(mine, 'Create', 'for-two').getByText('you approved').waitFor();
  await card(hers, 'for-two').getByText(/as \S+ chose/).waitFor();
  await accessible(hers);
  await approve(hers);
  await card(mine, 'for-two').getByText(/^Approved by ann, \d\d:\d\d \S+$/).waitFor();

  await (await show(mine, 'for-one-of-them')).getByLabel('Type for-one-of-them to approve').fill('for-one');
  const theirs = await show(hers, 'for-one-of-them');
  await theirs.getByRole('button', { name: 'Deny' }).click();
  await theirs.getByRole('button', { name: 'Wrong name or owner.' }).click();
  await theirs.getByRole('button', { name: 'Deny request' }).click();
  await card(mine, 'for-one-of-them').getByText(/^Denied by ann, \d\d:\d\d \S+$/).waitFor();
  assert.equal(await card(mine, 'for-one-of-them').getByLabel('Type for-one-of-them to approve').inputValue(), 'for-one');
});
