// The inbox under a flood, in Debian's Chromium: the first line is there at once, and only what is in view is in the document.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { chromium } from 'playwright-core';

import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const browserFile = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const many = 1000;
const policy = rules({ assurance: null })
  .replace('open_requests = 100', 'open_requests = 2000')
  .replace('minute = 1000', 'minute = 100000');

test('1,000 requests wait: the first line is there within a second, in fewer than 2,000 nodes', async t => {
  assert.ok(browserFile, 'Chromium is not installed: apt-get install chromium');
  const world = await World.start(t, { policy, hold: '0s' });
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  const ask = async i => {
    const call = toolCall(i, 'tfy_access_tokens_create', { payload: { name: `many-${i}` } }, { capabilities: {} });
    const { result } = await peer.exchange(call);
    assert.equal(result.structuredContent.status, 'approval_pending');
  };
  for (let i = 0; i < many; i += 20) await Promise.all(Array.from({ length: 20 }, (_, j) => ask(i + j)));
  const browser = await chromium.launch({ executablePath: browserFile, args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(20_000);
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
  await page.goto(server.page);
  await page.getByLabel('Sign-in code').fill(server.code);
  // The page's own clock, from the click that signs in to the first line.
  await page.evaluate(() => {
    const button = [...document.querySelectorAll('button')].find(each => each.textContent === 'Sign in');
    button.addEventListener('click', () => (globalThis.begun = performance.now()));
    new MutationObserver((_, self) => {
      if (!document.querySelector('a.row')) return;
      globalThis.took = performance.now() - globalThis.begun;
      self.disconnect();
    }).observe(document.body, { childList: true, subtree: true });
  });
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(new RegExp(`^Waiting for you\\s*${many}$`)).waitFor();
  const took = await page.evaluate(() => globalThis.took);
  t.diagnostic(`first line ${Math.round(took)} ms after signing in, ${await nodes()} nodes`);
  assert.ok(took < 1000, `${took} ms`);
  assert.ok((await nodes()) < 2000, `${await nodes()} nodes`);
  await page.getByRole('searchbox').fill(`many-${many - 1}`);
  await page.getByText(`1 of ${many}.`).waitFor();
});
