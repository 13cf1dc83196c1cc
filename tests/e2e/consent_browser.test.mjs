// A program asks a person for access, in Debian's Chromium: what they see, how they sign in first, and that only a press of
// their own on Allow gives it a code. Rows 20 and 28 to 32 of the abuse table.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { accessible, browse } from './lib/browser.mjs';
import { beginConsent, callback, claude, documentOf, query } from './lib/consent.mjs';
import { IdentityProvider } from './lib/identity_provider.mjs';
import { inOwnNetwork } from './lib/own_network.mjs';
import { Page } from './lib/page.mjs';
import { me, passphrase } from './lib/people.mjs';
import { untilPolled } from './lib/process.mjs';
import { providerOptions } from './lib/team.mjs';

const web = '93.184.216.34';
const names = { 'claude.ai': [web], 'evil.example': [web] };
const evil = 'https://evil.example/c.json';
const evilCallback = 'https://evil.example/cb';
/** As an identity of TrueFoundry's: no token of this server, and nothing of ours takes it out. */
const part = json => Buffer.from(JSON.stringify(json)).toString('base64url');
const state = `${part({ alg: 'RS256' })}.${part({ iss: 'truefoundry.com', sub: 'gateway' })}.c2lnbmF0dXJl+ /&=%41ä`;
const deceit = `\u202eedualC <img src=x onerror=document.title=1> ${'Claude '.repeat(300)}`;

const options = { viewport: { width: 1280, height: 1000 }, bypassCSP: true, ignoreHTTPSErrors: true };

async function begin(t, more = {}) {
  const answer = (request, response) => {
    if (!request.url.endsWith('.json')) return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Back at the program</h1>');
    const document = request.headers.host === 'evil.example'
      ? documentOf(evil, { client_name: deceit, redirect_uris: [evilCallback] })
      : documentOf();
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  };
  const begun = await beginConsent(t, {
    names: Object.keys(names),
    addresses: [web],
    answer,
    env: { TFY_PAT_MCP_OAUTH_CLIENT_HOST: 'evil.example' },
    ...more,
  });
  return { ...begun, newPage: async () => (await browse(t, options)).newPage(), link: fields => `${begun.origin}/oauth/authorize?${query(fields)}` };
}

async function signIn(page) {
  await page.getByLabel('Name', { exact: true }).fill(me);
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const question = page => page.getByRole('heading', { name: 'A program wants to act for you' });
const allowButton = page => page.getByRole('button', { name: 'Allow' });
const armed = page => page.locator('button.main[aria-disabled="false"]', { hasText: 'Allow' });
const back = page => page.getByRole('heading', { name: 'Back at the program' });

/** The page of a person who was asked by `link`, and has signed in for it. */
async function asked(newPage, link) {
  const page = await newPage();
  await page.goto(link);
  await page.getByText('A program wants to act for you. Sign in to decide.').waitFor();
  await signIn(page);
  await question(page).waitFor();
  return page;
}

if (inOwnNetwork(import.meta.url, names)) {
  test('a person signs in first, sees who asks, allows it, and is back at the program; the list takes it back', { timeout: 120_000 }, async t => {
    const { newPage, link, world, server } = await begin(t);
    const page = await asked(newPage, link({ redirect_uri: 'http://localhost:4711/callback' }));
    const text = await page.locator('main').innerText();
    for (const part of ['claude.ai', '“Claude”', 'Any program could use that name.', me, 'localhost (this computer). Any program on it could receive it.', 'but not their values', 'a person still decides on each one'])
      assert.ok(text.includes(part), `${part} in ${text}`);
    await accessible(page);
    await page.reload();
    await question(page).waitFor();
    await page.goto(link({ state }));
    await question(page).waitFor();
    await page.getByLabel('ask for changes').uncheck();
    await armed(page).click();
    await back(page).waitFor();
    const came = new URL(page.url());
    assert.equal(came.origin + came.pathname, callback);
    assert.match(came.searchParams.get('code'), /^[\w-]{43}$/);
    assert.equal(came.searchParams.get('state'), state);

    const own = await newPage();
    await own.route('**/assets/own.js', route => route.abort());
    await own.goto(`${server.page}/passkeys`);
    await signIn(own);
    await own.getByRole('alert').filter({ hasText: 'This part of the page did not arrive. Reload the page.' }).waitFor();
    await own.unroute('**/assets/own.js');
    await own.reload();
    const line = own.locator('li.entry', { has: own.getByRole('heading', { name: '“Claude”' }) });
    await line.getByText('Only reads.').waitFor();
    await accessible(own);
    await line.getByRole('button', { name: /^Revoke.*claude\.ai$/ }).click();
    await own.getByText('None. A program asks you here when you connect it.').waitFor();
    world.fetch.kept.length = 0;
  });

  test('a person who denies it goes back to the program without a code', async t => {
    const { newPage, link } = await begin(t);
    const page = await asked(newPage, link());
    await page.getByRole('button', { name: 'Deny' }).click();
    await back(page).waitFor();
    assert.deepEqual(['error', 'code'].map(name => new URL(page.url()).searchParams.get(name)), ['access_denied', null]);
  });

  test('row 20: an unknown program, and an address that is not its own, are said on the page, which stays', async t => {
    const { newPage, link, origin } = await begin(t);
    const page = await newPage();
    await page.goto(link({ client_id: 'nobody' }));
    await signIn(page);
    await page.getByRole('alert').filter({ hasText: 'does not know the program that asks' }).waitFor();
    await page.goto(link({ redirect_uri: evilCallback }));
    await page.getByRole('alert').filter({ hasText: 'not among those it is known by, at evil.example' }).waitFor();
    assert.ok(page.url().startsWith(origin));
    assert.equal(await allowButton(page).count(), 0);
  });

  test('row 28: a person who opens a link is asked for themselves, each time, also after they have allowed it or another', { timeout: 120_000 }, async t => {
    const { newPage, link, web: { asked: seen } } = await begin(t);
    const captured = link();
    const first = await asked(newPage, captured);
    await armed(first).click();
    await back(first).waitFor();
    const victim = await asked(newPage, captured);
    await victim.goto(captured);
    await question(victim).waitFor();
    await armed(victim).waitFor();
    await victim.goto(link({ client_id: evil, redirect_uri: evilCallback }));
    await question(victim).waitFor();
    await armed(victim).waitFor();
    assert.equal(seen.filter(each => each.includes('code=')).length, 1, seen.join('\n'));
  });

  test('row 28: a sign-in at an identity provider that asks nothing leads to the question, with what was asked kept', async t => {
    const provider = await IdentityProvider.start(t);
    const { newPage, link, web: { asked: seen } } = await begin(t, { options: world => providerOptions(world, provider) });
    provider.person = { ...provider.person, sub: 'u-new' };
    const page = await newPage();
    await page.goto(link({ state: 'kept state' }));
    await page.getByRole('button', { name: /^Sign in at / }).click();
    const goOn = page.getByRole('link', { name: /^Continue as / });
    await goOn.click();
    // Who came for the first time may look: a second person has not confirmed them.
    await page.getByRole('alert').filter({ hasText: 'You are not confirmed yet' }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('state'), 'kept state');
    assert.equal(seen.filter(each => each.includes('code=')).length, 0);
  });

  test('row 29: an answer from another site or port, without a key, or for another session counts for nothing', { timeout: 120_000 }, async t => {
    const { newPage, link, origin, world, server } = await begin(t);
    const mine = await Page.signIn(world, server);
    const other = await Page.signIn(world, server);
    const text = query();
    const { pending } = (await mine.request('POST', '/api/consent', { query: text })).body.question;
    const wish = { query: text, pending, may_request: true };
    const post = (page, headers) => page.request('POST', '/api/consent/allow', wish, headers);
    assert.equal((await post(mine, { origin: 'http://localhost:1' })).status, 403);
    assert.equal((await post(mine, { origin: 'https://evil.example' })).status, 403);
    assert.equal((await post(mine, { 'sec-fetch-site': 'same-site' })).status, 403);
    assert.equal((await post(mine, { 'x-page-key': '' })).status, 401);
    assert.equal((await post(other)).status, 403);

    const neighbour = createServer((request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>neighbour</p>')).listen(0, '127.0.0.1');
    await once(neighbour, 'listening');
    t.after(() => neighbour.close());
    const page = await asked(newPage, link());
    const tab = await page.context().newPage();
    await tab.goto(`http://localhost:${neighbour.address().port}/`);
    const tried = await tab.evaluate(async ([address, body]) => {
      const ways = [{}, { mode: 'no-cors' }, { headers: { 'content-type': 'application/json', 'x-page-key': 'x' } }];
      const seen = [];
      for (const way of ways)
        seen.push(await fetch(address, { method: 'POST', body, credentials: 'include', ...way }).then(answer => answer.type, () => 'refused'));
      return seen;
    }, [`${origin}/approvals/api/consent/allow`, JSON.stringify(wish)]);
    assert.deepEqual(tried, ['refused', 'opaque', 'refused']);
    assert.deepEqual((await mine.request('GET', '/api/grants')).body.grants, []);
  });

  test('row 30: no frame shows it; a click before it was seen, and a key that is held down, do not allow it', { timeout: 120_000 }, async t => {
    const { newPage, link, world, server } = await begin(t);
    const mine = await Page.signIn(world, server);
    const nothing = async () => assert.deepEqual((await mine.request('GET', '/api/grants')).body.grants, []);
    const framing = createServer((request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<iframe src="${link()}" width="900" height="900"></iframe>`)).listen(0, '127.0.0.1');
    await once(framing, 'listening');
    t.after(() => framing.close());

    const page = await asked(newPage, link());
    const outer = await page.context().newPage();
    await outer.goto(`http://localhost:${framing.address().port}/`);
    await outer.waitForLoadState('networkidle');
    assert.equal(await outer.frameLocator('iframe').locator('#app').count(), 0);
    await outer.close();

    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000); // before the question comes, or its half second is over at once
    await page.goto(link());
    const seen = async () => {
      await page.clock.runFor(20); // what the page does after a frame
      return question(page).isVisible();
    };
    await untilPolled(seen, { what: () => 'the question' });
    const { x, y, width, height } = await allowButton(page).boundingBox();
    const at = [x + width / 2, y + height / 2];
    await page.mouse.dblclick(...at);
    await allowButton(page).focus();
    await page.keyboard.press('Enter');
    await page.mouse.move(...at);
    await page.mouse.down();
    await page.clock.runFor(600);
    await armed(page).waitFor();
    await page.mouse.up(); // pressed before
    await nothing();
    await page.evaluate(() => dispatchEvent(new Event('focus'))); // back from another window
    await page.locator('button.main[aria-disabled="true"]', { hasText: 'Allow' }).waitFor();
    await page.keyboard.down('Enter');
    await page.clock.runFor(600);
    await armed(page).waitFor();
    await page.keyboard.down('Enter'); // held down since
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await nothing();
    assert.ok(await question(page).isVisible());
    await page.keyboard.press('Enter');
    await back(page).waitFor();
  });

  test('row 31: what a program calls itself is shown as it is written, behind the host that it comes from', async t => {
    const { newPage, link } = await begin(t);
    const page = await asked(newPage, link({ client_id: evil, redirect_uri: evilCallback }));
    const text = await page.locator('main').innerText();
    assert.ok(text.indexOf('evil.example') < text.indexOf('Claude'), text);
    assert.ok(text.includes('⟨U+202E⟩edualC <img src=x'), text);
    assert.doesNotMatch(await page.content(), /[\u202a-\u202e]/);
    assert.equal(await page.locator('main img').count(), 0);
    assert.notEqual(await page.title(), '1');
    assert.ok(text.length < 1500, `${text.length}`);
    await accessible(page);
    const sizes = await page.evaluate(() => ['.asks', 'bdi'].map(each => parseFloat(getComputedStyle(document.querySelector(`main ${each}`)).fontSize)));
    assert.ok(sizes[0] > 20, sizes.join());
  });

  test('row 32: a fault leads back to an address that is trusted; to another one only by a button', async t => {
    const { newPage, link, origin } = await begin(t);
    const page = await newPage();
    await page.goto(link({ response_type: 'token', state }));
    await signIn(page);
    await back(page).waitFor();
    const told = new URL(page.url()).searchParams;
    assert.deepEqual([told.get('error'), told.get('state')], ['unsupported_response_type', state]);

    await page.goto(link());
    await question(page).waitFor();
    await page.route('**/approvals/api/consent', route =>
      route.fulfill({ json: { back: { address: `${evilCallback}?error=invalid_scope`, answer_to: 'evil.example', error: 'invalid_scope', words: 'no scope', at_once: false } } }));
    await page.goto(link());
    await page.getByRole('heading', { name: 'Nothing was allowed' }).waitFor();
    assert.ok(page.url().startsWith(origin));
    await accessible(page);
    await page.getByRole('button', { name: 'Go there' }).click();
    await back(page).waitFor();
    assert.ok(page.url().startsWith(evilCallback));
  });
}
