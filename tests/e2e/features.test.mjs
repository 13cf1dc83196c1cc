// Resources, prompts and completion, asked for by the modern client and by the legacy one, over both transports.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { doors, open } from './lib/clients.mjs';
import { createApproved, reveal, valueIn } from './lib/story.mjs';
import { World } from './lib/world.mjs';

async function allResources(client) {
  const resources = [];
  let cursor;
  do {
    const page = await client.listResources(cursor ? { cursor } : {});
    resources.push(...page.resources);
    cursor = page.nextCursor;
  } while (cursor);
  return resources.filter(each => !each.uri.startsWith('skill:')); // it has tests of its own: skills.test.mjs
}

async function twoTokens(connection) {
  for (const name of ['ci-pipeline', 'dev-local']) await createApproved(connection, name, 'none');
  const { tokens } = (await connection.call('tfy_access_tokens_list')).structuredContent;
  assert.equal(tokens.length, 2);
  return tokens;
}

async function readJson(client, uri) {
  const { contents } = await client.readResource({ uri });
  assert.equal(contents.length, 1);
  assert.equal(contents[0].uri, uri);
  assert.equal(contents[0].mimeType, 'application/json');
  return JSON.parse(contents[0].text);
}

for (const door of Object.keys(doors)) {
  test(`${door}: what is listed can be read, and says the same as the tool`, async t => {
    const world = await World.start(t);
    const connection = await open(door, world);
    const { client } = connection;
    const tokens = await twoTokens(connection);
    const resources = await allResources(client);
    assert.deepEqual(
      new Set(resources.map(each => each.uri)),
      new Set(['tfy://access-tokens', ...tokens.map(each => `tfy://access-tokens/${each.id}`)])
    );
    assert.deepEqual((await readJson(client, 'tfy://access-tokens')).tokens, tokens);
    for (const token of tokens)
      assert.deepEqual(await readJson(client, `tfy://access-tokens/${token.id}`), token);
    const { resourceTemplates } = await client.listResourceTemplates();
    assert.deepEqual(
      resourceTemplates.map(each => each.uriTemplate),
      ['tfy://access-tokens/{id}', 'tfy://approvals/{id}']
    );
    for (const uri of ['tfy://access-tokens/another', 'tfy://access-tokens/revoke%2Fall'])
      await assert.rejects(client.readResource({ uri }), /There is no resource/);
  });

  test(`${door}: each prompt can be had, and its arguments are completed`, async t => {
    const world = await World.start(t);
    const connection = await open(door, world);
    const { client } = connection;
    const { prompts } = await client.listPrompts();
    assert.equal(prompts.length, 3);
    for (const { name } of prompts) {
      const { messages } = await client.getPrompt({ name });
      assert.match(messages[0].content.text, /tfy_access_tokens_list/);
    }
    const tokens = await twoTokens(connection);
    const { name, id } = tokens[0];
    const filled = await client.getPrompt({ name: 'rotate_access_token', arguments: { name } });
    assert.ok(filled.messages[0].content.text.includes(`\n- name: "${name}"\n`));
    const complete = async (ref, argument, value) =>
      (await client.complete({ ref, argument: { name: argument, value } })).completion;
    const prompt = { type: 'ref/prompt', name: 'rotate_access_token' };
    assert.equal((await complete(prompt, 'name', name)).values[0], name);
    const template = { type: 'ref/resource', uri: 'tfy://access-tokens/{id}' };
    assert.equal((await complete(template, 'id', id)).values[0], id);
    assert.equal((await complete(template, 'id', '')).total, tokens.length);
    await assert.rejects(client.getPrompt({ name: 'another' }), /Unknown prompt/);
  });
}

test("a new token's value is in no resource", async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world);
  const created = await createApproved(connection, 'kept-secret', 'agent');
  const value = valueIn(await reveal(connection, created.reveal_id));
  for (const { uri } of await allResources(connection.client)) await readJson(connection.client, uri);
  await world.assertSeenOnce(value);
});
