// docs/reference is what the program prints. TFY_UPDATE_GOLDEN=1 writes it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { binary, runToEnd } from './lib/process.mjs';

const folder = fileURLToPath(new URL('../../docs/reference', import.meta.url));
const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
const run = async (...args) => {
  const done = await runToEnd(binary, args, { env });
  assert.equal(done.code, 0, done.stderr);
  return done.stdout;
};
const pages = ['commands', 'configuration', 'errors', 'tools'];

for (const page of pages)
  test(`docs/reference/${page}.md is what the program prints`, async () => {
    const printed = await run('docs', page);
    const file = join(folder, `${page}.md`);
    if (process.env.TFY_UPDATE_GOLDEN) writeFileSync(file, printed);
    assert.equal(readFileSync(file, 'utf8'), printed, 'run this test once with TFY_UPDATE_GOLDEN=1');
  });

test('there is no other page', () => assert.deepEqual(readdirSync(folder).sort(), pages.map(page => `${page}.md`)));

test('asking for a page that there is not tells which there are', async () => {
  const done = await runToEnd(binary, ['docs', 'banana'], { env });
  assert.deepEqual([done.code, done.stdout], [2, '']);
  assert.match(done.stderr, /commands/);
});

test('the pages have every command, every setting and every tool', async () => {
  const [commands, configuration, errors, tools] = await Promise.all(pages.map(page => run('docs', page)));
  const verbs = async before => {
    const text = await run(...before, '--help');
    const names = [...(/^Commands:\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? '').matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(found => found[1]);
    return (await Promise.all(names.map(async name => [[...before, name], ...(await verbs([...before, name]))]))).flat();
  };
  const all = await verbs([]);
  assert.ok(all.length > 20);
  for (const each of all) {
    const section = commands.split(`\n## ${each.join(' ')}\n`)[1]?.split('\n## ')[0];
    assert.ok(section, each.join(' '));
    const text = await run(...each, '--help');
    const own = /^Options:\n((?: {2}.*\n|\n)+?)(?=\n?[A-Z]|$)/m.exec(text)?.[1] ?? '';
    for (const [option] of own.matchAll(/--[a-z][a-z-]*/g)) assert.ok(section.includes(option), `${each.join(' ')} ${option}`);
    for (const example of /^Examples:\n((?: {2}.*\n)+)/m.exec(text)[1].trim().split('\n')) assert.ok(section.includes(example.trim()), example);
  }
  const settings = new Set((await Promise.all(['stdio', 'serve'].map(verb => run(verb, '--help')))).flatMap(text => text.match(/TFY_[A-Z_]+/g)));
  for (const name of settings) assert.ok(configuration.includes(name), name);
  const listed = JSON.parse(readFileSync(new URL('golden/tools_list.json', import.meta.url), 'utf8'));
  const list = Array.isArray(listed) ? listed : listed.tools;
  assert.ok(list.length > 5);
  for (const tool of list) {
    const section = tools.split(`\n## ${tool.name}\n`)[1].split('\n## ')[0];
    for (const name of [...Object.keys(tool.inputSchema?.properties ?? {}), ...Object.keys(tool.outputSchema?.properties ?? {})]) assert.ok(section.includes(`| \`${name}\` |`), `${tool.name} ${name}`);
  }
  for (const name of ['no_approval_channel', 'ambiguous', '-32002']) assert.ok(errors.includes(name), name);
});
