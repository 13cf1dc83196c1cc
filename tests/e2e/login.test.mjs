// `login`: address and key are typed by the person, checked, kept for this account's servers, and go nowhere else.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { binary, Process, runToEnd } from './lib/process.mjs';
import { textOf } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const sandboxKey = 'tfy-sandbox-key-0000-not-a-secret';

/** A person's account: nothing is set, and nothing is kept. */
async function person(t) {
  const world = await World.start(t);
  for (const name of ['TFY_BASE_URL', 'TFY_API_KEY', 'TFY_API_KEY_FILE']) delete world.env[name];
  world.env.HOME = join(world.folder, 'home');
  mkdirSync(world.env.HOME);
  const file = join(world.env.HOME, '.config/tfy-pat-mcp/login');
  const login = (input, ...args) => runToEnd(binary, ['login', ...args], { env: world.env, input });
  return { world, file, login };
}

test('what is typed is checked, kept in a file of one’s own, and used by the next server', async t => {
  const { world, file, login } = await person(t);
  const done = await login(`${world.upstream}\n${sandboxKey}\n`);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /TrueFoundry accepts the key\.\n/);
  assert.match(done.stdout, /Kept in \S+\/login, which only your account can read\./);
  assert.ok(!(done.stdout + done.stderr).includes(sandboxKey));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, 'utf8'), `${world.upstream}\n${sandboxKey}\n`);

  const client = await open('modern stdio', world, { elicitation: null });
  const status = (await client.call('tfy_config_status', {})).structuredContent;
  assert.deepEqual([status.connection, status.base_url], ['works', world.upstream]);
  assert.deepEqual((await client.call('tfy_access_tokens_list', {})).structuredContent.tokens, []);

  const set = await client.call('tfy_config_set', {});
  assert.match(set.structuredContent.command, /tfy-pat-mcp login$/);
  assert.equal(set.structuredContent.key_set, true);
  assert.match(textOf(set), /Never ask for the key in this conversation/);
  const refused = await client.call('tfy_config_set', { api_key: 'tfy-another-key-of-mine-0000' }).catch(error => error);
  assert.ok(!JSON.stringify(refused).includes('tfy-another-key-of-mine-0000') && !String(refused).includes('another-key'));

  const forgot = await login('', '--forget');
  assert.equal(forgot.code, 0, forgot.stderr);
  assert.ok(!existsSync(file));
  assert.match((await login('', '--forget')).stdout, /^No login was kept\.\n$/);
});

test('nothing is kept that TrueFoundry does not take, and an earlier login stays', async t => {
  const { world, file, login } = await person(t);
  assert.equal((await login(`${world.upstream}\n${sandboxKey}\n`)).code, 0);
  const before = readFileSync(file, 'utf8');
  const rows = [
    [`${world.upstream}\nwrong-key-wrong-key-wrong\n`, /refused|key/i],
    [`${world.upstream}\n<your-key>\n`, /entered .*key/],
    [`${world.upstream}\ntwo words\n`, /more than a key/],
    [`${world.upstream}\n\n`, /No key was entered/],
    ['http://example.com\nkey-key-key-key-key\n', /https/],
    ['https://your-org.example.com\nkey\n', /address/],
    [`http://127.0.0.1:1\n${sandboxKey}\n`, /cannot be reached/],
    ['', /No address was entered/],
  ];
  for (const [input, words] of rows) {
    const done = await login(input);
    assert.notEqual(done.code, 0, input);
    assert.match(done.stderr, words);
    assert.match(done.stderr, /Nothing was kept\./);
    for (const typed of ['wrong-key-wrong', sandboxKey, 'two words'])
      assert.ok(!(done.stdout + done.stderr).includes(typed), `${typed}: ${done.stderr}`);
    assert.equal(readFileSync(file, 'utf8'), before);
  }
});

test('attack: a folder’s .env names an address with a key of its own; a key that is typed does not go there', async t => {
  const { world, file } = await person(t);
  const foreign = await World.start(t);
  const folder = join(world.folder, 'project');
  mkdirSync(folder);
  writeFileSync(join(folder, '.env'), `TFY_BASE_URL=${foreign.upstream}\nTFY_API_KEY=key-of-the-folder-0000000\n`);
  const done = await runToEnd(binary, ['login'], { env: world.env, cwd: folder, input: `${world.upstream}\n${sandboxKey}\n` });
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /Address of your TrueFoundry/);
  assert.equal(readFileSync(file, 'utf8'), `${world.upstream}\n${sandboxKey}\n`);
});

test('nothing is kept in a folder that others may write to', async t => {
  const { world, file, login } = await person(t);
  mkdirSync(join(file, '..'), { recursive: true });
  chmodSync(join(file, '..'), 0o777);
  const done = await login(`${world.upstream}\n${sandboxKey}\n`);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /Other users can change what is in \S+\. Nothing was kept\. Run chmod go-w on it\./);
  assert.ok(!existsSync(file));
});

test('a kept key goes to its own address only; what the environment sets comes first', async t => {
  const { world, file, login } = await person(t);
  assert.equal((await login(`${world.upstream}\n${sandboxKey}\n`)).code, 0);
  const status = async env => {
    const done = await runToEnd(binary, ['doctor', '--json'], { env: { ...world.env, ...env } });
    return done.stdout + done.stderr;
  };
  const other = await World.start(t);
  const elsewhere = await status({ TFY_BASE_URL: other.upstream });
  assert.match(elsewhere, /The kept login is for another address than TFY_BASE_URL in the environment names/);
  assert.match(await status({ TFY_BASE_URL: world.upstream }), /TrueFoundry accepts the key/);
  assert.match(await status({ TFY_API_KEY: 'of-the-environment-0000' }), /Not set: TFY_BASE_URL/);

  writeFileSync(file, 'no address\n');
  assert.match(await status({}), /The kept login cannot be used: \S+ is damaged\. Run \S+ login again\./);
  writeFileSync(file, `${world.upstream}\n${sandboxKey}\n`, { mode: 0o600 });
  chmodSync(file, 0o644);
  assert.match(await status({}), /other users may read .*chmod 600/);
});

test('a running server takes a new login for its address, and none for another one', async t => {
  const { world, file, login } = await person(t);
  assert.equal((await login(`${world.upstream}\n${sandboxKey}\n`)).code, 0);
  const { process: server } = await world.serve();
  writeFileSync(`${file}.new`, `${world.upstream}\nanother-key-of-the-same-person\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  await server.logs(/the key was replaced/);
  writeFileSync(`${file}.new`, `https://elsewhere.example.com\nkey-for-elsewhere-0000000\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  await server.logs(/the old key stays in use.*it is for another address than/);
  assert.ok(!server.stderr.includes('another-key-of-the-same'));
});

for (const door of ['modern stdio', 'legacy stdio', 'modern HTTP'])
  test(`${door}: a server that started with neither address nor key takes a login while it runs`, async t => {
    const { world, login } = await person(t);
    const client = await open(door, world, { elicitation: null });
    const unset = await client.call('tfy_access_tokens_list', {});
    assert.ok(unset.isError);
    assert.match(textOf(unset), /TFY_BASE_URL is not set\. Nothing was sent\. Run \S+ login in a terminal, then call again;/);
    const set = await client.call('tfy_config_set', {});
    assert.match(set.structuredContent.command, /tfy-pat-mcp login$/);
    assert.ok(!/start this server again|restart/.test(textOf(set)), textOf(set));

    assert.equal((await login(`${world.upstream}\n${sandboxKey}\n`)).code, 0);
    const status = async () => (await client.call('tfy_config_status', {})).structuredContent;
    let now = await status();
    for (const end = Date.now() + 20_000; now.connection !== 'works' && Date.now() < end; now = await status());
    assert.deepEqual([now.connection, now.base_url, now.key_set], ['works', world.upstream, true]);
    assert.deepEqual((await client.call('tfy_access_tokens_list', {})).structuredContent.tokens, []);
    const asked = await client.call('tfy_access_tokens_create', { payload: { name: 'after-login' } });
    assert.equal(asked.structuredContent.status, 'approval_pending', textOf(asked));
    const listed = await world.terminal(['approvals', 'list', '--json']);
    assert.equal(JSON.parse(listed.stdout).approvals.length, 1);
  });

test('an address alone waits for a login at it, and takes none for another one', async t => {
  const { world, file, login } = await person(t);
  world.env.TFY_BASE_URL = world.upstream;
  const { process: server } = await world.serve();
  const other = await World.start(t);
  assert.equal((await login(`${sandboxKey}\n`, '--base-url', other.upstream)).code, 0);
  await server.logs(/there is no key for TrueFoundry.*it is for another address than/);
  writeFileSync(`${file}.new`, `${world.upstream}\n${sandboxKey}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  await server.logs(/there is a key now/);
});

test('the key that TrueFoundry’s own command line keeps is taken over when asked, and only if it is a key', async t => {
  const { world, file, login } = await person(t);
  const theirs = join(world.env.HOME, '.truefoundry');
  mkdirSync(theirs);
  const put = value => writeFileSync(join(theirs, 'credentials.json'), JSON.stringify(value));
  assert.match((await login('', '--from-truefoundry')).stderr, /credentials\.json cannot be read/);
  put({ host: world.upstream, access_token: sandboxKey, refresh_token: 'r' });
  assert.match((await login('', '--from-truefoundry')).stderr, /logged in by a browser: its token ends within hours/);
  assert.ok(!existsSync(file));
  put({ host: world.upstream, access_token: sandboxKey, refresh_token: null });
  const client = await open('modern stdio', world, { elicitation: null });
  const untouched = (await client.call('tfy_config_status', {})).structuredContent;
  assert.equal(untouched.key_set, false, 'a server does not take it by itself');
  const done = await login('', '--from-truefoundry');
  assert.equal(done.code, 0, done.stderr);
  assert.equal(readFileSync(file, 'utf8'), `${world.upstream}\n${sandboxKey}\n`);
  const told = await runToEnd(binary, ['doctor', '--json'], { env: world.env });
  assert.match(told.stdout, /keeps a login of TrueFoundry's own command line: every agent with a shell can read it/);
});

test('on a terminal the key is not shown while it is typed', async t => {
  const { world, file } = await person(t);
  const terminal = new Process('script', ['--quiet', '--return', '--command', `exec ${binary} login`, '/dev/null'], {
    env: { ...world.env, SHELL: '/bin/sh', TERM: 'dumb' },
  });
  world.processes.push(terminal);
  await terminal.says(/Address of your TrueFoundry/);
  terminal.child.stdin.write(`${world.upstream}\r`);
  await terminal.says(/it is not shown here\): /);
  terminal.child.stdin.write(`${sandboxKey}\r`);
  await terminal.says(/Kept in/);
  assert.equal((await terminal.ended).code, 0);
  assert.ok(!terminal.stdout.includes(sandboxKey));
  assert.ok(existsSync(file));
});
