// What lets a person in, once it was used, is nowhere but with the person: not in logs, the journal, the database, any file of the
// state directory or what the server serves, and not in its memory, or a core of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { findInMemory, lastFound } from './lib/memory.mjs';
import { Page } from './lib/page.mjs';
import { me, passphrase, signInCode } from './lib/people.mjs';
import { create } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

/** As it is written, and as the server normalizes it. */
const forms = secret => [...new Set([secret, secret.replaceAll('-', '')])];

function assertInNoFile(state, secrets) {
  for (const name of readdirSync(state, { recursive: true })) {
    const file = join(state, name);
    if (!statSync(file).isFile()) continue;
    const text = readFileSync(file, 'latin1');
    for (const [what, secret] of secrets) for (const form of forms(secret)) assert.ok(!text.includes(form), `${what} in ${file}`);
  }
}

/** All that the server has in memory, an answer's own buffers a moment later. */
async function assertNotInMemory(t, pid, secrets) {
  const look = () => secrets.flatMap(([what, secret]) => forms(secret).flatMap(form => (findInMemory(pid, Buffer.from(form)) ?? []).map(place => `${what}: ${place}`)));
  if (findInMemory(pid, Buffer.from('tfy_access_tokens_')) === null) return t.diagnostic('the memory of another process may not be read here (ptrace)');
  assert.notEqual(findInMemory(pid, Buffer.from('tfy_access_tokens_')).length, 0, 'the memory was read');
  assert.deepEqual(await lastFound(look), []);
}

function assertNotInCore(t, world, pid, secrets) {
  assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +0 +0 /m, 'it leaves none by itself');
  const made = spawnSync('gcore', ['-a', '-o', join(world.folder, 'core'), String(pid)], { encoding: 'utf8' });
  const file = join(world.folder, `core.${pid}`);
  if (made.status !== 0 || !existsSync(file)) return t.diagnostic('no core can be made here (gcore)');
  const core = readFileSync(file);
  assert.ok(core.includes('tfy_access_tokens_'), 'the core was read');
  for (const [what, secret] of secrets) for (const form of forms(secret)) assert.ok(!core.includes(form), `${what} in a core`);
}

test('page keys, codes, invitations and passphrases are nowhere once they were used', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  await world.enrol();
  const code = await signInCode(world);
  const page = await Page.signIn(world, { ...server, code });
  const second = await Page.signIn(world, server);
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const asked = await create(connection, 'of-no-secret');
  const id = asked.structuredContent.approval_id;
  const shown = [];
  for (const path of ['/api/session', '/api/approvals', `/api/approvals/${id}`, '/api/people', '/api/history', '/api/journal', '/api/health', '/api/checks'])
    shown.push((await page.request('GET', path)).text);
  const events = await fetch(`${server.page}/api/events`, { headers: { 'x-page-key': page.key } });
  await events.body.cancel();
  const { invitation } = (await page.request('POST', '/api/people', { name: 'grace' })).body;
  const terminal = await world.terminal(['people', 'invite', 'bob', '--json'], [passphrase]);
  const other = JSON.parse(terminal.stdout).invitation;
  const stranger = new Page(world, server.page);
  const theirs = 'a passphrase of grace alone';
  const joined = await stranger.request('POST', '/api/join', { code: invitation, passphrase: theirs });
  assert.equal(joined.status, 201, joined.text);
  await second.request('POST', '/api/sign-out', {});
  await page.denied({ id }, 'no');
  for (const path of ['', '/assets/app.js', '/assets/app.css', '/people']) shown.push((await stranger.request('GET', path, undefined, { 'x-page-key': '' })).text);

  const secrets = [
    ['the page key', page.key],
    ['a page key that was signed out', second.key],
    ['the page key of who joined', joined.body.page_key],
    ['the code', code],
    ['the invitation of the page', invitation],
    ['the invitation of the terminal', other],
    ['a new passphrase', theirs],
    ['a passphrase', passphrase],
  ];
  for (const [what, secret] of secrets) assert.ok(secret.length >= 12, what);
  const exported = (await world.terminal(['audit', 'export'])).stdout;
  const listed = (await world.terminal(['people', 'list'])).stdout;
  for (const said of [server.process.stdout, server.process.stderr, exported, listed, ...shown])
    for (const [what, secret] of secrets) for (const form of forms(secret)) assert.ok(!said.includes(form), `${what} in what the server says`);
  assert.ok(exported.includes(me) && exported.includes('person_invited'), 'the journal was read');
  assertInNoFile(world.state, secrets);
  const { pid } = server.process.child;
  await assertNotInMemory(t, pid, secrets);
  assertNotInCore(t, world, pid, secrets);
});
