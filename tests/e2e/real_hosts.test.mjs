// Hosts that people have, from their own packages (tests/hosts): after `setup`, or their own command, they list the server and
// connect, and Codex's app server, which needs no account, asks the person our question and shows the answer.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { becomes, binary, Process, runToEnd } from './lib/process.mjs';
import { freePort } from './lib/sockets.mjs';
import { World } from './lib/world.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = fileURLToPath(new URL('../hosts/node_modules/.bin/', import.meta.url));
const skip = !existsSync(bin) && 'the hosts are not installed: npm ci in tests/hosts';

/** A person's account with nothing in it: {env, folder, home, host(name, args, cwd), setUp(name, args), ends}. */
function account(t) {
  const home = mkdtempSync(join(tmpdir(), 'tfy-host-'));
  const folder = join(home, 'project');
  mkdirSync(folder);
  const ends = []; // of what runs there: before its folder goes
  t.after(async () => {
    for (const end of ends) await end();
    rmSync(home, { recursive: true, force: true, maxRetries: 10 }); // a host that was ended may still write there
  });
  const quiet = { NO_COLOR: '1', DISABLE_AUTOUPDATER: '1', TERM: 'dumb', MCP_TIMEOUT: '120000' };
  const env = { HOME: home, PATH: `${join(process.execPath, '..')}:${process.env.PATH}`, ...quiet };
  const host = (name, args, cwd = folder) => runToEnd(join(bin, name), args, { env, cwd });
  return {
    home,
    env,
    folder,
    host,
    ends,
    setUp: async (name, args = ['--sandbox']) => {
      const done = await runToEnd(binary, ['setup', name, ...args], { env });
      assert.equal(done.code, 0, done.stderr);
    },
  };
}

test('Claude Code lists the server as connected', { skip }, async t => {
  const person = account(t);
  await person.setUp('claude-code');
  const done = await person.host('claude', ['mcp', 'list']);
  assert.match(done.stdout, /^tfy-pat-mcp: \S+ stdio --sandbox - ✔ Connected$/m, done.stdout + done.stderr);
});

test('Claude Code lists the server of a project’s file as one that a person has not approved yet', { skip }, async t => {
  const person = account(t);
  copyFileSync(fileURLToPath(new URL('../../manifests/project/.mcp.json', import.meta.url)), join(person.folder, '.mcp.json'));
  const done = await person.host('claude', ['mcp', 'list']);
  assert.match(done.stdout, /^tfy-pat-mcp: tfy-pat-mcp stdio - \S+ Pending approval/m, done.stdout + done.stderr);
  assert.doesNotMatch(done.stdout, /Connected/);
});

test('Gemini CLI lists the server as connected', { skip }, async t => {
  const person = account(t);
  await person.setUp('gemini');
  writeFileSync(join(person.home, '.gemini/trustedFolders.json'), JSON.stringify({ [person.folder]: 'TRUST_FOLDER' }));
  // It waits for five seconds, which a crowded machine may need.
  const connected = ({ stdout, stderr }) => /✓ tfy-pat-mcp: \S+ stdio --sandbox \(stdio\) - Connected/.test(stdout + stderr);
  await becomes(() => person.host('gemini', ['mcp', 'list']), connected);
});

/** Of each page whose host has such a command: how that host lists the server. */
const byOwnCommand = {
  'claude-code': /^tfy-pat-mcp: tfy-pat-mcp stdio - /m,
  codex: /^tfy-pat-mcp +tfy-pat-mcp +stdio /m,
  gemini: /tfy-pat-mcp: tfy-pat-mcp stdio \(stdio\)/,
};

for (const [page, listed] of Object.entries(byOwnCommand))
  test(`${page}: the host’s own command, as its page has it, adds the server`, { skip }, async t => {
    const person = account(t);
    const text = readFileSync(new URL(`../../docs/hosts/${page}.md`, import.meta.url), 'utf8');
    const [, command] = /^By its own command: `(\w+ mcp add [^`]+)`/m.exec(text);
    const env = { ...person.env, PATH: `${bin}:${person.env.PATH}` };
    const run = line => runToEnd('sh', ['-c', line], { env, cwd: person.folder });
    const added = await run(command);
    assert.equal(added.code, 0, added.stdout + added.stderr);
    const { stdout, stderr } = await run(`${command.split(' ')[0]} mcp list`);
    assert.match(stdout + stderr, listed);
  });

/** `serve --callers keys` of that account, and a key in its environment: how to set a host up for it. */
async function servedWithKey(person) {
  const args = ['--listen', `127.0.0.1:${await freePort()}`, '--callers', 'keys'];
  const server = new Process(binary, ['serve', '--sandbox', ...args], { env: person.env, cwd: person.folder });
  person.ends.unshift(() => server.stop());
  await server.says(/^MCP endpoint: /m);
  const file = join(person.home, 'agent.key');
  const made = await runToEnd(binary, ['keys', 'create', '--sandbox', '--for', 'ada', '--out', file], { env: person.env });
  assert.equal(made.code, 0, made.stderr);
  person.env.TFY_PAT_MCP_TOKEN = readFileSync(file, 'utf8').trim();
  return ['--serve', ...args];
}

test('over HTTP Claude Code and Gemini CLI show the key that is in their environment, and none without it', { skip }, async t => {
  const person = account(t);
  const args = await servedWithKey(person);
  const key = person.env.TFY_PAT_MCP_TOKEN;
  mkdirSync(join(person.home, '.gemini'));
  writeFileSync(join(person.home, '.gemini/trustedFolders.json'), JSON.stringify({ [person.folder]: 'TRUST_FOLDER' }));
  for (const [name, program] of [['claude-code', 'claude'], ['gemini', 'gemini']]) {
    await person.setUp(name, args);
    const listed = async () => {
      const { stdout, stderr } = await person.host(program, ['mcp', 'list']);
      return stdout + stderr;
    };
    const connected = /[^\n]*tfy-pat-mcp: http:\S+\/mcp .*- (✔ )?Connected/;
    const said = await becomes(listed, text => connected.test(text));
    assert.ok(!said.includes(key));
    delete person.env.TFY_PAT_MCP_TOKEN;
    assert.doesNotMatch(await listed(), connected, name);
    person.env.TFY_PAT_MCP_TOKEN = key;
  }
});

test('over HTTP Codex shows the key that is in its environment, and calls a tool', { skip }, async t => {
  const person = account(t);
  await person.setUp('codex', await servedWithKey(person));
  const app = await codex(person, () => ({ action: 'decline', content: null, _meta: null }));
  const { structuredContent } = await app.tool('tfy_access_tokens_list', {});
  assert.ok(structuredContent.tokens.length > 0, JSON.stringify(structuredContent));
});

test('the Inspector finds nothing in the tools’ schemas that a client could not take, and calls one', { skip }, async t => {
  const person = account(t);
  const inspect = (...args) => person.host('mcp-inspector', ['--cli', binary, 'stdio', '--sandbox', ...args]);
  const listed = await inspect('--method', 'tools/list', '--strict');
  assert.equal(listed.code, 0, listed.stderr);
  assert.doesNotMatch(listed.stderr, /Warning|Issue:/, listed.stderr);
  assert.ok(JSON.parse(listed.stdout).tools.length > 5);
  const called = await inspect('--method', 'tools/call', '--tool-name', 'tfy_access_tokens_list');
  assert.ok(JSON.parse(called.stdout).structuredContent.tokens.length > 0, called.stdout + called.stderr);
});

/** Codex's app server: {call(method, params), asked: what it asked its user, in order}. `answers` gives each answer. */
async function codex(person, answers) {
  const child = spawn(join(bin, 'codex'), ['app-server'], { env: person.env, cwd: person.folder, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise(resolve => child.once('exit', resolve));
  person.ends.push(() => {
    child.kill('SIGKILL');
    return ended;
  });
  let errors = '';
  child.stderr.on('data', text => (errors += text));
  const waiting = new Map();
  const asked = [];
  const send = message => child.stdin.write(`${JSON.stringify(message)}\n`);
  createInterface({ input: child.stdout }).on('line', line => {
    const { id, method, params, result, error } = JSON.parse(line);
    if (id === undefined) return;
    if (method === undefined) {
      const { resolve, reject } = waiting.get(id);
      return error ? reject(new Error(error.message)) : resolve(result);
    }
    asked.push({ method, ...params });
    send({ id, result: answers(params, asked.length) });
  });
  child.on('exit', code => waiting.forEach(({ reject }) => reject(new Error(`codex ended with ${code}: ${errors}`))));
  let last = 0;
  const call = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      send({ id: last, method, params });
    });
  await call('initialize', { clientInfo: { name: 'tfy-e2e', title: 'tests', version: '1' }, capabilities: { experimentalApi: true } });
  send({ method: 'initialized' });
  const { thread } = await call('thread/start', {});
  return {
    asked,
    tool: (tool, args, server = 'tfy-pat-mcp') => call('mcpServer/tool/call', { threadId: thread.id, server, tool, arguments: args }),
  };
}

test('Codex lists tokens, asks our question before a create, and shows the token that was made', { skip }, async t => {
  const person = account(t);
  await person.setUp('codex');
  const listed = await person.host('codex', ['mcp', 'list']);
  assert.match(listed.stdout, /^tfy-pat-mcp +\S+ +stdio --sandbox .*enabled/m, listed.stdout + listed.stderr);
  const app = await codex(person, ({ requestedSchema }, time) => {
    if (time === 1) return { action: 'decline', content: null, _meta: null };
    const names = Object.keys(requestedSchema.properties);
    assert.ok(names.includes('decision') && names.includes('confirm_name'), names.join());
    return { action: 'accept', content: { decision: 'approve', confirm_name: 'by-codex' }, _meta: null };
  });
  const tokens = async () => (await app.tool('tfy_access_tokens_list', {})).structuredContent.tokens.map(({ name }) => name);
  const before = await tokens();
  assert.ok(before.length > 0);
  const create = name => ({ payload: { name, expirationDate: '30 days' } });
  const refused = await app.tool('tfy_access_tokens_create', create('not-wanted'));
  assert.equal(refused.structuredContent.status, 'denied');
  assert.deepEqual(await tokens(), before);
  const made = await app.tool('tfy_access_tokens_create', create('by-codex'));
  assert.deepEqual([made.structuredContent.status, made.structuredContent.name], ['executed', 'by-codex'], JSON.stringify(made));
  assert.deepEqual((await tokens()).sort(), [...before, 'by-codex'].sort());
  assert.deepEqual(app.asked.map(({ method, serverName }) => [method, serverName]), [1, 2].map(() => ['mcpServer/elicitation/request', 'tfy-pat-mcp']));
  assert.match(app.asked[1].message, /^Create access token by-codex\?/);
});

test('Codex takes the portable plugin by the commands of its page, starts the server with the .env that the page names, and lets it go', { skip }, async t => {
  const person = account(t);
  const world = await World.start(t);
  const page = readFileSync(join(root, 'docs/hosts/codex.md'), 'utf8');
  const commands = [...page.matchAll(/`codex (plugin [^`]+)`/g)].map(([, words]) => words.split(' '));
  assert.deepEqual(commands.map(words => words.slice(0, -1).join(' ')), ['plugin marketplace add', 'plugin add']);
  for (const words of commands) {
    const done = await person.host('codex', words, root);
    assert.equal(done.code, 0, done.stdout + done.stderr);
  }
  const listed = await person.host('codex', ['mcp', 'list']);
  const [, name, data] = /^(\S+) +tfy-pat-mcp +stdio .* (\/\S+) +enabled/m.exec(listed.stdout) ?? assert.fail(listed.stdout + listed.stderr);
  assert.equal(name, 'truefoundry');
  writeFileSync(join(data, '.env'), `TFY_BASE_URL=${world.upstream}\nTFY_API_KEY=${world.env.TFY_API_KEY}\n`, { mode: 0o600 });
  const app = await codex(person, () => assert.fail('nothing is asked'));
  const status = (await app.tool('tfy_config_status', {}, name)).structuredContent;
  assert.equal(status.connection, 'works', JSON.stringify(status));
  const gone = await person.host('codex', ['plugin', 'remove', commands[1].at(-1)]);
  assert.equal(gone.code, 0, gone.stdout + gone.stderr);
  assert.doesNotMatch((await person.host('codex', ['mcp', 'list'])).stdout, /tfy-pat-mcp/);
});

test('the plugins pass the hosts’ own checks', { skip }, async t => {
  const person = account(t);
  const plugins = join(root, 'manifests/plugins');
  for (const folder of [plugins, join(plugins, 'claude')]) {
    const done = await person.host('claude', ['plugin', 'validate', '--strict', folder]);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    assert.match(done.stdout, /✔ Validation passed/);
  }
  const gemini = await person.host('gemini', ['extensions', 'validate', join(plugins, 'gemini')]);
  assert.match(gemini.stdout + gemini.stderr, /has been successfully validated/);
  const broken = join(person.folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'gemini-extension.json'), '{"version": "1"}');
  const wrong = await person.host('gemini', ['extensions', 'validate', broken]);
  assert.doesNotMatch(wrong.stdout + wrong.stderr, /has been successfully validated/);
});

test('what setup wrote for a host is gone after --remove, byte for byte', { skip }, async t => {
  const person = account(t);
  const file = join(person.home, '.codex/config.toml');
  mkdirSync(join(person.home, '.codex'));
  const before = '# mine\nmodel = "gpt"\n\n[mcp_servers.other]\ncommand = "true"\n';
  writeFileSync(file, before);
  await person.setUp('codex');
  assert.match((await person.host('codex', ['mcp', 'list'])).stdout, /tfy-pat-mcp/);
  assert.equal((await runToEnd(binary, ['setup', 'codex', '--remove'], { env: person.env })).code, 0);
  assert.equal(readFileSync(file, 'utf8'), before);
  assert.doesNotMatch((await person.host('codex', ['mcp', 'list'])).stdout, /tfy-pat-mcp/);
});
