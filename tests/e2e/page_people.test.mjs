// People on the page, in Debian's Chromium: listed as the command lists them, invited, confirmed and suspended by someone
// who is signed in; what they may not do is refused by the same sentences.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, row, show } from './lib/browser.mjs';
import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { enrolPeople, me, passphrase, signInCode } from './lib/people.mjs';
import { create } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t, names) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  await enrolPeople(world, names);
  const page = await atSignIn(t, world, server);
  await page.keyboard.press('Enter');
  await page.getByText('Nothing is waiting for you').waitFor();
  await page.getByRole('link', { name: 'People' }).click();
  const line = name => page.locator('li.entry', { has: page.getByRole('heading', { name: new RegExp(`^${name}( \\(you\\))?$`) }) });
  return { world, server, page, line };
}

const listed = async world => JSON.parse((await world.terminal(['people', 'list', '--json'])).stdout).people;

test('an invitation of the page enrols; a second person confirms; a third is suspended, and their session ends', async t => {
  const { world, server, page, line } = await begin(t, [me, 'ann']);
  await line(me).getByText(/^May decide; the first person, enrolled on /).waitFor();
  await line('ann').getByText(/^May decide; invited by /).waitFor();
  await accessible(page);

  await page.getByLabel('Invite a person, by the name that they will sign in with').fill('grace');
  await page.getByRole('button', { name: 'Invite' }).click();
  const words = await page.getByText(/^Invitation for grace: /).innerText();
  const [, code, command] = words.match(/^Invitation for grace: (\S+)\. It works once, until .*: (\S+ people join .*)$/);
  assert.ok(command.includes(`--state-dir ${world.state}`), `it joins this server: ${command}`);
  await accessible(page);
  const joined = await world.terminal(['people', 'join'], [code, passphrase, passphrase]);
  assert.equal(joined.code, 0, joined.stderr);
  assert.match(joined.stdout, /grace is enrolled and may look/);
  assert.equal((await world.terminal(['people', 'join'], [code, passphrase, passphrase])).code, 1, 'it works once');

  await line('grace').getByText('Someone other than you has to confirm them').waitFor();
  assert.equal(await line('grace').getByRole('button', { name: 'Confirm' }).count(), 0, 'not by who invited');
  const ann = await Page.signIn(world, { ...server, code: await signInCode(world, {}, 'ann') });
  const grace = await Page.signIn(world, { ...server, code: await signInCode(world, {}, 'grace') });
  const refused = await grace.request('POST', '/api/people', { name: 'eve' });
  assert.equal(refused.status, 403, 'who is not confirmed invites no one');
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  await create(connection, 'not-yet-hers');
  const hers = await atSignIn(t, world, { ...server, person: 'grace' });
  await hers.keyboard.press('Enter');
  await row(hers, 'Create', 'not-yet-hers').getByText('not yours to approve').waitFor();
  const barred = await show(hers, 'not-yet-hers');
  await barred.getByText('You cannot approve this. You are not confirmed yet. A second person who may decide confirms you: on this page, under People,').waitFor();
  assert.equal(await barred.getByLabel('Type not-yet-hers to approve').count(), 0);
  assert.equal(await barred.getByRole('button', { name: 'Deny' }).getAttribute('aria-disabled'), 'true');
  assert.equal((await ann.request('POST', '/api/people/confirm', { name: 'grace' })).status, 204);
  await barred.getByLabel('Type not-yet-hers to approve').waitFor();
  await line('grace').getByText('May decide').waitFor();

  await line('ann').getByRole('button', { name: /^Suspend\s*ann/ }).click();
  await line('ann').getByText('It cannot be undone').waitFor();
  await accessible(page);
  assert.equal((await listed(world)).find(each => each.name === 'ann').suspended_at, null);
  await line('ann').getByRole('button', { name: /^Suspend\s*ann$/ }).click();
  await line('ann').getByText(/^Suspended on /).waitFor();
  await page.getByText('ann is suspended. With it ended: one session on the page.').first().waitFor();
  assert.notEqual((await listed(world)).find(each => each.name === 'ann').suspended_at, null);
  assert.equal((await ann.request('GET', '/api/people')).status, 401, 'her session has ended');
  const records = (await world.terminal(['audit', 'export'])).stdout.trim().split('\n').map(each => JSON.parse(each));
  assert.deepEqual(
    records.filter(each => ['person_confirmed', 'person_suspended'].includes(each.kind)).map(each => [each.kind, each.body.person, each.body.by]),
    [['person_confirmed', 'grace', 'ann'], ['person_suspended', 'ann', me]]
  );
  assert.equal((await world.terminal(['audit', 'verify'])).code, 0);
});

test('the last person who may decide cannot be suspended there; a name that was used, or is none, is refused', async t => {
  const { world, server, page, line } = await begin(t, [me]);
  assert.equal(await line(me).getByRole('button').count(), 0);
  const mine = await Page.signIn(world, server);
  const last = await mine.request('POST', '/api/people/suspend', { name: me });
  assert.equal(last.status, 422);
  assert.match(last.body.error.message, /is the last person who may decide here/);
  const box = page.getByLabel('Invite a person, by the name that they will sign in with');
  for (const [name, words] of [
    [me, /^Someone of that name is or was enrolled here, and a name is never used again\. No one was invited\.$/],
    ['not a name', /^A person's name has up to 64 letters A-Z and a-z, digits and \. _ - @ \+\. No one was invited\.$/],
  ]) {
    await box.fill(name);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByText(words).waitFor();
  }
  assert.equal(await page.getByText(/^Invitation for /).count(), 0);
});
