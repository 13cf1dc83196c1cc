// `tfy-pat-mcp doctor`: what works, what does not, and why.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, runToEnd } from './lib/process.mjs';
import { World } from './lib/world.mjs';

const run = (world, args = [], more = {}) =>
  runToEnd(binary, ['doctor', ...args], { env: { ...world.env, ...more } });

async function findings(world, more = {}) {
  const done = await run(world, ['--json'], more);
  assert.equal(done.stderr, '');
  const report = JSON.parse(done.stdout);
  assert.equal(done.code, report.broken === 0 ? 0 : 1);
  return { ...report, about: what => report.findings.filter(each => each.what === what) };
}

test('where everything works it says so, and where each value came from', async t => {
  const world = await World.start(t);
  const done = await run(world, ['--hold', '5s']);
  assert.equal(done.code, 0, done.stdout);
  assert.match(done.stdout, /^ok +settings — .*--hold 5s \(flag\)/m);
  assert.match(done.stdout, /--state-dir \S+ \(TFY_PAT_MCP_STATE_DIR\)/);
  assert.match(done.stdout, /^ok +base URL — http:\/\/127\.0\.0\.1:\d+, from TFY_BASE_URL in the environment/m);
  assert.match(done.stdout, /^ok +TrueFoundry — TrueFoundry accepts the key/m);
  assert.match(done.stdout, /^ok +journal — /m);
  assert.match(done.stdout, /^Nothing is broken; \d warnings\.$/m);
  assert.ok(!done.stdout.includes(world.env.TFY_API_KEY));
  const lines = done.stdout.trim().split('\n').slice(0, -2);
  for (const line of lines) assert.match(line, /^(ok {6} |warning {2}|broken {3})\S.* — .*[^.]\.$|^ {9}→ .*(\.|: tfy-pat-mcp .*)$/);
});

/** The port of something that takes connections and speaks no TLS: it answers with plain text, or not at all. */
async function noTls(t, answer) {
  const server = createServer(socket => {
    t.after(() => socket.destroy());
    socket.on('error', () => {}).on('data', () => answer && socket.end(answer));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return server.address().port;
}

test('each thing that is broken is told apart, and the exit code is 1', async t => {
  const world = await World.start(t);
  const file = join(world.folder, 'key');
  const noKey = { TFY_API_KEY: '', TFY_API_KEY_FILE: file };
  const rows = [
    [{ TFY_BASE_URL: '' }, 'base_url_not_set'],
    [{ TFY_BASE_URL: 'http://acme.example' }, 'base_url_not_https'],
    [{ TFY_BASE_URL: 'ftp://acme.example' }, 'base_url_unusable'],
    [{ TFY_BASE_URL: 'http://127.0.0.1:1' }, 'connection_refused'],
    [{ TFY_BASE_URL: 'HTTP://LOCALHOST:1' }, 'connection_refused'],
    [{ TFY_BASE_URL: 'https://no-such-host.invalid' }, 'name_not_found'],
    [{ TFY_BASE_URL: `https://127.0.0.1:${await noTls(t, 'HTTP/1.1 400 No\r\n\r\n')}` }, 'tls_refused'],
    [{ TFY_API_CONNECT_TIMEOUT: '0.3', TFY_BASE_URL: `https://127.0.0.1:${await noTls(t)}` }, 'connect_timeout'],
    [{ TFY_API_MAX_TIME: '0.6', TFY_BASE_URL: `http://127.0.0.1:${await noTls(t)}` }, 'no_answer'],
    [{ TFY_API_KEY: '' }, 'key_not_set'],
    [{ TFY_API_KEY: 'tfy-another-key-0123456789abcdef' }, 'key_refused'],
    [noKey, 'key_file_unreadable'],
  ];
  for (const [env, cause] of rows) {
    const report = await findings(world, env);
    const [found] = report.about('TrueFoundry');
    assert.equal(found.level, 'broken', JSON.stringify(report));
    assert.equal(found.cause, cause, found.why);
    for (const each of report.findings) assert.ok(each.level === 'ok' || each.todo, JSON.stringify(each));
    assert.ok(!JSON.stringify(report).includes('another-key'));
  }
  writeFileSync(file, '\n', { mode: 0o600 });
  assert.equal((await findings(world, noKey)).about('TrueFoundry')[0].cause, 'key_file_empty');
  const odd = await findings(world, { TFY_API_KEY: 'one\ntwo-secret' });
  assert.equal(odd.about('TrueFoundry')[0].cause, 'key_unusable');
  assert.match(odd.about('TrueFoundry')[0].why, /^TFY_API_KEY in the environment contains more than a key/);
  assert.ok(!JSON.stringify(odd).includes('two-secret'));
});

test('what names no key file is mended in its path, and the key is put nowhere else', async t => {
  const world = await World.start(t);
  for (const path of ['/nope', '~bob/key', '$FOO/key', '${TFY_API_KEY_FILE}']) {
    const [found] = (await findings(world, { TFY_API_KEY: '', TFY_API_KEY_FILE: path })).about('TrueFoundry');
    assert.equal(found.level, 'broken');
    assert.match(found.todo, /^Fix the path: TFY_API_KEY_FILE in the environment must name a file/, path);
  }
});

test('an example in the place of the address is not given as the advice', async t => {
  const world = await World.start(t);
  const report = await findings(world, { TFY_BASE_URL: 'https://your-org.truefoundry.cloud' });
  const [found] = report.about('TrueFoundry');
  assert.equal(found.cause, 'base_url_placeholder');
  assert.ok(!found.todo.includes('your-org'), found.todo);
  assert.match(found.todo, /your browser/);
});

test('where a setting is wrong, the rest is not called all', async t => {
  const world = await World.start(t);
  const env = { PATH: process.env.PATH, HOME: world.folder };
  const done = await runToEnd(binary, ['doctor', '--hold', 'banana'], { env });
  assert.match(done.stdout, /^ok +settings — all others as by default\.$/m);
});

test('a key whose end is over is no good key', async t => {
  const world = await World.start(t);
  const part = object => Buffer.from(JSON.stringify(object)).toString('base64url');
  const jwt = `${part({ alg: 'HS256' })}.${part({ sub: 'dana', exp: 1_700_000_000 })}.${'c2ln'.repeat(8)}`;
  const [found] = (await findings(world, { TFY_API_KEY: jwt })).about('key');
  assert.equal(found.level, 'warning');
  assert.match(found.why, /2023-11-14.*, which is over\.$/);
});

test('a key that others may read, a key in .env, an open state directory, a hook: each is named', async t => {
  const world = await World.start(t);
  const file = join(world.folder, 'key');
  writeFileSync(file, world.env.TFY_API_KEY);
  chmodSync(file, 0o644);
  mkdirSync(join(world.folder, '.claude'));
  writeFileSync(join(world.folder, '.claude', 'settings.json'), '{"hooks":"auto-approve-tfy-api.sh"}');
  mkdirSync(world.state);
  writeFileSync(join(world.state, 'file'), '');
  chmodSync(world.state, 0o755);
  const report = await findings(world, { TFY_API_KEY: '', TFY_API_KEY_FILE: file });
  assert.match(report.about('key')[1].why, /Other users can read the key file/);
  assert.equal(report.about('state directory')[0].level, 'broken');
  assert.match(report.about('state directory')[0].todo, /chmod 700/);
  assert.match(report.about('agents')[0].why, /approves every tfy-api.sh call/);
});

test('the true place of the key is named, and which of two comes first', async t => {
  const world = await World.start(t);
  const file = join(world.folder, 'key');
  writeFileSync(file, 'tfy-another-key-0123456789abcdef\n', { mode: 0o600 });
  const byFile = await findings(world, { TFY_API_KEY: '', TFY_API_KEY_FILE: file });
  assert.match(byFile.about('TrueFoundry')[0].why, /Check TFY_API_KEY_FILE in the environment\./);
  const both = await findings(world, { TFY_API_KEY: ` ${world.env.TFY_API_KEY}\n`, TFY_API_KEY_FILE: file });
  assert.equal(both.about('TrueFoundry')[0].level, 'ok');
  assert.match(both.about('key')[1].why, /^TFY_API_KEY_FILE in the environment is not read/);
  const { settings } = both;
  const named = name => settings.find(each => each.name === name);
  assert.equal(named('TFY_API_KEY').from, 'TFY_API_KEY in the environment');
  assert.equal(named('TFY_BASE_URL').value, world.env.TFY_BASE_URL);
  assert.equal(named('--hold').variable, 'TFY_PAT_MCP_HOLD');
  assert.ok(!JSON.stringify(both).includes(world.env.TFY_API_KEY));
});

test('the journal of a server that ran holds, and a broken one does not', async t => {
  const world = await World.start(t);
  const { process: server } = await world.serve();
  await server.stop();
  assert.equal((await findings(world)).about('journal')[0].level, 'ok');
  writeFileSync(join(world.state, 'ledger.db'), 'no database');
  assert.equal((await findings(world)).about('journal')[0].level, 'broken');
});
