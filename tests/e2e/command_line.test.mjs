// What is typed wrongly, and where it is printed to: exit codes, and what is said and not said of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, runToEnd } from './lib/process.mjs';
import { World } from './lib/world.mjs';

const secret = `eyJhbGciOiJSUzI1NiJ9.${'aB3xY9kQ7m'.repeat(8)}.${'Zk83hdPq0J'.repeat(4)}`;
const run = (world, args, more = {}) => runToEnd(binary, args, { env: { ...world.env, ...more } });

/** With the shell's redirection of standard output. */
const redirected = (world, args, to) =>
  runToEnd('bash', ['-c', `"$@" ${to}`, '_', binary, ...args], { env: world.env });

test('wrong usage ends with 2, says what is wrong, and repeats nothing that could be a secret', async t => {
  const world = await World.start(t);
  const rows = [
    [['doctor', '--key', secret], /Unknown option: --key\./],
    [['doctor', `--key=${secret}`], /Unknown option: --key\./],
    [['doctor', '--holt=5s'], /Unknown option: --holt\. Did you mean --hold\?/],
    [['doctor', `-k${secret}`], /Unknown option: -k\./],
    [['doctor', `--${secret}`], /Unknown option: \(not shown/],
    [['doctor', secret], /Unexpected argument \(not shown/],
    [[secret], /Unknown command \(not shown/],
    [[], /Which command\?/],
    [['stdio', '--sandbox=' + secret], /--sandbox/],
    [['approvals', 'permit', '--principal', 'a', '--names', 'b', '--uses', secret], /--uses/],
    [['approvals', 'show'], /ID/],
    [['redact', '--json'], /--check/],
    [['policy', 'explain', 'tfy_nothing'], /no tool/],
    [['policy', 'explain', 'tfy_access_tokens_list', '{bad'], /in UTF-8 \(byte \d\)\. Give them in quotes for the shell/],
    [['policy', 'explain', 'tfy_access_tokens_list', '--principal', 'bob'], /must be stdio:USER, http:loopback, key:ID, oauth:PERSON\/CLIENT, issuer:SUBJECT\/CLIENT or tfy:USER/],
    [['serve', '--hold'], /: --hold needs a value, for example 45s\.\n/],
    [['serve', '--hold', '2s', '--hold', '3s'], /^tfy-pat-mcp: --hold is given twice\.\n/],
    [['serve', '--hold', '2s', '--hold', '3s', '--hold', '4s'], /^tfy-pat-mcp: --hold is given more than once\.\n/],
    [['doctor', '--config'], /: --config needs a value\.\n/],
  ];
  for (const [args, words] of rows) {
    const done = await run(world, args);
    const told = `${args.join(' ').slice(0, 40)}: ${done.stderr}${done.stdout}`;
    assert.equal(done.code, 2, told);
    assert.match(done.stderr, words, told);
    assert.equal(done.stdout, '', told);
    assert.ok(!done.stderr.includes(secret.slice(0, 24)), told);
  }
});

const wrong = [
  ['hold', 'banana', 2],
  ['log-level', 'loud', 2],
  ['public-url', 'ftp://x', 2],
  ['listen', 'nonsense', 2],
  ['allowed-host', 'https://x/', 2],
  ['allowed-origin', 'nonsense', 2],
  ['ca-file', '/nowhere/ca.pem', 1],
  ['policy', '/nowhere/policy.toml', 1],
  ['state-dir', '/proc/x/y', 1],
];

for (const [name, value, code] of wrong)
  test(`--${name} ${value}: doctor calls broken what no server starts with, wherever it stands`, async t => {
    const world = await World.start(t);
    const config = join(world.folder, 'config.toml');
    writeFileSync(config, `${name} = "${value}"\n`);
    const variable = `TFY_PAT_MCP_${name.toUpperCase().replaceAll('-', '_')}`;
    const { [variable]: _, ...env } = world.env;
    for (const [args, more] of [
      [[`--${name}`, value], {}],
      [[], { [variable]: value }],
      [['--config', config], {}],
      [[], { TFY_PAT_MCP_CONFIG: config }],
    ]) {
      const ask = verb => runToEnd(binary, [...verb, ...args], { env: { ...env, ...more } });
      const listen = name === 'listen' ? [] : ['--listen', '127.0.0.1:0'];
      for (const verb of [['stdio'], ['serve', ...listen]]) {
        const started = await ask(verb);
        assert.equal(started.code, code, `${verb} ${args}: ${started.stderr}`);
        assert.equal(started.stdout, '');
      }
      const doctor = await ask(['doctor', '--json']);
      assert.equal(doctor.code, 1, doctor.stdout);
      const { findings } = JSON.parse(doctor.stdout);
      const what = { policy: 'rules', 'state-dir': 'state directory' }[name] ?? `setting --${name}`;
      const [found] = findings.filter(each => each.what === what);
      assert.equal(found?.level, 'broken', doctor.stdout);
      assert.ok(found.todo, doctor.stdout);
    }
  });

test('a setting that is typed for one kind of server and read by the other alone is refused, and names both', async t => {
  const world = await World.start(t);
  const rows = [
    ['stdio', ['--allowed-host', 'tfy.example.com'], 'serve'],
    ['stdio', ['--listen', '127.0.0.1:0', '--allowed-origin=https://app.example.com'], 'serve'],
    ['stdio', ['--callers', 'keys'], 'serve'],
    ['stdio', ['--tls-cert', 'tfy.crt'], 'serve'],
    ['stdio', ['--shared-key'], 'serve'],
    ['serve', ['--no-open-browser'], 'stdio'],
  ];
  for (const [verb, args, other] of rows) {
    const [name] = args.at(-1).startsWith('--') ? args.at(-1).split('=') : args.slice(-2);
    const named = name.replace('--no-', '--');
    const done = await runToEnd(binary, [verb, ...args], { env: world.env, input: '' });
    assert.equal(done.code, 2, `${verb} ${args}: ${done.stderr}`);
    assert.equal(done.stderr, `tfy-pat-mcp: ${named} is a setting of ${other}, and ${verb} does not read it. Nothing was started. Leave it out, or start ${other} instead.\n`);
    assert.equal(done.stdout, '');
  }
  const env = { ...world.env, TFY_PAT_MCP_ALLOWED_HOST: 'tfy.example.com', TFY_PAT_MCP_CALLERS: 'keys' };
  const both = await runToEnd(binary, ['stdio'], { env, input: '' });
  assert.equal(both.code, 0, both.stderr);
  assert.doesNotMatch(both.stderr, /is a setting of/);
  const doctor = await runToEnd(binary, ['doctor', '--offline', '--json', '--allowed-host', 'tfy.example.com', '--no-open-browser'], { env: world.env });
  assert.ok(JSON.parse(doctor.stdout).findings.length, doctor.stderr);
});

test('a config file is read strictly, and what is wrong is said in its own words, with the line', async t => {
  const world = await World.start(t);
  const config = join(world.folder, 'config.toml');
  const rows = [
    ['\nholt = "5s"\n', /config\.toml line 2: unknown key 'holt'; did you mean 'hold'\? Nothing was started\.\n/],
    ['[sandbox]\nacount = ["alice"]\n', /line 2: unknown key 'acount'; did you mean 'account'\?/],
    ['[serve]\nlisten = "127.0.0.1:0"\n', /line 2: 'listen' is a global setting: put it above all tables, not inside one\. Nothing was started\.\n/],
    ['[stdio]\nhold = "20s"\n', /line 2: 'hold' is a global setting: put it above all tables/],
    ['[oidc]\nhold = "20s"\n', /line 2: 'hold' is a global setting: put it above all tables/],
    ['account = ["alice"]\n', /line 1: 'account' is an option of one command: write it in the table \[sandbox\]\. Nothing was started\.\n/],
    ['[stdoi]\n', /line 1: unknown table 'stdoi'; did you mean 'stdio'\?/],
    ['[oidcc]\n', /line 1: unknown table 'oidcc'; did you mean 'oidc'\?/],
    ['[oidc]\noidc-issuer = "https://id.example.com"\n', /line 2: unknown key 'oidc-issuer' in this table; leave out 'oidc-' here/],
    ['[oidc]\nisuer = "https://id.example.com"\n', /line 2: unknown key 'isuer'; did you mean 'issuer'\?/],
    [`TFY_API_KEY = "${secret}"\n`, /line 1: unknown key \(not shown/],
    ['hold = 5s\n', /line 1: this is not valid TOML/],
    ['hold = "5s"\n\nhold = "6s"\n', /line 3: this key or table is there twice; keep one of the two/],
    ['[sandbox]\n[oidc]\n[sandbox]\n', /line 3: this key or table is there twice/],
    ['hold = 5.5\n', /line 1: the value of 'hold' must be a text/],
    [`${secret}\n`, /line 1: this is not valid TOML/],
    ['sandbox = "banana"\n', /sandbox/],
  ];
  for (const [text, words] of rows) {
    writeFileSync(config, text);
    const done = await run(world, ['doctor', '--config', config]);
    assert.equal(done.code, 2, done.stdout);
    assert.match(done.stderr, words);
    assert.doesNotMatch(done.stderr, /INI/);
    assert.ok(!done.stderr.includes(secret.slice(0, 24)), done.stderr);
  }
  const pipe = join(world.folder, 'pipe.toml');
  execFileSync('mkfifo', [pipe]);
  for (const [args, more] of [[['doctor', '--config', pipe], {}], [['serve'], { TFY_PAT_MCP_CONFIG: pipe }]]) {
    const refused = await run(world, args, more);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /The file of --config, \S+pipe\.toml, is not a regular file\. Nothing was started\./);
  }
  const missing = await run(world, ['doctor', '--config', '/nowhere/config.toml']);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /Cannot read the file of --config, \/nowhere\/config.toml\. Nothing was started\./);
  assert.equal((await run(world, ['doctor'], { TFY_PAT_MCP_CONFIG: '/nowhere/c.toml' })).code, 2);
});

test('a start says that an address or a key file cannot be used, not that it is missing or was replaced', async t => {
  const world = await World.start(t);
  const file = join(world.folder, 'key');
  writeFileSync(file, 'two words', { mode: 0o600 });
  const { TFY_API_KEY: _, ...env } = world.env;
  const server = await world.serve({ ...env, TFY_BASE_URL: 'ftp://control.example', TFY_API_KEY_FILE: file });
  await server.process.logs(/the key file cannot be used: there is no key for TrueFoundry/);
  assert.match(server.process.stdout, /^tfy-pat-mcp \S+, serving no control plane \(TFY_BASE_URL cannot be used\)$/m);
  assert.doesNotMatch(server.process.stderr, /the old key/);
});

test('a flag comes before the environment, that before the file of --config', async t => {
  const world = await World.start(t);
  const config = join(world.folder, 'config.toml');
  writeFileSync(config, 'hold = "3s"\nopen-browser = false\n');
  delete world.env.TFY_PAT_MCP_HOLD;
  const hold = async (args, more) => {
    const report = JSON.parse((await run(world, ['doctor', '--json', ...args], more)).stdout);
    const { value, from } = report.settings.find(each => each.name === '--hold');
    return `${value} ${from}`;
  };
  const named = ['--config', config];
  assert.equal(await hold([]), '45s default');
  assert.equal(await hold(named), '3s config file');
  assert.equal(await hold([], { TFY_PAT_MCP_CONFIG: config }), '3s config file');
  assert.equal(await hold(named, { TFY_PAT_MCP_HOLD: '2s' }), '2s TFY_PAT_MCP_HOLD');
  assert.equal(await hold([...named, '--hold', '1s'], { TFY_PAT_MCP_HOLD: '2s' }), '1s flag');
});

test('words that nobody can read are an error of every command that prints', async t => {
  const world = await World.start(t);
  const { process: server } = await world.serve();
  await server.stop();
  await world.enrol(); // a record for the export
  writeFileSync(join(world.folder, 'log'), 'nothing\n');
  const commands = [
    ['--version'],
    ['--help'],
    ['doctor'],
    ['doctor', '--json'],
    ['policy', 'check'],
    ['policy', 'explain', 'tfy_access_tokens_delete'],
    ['policy', 'explain', 'tfy_access_tokens_delete', '--json'],
    ['approvals', 'list'],
    ['approvals', 'list', '--json'],
    ['approvals', 'permissions'],
    ['audit', 'verify'],
    ['audit', 'export'],
    ['redact', join(world.folder, 'log')],
  ];
  for (const args of commands)
    for (const [to, why] of [
      ['>/dev/full', 'No space left on device'],
      ['>&-', 'Bad file descriptor'],
    ]) {
      const done = await redirected(world, args, to);
      const told = `${args.join(' ')} ${to}: ${JSON.stringify(done)}`;
      assert.equal(done.code, 1, told);
      assert.ok(done.stderr.includes(`The output cannot be written: ${why}.`), told);
    }
  for (const [to, why] of [['>/dev/full', 'No space left on device'], ['>&-', 'Bad file descriptor']]) {
    const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';
    const stdio = await runToEnd('bash', ['-c', `"$1" stdio ${to}`, '_', binary], { env: world.env, input: ping });
    assert.equal(stdio.code, 1, JSON.stringify(stdio));
    assert.ok(stdio.stderr.includes(`Not all answers could be written. stdout: ${why}.`), stdio.stderr);
  }
  const odd = await redirected(world, ['redact', join(world.folder, 'missing')], '>&-');
  assert.equal(odd.code, 1);
  assert.match(odd.stderr, /missing cannot be read: No such file/);
});

test('the doctor leaves nothing behind, in a state directory or where one would be', async t => {
  const world = await World.start(t);
  await run(world, ['doctor']);
  assert.ok(!readdirSync(world.folder).some(name => /doctor|state/.test(name)), readdirSync(world.folder).join());
  const { process: server } = await world.serve();
  await server.stop();
  // What belongs to SQLite's connections comes and goes with them.
  const files = () =>
    readdirSync(world.state, { recursive: true })
      .filter(name => !/-(wal|shm)$/.test(name))
      .sort();
  const before = files();
  const done = await run(world, ['doctor']);
  assert.match(done.stdout, /^ok +state directory/m);
  assert.deepEqual(files(), before);
});

test('policy: a caller who is named is told of their own transport; rules without a rule are warned of', async t => {
  const world = await World.start(t);
  const explain = ['policy', 'explain', 'tfy_access_tokens_delete', '--name', 'ci-bot'];
  assert.match((await run(world, explain)).stdout, /On stdio it takes[^]*Over HTTP it takes/);
  const over = (await run(world, [...explain, '--principal', 'http:loopback'])).stdout;
  assert.match(over, /Over HTTP it takes/);
  assert.doesNotMatch(over, /On stdio it takes/);
  const file = join(world.folder, 'lax.toml');
  writeFileSync(file, '[terminal]\nrequire_passphrase = false\n');
  const checked = await run(world, ['policy', 'check', file]);
  assert.equal(checked.code, 0);
  assert.match(checked.stdout, /0 rules\.\nWarning: Without a rule, every call that changes something is refused\./);
});
