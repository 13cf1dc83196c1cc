// Programs that the operator added, in Debian's Chromium: how a person is asked about one, finds it again and revokes it, and
// that its long id fits in the inbox.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, browse } from './lib/browser.mjs';
import { addClient, authorize, beginOAuth, callback, Keeper } from './lib/oauth.mjs';
import { query } from './lib/consent.mjs';
import { Page } from './lib/page.mjs';
import { me, passphrase } from './lib/people.mjs';

const options = { viewport: { width: 1280, height: 1000 }, bypassCSP: true };

async function begin(t) {
  const begun = await beginOAuth(t);
  const client = await addClient(begun.world, '--name', 'gateway');
  assert.ok(client.id.length > 40);
  const page = await (await browse(t, options)).newPage();
  return { ...begun, client, page };
}

async function signIn(page) {
  await page.getByLabel('Name', { exact: true }).fill(me);
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const marked = page => page.locator('nav a[aria-current]').count();

test('a program that the operator added stands under the operator’s name, its id below; no tab is marked', async t => {
  const { world, origin, server, client, page } = await begin(t);
  await page.goto(`${origin}/oauth/authorize?${query({ client_id: client.id, redirect_uri: callback })}`);
  await signIn(page);
  await page.getByText('The operator of this server added it under this name.').waitFor();
  assert.equal(await page.locator('.asks').innerText(), 'gateway');
  assert.equal(await page.locator('.asks ~ .by').innerText(), client.id);
  assert.doesNotMatch(await page.locator('main').innerText(), /calls itself|unverified/);
  assert.equal(await marked(page), 0);
  await accessible(page);

  const person = await Page.signIn(world, server);
  await authorize({ world, server, person, keeper: new Keeper(client) });
  await page.getByTitle('Your passkeys').click();
  const line = page.locator('li.entry', { has: page.getByRole('heading', { name: '“gateway”' }) });
  await line.getByText(client.id, { exact: true }).first().waitFor();
  assert.equal(await marked(page), 0);
  await accessible(page);
  await page.route('**/api/grants', route => route.fulfill({ status: 503, json: { error: { code: 'unavailable', message: 'Not now.' } } }));
  await page.reload();
  await page.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor();
  assert.equal(await page.getByText('None. A program').count(), 0);
});

test('callers with long names leave the inbox as wide as it is, from 320 to 1920 px', async t => {
  const { world, server, client, page } = await begin(t);
  const person = await Page.signIn(world, server);
  const program = await authorize({ world, server, person, keeper: new Keeper(client) });
  await program.callTool({ name: 'tfy_access_tokens_create', arguments: { payload: { name: 'by-gateway' } } });
  await page.goto(server.page);
  await signIn(page);
  await page.locator('.filters option', { hasText: `oauth:${me}/${client.id}` }).waitFor({ state: 'attached' });
  assert.equal(await marked(page), 1);
  for (const width of [320, 1280, 1920]) {
    await page.setViewportSize({ width, height: 1000 });
    const out = await page.evaluate(() => {
      const { left, right } = document.querySelector('.list').getBoundingClientRect();
      const outside = each => each.getBoundingClientRect().right > right || each.getBoundingClientRect().left < left;
      return [...document.querySelectorAll('.filters, .filters *:not(option)')].filter(outside).map(each => each.outerHTML.slice(0, 80));
    });
    assert.deepEqual(out, [], `${width} px`);
  }
  await accessible(page);
});
