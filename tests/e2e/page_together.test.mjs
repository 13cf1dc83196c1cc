// Several people at one page, in Debian's Chromium: a request that someone types into stays, whoever decides on it;
// what was verified and what is claimed stand apart; and what does not fit on the page is counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, card, focused, goAhead, row, show } from './lib/browser.mjs';
import { Page } from './lib/page.mjs';
import { enrolPeople, me, signInCode } from './lib/people.mjs';
import { modernRequest, RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const policy = rules({ assurance: null }).replace('open_requests = 100', 'open_requests = 2000').replace('minute = 1000', 'minute = 100000');

async function begin(t) {
  const world = await World.start(t, { policy, hold: '0s' });
  const server = await world.serve();
  await enrolPeople(world, [me, 'ann']);
  const ann = await Page.signIn(world, { ...server, code: await signInCode(world, {}, 'ann') });
  const peer = new RawHttp(world, server.endpoint);
  let last = 0;
  const ask = async (name, { capabilities = {}, ...more } = {}) => {
    last += 1;
    const args = { payload: { name, ...more.payload }, ...(more.reason ? { reason: more.reason } : {}) };
    const call = toolCall(last, 'tfy_access_tokens_create', args, { capabilities });
    const { result } = await peer.exchange(call);
    return result.taskId ?? result.structuredContent.approval_id;
  };
  const page = await atSignIn(t, world, server);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Nothing is waiting for you').waitFor();
  return { world, peer, page, ann, ask };
}

const approvalOf = async (ann, id) => (await ann.request('GET', `/api/approvals/${id}`)).body;

/** The card is still there with what was typed, and nothing in it can be pressed any more. */
async function checkKept(page, name, fate, typed) {
  await row(page, 'Create', name).getByText(/^(Denied|Approved|Withdrawn|Expired)$/).waitFor();
  const kept = await show(page, name);
  await kept.getByText(fate).waitFor();
  assert.equal(await kept.getByRole('button').count(), 0, `${name}: the buttons are gone`);
  assert.equal(await kept.locator('.decision input[type="text"], .decision textarea').first().inputValue(), typed);
  assert.equal(await kept.getByText('If you approve').count(), 0);
  return kept;
}

test('what somebody else denies, approves or withdraws while one types stays, with who, when and what was typed', async t => {
  const { peer, page, ann, ask } = await begin(t);
  const ids = {};
  for (const name of ['to-deny', 'to-approve', 'not-typed'])
    ids[name] = await ask(name, { payload: { expirationDate: '20 days' } });
  ids['to-withdraw'] = await ask('to-withdraw', { capabilities: tasks });
  for (const name of ['to-deny', 'to-approve', 'to-withdraw']) {
    const box = (await show(page, name)).getByLabel(`Type ${name} to approve`);
    await box.fill(`${name.slice(0, 5)}`);
    await box.focus();
  }
  await ann.denied({ id: ids['not-typed'] }, 'not needed');
  await row(page, 'Create', 'not-typed').waitFor({ state: 'detached' });

  await (await show(page, 'to-deny')).getByLabel('Type to-deny to approve').focus();
  await ann.denied({ id: ids['to-deny'] }, 'we have one');
  await card(page, 'to-deny').getByText(/^Denied by ann, \d\d:\d\d \S+$/).waitFor();
  await focused(page, 'typed-'); // what is typed on is no shortcut
  await checkKept(page, 'to-deny', /^Denied by ann, \d\d:\d\d \S+$/, 'to-de');

  await ann.approved(await approvalOf(ann, ids['to-approve']), { destination: 'none' });
  await checkKept(page, 'to-approve', /^Approved by ann, \d\d:\d\d \S+$/, 'to-ap');

  const { result } = await peer.exchange(
    modernRequest('cancel', 'tasks/cancel', { taskId: ids['to-withdraw'] }, tasks)
  );
  assert.ok(result, 'withdrawn');
  await checkKept(page, 'to-withdraw', /^Withdrawn, \d\d:\d\d \S+$/, 'to-wi');
  await accessible(page);
  assert.equal(await page.getByRole('heading', { name: /^Waiting for you/ }).innerText(), 'Waiting for you');

  await page.keyboard.press('Enter');
  assert.equal((await approvalOf(ann, ids['to-deny'])).state, 'denied', 'Enter decides nothing');
  await page.reload();
  await page.getByText('Nothing is waiting for you').waitFor();
  await card(page, 'to-withdraw').getByText(/^Withdrawn, /).waitFor(); // the request that the address names
  assert.equal(await page.locator('.decision input[type="text"]').count(), 0, 'what was typed is gone');
});

test('a reason that is being written stays when somebody else is faster, or the time is over', async t => {
  const { page, ann, ask } = await begin(t);
  const id = await ask('half-written');
  const mine = await show(page, 'half-written');
  await mine.getByRole('button', { name: 'Deny' }).click();
  await mine.getByLabel('Reason for the denial.').fill('Because of the long and');
  await ann.denied({ id }, 'shorter');
  await checkKept(page, 'half-written', /^Denied by ann, \d\d:\d\d \S+$/, 'Because of the long and');

  await ask('brief-one');
  await (await show(page, 'brief-one')).getByLabel('Type brief-one to approve').fill('brief');
  await goAhead(page, 15);
  await checkKept(page, 'brief-one', /^Expired, \d\d:\d\d \S+$/, 'brief');
});

test('one’s own decision takes its card away, also after typing', async t => {
  const { page, ask } = await begin(t);
  await ask('my-own');
  await ask('the-next');
  const mine = await show(page, 'my-own');
  await mine.getByRole('button', { name: 'Deny' }).click();
  await mine.getByLabel('Reason for the denial.').fill('not needed');
  await mine.getByRole('button', { name: 'Deny request' }).click();
  await mine.waitFor({ state: 'detached' });
  await card(page, 'the-next').waitFor();
  await focused(page, 'title-');
  assert.equal(await row(page, 'Create', 'my-own').count(), 0);
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText('Denied, nothing was done').waitFor();
});

test('what the caller claims stands in a block of its own', async t => {
  const { page, ask } = await begin(t);
  await ask('well-claimed', { reason: 'The boss said yes', payload: { teamName: 'trusted-team' } });
  const blocks = await (await show(page, 'well-claimed')).evaluate(article => {
    const found = {};
    for (const title of article.querySelectorAll('h4'))
      found[title.textContent] = title.nextElementSibling.innerText;
    return found;
  });
  const verified = blocks['Verified by this server'];
  for (const words of ['raw', 'The boss said yes', 'well-claimed', 'trusted-team'])
    assert.ok(!verified.includes(words), `${words} in: ${verified}`);
  assert.match(verified, /Asked by\s+http:loopback/);
  assert.match(blocks['Claimed by the caller (not verified)'], /Client\s+raw 1\s+Reason\s+The boss said yes/);
});

test('60 requests wait: all are in the inbox, only those in view are in the document; search and filters find them', async t => {
  const { page, ann, ask } = await begin(t);
  const ids = [];
  for (let i = 10; i < 70; ++i) ids.push(await ask(`many-${i}`));
  await page.getByText(/^Waiting for you\s*60$/).waitFor();
  assert.equal(await page.title(), '(60) Approvals');
  assert.ok((await page.locator('a.row').count()) < 40);
  assert.equal(await row(page, 'Create', 'many-69').count(), 0);
  await page.getByRole('searchbox').fill('many-69');
  await row(page, 'Create', 'many-69').waitFor();
  await page.getByText('1 of 60.').waitFor();
  await accessible(page);
  for (const words of [ids[20], (await approvalOf(ann, ids[20])).digest.slice(7, 27)]) {
    await page.getByRole('searchbox').fill(words);
    await row(page, 'Create', 'many-30').waitFor();
    assert.equal(await page.locator('a.row').count(), 1, words);
  }
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.locator('.lines').evaluate(list => list.scrollTo(0, list.scrollHeight));
  await row(page, 'Create', 'many-69').waitFor();

  await ann.denied({ id: ids[5] }, 'one less');
  await page.getByText(/^Waiting for you\s*59$/).waitFor();
});
