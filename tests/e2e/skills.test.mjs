// Skills over MCP (io.modelcontextprotocol/skills): listed, got, read, whole; the plugins have the same file.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

import { open } from './lib/clients.mjs';
import { modernRequest, RawStdio } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const name = 'truefoundry-access-tokens';
const file = join(root, `manifests/skills/${name}/SKILL.md`);
const text = readFileSync(file, 'utf8');
const uri = `skill://${name}/SKILL.md`;
const extension = 'io.modelcontextprotocol/skills';

async function start(t) {
  const world = await World.start(t);
  const raw = new RawStdio(world);
  let id = 0;
  const ask = async (method, params = {}) => raw.exchange(modernRequest((id += 1), method, params));
  return { world, ask };
}

test('a modern client finds the skill, and what it reads is what was promised', async t => {
  const { ask } = await start(t);
  const { result: server } = await ask('server/discover');
  assert.deepEqual(server.capabilities.extensions[extension], {});
  assert.ok(server.capabilities.resources);

  const { result: list } = await ask('skills/list');
  assert.deepEqual([list.resultType, list.skills.length, list.cacheScope, list.nextCursor], ['complete', 1, 'public', undefined]);
  assert.ok(list.ttlMs > 0);
  const [skill] = list.skills;
  assert.equal(skill.uri, uri);
  assert.deepEqual(skill.frontmatter, parse(text.split('---\n')[1]));
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  assert.deepEqual(skill.resources, [{ uri, digest, size: Buffer.byteLength(text) }]);

  const { result: got } = await ask('skills/get', { uri });
  assert.deepEqual(got.skill, skill);
  for (const other of ['skill://other/SKILL.md', uri.toUpperCase(), `${uri}/`]) assert.equal((await ask('skills/get', { uri: other })).error.code, -32602, other);
  assert.equal((await ask('skills/list', { cursor: 'c1' })).error.code, -32602);

  const { result: read } = await ask('resources/read', { uri });
  assert.deepEqual(read.contents, [{ uri, mimeType: 'text/markdown', text }]);
});

for (const era of ['modern HTTP', 'legacy stdio'])
  test(`${era}: it stands among the resources, first`, async t => {
    const world = await World.start(t);
    const { client } = await open(era, world, era.endsWith('HTTP') ? { endpoint: (await world.serve()).endpoint } : {});
    const { resources } = await client.listResources();
    assert.deepEqual([resources[0].uri, resources[0].mimeType, resources[0].name], [uri, 'text/markdown', name]);
    assert.equal(resources.filter(each => each.uri.startsWith('skill:')).length, 1);
    assert.equal((await client.readResource({ uri })).contents[0].text, text);
  });

test('it follows the customer’s document: check first, one question, a table, masked, once, warned, confirmed', async t => {
  const world = await World.start(t);
  const { client } = await open('modern stdio', world);
  const known = (await client.listTools()).tools.map(tool => tool.name);
  const named = [...text.matchAll(/`(tfy_[a-z_]+)`/g)].map(found => found[1]);
  for (const tool of named) assert.ok(known.includes(tool), tool);
  const order = ['tfy_config_status', 'single question', 'tfy_access_tokens_list', 'tfy_access_tokens_create', 'tfy_access_tokens_reveal', 'tfy_access_tokens_delete'];
  const places = order.map(words => text.indexOf(words, text.indexOf('## 1.')));
  assert.ok(places.every((place, i) => place > 0 && (i === 0 || place > places[i - 1])), places.join());
  for (const words of ['recommended', '| Name | ID | Created | Expires |', 'Masked: `', 'Save it at once', 'ready to copy it right now', 'cannot be undone']) assert.ok(text.includes(words), words);
});

test('the plugins have the same file', () => {
  for (const plugin of ['portable', 'claude', 'gemini']) {
    const copy = join(root, `manifests/plugins/${plugin}/skills/${name}/SKILL.md`);
    if (process.env.TFY_UPDATE_GOLDEN) copyFileSync(file, copy);
    assert.equal(readFileSync(copy, 'utf8'), text, `${plugin}: run this test once with TFY_UPDATE_GOLDEN=1`);
  }
});
