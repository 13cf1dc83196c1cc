// Very many requests, in Debian's Chromium: the first line is there at once, and only what is in view is in the document.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { accessible, atSignIn } from './lib/browser.mjs';
import { signInCode } from './lib/people.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

// 1000 for the figures in docs/approvals.md, on a quiet machine: minutes of asking. Beside other tests a browser is as slow
// as it may be, and only what it does is counted.
const figures = process.env.TFY_MANY;
const many = Number(figures ?? 100);
const policy = rules({ assurance: null })
  .replace('open_requests = 100', 'open_requests = 2000')
  .replace('minute = 1000', 'minute = 100000');

const nodes = page => page.evaluate(() => document.querySelectorAll('*').length);

async function begin(t) {
  const world = await World.start(t, { policy, hold: '0s' });
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  const ask = async name => {
    const call = toolCall(name, 'tfy_access_tokens_create', { payload: { name } }, { capabilities: {} });
    const { result } = await peer.exchange(call);
    assert.equal(result.structuredContent.status, 'approval_pending');
  };
  return { world, server, ask };
}

test(`${many} requests wait: the first lines are there before the others are asked for, in fewer than 2,000 nodes`, async t => {
  const { world, server, ask } = await begin(t);
  for (let i = 0; i < many; i += 20) await Promise.all(Array.from({ length: 20 }, (_, j) => ask(`many-${i + j}`)));
  await world.enrol(); // a code is taken at once, a passphrase is slow to check, on purpose
  const page = await atSignIn(t, world, { ...server, code: await signInCode(world) });
  // The page's own clock, and what it has read of the requests, from the click that signs in to the first line.
  await page.evaluate(() => {
    const button = [...document.querySelectorAll('button')].find(each => each.textContent === 'Sign in');
    button.addEventListener('click', () => (globalThis.begun = performance.now()));
    new MutationObserver((_, self) => {
      if (!document.querySelector('a.row')) return;
      globalThis.took = performance.now() - globalThis.begun;
      globalThis.read = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/rows')).length;
      self.disconnect();
    }).observe(document.body, { childList: true, subtree: true });
  });
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(new RegExp(`^Waiting for you\\s*${many}$`)).waitFor();
  const { took, read } = await page.evaluate(() => ({ took: globalThis.took, read: globalThis.read }));
  t.diagnostic(`first line ${Math.round(took)} ms after signing in, ${await nodes(page)} nodes`);
  assert.equal(read, 1, 'answers before the first line');
  if (figures) assert.ok(took < 1000, `${took} ms`);
  assert.ok((await nodes(page)) < 2000, `${await nodes(page)} nodes`);
  await page.getByRole('searchbox').fill(`many-${many - 1}`);
  await page.getByText(`1 of ${many}.`).waitFor();

  await page.getByRole('button', { name: 'Show all' }).click();
  await page.evaluate(wanted => {
    new MutationObserver((_, self) => {
      if (document.querySelector('h2 .count')?.textContent !== wanted) return;
      globalThis.arrived = Date.now();
      self.disconnect();
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  }, String(many + 1));
  await ask('one-more');
  const asked = Date.now();
  await page.getByText(new RegExp(`^Waiting for you\\s*${many + 1}$`)).waitFor();
  const later = (await page.evaluate(() => globalThis.arrived)) - asked;
  t.diagnostic(`a new request is counted ${later} ms after its caller was answered`);
  if (figures) assert.ok(later < 1000, `${later} ms`);
});

test('10,000 decisions of the past scroll, in fewer than 2,000 nodes; search and filters find one of them', async t => {
  const { world, server } = await begin(t);
  const page = await atSignIn(t, world, server);
  const past = i => ({
    id: `apr_past${i}`,
    title: 'Create access token',
    verb: i % 2 ? 'Create' : 'Delete',
    danger: i % 2 === 0,
    subject: `past-${i}`,
    principal: `stdio:caller-${i % 5}`,
    asked_by: `stdio:caller-${i % 5}`,
    short_digest: 'AAAA-BBBB',
    created: new Date(1.7e12 - i * 1000).toISOString(),
    updated: new Date(1.7e12 - i * 1000 + 500).toISOString(),
    state: i % 3 ? 'succeeded' : 'denied',
    narrowed: i % 7 === 0,
    decision: { approved: i % 3 !== 0, by: `person-${i % 4}`, with: [], at: new Date(1.7e12).toISOString(), permitted: false },
  });
  await page.route('**/approvals/api/history*', route => {
    const before = /past(\d+)$/.exec(route.request().url());
    const first = before ? Number(before[1]) + 1 : 0;
    const rows = Array.from({ length: Math.min(250, 10_000 - first) }, (_, i) => past(first + i));
    return route.fulfill({ json: { rows, more: first + 250 < 10_000 } });
  });
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText('10000 in all.').waitFor();
  await accessible(page);
  const frames = await page.locator('.lines').evaluate(async list => {
    const next = () => new Promise(requestAnimationFrame);
    const taken = [];
    let most = 0;
    for (let step = 0, last = await next(); step <= 200; ++step) {
      list.scrollTop = (list.scrollHeight * step) / 200;
      const now = await next();
      taken.push(now - last);
      last = now;
      most = Math.max(most, document.querySelectorAll('*').length);
    }
    for (let settling = 0; settling < 20; ++settling, await next()) list.scrollTop = list.scrollHeight;
    taken.sort((a, b) => a - b);
    return { median: taken[100], slow: taken[190], most };
  });
  t.diagnostic(
    `scrolling 10,000: ${Math.round(frames.median)} ms a frame, ${Math.round(frames.slow)} ms at most in 95 of 100, ${frames.most} nodes`
  );
  await page.getByRole('button', { name: /^Create past-9999/ }).waitFor();
  assert.ok(frames.most < 2000, `${frames.most} nodes`);
  if (figures) assert.ok(frames.median < 100, `${frames.median} ms`);

  await page.getByRole('searchbox').fill('past-4321');
  await page.getByText('1 of 10000.').waitFor();
  await page.getByRole('searchbox').fill('person-3');
  await page.getByText('2500 of 10000.').waitFor();
  await page.getByRole('searchbox').press('Escape');
  await page.getByLabel('What came of it').selectOption('Denied');
  await page.getByText('3334 of 10000.').waitFor();
  await page.getByLabel('What was asked').selectOption('Delete');
  await page.getByText('1667 of 10000.').waitFor();
});

test('the journal is saved as a file, as audit export prints it', async t => {
  const { world, server, ask } = await begin(t);
  await ask('journalled');
  const page = await atSignIn(t, world, server);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'History' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the journal' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'journal.jsonl');
  const lines = readFileSync(await download.path(), 'utf8').trim().split('\n').map(line => JSON.parse(line));
  assert.deepEqual(lines.map(each => each.sequence), lines.map((_, i) => i + 1));
  assert.ok(lines.some(each => each.kind === 'requested'));
});
