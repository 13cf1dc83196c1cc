// README and docs against the program and each other: links, commands, flags, JSON and rules.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';

import { binary, runToEnd } from './lib/process.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true }).filter(name => name.endsWith('.md')).map(name => join('docs', name)),
];
const hosts = readdirSync(join(root, 'docs/hosts')).filter(name => name !== 'README.md').map(name => name.replace('.md', ''));
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

/** What is below a heading of the second level, up to the next one. */
const section = (text, heading) => {
  const [, below] = text.split(`\n## ${heading}\n`);
  assert.ok(below !== undefined, `no section ${heading}`);
  return below.split('\n## ')[0];
};
const bullets = text => text.split('\n').filter(line => line.startsWith('- '));

for (const name of ['README.md', 'docs/rough_edges.md'])
  test(`${name} has at most 700 words`, () => {
    const words = read(name).split(/\s+/).filter(Boolean).length;
    assert.ok(words <= 700, `${words} words`);
  });

test('every small thing among the rough edges has a reason', () => {
  const small = bullets(section(read('docs/rough_edges.md'), 'Small things'));
  assert.ok(small.length > 5, `only ${small.length} were found`);
  for (const each of small) assert.match(each, /\bbecause\b|\bso that\b|\bsince\b|: /, each);
});

test('the README has each host in a fold, with its command and its page', () => {
  const folds = [...read('README.md').matchAll(/^<details><summary>(.*)<\/summary>\n([^]*?)^<\/details>/gm)];
  for (const host of hosts) {
    const own = folds.filter(([, , text]) => text.includes(`tfy-pat-mcp setup ${host}`) || text.includes(`\`${host}\``));
    assert.equal(own.length, 1, host);
    assert.match(own[0][2], /\]\(docs\/hosts\/[a-z-]+\.md\)/i, host);
  }
});

test('every host’s page says how it is set up, what it does while an approval waits, how long a call may take, and how it writes variables', () => {
  for (const host of hosts) {
    const page = read(`docs/hosts/${host}.md`);
    assert.ok(page.includes(`\ntfy-pat-mcp setup ${host}\n`), host);
    section(page, 'By hand');
    const [how, ...more] = section(page, 'While an approval waits').trim().split('\n');
    assert.ok(how.split(' ').length > 5, `${host}: ${how}`);
    assert.ok(more.some(line => /^Time for one call: \S/.test(line)), `${host}: no time for one call`);
    assert.ok(bullets(section(page, 'Pitfalls')).some(line => /^- Variables are /.test(line)), `${host}: nothing on variables`);
  }
});

/** The server's entry in a file of a host's, in each format that a page is written in. */
const entryOf = { json: JSON.parse, toml: text => JSON.parse(JSON.stringify(parseToml(text))), yaml: parseYaml };
const entryIn = (format, text) => Object.values(entryOf[format](text)).find(each => each?.['tfy-pat-mcp'])['tfy-pat-mcp'];

test('what a host’s page says to write by hand, and over HTTP, is what setup writes', async t => {
  const home = mkdtempSync(join(tmpdir(), 'documents-'));
  t.after(() => rmSync(home, { recursive: true }));
  const env = { PATH: process.env.PATH, HOME: home };
  const kept = join(home, '.config/tfy-pat-mcp');
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, 'login'), 'https://acme.truefoundry.cloud\ntfy-key-of-a-login-0123456789\n', { mode: 0o600 });
  const written = async (host, format, ...flags) => {
    const done = await runToEnd(binary, ['setup', host, ...flags], { env });
    assert.equal(done.code, 0, `${host}: ${done.stderr}`);
    const [, file] = /^[^\n]*?: (\/\S.*)$/m.exec(done.stdout);
    const entry = entryIn(format, readFileSync(file, 'utf8'));
    assert.equal((await runToEnd(binary, ['setup', host, '--remove'], { env })).code, 0, host);
    return entry;
  };
  for (const host of hosts) {
    const page = read(`docs/hosts/${host}.md`);
    const [, format, text] = /^```(json|toml|yaml)\n([^]*?)^```/m.exec(section(page, 'By hand'));
    const own = entryIn(format, text);
    const entry = await written(host, format);
    const program = 'cmd' in own ? 'cmd' : 'command';
    assert.ok(own[program] === '/usr/bin/tfy-pat-mcp' && entry[program].endsWith('/tfy-pat-mcp'), host);
    assert.deepEqual({ ...own, [program]: entry[program] }, entry, host);
    const overHttp = /The entry is `(.*)`\./.exec(page)?.[1];
    if (host === 'claude-desktop') assert.equal(overHttp, undefined);
    else {
      const [wanted, all] = [entryOf[format === 'yaml' ? 'json' : format](overHttp), await written(host, format, '--serve')];
      assert.deepEqual(wanted, Object.fromEntries(Object.keys(wanted).map(name => [name, all[name]])), host);
    }
  }
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

test('every verb of ./dev in README and docs is one that ./dev help names', async () => {
  const { stdout } = await runToEnd(join(root, 'dev'), ['help'], { env: { PATH: process.env.PATH } });
  const verbs = new Set([...stdout.matchAll(/^\.\/dev ([a-z]+)/gm)].map(found => found[1]));
  assert.ok(verbs.has('run') && verbs.has('test'), stdout);
  let named = 0;
  for (const name of documents)
    for (const [, verb] of read(name).matchAll(/(?:`|^)\.\/dev ([a-z]+)/gm)) {
      assert.ok(verb === 'help' || verbs.has(verb), `${name}: ./dev ${verb}`);
      named += 1;
    }
  assert.ok(named > 20, `only ${named} were found`);
});

test('every example of --principals is taken, with each of its entries', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, key] = ['principals.toml', 'key'].map(name => join(folder, name));
  writeFileSync(key, 'a-key-of-someone-0123456789', { mode: 0o600 });
  let examples = 0;
  for (const name of documents)
    for (const example of blocks(read(name), 'toml').filter(text => text.includes('[[principal]]'))) {
      writeFileSync(file, example.replace(/"\/[^"]*"/g, JSON.stringify(key)), { mode: 0o600 });
      const { stdout } = await runToEnd(binary, ['doctor', '--callers', 'keys', '--principals', file], { env: { HOME: folder } });
      const entries = example.split('[[principal]]').length - 1;
      assert.match(stdout, new RegExp(`; ${entries} named in --principals`), `${name}:\n${example}\n${stdout}`);
      examples += 1;
    }
  assert.ok(examples > 0, 'none was found');
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
