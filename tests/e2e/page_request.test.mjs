// What one request shows, in Debian's Chromium: before and after, permissions that nearly covered it, names as long as they
// can be on the narrowest screen; denials with a common reason; a value that hides itself.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';

import { accessible, card, goAhead, row, show, signedIn } from './lib/browser.mjs';
import { Page } from './lib/page.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';

async function begin(t, because = '') {
  const { world, server, page } = await signedIn(t, async ({ env }) => appendFileSync(env.TFY_PAT_MCP_POLICY, because));
  const peer = new RawHttp(world, server.endpoint);
  let last = 0;
  const call = async (tool, args) =>
    (await peer.exchange(toolCall((last += 1), tool, args, { capabilities: {} }))).result.structuredContent;
  const create = (name, more = { expirationDate: '20 days' }) =>
    call('tfy_access_tokens_create', { payload: { name, ...more } });
  return { world, server, page, call, create };
}

const inOneLine = text => text.replace(/\s+/g, ' ');

/** Nothing in the request has to be scrolled sideways at 320 px. */
async function fits(page) {
  await page.setViewportSize({ width: 320, height: 800 });
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('.request, .request *')]
      .filter(each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline')
      .filter(each => !each.closest('.unseen') && !each.matches('input, textarea'))
      .map(each => `${each.tagName} ${each.className}: ${each.textContent.slice(0, 80)}`)
  );
  assert.deepEqual(wide, []);
  const decision = await page.locator('.decision').boundingBox();
  assert.ok(decision.y + decision.height <= 800 && decision.height > 0, 'the decision is in view');
  await page.setViewportSize({ width: 1280, height: 1000 });
}

test('a rotation shows the old token beside the new one; names of 36 characters fit at 320 px; a change is a difference', async t => {
  const { page, call, create } = await begin(t);
  const { tokens } = await call('tfy_access_tokens_list', { name_contains: 'ci-runner' });
  const longest = 'a-successor-of-thirty-six-characters';
  assert.equal(longest.length, 36);
  await call('tfy_access_tokens_rotate', { id: tokens[0].id, name: longest, grace_period: '15m' });
  const asked = await show(page, 'ci-runner', 'Rotate', 'Rotate access token');
  const differs = inOneLine(await asked.locator('.changes').innerText());
  assert.match(differs, new RegExp(`^Name\\s+now: ci-runner → , then: ${longest}\\s+Expires\\s+now: \\d+ \\w+ \\d{4}, \\d\\d:\\d\\d \\S+ → , then: \\d+ \\w+ \\d{4}`));
  assert.equal(inOneLine(await asked.locator('.asked div', { hasText: 'Grace period' }).innerText()).trim(), 'Grace period 15 minutes');
  const risks = await row(page, 'Rotate', 'ci-runner').locator('.risk').allInnerTexts();
  assert.ok(risks.every(each => !/\d [dhms]\b/.test(each)), risks.join());
  assert.match(differs, /Old token\s+now: works → , then: is deleted 15 minutes after the new value has been shown$/);
  const before = await asked.locator('.sides .before').innerText();
  const after = await asked.locator('.sides .after').innerText();
  assert.match(before, /^Old token\nName\nci-runner\n/);
  assert.ok(before.includes(tokens[0].id) && before.includes('Last used'), before);
  assert.match(after, /^New token\n/);
  await asked.getByText(`Creates the personal access token "${longest}"`).waitFor();
  await asked.getByText(/deletes "ci-runner" permanently, 15 minutes after the new value/).waitFor();
  await fits(page);
  await accessible(page);

  const other = 'another-name-of-thirty-six-character';
  await create(longest.replace('successor', 'different'));
  const mine = await show(page, longest.replace('successor', 'different'));
  await mine.locator('summary', { hasText: 'Ask for less' }).click();
  await mine.getByLabel('Another name').fill(other);
  await mine.getByRole('button', { name: 'Change the request' }).click();
  const changed = card(page, other);
  const words = inOneLine(await changed.locator('.changes').innerText());
  assert.match(words, new RegExp(`asked: ${longest.replace('successor', 'different')}\\s+now: ${other} by \\S+, \\d\\d:\\d\\d \\S+`));
  await fits(page);
});

test('a request that a standing permission nearly covered says why it did not', async t => {
  const { server, world, page, create } = await begin(t);
  const giver = await Page.signIn(world, server);
  await giver.permitted({
    principal: 'http:loopback', names: 'ci-*', uses: 1, longest_life: '7d', lasts: '60m', destination: 'none', reason: 'test',
  });
  await create('ci-too-long');
  const asked = await show(page, 'ci-too-long');
  await asked.getByText(/does not cover this\. It is for tokens that expire within 7 days\.$/).waitFor();
  await accessible(page);
});

test('each of the four common reasons denies, by two clicks; the agent is told it; a deletion has reasons of its own', async t => {
  const { page, call, create } = await begin(t);
  for (const [nth, reason] of ['Not needed.', 'Wrong name or owner.', 'It should end earlier.', 'Ask me before you do this.'].entries()) {
    const { approval_id } = await create(`not-this-${nth}`);
    const asked = await show(page, `not-this-${nth}`);
    await asked.getByRole('button', { name: 'Deny' }).click();
    const reasons = asked.getByRole('group', { name: 'Common reasons' }).getByRole('button');
    assert.equal(await reasons.count(), 4);
    await asked.getByRole('button', { name: reason }).click();
    await asked.getByRole('button', { name: 'Deny request' }).click();
    await row(page, 'Create', `not-this-${nth}`).waitFor({ state: 'detached' });
    assert.equal((await call('tfy_approvals_get', { approval_id })).reason, reason);
  }
  const { tokens } = await call('tfy_access_tokens_list', { name_contains: 'ci-runner' });
  await call('tfy_access_tokens_delete', { id: tokens[0].id });
  const asked = await show(page, 'ci-runner', 'Delete', 'Delete access token');
  await asked.getByRole('button', { name: 'Deny' }).click();
  const reasons = asked.getByRole('group', { name: 'Common reasons' }).getByRole('button');
  assert.deepEqual(await reasons.allInnerTexts(), ['Not needed.', 'Wrong token.', 'Ask me before you do this.']);
});

test('times have their zone, and what they say of now stays true while the page is open', async t => {
  const { page, create } = await begin(t);
  await create('grows-older');
  const line = row(page, 'Create', 'grows-older');
  await line.getByText('just now').waitFor();
  const asked = await show(page, 'grows-older');
  assert.match(await asked.locator('.meta').innerText(), /asked \d+ \w+ \d{4}, \d\d:\d\d \S+/);
  await goAhead(page, 5);
  await line.getByText('5 min ago').waitFor();
  await line.getByText(/^9 min/).waitFor();
  await goAhead(page, 9.2);
  await asked.getByText(/^\d+ s left$/).waitFor();
});

test('a new value is not in the page before its click, hides itself after a minute, and cannot be had again', async t => {
  const { page, call, create } = await begin(t);
  const { approval_id } = await create('seen-once');
  const asked = await show(page, 'seen-once');
  await asked.getByLabel('Type seen-once to approve').fill('seen-once');
  await asked.getByRole('button', { name: 'Approve creation' }).click();
  await asked.waitFor({ state: 'detached' });
  await call('tfy_access_tokens_create', { payload: { name: 'seen-once', expirationDate: '20 days' } });
  await page.getByRole('link', { name: 'Show', exact: true }).click();
  await page.getByText('Save this token now: it will not be shown again.').waitFor();
  assert.equal(await page.locator('textarea').count(), 0);
  await accessible(page);
  await page.getByRole('button', { name: 'Show the value once' }).click();
  const value = await page.getByLabel("The token's value").inputValue();
  assert.ok(value.length > 30);
  await page.getByText(/^Hidden in (1 min 0 s|\d\d s)\. /).waitFor();
  await accessible(page);
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText(/^The value of seen-once is still shown, for (1 min 0 s|\d\d? s)\. /).waitFor();
  assert.equal(await page.getByLabel("The token's value").count(), 0);
  await page.getByRole('link', { name: 'Back to it' }).click();
  assert.equal(await page.getByLabel("The token's value").inputValue(), value, 'a look elsewhere loses nothing');
  await goAhead(page, 1.1);
  await page.getByText('Hidden. It was shown once and cannot be shown again.').waitFor();
  assert.ok(!(await page.content()).includes(value), 'not in the document');
  assert.ok(!(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes(value));
  await page.reload();
  await page.getByText('None. The value of a new token waits here').waitFor();
  await page.goto(new URL(`/approvals/${approval_id}`, page.url()).href);
  await page.getByText('Nothing more can be decided. Approved and done. The value was shown.').waitFor();
});

test('one is told that an approved call runs only if its agent goes on', async t => {
  const { page, call } = await begin(t, 'because = "what uses it stops working"\n');
  const { tokens } = await call('tfy_access_tokens_list', { name_contains: 'ci-runner' });
  await call('tfy_access_tokens_delete', { id: tokens[0].id });
  const asked = await show(page, 'ci-runner', 'Delete', 'Delete access token');
  await asked.getByText('It runs at once if the agent is still waiting, otherwise when it repeats the call.').waitFor();
  const why = asked.locator('.then div', { hasText: 'Why you are asked' }).locator('dd');
  assert.equal(await why.innerText(), 'What uses it stops working.');
  await asked.getByLabel('Type ci-runner to approve').fill('ci-runner');
  await asked.getByRole('button', { name: 'Approve deletion' }).click();
  await page.getByText(/^Approved: Delete access token ci-runner\. If the agent still waits, its call runs now; if not, the same call runs when it is repeated before \d+ \w+ \d{4}, /).waitFor();
});

test('at 320 × 256, as with a zoom of 400 %, requests can be read and opened, and their facts as well', async t => {
  const { page, create } = await begin(t);
  await create('first-of-two');
  await create('second-of-two');
  await row(page, 'Create', 'second-of-two').waitFor();
  await page.setViewportSize({ width: 320, height: 256 });
  const inView = locator => locator.evaluate(part => {
    part.scrollIntoView({ block: 'center' });
    const { left, right, top, bottom, height } = part.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return height > 0 && top >= 0 && bottom <= innerHeight && part.contains(document.elementFromPoint(x, y));
  });
  for (const name of ['first-of-two', 'second-of-two']) assert.ok(await inView(row(page, 'Create', name).locator('.row-what')), name);
  await row(page, 'Create', 'second-of-two').click();
  const asked = card(page, 'second-of-two');
  await asked.waitFor();
  assert.ok(await inView(asked.locator('.facts dd').first()));
  assert.ok(await inView(asked.getByRole('button', { name: 'Approve creation' })));
  await page.goto(new URL('/approvals/history', page.url()).href);
  await page.getByText('No earlier decisions.').waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test('what just happened is told over nothing that can be clicked', async t => {
  const { page, create } = await begin(t);
  for (let nth = 0; nth < 9; ++nth) await create(`fills-the-list-${nth}`);
  await page.setViewportSize({ width: 1200, height: 800 });
  await row(page, 'Create', 'fills-the-list-8').click();
  await card(page, 'fills-the-list-8').getByRole('button', { name: 'Extend' }).click();
  const told = page.locator('.told', { hasText: 'The request now expires on' });
  await told.waitFor();
  const under = await told.evaluate(part => {
    const { left, top, right, bottom } = part.getBoundingClientRect();
    const found = new Set();
    for (let x = left + 1; x < right; x += 4)
      for (let y = top + 1; y < bottom; y += 4) {
        const at = document.elementFromPoint(x, y)?.closest('a, button, input, select, summary, textarea, label');
        if (at) found.add(at.textContent);
      }
    return [...found];
  });
  assert.deepEqual(under, []);
  assert.ok(await told.evaluate(part => part.scrollHeight <= part.clientHeight), 'nothing of it is cut');
});

test('at 320 px what just happened leaves the header and the views where they are', async t => {
  const { page, create } = await begin(t);
  await create('is-denied');
  await page.setViewportSize({ width: 320, height: 720 });
  await row(page, 'Create', 'is-denied').click();
  const asked = card(page, 'is-denied');
  await asked.getByRole('button', { name: 'Deny' }).click();
  await asked.getByRole('button', { name: 'Not needed.' }).click();
  await asked.getByRole('button', { name: 'Deny request' }).click();
  const told = page.locator('.told', { hasText: 'Denied: Create access token is-denied' });
  await told.waitFor();
  await page.getByRole('heading', { name: /^Waiting for you/ }).waitFor();
  const above = await page.locator('footer').boundingBox();
  const { y, height } = await told.boundingBox();
  assert.ok(y >= above.y + above.height - 1 && y + height <= 721, `${y} + ${height}, below ${above.y} + ${above.height}`);
  for (const view of await page.getByRole('navigation').getByRole('link').all())
    assert.ok(await view.evaluate(part => {
      const { left, top, width, height } = part.getBoundingClientRect();
      return part.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    }));
});

test('at 320 px what just happened covers no way back, and is whole; so is a standing permission', async t => {
  const { server, world, page, create } = await begin(t);
  await create('is-open');
  await create('is-extended');
  await page.setViewportSize({ width: 320, height: 640 });
  await row(page, 'Create', 'is-extended').click();
  const asked = card(page, 'is-extended');
  await asked.getByRole('button', { name: 'Extend' }).click();
  const told = page.locator('.told', { hasText: 'The request now expires on' });
  await told.waitFor();
  const back = await asked.getByRole('link', { name: '← Inbox' }).boundingBox();
  const { y, height } = await told.boundingBox();
  assert.ok(y + height <= back.y, `${y} + ${height} <= ${back.y}`);
  assert.ok(await told.evaluate(part => part.scrollWidth <= part.clientWidth), 'nothing of it is cut');

  const giver = await Page.signIn(world, server);
  const { words } = await giver.permitted({
    principal: 'http:loopback', names: 'ci-*', uses: 1, longest_life: '7d', lasts: '60m', destination: 'none', reason: 'test',
  });
  await page.goto(new URL('/approvals/permissions', page.url()).href);
  const sentence = page.locator('.permission h3');
  await sentence.waitFor();
  assert.equal((await sentence.innerText()).toLowerCase(), words.toLowerCase());
  assert.ok(await sentence.evaluate(part => part.scrollHeight <= part.clientHeight + 1), 'nothing of it is cut');
});
