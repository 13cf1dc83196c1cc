// What tests in Chromium share.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

import { me, passphrase } from './people.mjs';
import { rules, World } from './world.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

/** For the page it is so many minutes later, until the server tells it the time again. */
export const goAhead = (page, minutes) =>
  page.evaluate(by => {
    const real = Date.now;
    Date.now = () => real() + by * 60_000;
  }, minutes);

/** From here on no time passes for what the page measures by itself, but in its timers. */
export const withoutTime = page =>
  page.evaluate(() => {
    const now = performance.now();
    performance.now = () => now;
  });

/**
 * Loads the page once more, with a clock that stands still from then on: `page.clock.runFor` lets time pass, `resume` lets it
 * go. What comes over the network comes all the same.
 */
export async function withStoppedClock(page, ready) {
  await page.clock.install();
  await page.reload();
  await ready();
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
}

/** A browser of its own: Debian's Chromium. The page's own policy would keep axe out, if it were kept to. */
export async function browse(t, options = { viewport: { width: 1280, height: 1000 }, bypassCSP: true }) {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
  assert.ok(executablePath, 'Chromium is not installed: apt-get install chromium');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: 120_000 });
  t.after(() => browser.close());
  const context = await browser.newContext(options);
  context.setDefaultTimeout(60_000);
  return context;
}

/** What `address` shows in a browser of its own. */
export async function openPage(t, address, viewport = { width: 1280, height: 1000 }) {
  const page = await (await browse(t, { viewport, bypassCSP: true })).newPage();
  await page.goto(address);
  return page;
}

/** The sign-in page of `server`, with the code filled in, or the first person's name and passphrase. */
export async function atSignIn(t, world, server, viewport) {
  if (!server.code) await world.enrol();
  const page = await openPage(t, server.page, viewport);
  if (server.code) await page.getByLabel('Sign-in code').fill(server.code);
  else {
    await page.getByLabel('Name', { exact: true }).fill(server.person ?? me);
    await page.getByLabel('Passphrase').fill(passphrase);
  }
  return page;
}

const device = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true };

/** A device that belongs to this browser and holds passkeys: {cdp, id, keys, give, remove}. */
export async function addDevice(page, more = {}) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...device, automaticPresenceSimulation: true, ...more },
  });
  return {
    cdp,
    id: authenticatorId,
    keys: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    give: credential => cdp.send('WebAuthn.addCredential', { authenticatorId, credential }),
    remove: () => cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
  };
}

/**
 * The page of a sandbox with example tokens, whose first person is signed in and has nothing to decide: {world, server, page}.
 * `before` comes before the server.
 */
export async function signedIn(t, before = async () => {}) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s', sandbox: ['--sandbox-tokens', 'examples'] });
  await before(world);
  const server = await world.serve();
  const page = await atSignIn(t, world, server);
  await page.keyboard.press('Enter');
  await page.getByText('Nothing is waiting for you').waitFor();
  return { world, server, page };
}

/** Nothing that axe objects to, in light, dark and forced colours, on a wide and a narrow screen; nothing to scroll sideways. */
export async function accessible(page) {
  await page.evaluate(axe);
  for (const [colorScheme, width, forcedColors] of [
    ['light', 1280, 'none'],
    ['dark', 1280, 'none'],
    ['dark', 320, 'none'],
    ['light', 320, 'none'],
    ['light', 1280, 'active'],
    ['dark', 320, 'active'],
  ]) {
    await page.emulateMedia({ colorScheme, forcedColors });
    await page.setViewportSize({ width, height: 1000 });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { rules: { 'target-size': { enabled: true } } }));
    const found = violations.map(each => `${each.id}: ${each.nodes.map(node => node.target).join(', ')}`);
    assert.deepEqual(found, [], `${colorScheme}, ${width} px, forced colours ${forcedColors}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px`);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('.row')].filter(row => row.scrollWidth > row.clientWidth).map(row => row.innerText)
    );
    assert.deepEqual(wide, [], `lines that do not fit at ${width} px`);
  }
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  await page.setViewportSize({ width: 1280, height: 1000 });
}

/** The line of a request in the inbox. */
export const row = (page, verb, name) =>
  page.locator('a.row', { has: page.locator('.row-what', { hasText: new RegExp(`^${verb}\\s*${name}$`) }) });
/** The request beside the inbox. */
export const card = (page, name, title = 'Create access token') => page.getByRole('article', { name: `${title} ${name}` });

/** Opens the request of `name` from the inbox. */
export async function show(page, name, verb = 'Create', title = 'Create access token') {
  await row(page, verb, name).click();
  await card(page, name, title).waitFor();
  return card(page, name, title);
}

export const focused = (page, id) => page.waitForFunction(start => document.activeElement?.id.startsWith(start), id);
