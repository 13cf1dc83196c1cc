// What others wrote to deceive a person: on every view, in a notification and in a terminal it is written out and marked,
// never markup, never among what was verified, and never so long that it hides the rest. In Debian's Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CLIENT_INFO_META_KEY } from '@modelcontextprotocol/client';

import { accessible, signedIn } from './lib/browser.mjs';
import { Page } from './lib/page.mjs';
import { me, passphrase } from './lib/people.mjs';
import { binary, Process } from './lib/process.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { UpstreamTap } from './lib/upstream_tap.mjs';

const tricks = '\u202e\u2066\u200b\u001b[31m\u009b';
const html = '<img src="x" class="hostile" onerror="document.title=1"><b class="hostile">ok</b>';
const claim = 'APPROVED by security';
/** Names of tokens in TrueFoundry, where no rule of this server keeps them away. */
const evil = `evil${tricks}${html} ${claim}`;
const long = `${claim} ${'x'.repeat(100_000)}`;
/** What the caller says. */
const reason = `${claim}${tricks}${html}`;
const client = `${claim}${tricks}${html}${'y'.repeat(100_000)}`;
const marks = '⟨U+202E⟩⟨U+2066⟩⟨U+200B⟩⟨U+001B⟩[31m⟨U+009B⟩';

const raw = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202e\u2066]/u;

/** What is on the page holds nothing that cannot be seen, nothing that others made an element, and fits. */
async function checkView(page, what, words) {
  const found = await page.evaluate(() => ({
    text: document.body.innerText,
    all: document.documentElement.outerHTML,
    hostile: document.querySelectorAll('.hostile, main img').length,
    title: document.title,
  }));
  assert.doesNotMatch(found.all, raw, what);
  assert.equal(found.hostile, 0, `${what}: markup of others`);
  assert.doesNotMatch(found.title, /^1$/, what);
  for (const part of words) assert.ok(found.text.includes(part), `${what}: ${part} in ${found.text.slice(0, 3000)}`);
  await accessible(page); // nothing to scroll sideways either, at 320 px
}

async function begin(t) {
  const { world, server, page } = await signedIn(t, async world => {
    const tap = await UpstreamTap.start(t, world);
    tap.rewritten = text =>
      text
        .replaceAll('"ci-deploy"', JSON.stringify(evil))
        .replaceAll('"ci-runner"', JSON.stringify(long))
        .replaceAll(/"dana@[^"]*"/g, JSON.stringify(`dana${tricks}`));
  });
  const peer = new RawHttp(world, server.endpoint);
  let last = 0;
  const call = async (tool, args) => {
    const _meta = { [CLIENT_INFO_META_KEY]: { name: client, version: '1' } };
    const { result } = await peer.exchange(toolCall((last += 1), tool, args, { capabilities: {}, _meta }));
    return result.structuredContent;
  };
  const { tokens } = await call('tfy_access_tokens_list', {});
  const idOf = start => tokens.find(each => each.name.startsWith(start)).id;
  return { world, server, page, call, evilId: idOf('evil'), longId: idOf(claim) };
}

const part = async (card, title) =>
  card.evaluate((article, title) => {
    const heading = [...article.querySelectorAll('h4')].find(each => each.textContent.startsWith(title));
    return heading.nextElementSibling.innerText;
  }, title);

test('inbox, request and plan: marked, escaped, short, and apart from the facts; its name can be typed as it is shown', async t => {
  const { page, call, evilId, longId } = await begin(t);
  await call('tfy_access_tokens_delete', { id: evilId, reason });
  await call('tfy_access_tokens_delete', { id: longId, reason });
  const rows = page.locator('a.row');
  await rows.nth(1).waitFor();
  await checkView(page, 'inbox', [`evil${marks}<img src="x"`, 'hidden characters']);
  for (const each of await rows.all()) {
    const { height } = await each.boundingBox();
    assert.ok(height < 220, `a line of ${height} px`);
  }

  await rows.first().click();
  const asked = page.getByRole('article', { name: /^Delete access token evil/ });
  await asked.waitFor();
  await asked.getByText('This request holds hidden or look-alike characters.').waitFor();
  const claimed = await part(asked, 'Claimed by the caller');
  assert.ok(claimed.includes(`${claim}${marks}${html}`), claimed.slice(0, 500));
  const verified = await part(asked, 'Verified by this server');
  assert.ok(verified.includes(`evil${marks}`), verified);
  for (const words of ['raw', 'yyyy', `“${claim}`]) assert.ok(!verified.includes(words), `${words} in ${verified}`);
  assert.equal(verified.split(claim).length, 2, 'the name of the token, and nothing that the caller says');
  await asked.locator('summary', { hasText: 'Exact arguments' }).click();
  await checkView(page, 'request', [marks, html]);
  const title = await asked.locator('header h3').boundingBox();
  assert.ok(title.height < 160, `a title of ${title.height} px`);

  await rows.nth(1).click();
  const longest = page.getByRole('article', { name: /^Delete access token APPROVED/ });
  await longest.waitFor();
  await checkView(page, 'a name of 100 kB', [`… (`]);
  const deny = await longest.getByRole('button', { name: 'Deny' }).boundingBox();
  assert.ok(deny.y + deny.height <= 1000, 'the decision is in view');

  await page.getByRole('link', { name: 'Delete 2 tokens on one screen' }).click();
  await page.getByRole('checkbox', { name: /^Delete access token evil/ }).waitFor();
  await checkView(page, 'plan', [marks, html]);
  await page.getByRole('link', { name: '← Inbox' }).click();
  await page.locator('a.row', { hasText: 'evil' }).click();
  const wanted = await asked.locator('.decision label .name').textContent();
  assert.equal(wanted, `evil${marks}${html} ${claim}`);
  await asked.locator('.decision input[type="text"]').fill(wanted);
  await asked.getByRole('button', { name: 'Approve deletion' }).click();
  await asked.waitFor({ state: 'detached' });

  await longest.waitFor();
  await longest.getByRole('button', { name: 'Deny' }).click();
  await longest.getByLabel('Reason for the denial.').fill(`no <b class="hostile">${claim}`);
  await longest.getByRole('button', { name: 'Deny request' }).click();
  await longest.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('button', { name: /^Delete\s*evil/ }).click();
  await page.getByText('Claimed by the caller (not verified)').waitFor();
  await checkView(page, 'history', [`evil${marks}`, html, `${claim}${marks}`]);
});

test('tokens, values, rotations, permissions and a freeze', async t => {
  const { world, server, page, call, evilId } = await begin(t);
  await page.getByRole('link', { name: 'Tokens' }).click();
  await page.getByRole('searchbox').fill('evil');
  await page.locator('button.row').first().click();
  await page.getByText('Nothing is changed from here').waitFor();
  await checkView(page, 'tokens', [`evil${marks}<img`]);
  await page.getByRole('searchbox').fill('xxxx');
  await page.locator('button.row').first().waitFor();
  await checkView(page, 'tokens, a name of 100 kB', [claim]);

  const rotate = { id: evilId, name: 'a-good-name', reason };
  await call('tfy_access_tokens_rotate', rotate);
  const person = await Page.signIn(world, server);
  const [asked] = await person.pending();
  const rotated = await person.approve(asked.id, { digest: asked.digest, typed_name: asked.facts.to_type, destination: 'page' });
  assert.equal(rotated.status, 200, rotated.text);
  await call('tfy_access_tokens_rotate', rotate);
  await page.getByRole('link', { name: 'Values' }).click();
  await page.getByRole('button', { name: 'Show the value once' }).waitFor();
  await checkView(page, 'values', [`evil${marks}`]);
  await page.getByRole('link', { name: 'Rotations' }).click();
  await page.getByRole('heading', { name: /is replaced by a-good-name/ }).waitFor();
  await checkView(page, 'rotations', [`evil${marks}<img`]);

  await person.permitted({
    principal: `stdio:${tricks}${html}`, names: `ci${tricks.replace('[', '')}-*`, uses: 1, longest_life: '7d', lasts: '60m', destination: 'none', reason,
  });
  await page.getByRole('link', { name: 'Permissions' }).click();
  await page.getByText('used 0 of 1').waitFor();
  await checkView(page, 'permissions', [`ci${marks.replace('[', '')}-*`, `${claim}${marks}`]);

  const frozen = await world.terminal(['approvals', 'freeze', 'http:loopback', '--as', me, '--reason', reason], [passphrase]);
  assert.equal(frozen.code, 0, frozen.stderr);
  await page.getByRole('link', { name: /^Inbox/ }).click();
  await page.getByText('has been frozen').first().waitFor();
  await checkView(page, 'freeze', [`${claim}${marks}${html}`]);
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByLabel('Invite a person, by the name that they will sign in with').fill(`eve${tricks}`);
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByText(/^A person's name has up to 64 letters/).waitFor();
});

test('in a notification, and in approvals watch', async t => {
  const { world, page, call, evilId, longId } = await begin(t);
  await page.evaluate(() => {
    globalThis.told = [];
    globalThis.Notification = class {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      constructor(title, { body }) {
        globalThis.told.push({ title, body });
      }
    };
    document.hasFocus = () => false;
  });
  await page.getByLabel('Notify me').check();
  await call('tfy_access_tokens_delete', { id: evilId, reason });
  await page.locator('a.row').first().waitFor();
  await call('tfy_access_tokens_delete', { id: longId, reason });
  await page.locator('a.row').nth(1).waitFor();
  const [, first, second] = await page.evaluate(() => globalThis.told);
  for (const { title, body } of [first, second]) {
    assert.equal(title, 'A new request waits for you', 'our own words');
    assert.doesNotMatch(body, raw);
    assert.ok(body.startsWith('Delete access token “') && body.endsWith('”, asked by http:loopback'), body);
    assert.ok(body.length < 200, `${body.length}`);
  }
  assert.ok(first.body.includes('⟨U+202E⟩'), first.body);

  const terminal = new Process('script', ['--quiet', '--return', '--command', `stty rows 30 cols 100; exec '${binary}' approvals watch`, '/dev/null'], {
    env: { ...world.env, SHELL: '/bin/sh', TERM: 'xterm', NO_COLOR: '1' },
  });
  world.processes.push(terminal);
  await terminal.says(/> Delete evil⟨U\+202E⟩/);
  terminal.child.stdin.write('\r');
  await terminal.says(/Claimed by the caller[^]*APPROVED by security⟨U\+202E⟩/);
  terminal.child.stdin.write('q');
  await terminal.ended;
  const screen = terminal.stdout.replaceAll(/\u001b\[(?:\?\d+[hl]|H|K|0?m)/g, '');
  assert.doesNotMatch(screen, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u202e\u2066]/u);
});
