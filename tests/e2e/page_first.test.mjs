// The first visit, in Debian's Chromium: the sign-in page says who may come in, and how; so it does after a wrong answer, and
// while no one is enrolled.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, browse } from './lib/browser.mjs';
import { open } from './lib/clients.mjs';
import { me, passphrase } from './lib/people.mjs';
import { create, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  return { world, server, page: await (await browse(t)).newPage() };
}

test('while no one is enrolled the page says how to be the first, and asks for nothing', async t => {
  const { world, server, page } = await begin(t);
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const command = `tfy-pat-mcp people first --state-dir ${world.state}`;
  const status = await connection.call('tfy_config_status', {});
  assert.ok(status.structuredContent.warnings.some(each => each.includes('No one is enrolled') && each.endsWith(command)), textOf(status));
  const pending = await create(connection, 'dev-local');
  assert.ok(pending.structuredContent.next.startsWith('No one is enrolled yet, '), textOf(pending));
  assert.ok(pending.structuredContent.next.includes(`${command}\n`), textOf(pending));
  await page.goto(server.page);
  await page.getByText('No one is enrolled on this server').waitFor();
  await page.getByText(/people first/).waitFor();
  assert.equal(await page.locator('input:visible').count(), 0, 'the field for an invitation is folded');
  await accessible(page);
  await world.enrol();
  assert.deepEqual((await connection.call('tfy_config_status', {})).structuredContent.warnings, []);
  assert.doesNotMatch(textOf(await create(connection, 'dev-local')), /No one is enrolled/);
  await page.getByRole('button', { name: 'I have done that' }).click();
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.getByLabel('Name', { exact: true }).fill(me);
  await page.keyboard.press('Enter');
  await page.getByText('dev-local').first().waitFor();
});

test('a wrong passphrase says so, keeps the name, and the right one leads to the request of the link', async t => {
  const { world, server, page } = await begin(t);
  await world.enrol();
  await page.goto(`${server.page}/apr_aaaaaaaaaaaaaaaaaaaaaaaaaa`);
  await page.getByLabel('Name', { exact: true }).fill(me);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Type your name and your passphrase, or a sign-in code.').waitFor();
  await page.getByLabel('Passphrase').fill('wrong horse battery');
  await page.keyboard.press('Enter');
  await page.locator('#sign-in-problem', { hasText: 'You are not signed in.' }).waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), me);
  await accessible(page);
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.keyboard.press('Enter');
  await page.getByText('The request of this link is not here.').waitFor();
  await accessible(page);
});
