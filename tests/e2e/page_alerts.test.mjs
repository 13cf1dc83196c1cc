// A notification and a sound for a new request, in Debian's Chromium: off until a person switches them on by a click, in
// this browser; for what they may approve, while they look elsewhere; with nothing in them that deceives.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, card, focused } from './lib/browser.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const policy = `[[rule]]
tools = ["tfy_access_tokens_create"]
names = ["db-*"]
approvers = ["bob"]

${rules({ assurance: null })}`;

/** In the page: what it asks the browser for, instead of a desktop that no test has. */
function instrument(answer) {
  globalThis.told = [];
  globalThis.asked = 0;
  globalThis.sounds = 0;
  globalThis.Notification = class {
    static permission = 'default';
    static async requestPermission() {
      globalThis.asked += 1;
      return (this.permission = answer);
    }
    constructor(title, options) {
      globalThis.told.push({ title, ...options, notice: this });
    }
    close() {}
  };
  const Real = globalThis.OscillatorNode;
  globalThis.OscillatorNode = class extends Real {
    start(...when) {
      globalThis.sounds += 1;
      super.start(...when);
    }
  };
  document.hasFocus = () => false;
}

const seen = page =>
  page.evaluate(() => ({
    told: globalThis.told.map(({ title, body, tag }) => ({ title, body, tag })),
    asked: globalThis.asked,
    sounds: globalThis.sounds,
  }));

async function begin(t, answer = 'granted') {
  const world = await World.start(t, { policy, hold: '0s' });
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  let last = 0;
  const ask = async name => {
    const call = toolCall((last += 1), 'tfy_access_tokens_create', { payload: { name } }, { capabilities: {} });
    return (await peer.exchange(call)).result.structuredContent.approval_id;
  };
  const page = await atSignIn(t, world, server);
  await page.evaluate(instrument, answer);
  await page.keyboard.press('Enter');
  await page.getByText('Nothing is waiting for you').waitFor();
  const arrived = count => page.getByText(new RegExp(`^Waiting for you\\s*${count}$`)).waitFor();
  return { world, page, ask, arrived };
}

test('both are off, and nothing is asked of the browser, until a person switches them on', async t => {
  const { page, ask, arrived } = await begin(t);
  await ask('unheard');
  await arrived(1);
  assert.deepEqual(await seen(page), { told: [], asked: 0, sounds: 0 });
  await page.keyboard.press('?');
  await page.getByText('for new requests a notification and a sound').waitFor();
  await page.keyboard.press('Escape');

  await page.getByLabel('Notify me').check();
  await page.getByLabel('Sound').check();
  await accessible(page);
  const tried = await seen(page);
  assert.equal(tried.asked, 1);
  assert.deepEqual(tried.told.map(each => each.title), ['Approvals'], 'what it is like');
  assert.equal(tried.sounds, 1, 'what it is like');

  const id = await ask('heard');
  await arrived(2);
  await ask('db-of-others');
  await arrived(3);
  const { told, sounds } = await seen(page);
  assert.deepEqual(told.slice(1), [
    { title: 'A new request waits for you', body: 'Create access token “heard”, asked by http:loopback', tag: id },
  ], 'not for what is for others to approve');
  assert.equal(sounds, 2);
  await page.getByRole('link', { name: 'Health' }).click();
  await page.evaluate(() => globalThis.told.at(-1).notice.onclick());
  await card(page, 'heard').waitFor();
  await focused(page, `title-${id}`);

  await page.evaluate(() => (document.hasFocus = () => true));
  await ask('looked-at');
  await arrived(4);
  assert.equal((await seen(page)).told.length, 2, 'who looks at the page sees it there');

  await page.context().grantPermissions(['notifications']);
  await page.reload(); // the browser keeps what was chosen
  await arrived(4);
  assert.ok(await page.getByLabel('Notify me').isChecked());
  assert.ok(await page.getByLabel('Sound').isChecked());
  await page.getByLabel('Notify me').uncheck();
  await page.getByLabel('Sound').uncheck();
  await page.evaluate(instrument, 'granted');
  await ask('unheard-again');
  await arrived(5);
  assert.deepEqual(await seen(page), { told: [], asked: 0, sounds: 0 });
});

test('where the browser does not allow notifications, the page says so and the box stays empty', async t => {
  const { page } = await begin(t, 'denied');
  await page.getByLabel('Notify me').click();
  await page.getByText('The browser does not allow notifications of this page.').waitFor();
  assert.equal(await page.getByLabel('Notify me').isChecked(), false);
  assert.deepEqual((await seen(page)).told, []);
  await accessible(page);
});
