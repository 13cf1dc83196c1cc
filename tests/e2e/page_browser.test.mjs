// The approvals page as a person has it: in Debian's Chromium, by its labels, and read by axe in light and dark.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, card, focused, row, show } from './lib/browser.mjs';
import { open } from './lib/clients.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const month = { expirationDate: '20 days' };

/** Over the default rules: db-* is for bob alone, prod-* needs two. */
const policy = `[[rule]]
tools = ["tfy_access_tokens_create"]
names = ["db-*"]
approvers = ["bob"]

[[rule]]
tools = ["tfy_access_tokens_create"]
names = ["prod-*"]
quorum = 2

${rules({ assurance: null })}`;

async function begin(t) {
  const world = await World.start(t, { policy, hold: '1s' });
  const server = await world.serve();
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const page = await atSignIn(t, world, server);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Nothing is waiting for you').waitFor();
  return { world, connection, page };
}

test('a request is changed, then approved under its new name; the agent gets what was approved', async t => {
  const { connection, page } = await begin(t);
  const call = () => create(connection, 'too-long', { expirationDate: '90 days' });
  assert.equal(statusOf(await call()), 'approval_pending');
  const asked = await show(page, 'too-long');
  await asked.getByText('Ask for less before approving').click();
  await asked.getByLabel('Another name').fill('shorter');
  await asked.getByLabel('An earlier end').fill('120 days');
  await asked.getByRole('button', { name: 'Change the request' }).click();
  await asked.getByText('it may expire earlier, not later').waitFor();
  await accessible(page);
  await asked.getByLabel('An earlier end').fill('7 days');
  await asked.getByLabel('An earlier end').press('Enter');

  const now = card(page, 'shorter');
  await focused(page, 'changed-');
  assert.deepEqual(await now.locator('.changes dt').allInnerTexts(), ['Name', 'Expiration date']);
  assert.match(await now.locator('.changes').innerText(), /asked: too-long\s+now: shorter by /);
  const day = String.raw`\d+ \w+ \d{4}, \d\d:\d\d \S+`;
  assert.match(await now.locator('.changes').innerText(), new RegExp(`Expiration date\\s+asked: ${day}\\s+now: ${day} by `));
  for (const old of await now.locator('.changes .before').allInnerTexts()) assert.match(old, new RegExp(`^(too-long|${day})$`));
  assert.doesNotMatch(await now.innerText(), /\d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  await accessible(page);
  await now.getByLabel('Type shorter to approve').fill('too-long');
  await now.getByRole('button', { name: 'Approve creation' }).click();
  await now.getByText("Type the token's name, shorter, to approve.").waitFor();
  await now.getByLabel('Type shorter to approve').fill('shorter');
  await now.getByLabel('Do not show it').check();
  await now.getByRole('button', { name: 'Approve creation' }).click();
  await now.waitFor({ state: 'detached' });
  const created = await call();
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.equal(created.structuredContent.narrowed.at(0).approved, 'shorter');
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('button', { name: /^Create shorter/ }).click();
  await page.getByText('A person changed it before it was approved').waitFor();
  await accessible(page);
});

test('a permission is given from a request by keyboard, used without asking, and revoked', async t => {
  const { world, connection, page } = await begin(t);
  await create(connection, 'ci-one', month);
  await (await show(page, 'ci-one')).getByRole('button', { name: 'Allow more like this' }).click();
  await focused(page, 'permit-names');
  assert.equal(await page.getByLabel('Names of the tokens').inputValue(), 'ci-*');
  assert.equal(await page.getByLabel('Who asks').inputValue(), 'http:loopback');
  await page.getByLabel('How many').fill('500');
  await page.keyboard.press('Enter');
  await page.getByText('The number of uses must be from 1 to 100. No permission was given.').waitFor();
  await accessible(page);
  await page.getByLabel('How many').fill('2');
  const summary = await page.locator('#permit-summary').innerText();
  assert.equal(
    summary,
    `For 1 hour from now, http:loopback may create up to 2 tokens named ci-* at ${world.upstream} with the key in use when it was given, ` +
      'with team, account and type left out, ' +
      'without anyone being asked. Each must expire within 30 days. Each value is shown here, once.'
  );
  await page.keyboard.press('Enter');
  await page.getByText('used 0 of 2').waitFor();

  const made = await create(connection, 'ci-two', month);
  assert.equal(statusOf(made), 'executed', textOf(made));
  await page.getByText('used 1 of 2').waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText('Allowed ahead of time by').waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'Permissions' }).click();
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('None. A person is asked about every create, delete, rotation and reveal.').waitFor();
  await focused(page, 'permissions-title');
  assert.equal(statusOf(await create(connection, 'ci-three', month)), 'approval_pending');
});

test('who may not approve sees why; who did sees how many are missing', async t => {
  const { world, connection, page } = await begin(t);
  await create(connection, 'db-reader', month);
  await create(connection, 'prod-deploy', month);
  const barred = await show(page, 'db-reader');
  await barred.getByText('Only these people can decide on this request: bob.').waitFor();
  const button = barred.getByRole('button', { name: 'Approve creation' });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  assert.equal(await barred.getByText('Ask for less before approving').count(), 0);

  const shared = await show(page, 'prod-deploy');
  await shared.getByText('0 of 2 approvals').waitFor();
  await shared.getByLabel('Type prod-deploy to approve').fill('prod-deploy');
  await shared.getByRole('button', { name: 'Approve creation' }).click();
  await shared.getByText(/1 of 2 approvals: \S+ \(page, \d\d:\d\d \S+\)/).waitFor();
  await shared.getByText('has already approved this request').waitFor();
  await focused(page, 'votes-');
  await accessible(page);
  assert.equal(await shared.getByRole('button', { name: 'Deny' }).getAttribute('aria-disabled'), 'false');
  assert.equal(await world.upstreamCount('POST'), 0);
});
