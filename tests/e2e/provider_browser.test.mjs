// Signing in at an identity provider, in Debian's Chromium: the whole way there and back, and answers that are not this
// tab's.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, addDevice, browse, card, show } from './lib/browser.mjs';
import { open } from './lib/clients.mjs';
import { me, passphrase } from './lib/people.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { beginTeam, journal } from './lib/team.mjs';

const ada = 'ada@example.com';

const leave = (page, provider) => page.getByRole('button', { name: `Sign in at ${new URL(provider.issuer).host}` }).click();
const goOn = page => page.getByRole('link', { name: `Continue as ${ada}` });
const problem = page => page.locator('#sign-in-problem');

test('there and back: the person may look, is confirmed on the page, and approves', async t => {
  const { world, provider, server } = await beginTeam(t);
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const page = await (await browse(t)).newPage();
  await page.goto(server.page);
  await page.getByRole('button', { name: /^Sign in at / }).waitFor();
  await accessible(page);
  await leave(page, provider);
  await goOn(page).click();
  await page.getByText('Nothing is waiting for you').waitFor();
  assert.equal(page.url(), server.page, 'code and state have left the address');
  assert.deepEqual(await page.context().cookies(), []);
  const kept = await page.evaluate(() => Object.entries({ ...sessionStorage, ...localStorage }));
  assert.deepEqual(kept.map(([name]) => name), ['tfy-pat-mcp page key']);
  await page.getByRole('link', { name: ada, exact: true }).waitFor();

  const first = await (await browse(t)).newPage();
  await first.goto(server.page);
  await first.getByLabel('Name', { exact: true }).fill(me);
  await first.getByLabel('Passphrase').fill(passphrase);
  await first.getByRole('button', { name: 'Sign in', exact: true }).click();
  await first.getByRole('link', { name: 'People' }).click();
  const line = first.locator('li.entry', { has: first.getByRole('heading', { name: ada }) });
  await line.getByText(`Waits for a person to confirm them; came from ${provider.issuer}`).waitFor();
  await line.getByRole('button', { name: 'Confirm' }).click();
  await line.getByText('May decide').waitFor();

  const asked = await create(connection, 'by-ada');
  assert.equal(statusOf(asked), 'approval_pending', textOf(asked));
  const request = await show(page, 'by-ada');
  await request.getByLabel('Type by-ada to approve').fill('by-ada');
  await request.getByLabel('Do not show it').check();
  await request.getByRole('button', { name: 'Approve creation' }).click();
  await card(page, 'by-ada').getByText(/^Approved by/).or(page.getByText('Nothing is waiting for you')).first().waitFor();
  const [approved] = await journal(world, 'approved');
  assert.deepEqual([approved.body.decided_by, approved.body.assurance], [ada, 'signed_in'], JSON.stringify(approved.body));

  await page.getByRole('button', { name: 'Sign out' }).click();
  await leave(page, provider);
  await goOn(page).click();
  await page.getByRole('link', { name: ada, exact: true }).waitFor();
});

test('who is enrolled connects their account on the page, and signs in with it; what is refused is said beside the page', async t => {
  const { provider, server } = await beginTeam(t);
  provider.person = { ...provider.person, sub: 'u-me' };
  const page = await (await browse(t)).newPage();
  await page.goto(server.page);
  await page.getByLabel('Name', { exact: true }).fill(me);
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const connect = async () => {
    await page.getByRole('link', { name: me, exact: true }).click();
    await page.getByLabel('Your passphrase, to connect it').fill(passphrase);
    await page.getByRole('button', { name: 'Connect' }).click();
    await goOn(page).click();
  };
  provider.person.groups = [];
  await connect();
  await page.getByText(/^You are in no group of 127\.0\.0\.1:\d+ that may sign in here\..* Nothing was changed\.$/).waitFor();
  await page.getByRole('link', { name: me, exact: true }).waitFor();
  await accessible(page);
  provider.person.groups = ['approvers'];
  const answered = page.waitForResponse(/\/sign-in\/provider\/answer$/);
  await connect();
  assert.equal((await answered).status(), 200);
  assert.match(page.url(), /\/approvals\/passkeys$/, 'back where it began');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await leave(page, provider);
  await goOn(page).click();
  await page.getByRole('link', { name: me, exact: true }).waitFor();
});

test('who came so registers a passkey: they confirm at the provider in place of a passphrase', async t => {
  const { world, provider, server } = await beginTeam(t);
  const page = await (await browse(t)).newPage();
  const device = await addDevice(page);
  await page.goto(server.page);
  await leave(page, provider);
  await goOn(page).click();
  await page.getByText('Nothing is waiting for you').waitFor();
  const confirmed = await world.terminal(['people', 'confirm', ada, '--as', me], [passphrase]);
  assert.equal(confirmed.code, 0, confirmed.stderr);

  await page.getByRole('link', { name: ada, exact: true }).click();
  await page.getByRole('button', { name: /^Confirm at / }).click();
  await goOn(page).click();
  await page.getByText('has confirmed that it is you. For five minutes no passphrase is needed.').waitFor();
  await accessible(page);
  await page.getByLabel('Name of the device').fill('laptop');
  await page.getByRole('button', { name: 'Register a passkey' }).click();
  await page.getByRole('heading', { name: 'laptop' }).waitFor();
  await page.getByRole('button', { name: /^Confirm at / }).waitFor({ state: 'detached' });
  assert.equal((await device.keys()).length, 1);
  const next = page.waitForRequest(request => request.url().endsWith('/api/passkeys/new'));
  await page.getByRole('button', { name: 'Register a passkey' }).click();
  assert.deepEqual(Object.keys((await next).postDataJSON()), ['passkey'], 'from here on the passkey confirms');
  const [registered] = await journal(world, 'person_credential');
  assert.deepEqual([registered.body.person, registered.body.kind, registered.body.confirmed_by], [ada, 'passkey', 'oidc']);
  const kept = await page.evaluate(() => Object.keys({ ...sessionStorage, ...localStorage }));
  assert.deepEqual(kept, ['tfy-pat-mcp page key'], 'the proof stays in no storage');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('link', { name: ada, exact: true }).waitFor();
  assert.equal((await world.terminal(['audit', 'verify'])).code, 0);
});

test('attack: an answer of another tab, of no tab, or used before signs no one in', async t => {
  const { provider, server } = await beginTeam(t);
  const context = await browse(t);
  const begun = await context.newPage();
  await begun.goto(server.page);
  await leave(begun, provider);
  const link = await goOn(begun).getAttribute('href');

  const notHere = 'This sign-in was not begun in this tab, or is used up. You are not signed in. Begin again here.';
  const attacked = await context.newPage();
  for (const address of [link, `${server.page}/oidc?code=stolen&state=made-up`, `${server.page}/oidc`, link.replace('state=', 'state=x&state=')]) {
    await attacked.goto(address);
    await problem(attacked).getByText(notHere).waitFor();
    assert.equal(attacked.url(), server.page);
    assert.equal(await attacked.evaluate(() => sessionStorage.length), 0);
  }
  assert.equal(provider.count('/token'), 0, 'no code went anywhere');

  await leave(attacked, provider);
  await goOn(attacked).waitFor();
  await attacked.goto(link);
  await problem(attacked).getByText(notHere).waitFor();

  await goOn(begun).click();
  await begun.getByText('Nothing is waiting for you').waitFor();
  await begun.getByRole('button', { name: 'Sign out' }).click();
  await begun.goto(link);
  await problem(begun).getByText(notHere).waitFor();
  assert.equal(provider.count('/token'), 1);
});

test('what the provider or the server refuses is said on the page, and another try works', async t => {
  const { provider, server } = await beginTeam(t);
  const page = await (await browse(t)).newPage();
  await page.goto(server.page);
  const way = async () => {
    await leave(page, provider);
    await goOn(page).click();
  };
  provider.faults = { answer: { code: undefined, error: 'access_denied', error_description: '<img src=x>' } };
  await way();
  await problem(page).getByText(/^The identity provider did not sign you in \(access_denied\)\. You are not signed in here\./).waitFor();
  provider.faults = { answer: { code: undefined, error: '<img src=x>' } };
  await way();
  await problem(page).getByText(/^The identity provider did not sign you in\. You are not/).waitFor();
  await accessible(page);
  provider.faults = { answer: { iss: 'https://evil.example.com' } };
  await way();
  await problem(page).getByText(/^The answer is not from 127\.0\.0\.1/).waitFor();
  provider.faults = {};
  provider.person.groups = ['staff'];
  await way();
  await problem(page).getByText(/^You are in no group of 127\.0\.0\.1/).waitFor();
  provider.person.groups = ['approvers'];
  await provider.stop();
  await leave(page, provider);
  await problem(page).getByText(/^The sign-in at 127\.0\.0\.1:\d+ did not begin|could not be asked/).or(page.getByText(/ERR_CONNECTION_REFUSED/)).first().waitFor();
});
