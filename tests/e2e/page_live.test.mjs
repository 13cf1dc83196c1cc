// A page that is open while its server restarts, hangs or serves other people, in Debian's Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, atSignIn, card, focused, row, show, withStoppedClock } from './lib/browser.mjs';
import { enrolPeople, me, passphrase } from './lib/people.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { freePort } from './lib/sockets.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t, more = '') {
  const world = await World.start(t, { policy: rules({ assurance: null, more }), hold: '0s' });
  const server = await world.serve(world.env, await freePort());
  await enrolPeople(world, [me, 'ann']);
  let last = 0;
  const call = async (tool, args) => {
    const peer = new RawHttp(world, server.endpoint);
    return (await peer.exchange(toolCall((last += 1), tool, args, { capabilities: {} }))).result.structuredContent;
  };
  const create = name => call('tfy_access_tokens_create', { payload: { name, expirationDate: '20 days' } });
  const ask = async name => (await create(name)).approval_id;
  const signIn = async person => {
    const page = await atSignIn(t, world, { ...server, person });
    await page.keyboard.press('Enter');
    await live(page);
    return page;
  };
  return { world, server, call, create, ask, signIn };
}

const live = page => page.locator('.who .live', { hasText: /Live$/ }).waitFor();
const lost = page => page.getByText('No connection to the server. Nothing can be decided').waitFor();

test('the server restarts under an open request: its person is still signed in, and what was typed is there', async t => {
  const { world, server, ask, signIn } = await begin(t);
  await ask('outlives-it');
  const page = await signIn(me);
  const mine = await show(page, 'outlives-it');
  await mine.getByLabel('Do not show it').check();
  await mine.getByLabel('Type outlives-it to approve').fill('outlives-');
  await mine.locator('summary', { hasText: 'Ask for less' }).click();
  await mine.getByLabel('Another name').fill('half-typed');
  await server.process.stop();
  await lost(page);
  const tries = [];
  page.on('request', request => request.url().endsWith('/events') && tries.push(Date.now()));
  await page.waitForRequest(/\/events$/);
  await page.waitForRequest(/\/events$/);
  await page.waitForRequest(/\/events$/);
  await page.waitForRequest(/\/events$/);
  const gaps = tries.slice(1).map((at, index) => at - tries[index]);
  t.diagnostic(`asked again after ${gaps.join(', ')} ms`);
  assert.ok(gaps.at(-1) > 1.2 * gaps[0], `slower and slower: ${gaps}`);

  await world.serve(world.env, new URL(server.page).port);
  await live(page);
  assert.equal(await mine.getByLabel('Type outlives-it to approve').inputValue(), 'outlives-');
  assert.equal(await mine.getByLabel('Another name').inputValue(), 'half-typed');
  assert.ok(await mine.getByLabel('Do not show it').isChecked());
  await mine.getByLabel('Type outlives-it to approve').press('End');
  await page.keyboard.type('it');
  await mine.getByRole('button', { name: 'Approve creation' }).click();
  await mine.waitFor({ state: 'detached' });
  await page.getByText('Nothing is waiting for you').waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('button', { name: /^Create outlives-it/ }).waitFor();
});

test('a server that hangs is noticed within three seconds as well, and so is that it goes on', async t => {
  const { server, ask, signIn } = await begin(t);
  await ask('hangs');
  const page = await signIn(me);
  await withStoppedClock(page, () => live(page));
  const mine = await show(page, 'hangs');
  await mine.getByLabel('Type hangs to approve').fill('hangs');
  t.after(() => server.process.child.kill('SIGCONT'));
  server.process.child.kill('SIGSTOP');
  await page.clock.runFor(3000);
  await lost(page);
  await page.clock.resume();
  const button = mine.getByRole('button', { name: 'Approve creation' });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  server.process.child.kill('SIGCONT');
  await live(page);
  assert.equal(await button.getAttribute('aria-disabled'), 'false');
  await button.click();
  await mine.waitFor({ state: 'detached' });
});

test('two people on one request: each sees who has voted, and one who is late sees what became of it', async t => {
  const { ask, signIn } = await begin(t, 'quorum = 2');
  await ask('for-two');
  await ask('for-one-of-them');
  const [mine, hers] = [await signIn(me), await signIn('ann')];
  const approve = async page => {
    const asked = await show(page, 'for-two');
    await asked.getByLabel('Type for-two to approve').fill('for-two');
    await asked.getByRole('button', { name: 'Approve creation' }).click();
  };
  await (await show(hers, 'for-two')).getByText('0 of 2 approvals').waitFor();
  await approve(mine);
  await card(hers, 'for-two').getByText(new RegExp(`^1 of 2 approvals: ${me} \\(page, \\d\\d:\\d\\d \\S+\\)$`)).waitFor();
  await row(hers, 'Create', 'for-two').getByText(`1 of 2: ${me}`).waitFor();
  await row(mine, 'Create', 'for-two').getByText('you approved').waitFor();
  await card(hers, 'for-two').getByText(/as \S+ chose/).waitFor();
  await accessible(hers);
  await approve(hers);
  await card(mine, 'for-two').getByText(/^Approved by ann, \d\d:\d\d \S+$/).waitFor();

  await (await show(mine, 'for-one-of-them')).getByLabel('Type for-one-of-them to approve').fill('for-one');
  const theirs = await show(hers, 'for-one-of-them');
  await theirs.getByRole('button', { name: 'Deny' }).click();
  await theirs.getByRole('button', { name: 'Wrong name or owner.' }).click();
  await theirs.getByRole('button', { name: 'Deny request' }).click();
  const over = card(mine, 'for-one-of-them');
  await over.getByText(/^Denied by ann, \d\d:\d\d \S+$/).waitFor();
  await over.getByText('Reason: Wrong name or owner.').waitFor();
  assert.equal(await over.getByLabel('You had typed').inputValue(), 'for-one');
  await focused(mine, 'typed-'); // what is typed on is no shortcut
  for (const form of [/^Type for-one-of-them/, 'Ask for less before approving', 'Where should the new value go?'])
    assert.equal(await over.getByText(form).count(), 0, `${form}`);
  await accessible(mine);

  await mine.getByRole('link', { name: 'History' }).click();
  await mine.getByRole('button', { name: /^Create for-two/ }).getByText(`by ${me} and ann`).waitFor();
});

test('what is approved in a terminal waits for its agent, and the page says that', async t => {
  const { world, ask, signIn } = await begin(t, 'min_assurance = "terminal"');
  const id = await ask('from-a-terminal');
  const page = await signIn(me);
  const mine = await show(page, 'from-a-terminal');
  await mine.getByLabel('Type from-a-terminal to approve').fill('from-');
  const done = await world.terminal(['approvals', 'approve', id, '--as', 'ann'], [passphrase, 'from-a-terminal', 'page']);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /can then be shown once: on the page of the agent's server, if it has one, or here with: /);
  await mine.getByText('Nothing more can be decided. If the agent still waits, its call runs now;').waitFor();
  assert.equal(await page.getByText('It runs now').count(), 0);
});

test('a decision after the session has ended leads to the sign-in, which says that nothing was decided', async t => {
  const { ask, signIn } = await begin(t);
  await ask('too-late-for-it');
  const page = await signIn(me);
  const mine = await show(page, 'too-late-for-it');
  await mine.getByLabel('Type too-late-for-it to approve').fill('too-late-for-it');
  await page.evaluate(async () => {
    const headers = { 'Content-Type': 'application/json', 'X-Page-Key': sessionStorage.getItem('tfy-pat-mcp page key') };
    await fetch('/approvals/api/sign-out', { method: 'POST', headers, body: '{}' });
  });
  await mine.getByRole('button', { name: 'Approve creation' }).click();
  const why = page.locator('#sign-in-problem');
  await why.filter({ hasText: 'Your session has ended. Nothing was decided; the request is still open.' }).waitFor();
  await accessible(page);
  await page.getByLabel('Name', { exact: true }).fill(me);
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await live(page);
  await row(page, 'Create', 'too-late-for-it').waitFor();
  assert.equal(await mine.getByLabel('Type too-late-for-it to approve').inputValue(), 'too-late-for-it', 'what was typed');
  assert.equal(await page.getByText('Your session has ended.').count(), 0);
});

test('who signs out in one tab is signed out in the others at once; a first connection is none that was lost', async t => {
  const { signIn } = await begin(t);
  const page = await signIn(me);
  await live(page);
  const other = await page.context().newPage();
  await other.route('**/approvals/api/events', route => new Promise(resolve => setTimeout(() => resolve(route.continue().catch(() => undefined)), 1000)));
  await other.goto(page.url());
  await other.locator('.who .live', { hasText: /\sConnecting…$/ }).waitFor();
  await live(other);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await other.locator('#sign-in-problem', { hasText: 'Your session has ended.' }).waitFor({ timeout: 2500 });
});

test('the history is in the order in which it was decided', async t => {
  const { ask, signIn } = await begin(t);
  const asked = [await ask('asked-first'), await ask('asked-second'), await ask('asked-third')];
  const page = await signIn(me);
  for (const name of ['asked-third', 'asked-first', 'asked-second']) {
    const mine = await show(page, name);
    await mine.getByRole('button', { name: 'Deny' }).click();
    await mine.getByRole('button', { name: 'Not needed.' }).click();
    await mine.getByRole('button', { name: 'Deny request' }).click();
    await row(page, 'Create', name).waitFor({ state: 'detached' });
  }
  assert.equal(asked.length, 3);
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText('3 in all.').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('button.row').length === 3);
  const names = await page.locator('button.row .name').evaluateAll(lines =>
    lines.toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map(line => line.textContent)
  );
  assert.deepEqual(names, ['asked-second', 'asked-first', 'asked-third']);
});

test('a value that the server takes with it is told as lost: before it is back, after that, and in the history', async t => {
  const { world, server, ask, signIn } = await begin(t);
  await ask('goes-down-with-it');
  const page = await signIn(me);
  const mine = await show(page, 'goes-down-with-it');
  await mine.getByLabel('Type goes-down-with-it to approve').fill('goes-down-with-it');
  await mine.getByRole('button', { name: 'Approve creation' }).click();
  await page.getByText('It runs now; its value will wait under Values.').waitFor();
  await page.getByRole('link', { name: 'Show', exact: true }).click();
  const button = page.getByRole('button', { name: 'Show the value once' });
  await button.waitFor();
  await server.process.stop();
  await page.getByText('If it has stopped, the value is lost: delete this token and create a new one.').waitFor();
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  assert.equal(await page.getByText('Held in memory').count(), 0);
  await world.serve(world.env, new URL(server.page).port);
  await live(page);
  await page.getByText('The server stopped before it was shown. The value is lost: delete this token and create a new one.').waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('button', { name: /^Create goes-down-with-it/ }).click();
  await page.getByRole('heading', { name: 'Asked for' }).waitFor();
  await page.getByText('The server stopped before it was shown. The value is lost: delete this token and create a new one.').waitFor();
});

test('a request to show a value that the server took with it is over once the server is back, and says why', async t => {
  const { world, server, call, create, signIn } = await begin(t);
  await create('shown-no-more');
  const page = await signIn(me);
  const mine = await show(page, 'shown-no-more');
  await mine.getByLabel('Do not show it').check();
  await mine.getByLabel('Type shown-no-more to approve').fill('shown-no-more');
  await mine.getByRole('button', { name: 'Approve creation' }).click();
  await mine.waitFor({ state: 'detached' });
  const { reveal_id } = await create('shown-no-more');
  await call('tfy_access_tokens_reveal', { reveal_id });
  const asked = await show(page, 'shown-no-more', 'Show the value of', 'Show the value of access token');
  await server.process.stop();
  await lost(page);
  await world.serve(world.env, new URL(server.page).port);
  await live(page);
  await asked.getByText(/^Superseded, \d\d:\d\d \S+$/).waitFor();
  await asked.getByText(/^The server that held its value has ended, so the value is lost\./).waitFor();
  assert.equal(await asked.getByRole('button', { name: 'Approve showing it once' }).count(), 0);
  await accessible(page);
});

test('a value that was shown is offered in no other tab', async t => {
  const { ask, signIn } = await begin(t);
  await ask('shown-in-one-tab');
  const [mine, other] = [await signIn(me), await signIn(me)];
  const asked = await show(mine, 'shown-in-one-tab');
  await asked.getByLabel('Type shown-in-one-tab to approve').fill('shown-in-one-tab');
  await asked.getByRole('button', { name: 'Approve creation' }).click();
  await other.getByRole('link', { name: /^Values ?1$/ }).click();
  const offered = other.getByRole('button', { name: 'Show the value once' });
  await offered.waitFor();
  await mine.getByRole('link', { name: 'Show', exact: true }).click();
  await mine.getByRole('button', { name: 'Show the value once' }).click();
  await mine.getByLabel("The token's value").waitFor();
  await offered.waitFor({ state: 'detached' });
  await other.getByRole('link', { name: /^Values$/ }).waitFor();
});

test('a value that is asked for while the server falls silent is offered again, or told as lost', async t => {
  const { ask, signIn } = await begin(t);
  await ask('asked-into-silence');
  const page = await signIn(me);
  const mine = await show(page, 'asked-into-silence');
  await mine.getByLabel('Type asked-into-silence to approve').fill('asked-into-silence');
  await mine.getByRole('button', { name: 'Approve creation' }).click();
  await page.getByRole('link', { name: 'Show', exact: true }).click();
  const button = page.getByRole('button', { name: 'Show the value once' });
  const address = /\/api\/reveals\/rev_/;
  await page.route(address, route => route.abort(), { times: 1 }); // it never arrives
  await button.click();
  await button.waitFor();
  await page.route(address, async route => {
    await route.fetch(); // it arrives, and its answer does not
    await route.abort();
  });
  await button.click();
  await page.getByText('The value is lost: delete this token and create a new one.').waitFor();
  assert.equal(await button.count(), 0);
});
