// The page's views of TrueFoundry's tokens and of the server's own health, in Debian's Chromium.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { accessible, signedIn } from './lib/browser.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';

test('the tokens: who ends soonest comes first; filters, search and order; one opens; nothing is changed from there', async t => {
  const { world, page } = await signedIn(t);
  await page.getByRole('link', { name: 'Tokens' }).click();
  const all = Number((await page.getByText(/^\d+ of \d+, as of \d\d:\d\d \S+\.$/).innerText()).match(/^(\d+) of/)[1]);
  assert.ok(all >= 4);
  const rows = page.locator('button.row');
  await accessible(page);
  const drawn = count => page.waitForFunction(wanted => {
    const lines = [...document.querySelectorAll('button.row')];
    return (wanted ? lines.length === wanted : lines.length > 0) && lines.every(line => line.innerText); // measured, then shown
  }, count);
  await drawn(all);
  const ends = await rows.locator('.row-time').allInnerTexts();
  assert.ok(ends.some(each => /^ends in (\d+ days|[12] days? \d+ h|1 day|\d+ h)$/.test(each)), ends.join());
  assert.ok(ends.indexOf('never expires') > ends.findIndex(each => each.startsWith('ends in')), ends.join());

  await page.getByLabel('Which ones').selectOption('Never expires');
  await drawn();
  const never = await rows.count();
  assert.ok(never > 0 && never < all);
  assert.equal(await rows.locator('.row-time', { hasText: 'never expires' }).count(), never);
  await page.getByLabel('Which ones').selectOption('All tokens');
  await page.getByLabel('Order').selectOption('By name');
  await drawn(all);
  const names = await rows.locator('.name').allInnerTexts();
  assert.deepEqual(names, names.toSorted((a, b) => a.localeCompare(b)));
  await page.getByRole('searchbox').fill(names[0]);
  await rows.first().click();
  await page.getByText('Nothing is changed from here').waitFor();
  await accessible(page);
  for (const method of ['POST', 'DELETE']) assert.equal(await world.upstreamCount(method), 0);

  await page.setViewportSize({ width: 360, height: 740 });
  const cut = await page.locator('.filters select').evaluateAll(choices =>
    choices.filter(choice => {
      const whole = choice.cloneNode(true);
      whole.style.cssText = 'position: absolute; flex: none; width: max-content; max-width: none';
      choice.parentElement.append(whole);
      const isCut = whole.offsetWidth > choice.offsetWidth + 1;
      whole.remove();
      return isCut;
    }).length
  );
  assert.equal(cut, 0, 'no choice is cut');
});

test('the health: TrueFoundry, key, journal, what an approval proves, and where to look further', async t => {
  const { world, page } = await signedIn(t);
  await page.getByRole('link', { name: 'Health' }).click();
  await page.getByText('What an approval proves').waitFor();
  assert.equal(await page.getByText(/Works$/).count(), 2);
  const words = await page.getByRole('region', { name: /^Health of / }).innerText();
  for (const part of [world.upstream, 'Key', 'Journal', 'Channels\nNone.']) assert.ok(words.includes(part), `${part} in ${words}`);
  await accessible(page);
});

test('the doctor’s findings: the same as the command says but for the port that this server has, with what to do, and without a key', async t => {
  const { world, page } = await signedIn(t, world => (world.env.TFY_PAT_MCP_ALLOWED_HOST = 'tfy.example.com')); // a warning
  await page.getByRole('link', { name: 'Health' }).click();
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText(/^Nothing is broken, \d+ warnings?\.$/).waitFor();
  const shown = await page.locator('.checks li').evaluateAll(items =>
    items.map(item => item.querySelector('.state bdi').textContent)
  );
  const { findings } = JSON.parse((await world.terminal(['doctor', '--listen', '127.0.0.1:0', '--offline', '--json'])).stdout);
  const asked = findings.filter(({ what }) => !['serve', 'page on stdio'].includes(what)); // it has its port, and no stdio
  assert.deepEqual(shown.toSorted(), asked.map(each => each.what).toSorted());
  const levels = await page.locator('.checks .state .unseen').allInnerTexts();
  assert.ok(levels[0].startsWith('Warning') && levels.at(-1).startsWith('Fine'), levels.join());
  for (const { todo } of asked.filter(each => each.level === 'warning' && each.todo))
    assert.ok((await page.locator('.checks').innerText()).includes(todo), todo);
  assert.ok(!(await page.content()).includes(world.env.TFY_API_KEY));
  await accessible(page);
  await page.getByRole('button', { name: 'Check again' }).waitFor();
});

test('a request is given its time once more, with one click, and says who did so', async t => {
  const { world, server, page } = await signedIn(t);
  const call = toolCall(1, 'tfy_access_tokens_create', { payload: { name: 'takes-a-while' } }, { capabilities: {} });
  await new RawHttp(world, server.endpoint).exchange(call);
  const life = async () => {
    const [request] = JSON.parse((await world.terminal(['approvals', 'list', '--json'])).stdout).approvals;
    return Date.parse(request.request_expires_at) - Date.parse(request.created);
  };
  const left = async () => Number((await page.locator('.request .countdown').innerText()).match(/^(\d+) min \d+ s left$/)[1]);
  const [before, first] = [await left(), await life()];
  await page.getByRole('button', { name: 'Extend' }).click();
  await page.getByText(/^extended by \S+$/).waitFor();
  assert.equal(await life(), 2 * first);
  assert.ok((await left()) > before, `${before}, then ${await left()} minutes`);
  assert.equal(await page.getByRole('button', { name: 'Extend' }).count(), 0);
  await accessible(page);
});

test('the journal is checked from the history: intact, and after one changed record, broken at that record', async t => {
  const { world, server, page } = await signedIn(t);
  const call = toolCall(1, 'tfy_access_tokens_create', { payload: { name: 'journalled' } }, { capabilities: {} });
  await new RawHttp(world, server.endpoint).exchange(call);
  await page.getByRole('link', { name: 'History' }).click();
  const check = page.getByRole('button', { name: 'Check the journal' });
  await check.click();
  await page.getByText(/^The journal is intact: \d+ records?, the last one of .* with hash [0-9a-f]{64}\./).waitFor();
  await accessible(page);
  const ledger = new DatabaseSync(join(world.state, 'ledger.db'), { timeout: 30_000 }); // the server may be writing
  // Not the record that enrolled the person: who is signed in would be no one any more.
  ledger.exec("DROP TRIGGER journal_keeps_its_words; UPDATE journal SET body = '{}' WHERE kind = 'requested'");
  ledger.close();
  await check.click();
  await page.getByText(/^The journal is broken: .*\b\d+\b.*Keep the state directory as it is: it is evidence\. To go on, .*\.$/).waitFor();
});
