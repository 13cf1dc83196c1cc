// README and docs against the program and each other: links, commands, flags, JSON and rules.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { binary, runToEnd } from './lib/process.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true }).filter(name => name.endsWith('.md')).map(name => join('docs', name)),
];
const read = name => readFileSync(join(root, name), 'utf8');
const blocks = (text, language) => [...text.matchAll(new RegExp('^```' + language + '\\n([\\s\\S]*?)^```', 'gm'))].map(found => found[1]);
const withoutBlocks = text => text.replace(/^```[\s\S]*?^```/gm, '');

/** As GitHub makes an anchor of a heading. */
const anchors = text =>
  [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'));

test('the README has at most 700 words', () => {
  const words = read('README.md').split(/\s+/).filter(Boolean).length;
  assert.ok(words <= 700, `${words} words`);
});

test('every link within the project leads to a file, and to a heading that it has', () => {
  let links = 0;
  for (const name of documents)
    for (const [, target] of withoutBlocks(read(name)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const file = path === '' ? name : normalize(join(dirname(name), path));
      assert.ok(existsSync(join(root, file)), `${name}: ${target} leads nowhere`);
      if (anchor) assert.ok(anchors(read(file)).includes(anchor), `${name}: ${target} names no heading`);
      links += 1;
    }
  assert.ok(links > 50, `only ${links} links were found`);
});

test('every JSON example parses', () => {
  let examples = 0;
  for (const name of documents)
    for (const example of blocks(read(name), 'json')) {
      assert.doesNotThrow(() => JSON.parse(example), `${name}:\n${example}`);
      examples += 1;
    }
  assert.ok(examples > 5, `only ${examples} were found`);
});

test('every rules example is taken by policy check', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  try {
    let examples = 0;
    for (const name of documents)
      for (const example of blocks(read(name), 'toml').filter(text => /^\[(\[rule\]|\[webhook\]|notify\.)/m.test(text))) {
        const file = join(folder, `${(examples += 1)}.toml`);
        writeFileSync(file, example);
        const { code, stdout, stderr } = await runToEnd(binary, ['policy', 'check', file]);
        assert.equal(code, 0, `${name}:\n${example}\n${stdout}${stderr}`);
      }
    assert.ok(examples > 0, 'none was found');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Command lines of the program in code, in blocks and in backticks: the words behind its name. */
const commandLines = text =>
  [...text.matchAll(/(?:^|`|\$ |-- )tfy-pat-mcp((?: [^`\n|]+)?)/gm)].map(([, words]) => words.trim().split(/\s+/).filter(Boolean));

test('every command in README and docs exists, with every flag that it is given', async () => {
  const helps = new Map();
  const help = async verbs => {
    const key = verbs.join(' ');
    if (!helps.has(key)) helps.set(key, await runToEnd(binary, [...verbs, '--help'], { env: { HOME: '/nonexistent' } }));
    return helps.get(key);
  };
  let commands = 0;
  for (const name of documents.filter(each => each === 'README.md' || each.startsWith('docs/')).filter(each => !each.startsWith('docs/adr/')))
    for (const words of commandLines(read(name))) {
      const told = `${name}: tfy-pat-mcp ${words.join(' ')}`;
      let verbs = [];
      for (const word of words) {
        if (!/^[a-z][a-z-]*$/.test(word)) break;
        const usage = new RegExp(`^Usage: tfy-pat-mcp ${[...verbs, word].join(' ')}( |$)`, 'm');
        if (!usage.test((await help([...verbs, word])).stdout)) break;
        verbs = [...verbs, word];
      }
      if (words.length > 0 && /^[a-z]/.test(words[0])) assert.ok(verbs.length > 0, `${told}: there is no such command`);
      const { code, stdout } = await help(verbs);
      assert.equal(code, 0, told);
      for (const flag of words.filter(word => /^--[a-z]/.test(word)).map(word => word.replace(/[^a-z-].*$/, '')))
        if (flag !== '--help' && flag !== '--version') assert.ok(stdout.includes(flag), `${told}: ${flag} is not in its help`);
      commands += 1;
    }
  assert.ok(commands > 30, `only ${commands} were found`);
});
