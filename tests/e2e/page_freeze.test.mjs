// A caller that asks for too much is frozen, in Debian's Chromium and in a terminal: what it had open ends, nothing new
// of it is taken by any server on the state directory, and only a person lifts it. A person sees how fast they decide.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, card, row, show, withoutTime } from './lib/browser.mjs';
import { enrolPeople, me, passphrase } from './lib/people.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  await enrolPeople(world, [me, 'ann']);
  const peer = new RawHttp(world, server.endpoint);
  let last = 0;
  const call = async (tool, args) =>
    (await peer.exchange(toolCall(++last, tool, args, {}))).result.structuredContent;
  const create = name => call('tfy_access_tokens_create', { payload: { name, expirationDate: '20 days' } });
  const page = await atSignIn(t, world, server);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Nothing is waiting for you').waitFor();
  return { world, server, page, call, create };
}

const frozenWords = /^\S+ froze this caller \(http:loopback\) on [-0-9]+ [0-9]+:[0-9]+ UTC\. Their reason: "It went wild\." Its requests are refused until a person who may decide here unfreezes it\. No one was asked, and nothing was done\.$/;

test('eight requests of one caller raise a warning; freezing ends them and refuses new ones, also after a restart; unfreezing lets it ask', async t => {
  const { world, page, create, call } = await begin(t);
  const first = await create('flood-0');
  for (let i = 1; i < 7; ++i) await create(`flood-${i}`);
  await page.getByText(/^Waiting for you\s*7$/).waitFor();
  assert.equal(await page.getByText('is asking for a lot at once').count(), 0);
  await create('flood-7');
  const warning = page.locator('.flood');
  await warning.getByText('http:loopback is asking for a lot at once').waitFor();
  await warning.getByText('8 requests are open').waitFor();
  await warning.getByText('Freeze http:loopback…').click();
  await accessible(page);
  await warning.getByLabel('Reason (optional). The agent will see it.').fill('It went wild.');
  await warning.getByRole('button', { name: 'Freeze', exact: true }).click();

  await page.getByText(/^http:loopback has been frozen since .*, by \S+\. New requests from it are refused\. Reason: It went wild\.$/).waitFor();
  await page.getByText(/^Waiting for you\s*$/).waitFor();
  await accessible(page);
  const told = await call('tfy_approvals_get', { approval_id: first.approval_id });
  assert.equal(told.status, 'denied');
  assert.match(told.message, new RegExp(`^Denied by ${me}, who froze this caller on [-0-9]+ [0-9]+:[0-9]+ UTC\\. Their reason: "It went wild\\." Nothing was done\\.`));
  for (const [tool, args] of [
    ['tfy_access_tokens_create', { payload: { name: 'another', expirationDate: '20 days' } }],
    ['tfy_access_tokens_delete', { id: 'never-looked-at' }],
  ]) {
    const refused = await call(tool, args);
    assert.equal(refused.status, 'denied', tool);
    assert.match(refused.message, frozenWords);
    assert.equal(refused.next, 'Tell the user that this caller is frozen, and do not call again until they say so.');
  }

  const status = await call('tfy_config_status', {});
  assert.match(status.warnings[0], /froze this caller \(http:loopback\) on .* Their reason: "It went wild\." Until a person unfreezes it, each call that changes something or shows a new value is refused.* approvals unfreeze http:loopback\b/);
  assert.match(status.next, /^Tell the user what the first warning says\./);

  const again = await world.serve(); // another server on the same state directory
  const other = new RawHttp(world, again.endpoint);
  const args = { payload: { name: 'elsewhere', expirationDate: '20 days' } };
  const { result } = await other.exchange(toolCall(1, 'tfy_access_tokens_create', args, {}));
  assert.match(result.structuredContent.message, frozenWords);

  await page.getByRole('button', { name: /^Unfreeze/ }).click();
  await page.getByText('has been frozen since').waitFor({ state: 'detached' });
  assert.equal((await create('after')).status, 'approval_pending');
  await row(page, 'Create', 'after').waitFor();
  const journal = await world.terminal(['audit', 'export']);
  const kinds = journal.stdout.trim().split('\n').map(line => JSON.parse(line).kind);
  assert.equal(kinds.filter(kind => kind === 'principal_frozen').length, 1);
  assert.equal(kinds.filter(kind => kind === 'denied').length, 8);
  assert.equal(kinds.filter(kind => kind === 'principal_unfrozen').length, 1);
});

test('the terminal freezes what the page shows, and the other way round', async t => {
  const { world, page, create } = await begin(t);
  await create('one');
  await row(page, 'Create', 'one').waitFor();
  const frozen = await world.terminal(['approvals', 'freeze', 'http:loopback', '--as', 'ann', '--reason', 'stop'], [passphrase]);
  assert.equal(frozen.code, 0, frozen.stderr);
  assert.match(frozen.stdout, /http:loopback is frozen\. Its open request was stopped\. New ones are refused\./);
  await page.getByText(/^http:loopback has been frozen since .*, by ann\. New requests from it are refused\. Reason: stop$/).waitFor();
  const listed = await world.terminal(['approvals', 'list']);
  assert.match(listed.stdout, /^http:loopback is frozen, by ann on /);
  await page.getByRole('button', { name: /^Unfreeze/ }).click();
  await page.getByText('has been frozen since').waitFor({ state: 'detached' });
  assert.doesNotMatch((await world.terminal(['approvals', 'list'])).stdout, /frozen/);
});

test('what opens at the end of a request is in view, not behind the decision', async t => {
  const { page, create } = await begin(t);
  await create('is-long');
  await page.setViewportSize({ width: 1280, height: 640 });
  const mine = await show(page, 'is-long');
  for (const [summary, inside] of [
    ['Freeze http:loopback…', mine.getByRole('button', { name: 'Freeze', exact: true })],
    ['Ask for less before approving…', mine.getByRole('button', { name: 'Change the request' })],
  ]) {
    await mine.locator('summary', { hasText: summary }).click();
    await inside.waitFor();
    const decision = page.locator('.decision');
    await page.waitForFunction(
      ([part, below]) => part.getBoundingClientRect().bottom <= below.getBoundingClientRect().top,
      [await inside.elementHandle(), await decision.elementHandle()]
    );
  }
});

test('one sees how many one approved in a row, and how often within two seconds; a denial ends the row', async t => {
  const { page, create } = await begin(t);
  await withoutTime(page);
  for (const name of ['quick-1', 'quick-2', 'quick-3', 'quick-4']) await create(name);
  for (const name of ['quick-1', 'quick-2']) {
    const mine = await show(page, name);
    await mine.getByLabel(`Type ${name} to approve`).fill(name);
    await mine.getByRole('button', { name: 'Approve creation' }).click();
    await mine.waitFor({ state: 'detached' });
  }
  await card(page, 'quick-3').getByText(/^You have approved 2 in a row\./).waitFor();
  const words = await card(page, 'quick-3').locator('.habits').innerText();
  assert.match(words, /2 decisions within two seconds of seeing the request\./);
  await page.reload();
  await (await show(page, 'quick-3')).getByText(/^You have approved 2 in a row\./).waitFor();
  const mine = card(page, 'quick-3');
  await mine.getByRole('button', { name: 'Deny' }).click();
  await mine.getByRole('button', { name: 'Not needed.' }).click();
  await mine.getByRole('button', { name: 'Deny request' }).click();
  await card(page, 'quick-4').waitFor();
  assert.equal(await card(page, 'quick-4').getByText('in a row').count(), 0);
});
