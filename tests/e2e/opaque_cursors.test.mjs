// Nothing that this server gives out for coming back is changed on its way out, whatever tokens it knows.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { create, createApproved, reveal, statusOf, textOf } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const tool = 'tfy_access_tokens_list';

async function pageAfter(connection, args) {
  const page = await connection.call(tool, args);
  assert.ok(!page.isError, textOf(page));
  assert.doesNotMatch(JSON.stringify(page), /\[redacted/);
  return page.structuredContent;
}

/** All names, one a page. */
async function walk(connection, args) {
  const names = [];
  let page = await pageAfter(connection, { ...args, limit: 1 });
  for (;;) {
    names.push(...page.tokens.map(each => each.name));
    if (!page.next_cursor) return names;
    assert.match(page.next_cursor, /^[\w-]+$/);
    page = await pageAfter(connection, { ...args, limit: 1, cursor: page.next_cursor });
  }
}

for (const door of ['modern stdio', 'legacy stdio', 'modern HTTP', 'legacy HTTP']) {
  test(`${door}: the pages of a list go on after JWTs were created, whose claims hold their tokens' ids`, async t => {
    const world = await World.start(t);
    const connection = await open(door, world);
    // A JWT's claims and a cursor of old both had the id in base64. Names of three lengths, with and without an expiry:
    // at each phase of it.
    const names = ['aa-1', 'aa-22', 'aa-333', 'aa-4444'];
    const first = await createApproved(connection, names[0], 'agent', { tokenType: 'jwt' });
    await reveal(connection, first.reveal_id);
    const before = await pageAfter(connection, { sort: 'name', limit: 1 });
    for (const name of names.slice(1)) {
      const created = await createApproved(connection, name, 'agent', {
        tokenType: 'jwt',
        ...(name.length % 2 ? { expirationDate: '90 days' } : {}),
      });
      await reveal(connection, created.reveal_id);
    }
    if (before.next_cursor) {
      const after = await pageAfter(connection, { sort: 'name', limit: 100, cursor: before.next_cursor });
      for (const name of names.slice(1)) assert.ok(after.tokens.some(each => each.name === name), name);
    }
    for (const sort of ['name', '-name', '-created', 'created', 'expires', 'last_used']) {
      const walked = await walk(connection, { sort });
      for (const name of names) assert.equal(walked.filter(each => each === name).length, 1, `${name} by ${sort}`);
    }
  });
}

test('a cursor is good after a restart, and not once it was changed', async t => {
  const world = await World.start(t);
  const first = await open('modern stdio', world);
  for (const name of ['aa-1', 'aa-2', 'aa-3']) await createApproved(first, name, 'none');
  const page = await pageAfter(first, { sort: 'name', limit: 1 });
  await first.close();
  const second = await open('modern stdio', world);
  const rest = await pageAfter(second, { sort: 'name', limit: 100, cursor: page.next_cursor });
  assert.ok(rest.tokens.some(each => each.name === 'aa-2'));
  const other = page.next_cursor.at(20) === 'A' ? 'B' : 'A';
  const changed = page.next_cursor.slice(0, 20) + other + page.next_cursor.slice(21);
  const refused = await second.call(tool, { sort: 'name', cursor: changed });
  assert.ok(refused.isError);
  assert.match(textOf(refused), /was not given out by this tool/);
});

test('ids, digests and addresses of a request leave as they are, and lead back to it', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world);
  const created = await createApproved(connection, 'ci-bot', 'agent', { tokenType: 'jwt' });
  assert.match(created.reveal_id, /^rev_[a-z2-7]{26}$/);
  await reveal(connection, created.reveal_id);
  const mute = await open('modern stdio', world, { elicitation: null });
  const pending = await create(mute, 'ci-bot-3');
  assert.equal(statusOf(pending), 'approval_pending');
  const { approval_id, digest } = pending.structuredContent;
  assert.match(digest, /^sha256:[0-9a-f]{64}$/);
  const looked = await mute.call('tfy_approvals_get', { approval_id });
  assert.equal(looked.structuredContent.digest, digest);
  const { resources } = await mute.client.listResources();
  assert.doesNotMatch(JSON.stringify([pending, looked, resources]), /\[redacted/);
  for (const { uri } of resources) await mute.client.readResource({ uri });
});
