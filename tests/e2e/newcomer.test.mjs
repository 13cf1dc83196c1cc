// Someone who has the package and nothing but the README has a tool call answered within a minute: the README's own lines, typed
// in a terminal of an account with nothing in it, up to the answer.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { makeDeb, unpackDeb } from './lib/package.mjs';
import { passphrase } from './lib/people.mjs';
import { Process } from './lib/process.mjs';
import { World } from './lib/world.mjs';

const minute = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'tfy-newcomer-'));
let deb;
before(() => (deb = makeDeb(folder)));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Everything that the README shows as code: the lines of its blocks, without remarks, and what is in backticks. */
const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
const [blocks, prose] = [readme.match(/^```[^]*?^```/gm).join('\n'), readme.replace(/^```[^]*?^```/gm, '')];
const code = [...blocks.split('\n').map(line => line.replace(/\s+#.*/, '').trim()), ...[...prose.matchAll(/`([^`\n]+)`/g)].map(found => found[1])];

/** The README's line for `words`, in full and for Claude Code; undefined if it has none. */
function line(words) {
  const found = code.find(each => [words, `tfy-pat-mcp ${words}`].includes(each.replace(/\b(HOST|claude-code)\b/, 'claude-code')));
  return found && `tfy-pat-mcp ${words}`;
}

const enrolment = [[/Your name/, 'ada'], [/New passphrase \(/, passphrase], [/New passphrase again/, passphrase]];

/** How people begin: each line, and what they type when it asks. */
const ways = {
  'with TrueFoundry': ({ upstream, env }) => [
    ['login', [[/Address of your TrueFoundry/, upstream], [/[Kk]ey.*: /, env.TFY_API_KEY]]],
    ['people first', enrolment],
    ['setup claude-code', []],
  ],
  'in a sandbox': () => [
    ['people first --sandbox', enrolment],
    ['setup claude-code --sandbox', []],
  ],
};

for (const [way, steps] of Object.entries(ways))
  test(`${way}: from the package to an answer within a minute, with the README’s lines`, async t => {
    const world = await World.start(t);
    const root = mkdtempSync(join(folder, 'root-'));
    const env = { HOME: join(root, 'home'), PATH: `${join(root, 'usr/bin')}:/usr/bin:/bin`, SHELL: '/bin/sh', TERM: 'dumb' };
    mkdirSync(env.HOME);

    const begun = performance.now();
    unpackDeb(deb, root);
    for (const [words, dialogue] of steps(world)) {
      const command = line(words);
      assert.ok(command, `the README does not show: tfy-pat-mcp ${words}`);
      const terminal = new Process('script', ['--quiet', '--return', '--command', command, '/dev/null'], { env, cwd: env.HOME });
      world.processes.push(terminal);
      for (const [prompt, typed] of dialogue) {
        await terminal.says(prompt);
        terminal.child.stdin.write(`${typed}\r`);
      }
      const { code: ended } = await terminal.ended;
      assert.equal(ended, 0, `${command}:\n${terminal.stdout}`);
    }
    const entry = JSON.parse(readFileSync(join(env.HOME, '.claude.json'), 'utf8')).mcpServers['tfy-pat-mcp'];
    assert.equal(entry.command, join(root, 'usr/bin/tfy-pat-mcp'));
    const client = new Client({ name: 'a-host', version: '1' });
    t.after(() => client.close());
    await client.connect(new StdioClientTransport({ command: entry.command, args: entry.args, env: { ...env, ...entry.env }, cwd: env.HOME, stderr: 'ignore' }));
    const answer = await client.callTool({ name: 'tfy_access_tokens_list', arguments: {} });
    const took = performance.now() - begun;

    assert.ok(!answer.isError && Array.isArray(answer.structuredContent.tokens), JSON.stringify(answer));
    assert.ok(took < minute, `${Math.round(took / 1000)} s`);
    t.diagnostic(`answered after ${(took / 1000).toFixed(1)} s`);
  });
