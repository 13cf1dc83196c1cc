// Decisions that a person's passkey signs, in Chromium with devices in software: what counts, and what must not.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { test } from 'node:test';

import { accessible, addDevice, atSignIn, card, show } from './lib/browser.mjs';
import { open } from './lib/clients.mjs';
import { me, passphrase } from './lib/people.mjs';
import { create, idOf, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

async function register(page, name) {
  await page.getByRole('link', { name: me, exact: true }).click();
  await page.getByRole('heading', { name: `Passkeys of ${me}` }).waitFor();
  await page.getByLabel('Name of the device').fill(name);
  await page.getByLabel('Your passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Register a passkey' }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

test('a device that has a passkey already says so in plain words', async t => {
  const { page } = await begin(t, { assurance: null });
  await addDevice(page);
  await register(page, 'laptop');
  await page.getByLabel('Name of the device').fill('laptop again');
  await page.getByLabel('Your passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Register a passkey' }).click();
  await page.getByText('This device already has a passkey of yours. Nothing was changed.').waitFor();
  assert.equal(await page.getByRole('heading', { name: 'laptop again' }).count(), 0);
});

async function begin(t, { assurance = 'passkey' } = {}) {
  const world = await World.start(t, { policy: rules({ assurance }), hold: '0s' });
  const server = await world.serve();
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const page = await atSignIn(t, world, server);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Nothing is waiting for you').waitFor();
  return { world, server, connection, page };
}

async function approve(page, name, { verb = 'Create', title = 'Create access token', button = 'Approve creation' } = {}) {
  const asked = await show(page, name, verb, title);
  await asked.getByLabel(`Type ${name} to approve`).fill(name);
  if (verb !== 'Delete') await asked.getByLabel('Do not show it').check();
  await asked.getByRole('button', { name: button }).click();
  return asked;
}

const gone = card => card.waitFor({ state: 'detached' });
const inbox = page => page.getByRole('link', { name: /^Inbox/ }).click();
const decisions = async world => {
  const lines = (await world.terminal(['audit', 'export'])).stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  return lines.filter(each => ['approved', 'denied', 'passkey_refused'].includes(each.kind));
};

/** In the page: asks what is to be signed, and signs it. */
const signed = (page, id, wish) =>
  page.evaluate(
    async ({ id, wish }) => {
      const key = sessionStorage.getItem('tfy-pat-mcp page key');
      const headers = { 'X-Page-Key': key, 'Content-Type': 'application/json' };
      const asked = await fetch(`/approvals/api/approvals/${id}/sign`, { method: 'POST', headers, body: JSON.stringify(wish) });
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await asked.json());
      return (await navigator.credentials.get({ publicKey })).toJSON();
    },
    { id, wish }
  );

/** In the page: a POST of its API. {status, body} */
const post = (page, path, body) =>
  page.evaluate(
    async ({ path, body }) => {
      const key = sessionStorage.getItem('tfy-pat-mcp page key');
      const headers = { 'X-Page-Key': key, 'Content-Type': 'application/json' };
      const answer = await fetch(`/approvals/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      const text = await answer.text();
      return { status: answer.status, body: text ? JSON.parse(text) : null };
    },
    { path, body }
  );

test('create, rotate and delete are signed by the device, and the journal proves it', async t => {
  const { world, connection, page } = await begin(t);
  /** What the same call says once it was decided. */
  const asks = async call => {
    assert.equal(statusOf(await call()), 'approval_pending');
    return call;
  };
  const made = await asks(() => create(connection, 'signed-one'));
  const asked = await show(page, 'signed-one');
  await asked.getByText('The rule asks that your passkey signs this decision.').waitFor();
  await accessible(page);
  await addDevice(page);
  await asked.getByRole('link', { name: 'Register a passkey' }).click();
  await register(page, 'laptop');
  await accessible(page);
  await inbox(page);
  await gone(await approve(page, 'signed-one'));
  const created = await made();
  assert.equal(statusOf(created), 'executed', textOf(created));

  const id = await idOf(connection, 'signed-one');
  const rotating = await asks(() => connection.call('tfy_access_tokens_rotate', { id, reason: 'it is old' }));
  await gone(await approve(page, 'signed-one', { verb: 'Rotate', title: 'Rotate access token', button: 'Approve rotation' }));
  const rotated = await rotating();
  assert.equal(statusOf(rotated), 'executed', textOf(rotated));
  const deleting = await asks(() => connection.call('tfy_access_tokens_delete', { id, reason: 'no longer used' }));
  await gone(await approve(page, 'signed-one', { verb: 'Delete', title: 'Delete access token', button: 'Approve deletion' }));
  const deleted = await deleting();
  assert.equal(statusOf(deleted), 'executed', textOf(deleted));

  const refused = await asks(() => create(connection, 'not-this'));
  const no = await show(page, 'not-this');
  await no.getByRole('button', { name: 'Deny' }).click();
  await no.getByLabel(/Reason for the denial/).fill('not needed');
  await no.getByRole('button', { name: 'Deny request' }).click();
  await gone(no);
  assert.equal(statusOf(await refused()), 'denied');

  const all = await decisions(world);
  assert.deepEqual(all.map(each => [each.kind, each.body.assurance, each.body.passkey.statement.person]), [
    ['approved', 'passkey', me],
    ['approved', 'passkey', me],
    ['approved', 'passkey', me],
    ['denied', 'passkey', me],
  ]);
  const verified = await world.terminal(['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /4 decisions are signed with passkeys, and each signature holds\./);
  const people = await world.terminal(['people', 'list']);
  assert.match(people.stdout, /passkey crd_\w+ "laptop" for localhost, since /);

  await world.closeAll();
  const database = new DatabaseSync(join(world.state, 'ledger.db'));
  database.exec('DROP TRIGGER journal_keeps_its_words');
  database.exec(`UPDATE journal SET body = json_set(body, '$.passkey.statement.destination', 'agent') WHERE kind = 'approved'`);
  database.close();
  const broken = await world.terminal(['audit', 'verify']);
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /The journal is broken: record \d+/);
});

test('several on one screen: the device signs each by its own digest; one that it does not sign waits, and so do those after it', async t => {
  const { world, connection, page } = await begin(t);
  const asked = {};
  for (const name of ['set-one', 'set-two', 'set-three'])
    asked[name] = (await create(connection, name, { expirationDate: '20 days' })).structuredContent;
  for (const name of Object.keys(asked)) await show(page, name);
  const link = page.getByRole('link', { name: 'Create 3 tokens on one screen' });
  await link.click();
  await page.getByText('The rule asks that your passkey signs this decision.').nth(2).waitFor();
  const ticks = page.getByRole('checkbox', { name: /^Create access token / });
  assert.equal(await ticks.and(page.locator(':enabled')).count(), 0, 'without a passkey');
  const hardware = await addDevice(page);
  await page.getByRole('link', { name: 'Register a passkey' }).first().click();
  await register(page, 'laptop');
  await inbox(page);
  await link.click();
  await page.getByText('your passkey signs each by itself').waitFor();
  for (const nth of [0, 1, 2]) await ticks.nth(nth).check();
  await accessible(page);
  const press = async count => {
    await page.getByLabel('Type how many you ticked').fill(String(count));
    await page.getByRole('button', { name: `Approve ${count}` }).click();
  };

  const verified = isUserVerified => hardware.cdp.send('WebAuthn.setUserVerified', { authenticatorId: hardware.id, isUserVerified });
  await verified(false);
  await press(3);
  await page.getByText('No passkey signed this, so nothing was decided.').waitFor();
  assert.equal(await page.getByText('No passkey signed this, so nothing was decided.').count(), 1, 'it is not asked three times');
  assert.deepEqual(await decisions(world), []);
  await verified(true);
  await press(3);
  await page.getByText(/^Approved by /).nth(2).waitFor();
  const all = await decisions(world);
  const digests = Object.values(asked).map(each => each.digest);
  assert.deepEqual(all.map(each => [each.kind, each.body.assurance, each.body.passkey.statement.digest]), digests.map(digest => ['approved', 'passkey', digest]));
  assert.equal(new Set(all.map(each => JSON.stringify(each.body.passkey.signature ?? each.body.passkey))).size, 3);
  const proof = await world.terminal(['audit', 'verify']);
  assert.match(proof.stdout, /3 decisions are signed with passkeys, and each signature holds\./);
});

test('attack: a signature of before a change, of another page, used again or without its person decides nothing', async t => {
  const { world, server, connection, page } = await begin(t);
  const hardware = await addDevice(page);
  await register(page, 'laptop');
  const asked = await create(connection, 'too-long', { expirationDate: '90 days' });
  const { approval_id: id, digest } = asked.structuredContent;
  assert.match(textOf(asked), /signed with a passkey/);
  const wish = { digest, typed_name: 'too-long', destination: 'none', reason: '' };
  const path = `approvals/${id}/approve`;

  const unsigned = await post(page, path, wish);
  assert.equal(unsigned.status, 403);
  assert.match(unsigned.body.error.message, /signed with your passkey/);
  const elsewhere = { ...wish, destination: 'agent', passkey: await signed(page, id, wish) };
  assert.equal((await post(page, path, elsewhere)).status, 409);

  const before = await signed(page, id, wish);
  const narrowed = await post(page, `approvals/${id}/narrow`, { digest, name: '', expiration: '7 days' });
  assert.equal(narrowed.status, 200, JSON.stringify(narrowed.body));
  const now = { ...wish, digest: narrowed.body.digest };
  const late = await post(page, path, { ...now, passkey: before });
  assert.equal(late.status, 409, JSON.stringify(late.body));

  // The very same host, another port: the browser lets it ask, and says from where.
  const foreign = createServer((request, response) => response.end('<title>elsewhere</title>'));
  await new Promise(resolve => foreign.listen(0, 'localhost', resolve));
  t.after(() => foreign.close());
  const { body: options } = await post(page, `approvals/${id}/sign`, now);
  await page.goto(`http://localhost:${foreign.address().port}/`);
  const lured = await page.evaluate(async asked => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }, options);
  await page.goto(server.page);
  await page.getByRole('link', { name: me, exact: true }).waitFor();
  const phished = await post(page, path, { ...now, passkey: lured });
  assert.equal(phished.status, 403);
  assert.match(phished.body.error.message, /made for another page/);

  await hardware.cdp.send('WebAuthn.setUserVerified', { authenticatorId: hardware.id, isUserVerified: false });
  await assert.rejects(signed(page, id, now), /NotAllowedError/);
  await hardware.cdp.send('WebAuthn.setUserVerified', { authenticatorId: hardware.id, isUserVerified: true });

  const good = await signed(page, id, now);
  assert.equal((await post(page, path, { ...now, passkey: good })).status, 200);
  const other = await create(connection, 'another');
  const again = { digest: other.structuredContent.digest, typed_name: 'another', destination: 'none', reason: '', passkey: good };
  const replayed = await post(page, `approvals/${other.structuredContent.approval_id}/approve`, again);
  assert.equal(replayed.status, 403);
  assert.match(replayed.body.error.message, /used up/);

  const kinds = (await decisions(world)).map(each => each.kind);
  assert.deepEqual(kinds, ['passkey_refused', 'passkey_refused', 'passkey_refused', 'approved', 'passkey_refused']);
  const shown = await world.decide(['show', other.structuredContent.approval_id, '--json']);
  assert.equal(JSON.parse(shown.stdout).state, 'pending');
});

test('a second device signs when the first is lost, and the lost one counts no more', async t => {
  const { world, connection, page } = await begin(t);
  const first = await addDevice(page);
  await register(page, 'laptop');
  const [lost] = await first.keys();
  await first.remove();
  const second = await addDevice(page);
  await register(page, 'phone');
  const asked = await create(connection, 'by-phone');
  const id = asked.structuredContent.approval_id;
  const wish = { digest: asked.structuredContent.digest, typed_name: 'by-phone', destination: 'none', reason: '' };

  const people = JSON.parse((await world.terminal(['people', 'list', '--json'])).stdout).people;
  assert.deepEqual(people[0].passkeys.map(each => each.name), ['laptop', 'phone']);
  const removed = await world.terminal(['people', 'remove-passkey', people[0].passkeys[0].id], [passphrase]);
  assert.equal(removed.code, 0, removed.stderr);
  const again = await world.terminal(['people', 'remove-passkey', people[0].passkeys[0].id], [passphrase]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /no such passkey/);

  const { body: options } = await post(page, `approvals/${id}/sign`, wish);
  assert.equal(options.allowCredentials.length, 1);
  const keys = await second.keys();
  await second.remove();
  const found = await addDevice(page);
  await found.give(lost);
  const answer = await page.evaluate(async asked => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({ ...asked, allowCredentials: [] });
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }, options);
  const refused = await post(page, `approvals/${id}/approve`, { ...wish, passkey: answer });
  assert.equal(refused.status, 403);
  assert.match(refused.body.error.message, /not one of your passkeys, or was removed/);
  await found.remove();

  const back = await addDevice(page);
  for (const key of keys) await back.give(key);
  await inbox(page);
  await approve(page, 'by-phone');
  await gone(card(page, 'by-phone'));
  assert.deepEqual((await decisions(world)).map(each => each.kind), ['passkey_refused', 'approved']);
  const verified = await world.terminal(['audit', 'verify']);
  assert.match(verified.stdout, /One decision is signed with a passkey, and the signature holds\./);
});

test('a passkey opens the page, also where the passphrase is locked; without one the rule may still be met', async t => {
  const { world, connection, page } = await begin(t, { assurance: 'signed_in' });
  const hardware = await addDevice(page);
  await register(page, 'laptop');
  await page.getByRole('button', { name: 'Sign out' }).click();
  for (let guess = 0; guess < 6; guess += 1)
    await world.terminal(['approvals', 'sign-in'], ['wrong horse battery']);
  const locked = await world.terminal(['approvals', 'sign-in'], [passphrase]);
  assert.match(locked.stderr, /Too many wrong passphrases/);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('heading', { name: `Passkeys of ${me}` }).waitFor();
  await inbox(page);

  await create(connection, 'no-device');
  await hardware.remove();
  await addDevice(page);
  const asked = await approve(page, 'no-device');
  await asked.getByText('No passkey signed this, so nothing was decided. Press again to decide without one.').waitFor();
  await asked.getByRole('button', { name: 'Approve creation' }).click();
  await gone(card(page, 'no-device'));
  assert.deepEqual((await decisions(world)).map(each => [each.kind, each.body.assurance]), [['approved', 'signed_in']]);
});
