// The pictures of the page in docs/pictures: TFY_UPDATE_PICTURES=1 makes them anew from what the page shows.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { atSignIn, card, row } from './lib/browser.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const folder = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
const size = { width: 1280, height: 800 };

/** Width and height as the file's head has them. */
const sizeOf = png => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) });

test('the pictures in docs show the inbox and a request as they are', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  const ask = async (tool, args) => {
    const answer = await peer.exchange(toolCall(1, tool, args, { capabilities: {} }));
    return answer.result.structuredContent;
  };
  for (const [name, more, reason] of [
    ['ci-pipeline', { expirationDate: '30 days' }, 'The nightly build needs to push images.'],
    ['prod-deploy', {}, 'Deploy key for the release on Friday.'],
    ['notebook-eval', { expirationDate: '7 days', teamName: 'research' }, 'Evaluate the new model in a notebook.'],
  ])
    await ask('tfy_access_tokens_create', { payload: { name, ...more }, reason });

  const page = await atSignIn(t, world, server, size);
  await page.keyboard.press('Enter');
  await row(page, 'Create', 'prod-deploy').click();
  await card(page, 'prod-deploy').waitFor();

  const picture = async (name, size = { width: 1280, height: 800 }) => {
    await page.setViewportSize(size);
    const taken = await page.screenshot();
    const file = join(folder, `${name}.png`);
    if (process.env.TFY_UPDATE_PICTURES) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, taken);
    }
    assert.ok(existsSync(file), `${file} is missing: run this test with TFY_UPDATE_PICTURES=1`);
    assert.deepEqual(sizeOf(readFileSync(file)), sizeOf(taken), name);
  };
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await picture(`inbox-${scheme}`);
  }
  for (const name of ['ci-pipeline', 'prod-deploy', 'notebook-eval']) assert.ok(await row(page, 'Create', name).isVisible(), name);

  await page.emulateMedia({ colorScheme: 'light' });
  const mine = card(page, 'prod-deploy');
  await picture('request-phone', { width: 390, height: 844 });
  assert.ok(await mine.getByRole('button', { name: 'Approve creation' }).isVisible(), 'the decision is in view');

  await page.setViewportSize(size);
  await mine.getByLabel('Type prod-deploy to approve').fill('prod-deploy');
  await mine.getByRole('button', { name: 'Approve creation' }).click();
  await page.getByRole('link', { name: 'Show', exact: true }).click();
  await page.getByRole('button', { name: 'Show the value once' }).waitFor();
  await page.locator('.told', { hasText: /^$/ }).waitFor({ state: 'attached' }); // the words about the approval are gone
  await picture('reveal', { width: 1280, height: 480 });
});
