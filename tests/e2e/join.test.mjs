// The first person and invited ones join on the page, with a passkey or a passphrase, in Chromium with devices in software.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, addDevice, openPage, show } from './lib/browser.mjs';
import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolPeople, me, passphrase, peopleTerminal, signInCode } from './lib/people.mjs';
import { binary, Process } from './lib/process.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const signedInAs = (page, name) => page.getByRole('link', { name, exact: true }).waitFor();
const journal = async world => (await world.terminal(['audit', 'export'])).stdout.trim().split('\n').map(line => JSON.parse(line));
const listed = async world => JSON.parse((await world.terminal(['people', 'list', '--json'])).stdout).people;

/** As `./dev run` starts it, in a terminal: {page, link, endpoint, begun}. */
async function quickStart(t) {
  const world = await World.start(t, { upstream: 'http://127.0.0.1:9', hold: '60s' });
  for (const name of ['TFY_BASE_URL', 'TFY_API_KEY', 'TFY_PAT_MCP_POLICY']) delete world.env[name];
  world.env.TFY_PAT_MCP_SANDBOX = 'true';
  const begun = performance.now();
  const command = `exec '${binary}' serve --sandbox --listen 127.0.0.1:0`;
  const server = new Process('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...world.env, SHELL: '/bin/sh', TERM: 'dumb' },
  });
  t.after(() => server.stop());
  const [, endpoint] = await server.says(/^MCP endpoint: (\S+)\r?\n/m);
  const [, link] = await server.says(/^ {2}(http:\/\/localhost:\d+\/approvals#join=\S+)\r?\n/m);
  return { world, server, link, endpoint, begun };
}

/** Counts what the person types and presses in the page. */
async function counting(page) {
  await page.evaluate(() => {
    globalThis.effort = { keys: 0, clicks: 0 };
    addEventListener('keydown', () => (effort.keys += 1), true);
    addEventListener('click', event => (effort.clicks += event.detail > 0 ? 1 : 0), true);
  });
  return () => page.evaluate(() => globalThis.effort);
}

test('quick start: the link of the terminal, one click and one touch, and no key is pressed', async t => {
  const { world, link, endpoint, begun } = await quickStart(t);
  const page = await openPage(t, link);
  const effort = await counting(page);
  await page.getByRole('heading', { name: `Decide as ${me}` }).waitFor();
  await addDevice(page);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await signedInAs(page, me);
  const seconds = (performance.now() - begun) / 1000;
  const { keys, clicks } = await effort();
  t.diagnostic(`with a passkey: ${keys} keystrokes, ${clicks} click, one touch; ${seconds.toFixed(1)} s from the start of the server to being signed in`);
  assert.deepEqual({ keys, clicks }, { keys: 0, clicks: 1 });

  const connection = await open('modern HTTP', world, { endpoint, elicitation: null });
  const waiting = create(connection, 'first-one');
  const asked = await show(page, 'first-one');
  await asked.getByLabel('Type first-one to approve').fill('first-one');
  await asked.getByRole('button', { name: 'Approve creation' }).click();
  const created = await waiting;
  assert.equal(statusOf(created), 'executed', textOf(created));
  const records = await journal(world);
  assert.equal(records.find(each => each.kind === 'approved').body.assurance, 'passkey');
  const paired = records.find(each => each.kind === 'person_pairing').body;
  assert.match(paired.where.terminal, /^\/dev\/pts\//);
  assert.ok(paired.where.pid > 0 && paired.where.started_by, JSON.stringify(paired));
  assert.equal((await world.terminal(['audit', 'verify'])).code, 0);
});

test('quick start: with a passphrase in place of the touch, by keyboard alone', async t => {
  const { link, begun } = await quickStart(t);
  const page = await openPage(t, link);
  const effort = await counting(page);
  await page.getByRole('button', { name: 'Use a passkey' }).waitFor();
  await accessible(page);
  await page.keyboard.press('Tab');
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Tab');
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await signedInAs(page, me);
  const seconds = (performance.now() - begun) / 1000;
  const { keys } = await effort();
  t.diagnostic(`with a passphrase: ${keys} keystrokes; ${seconds.toFixed(1)} s from the start of the server to being signed in`);
  assert.equal(keys, 2 * passphrase.length + 3, 'Tab, the passphrase, Tab, the passphrase again, and Enter');
});

test('a passphrase that is mistyped once enrols no one', async t => {
  const { world, link } = await quickStart(t);
  const page = await openPage(t, link);
  const join = page.getByRole('button', { name: 'Join with a passphrase' });
  await page.getByLabel('A passphrase of at least 12 characters').fill(passphrase);
  await join.click();
  await page.getByText('Type the passphrase a second time. No one was enrolled.').waitFor();
  await page.getByLabel('The passphrase again').fill(`${passphrase}y`);
  await join.click();
  await page.getByText('The two passphrases differ. No one was enrolled.').waitFor();
  assert.deepEqual(await listed(world), []);
  await page.getByLabel('The passphrase again').fill(passphrase);
  await join.click();
  await signedInAs(page, me);
});

test('people first: Enter alone gives a link to the page; of two links the later one counts, and none afterwards', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'passkey' }), hold: '0s' });
  const dialogue = [[/Your name/, me], [/New passphrase \(/, '']];
  const early = await peopleTerminal(world, ['first'], dialogue);
  assert.equal(early.code, 1);
  assert.match(early.text, /No approvals page is open on this state directory/);
  await world.serve();
  const links = [];
  for (let i = 0; i < 2; i += 1) {
    const said = await peopleTerminal(world, ['first'], dialogue);
    assert.equal(said.code, 0, said.text);
    links.push(/^ {2}(http:\S+#join=\S+)\r?$/m.exec(said.text)[1]);
  }
  const page = await openPage(t, links[0]);
  await page.getByText('This invitation is wrong, used or expired.').waitFor();
  await addDevice(page);
  await page.goto('about:blank');
  await page.goto(links[1]);
  assert.equal(new URL(page.url()).hash, '', 'the code leaves the address');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await signedInAs(page, me);
  const again = await openPage(t, links[1]);
  await again.getByText('This invitation is wrong, used or expired.').waitFor();
  const late = await peopleTerminal(world, ['first'], []);
  assert.match(late.text, /Someone is enrolled here already/);

  const [first] = await listed(world);
  assert.deepEqual([first.name, first.let_in_by, first.may_decide, first.passkeys.length], [me, null, true, 1]);
  const kinds = (await journal(world)).map(each => each.kind);
  assert.deepEqual(kinds, ['person_pairing', 'person_pairing', 'person_enrolled']);
  // Whoever was first, also an agent, is seen in three places.
  const doctor = await world.terminal(['doctor', '--offline']);
  assert.match(doctor.stdout, new RegExp(`${me} may decide; the first was ${me}, on `));
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByText(/^May decide; the first person, enrolled on /).waitFor();
});

test('an invited person joins with a passkey, and signs once they are confirmed', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'passkey' }), hold: '0s' });
  const server = await world.serve();
  await enrolPeople(world, ['ada', 'bob']);
  const invited = await world.terminal(['people', 'invite', 'grace', '--as', 'ada'], [passphrase]);
  const [, link] = /^ {2}(http:\S+#join=\S+)$/m.exec(invited.stdout);
  const page = await openPage(t, link);
  await page.getByRole('heading', { name: 'Join as grace' }).waitFor();
  await page.getByText('ada invited you.').waitFor();
  await accessible(page);
  const browser = await addDevice(page);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await signedInAs(page, 'grace');
  await page.evaluate(() => {
    globalThis.ask = async (path, body) => {
      const headers = { 'X-Page-Key': sessionStorage.getItem('tfy-pat-mcp page key'), 'Content-Type': 'application/json' };
      return (await fetch(`/approvals/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    };
  });
  assert.equal((await listed(world)).find(each => each.name === 'grace').may_decide, false);
  assert.equal((await world.terminal(['people', 'confirm', 'grace', '--as', 'bob'], [passphrase])).code, 0);

  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  await create(connection, 'by-grace');
  const asked = await show(page, 'by-grace');
  await asked.getByLabel('Type by-grace to approve').fill('by-grace');
  await asked.getByRole('button', { name: 'Approve creation' }).click();
  await asked.waitFor({ state: 'detached' });
  const approved = (await journal(world)).find(each => each.kind === 'approved').body;
  assert.deepEqual([approved.decided_by, approved.assurance], ['grace', 'passkey']);

  // A second device, behind the first: there is no passphrase.
  const confirmed = await page.evaluate(async () => {
    const asked = await globalThis.ask('passkeys/confirm', {});
    const proof = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
    return ask('passkeys/new', { passkey: proof.toJSON() });
  });
  await browser.remove();
  await addDevice(page);
  await page.evaluate(async asked => {
    const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) });
    await ask('passkeys', { name: 'phone', passkey: made.toJSON() });
  }, confirmed);
  const grace = (await listed(world)).find(each => each.name === 'grace');
  assert.deepEqual(grace.passkeys.map(each => each.name), ['first device', 'phone']);
  await create(connection, 'by-phone');
  const second = await show(page, 'by-phone');
  await second.getByLabel('Type by-phone to approve').fill('by-phone');
  await second.getByRole('button', { name: 'Approve creation' }).click();
  await second.waitFor({ state: 'detached' });
  const signed = (await journal(world)).filter(each => each.kind === 'approved').map(each => each.body.passkey.credential);
  assert.equal(new Set(signed).size, 2, 'each by another device');
});

test('attack: a link with another one’s code shows whose it is, waits for a click, and replaces no session', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  await enrolPeople(world, [me, 'mallory']);
  const lure = async () => `${server.page}#code=${await signInCode(world, {}, 'mallory')}`;
  const page = await openPage(t, await lure());
  await page.getByRole('heading', { name: 'Sign in as mallory?' }).waitFor();
  await accessible(page);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.getByRole('button', { name: 'Sign in another way' }).click();
  await page.getByLabel('Name', { exact: true }).fill(me);
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await signedInAs(page, me);

  const second = await page.context().newPage();
  await second.goto(await lure());
  await signedInAs(second, me);
  const invitation = await new Page(world, server.page).request('POST', '/api/invitation', { code: 'AAAA-AAAA-AAAA' });
  assert.equal(invitation.status, 403);
});
