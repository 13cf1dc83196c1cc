// How the page's files arrive: compressed, once, guarded; and a browser that keeps to its policy can use them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { browse } from './lib/browser.mjs';
import { signInCode } from './lib/people.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

/** What is fetched when the page is opened, and what comes when it is first looked at. */
const files = ['', '/assets/app.js', '/assets/app.css'];
const later = ['/assets/own.js'];

/** An answer as it came: {status, headers, nosniff: how often, body}. */
async function ask(address, headers = {}) {
  const [answer] = await once(get(address, { headers }), 'response');
  const parts = await answer.toArray();
  const names = answer.rawHeaders.filter((_, index) => index % 2 === 0).map(each => each.toLowerCase());
  return {
    status: answer.statusCode,
    headers: answer.headers,
    nosniff: names.filter(each => each === 'x-content-type-options').length,
    body: Buffer.concat(parts),
  };
}

test('each file comes as it is, with gzip and with brotli, the same three times; what is fetched to open the page is under 45 kB', async t => {
  const world = await World.start(t);
  const { page } = await world.serve();
  const total = { identity: 0, gzip: 0, br: 0 };
  for (const file of [...files, ...later]) {
    const whole = await ask(page + file);
    assert.equal(whole.headers['content-encoding'], undefined);
    const counts = files.includes(file);
    if (counts) total.identity += whole.body.length;
    for (const [coding, unpack] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ]) {
      const packed = await ask(page + file, { 'accept-encoding': coding });
      assert.equal(packed.headers['content-encoding'], coding, file);
      assert.deepEqual(unpack(packed.body), whole.body, `${file}: not made from the same build`);
      assert.equal(packed.nosniff, 1);
      if (counts) total[coding] += packed.body.length;
      if (!file) continue;
      const again = await ask(page + file, { 'accept-encoding': coding, 'if-none-match': packed.headers.etag });
      assert.equal(again.status, 304);
      assert.equal(again.body.length, 0);
    }
  }
  t.diagnostic(`the page: ${total.identity} bytes, ${total.gzip} with gzip, ${total.br} with brotli`);
  assert.ok(total.gzip < 45_000, `${total.gzip}`);
});

test('a browser that keeps to the page’s policy reports nothing, and asks no other origin', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  await peer.exchange(toolCall(1, 'tfy_access_tokens_create', { payload: { name: 'strict' } }, { capabilities: {} }));
  const page = await (await browse(t, {})).newPage();
  const complaints = [];
  const asked = new Set();
  page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('request', request => asked.add(new URL(request.url()).origin));
  await page.addInitScript(() => {
    globalThis.reports = [];
    document.addEventListener('securitypolicyviolation', event => globalThis.reports.push(event.violatedDirective));
  });
  await world.enrol();
  await page.goto(server.page);
  await page.getByLabel('Sign-in code').fill(await signInCode(world));
  await page.keyboard.press('Enter');
  await page.getByRole('article', { name: 'Create access token strict' }).waitFor();
  await page.context().grantPermissions(['notifications']);
  for (const name of ['Notify me', 'Sound']) await page.getByLabel(name).click();
  const views = await page.getByRole('navigation').getByRole('link').all();
  for (const view of views) {
    await view.click();
    await page.locator('h2').first().waitFor();
  }
  assert.ok(views.length >= 5);
  await page.getByTitle('Your passkeys').click(); // comes in a file of its own
  await page.getByRole('heading', { name: /^Passkeys of/ }).waitFor();
  assert.deepEqual(await page.evaluate(() => globalThis.reports), []);
  assert.deepEqual(complaints, []);
  asked.delete('null'); // the icon is in the page
  assert.deepEqual([...asked], [new URL(server.page).origin]);
  const refused = await page.evaluate(() => {
    try {
      globalThis.trustedTypes.createPolicy('own', {});
      return 'made';
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(refused, 'TypeError', 'no script makes itself a policy');
});
