// `tfy-pat-mcp redact`: a filter for logs and transcripts, and a check for what should have none.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { binary } from './lib/process.mjs';
import { createApproved, names, wholeStory } from './lib/story.mjs';
import { World } from './lib/world.mjs';

/** The command with bytes in and bytes out: {code, stdout: Buffer, stderr}. */
function redact(world, args, input = '', env = world.env) {
  const child = spawn(binary, ['redact', ...args], { env, cwd: world.folder });
  const out = [];
  let stderr = '';
  child.stdout.on('data', bytes => out.push(bytes));
  child.stderr.on('data', text => (stderr += text));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise(resolve =>
    child.on('close', code => resolve({ code, stdout: Buffer.concat(out), stderr }))
  );
}

function recordings(world) {
  return readdirSync(world.wire).map(name => join(world.wire, name));
}

test('the transcript of a session in which no value was shown is clean, and comes through byte for byte', async t => {
  const world = await World.start(t);
  const connection = await open('modern stdio', world);
  await createApproved(connection, 'kept-back', 'none');
  assert.ok((await names(connection)).includes('kept-back'));
  await world.closeAll();

  const files = recordings(world);
  assert.ok(files.length >= 2, 'both directions were recorded');
  const checked = await redact(world, ['--check', ...files]);
  assert.deepEqual([checked.code, checked.stdout.toString(), checked.stderr], [0, '', '']);
  const filtered = await redact(world, files);
  assert.equal(filtered.code, 0, filtered.stderr);
  assert.ok(filtered.stdout.equals(Buffer.concat(files.map(file => readFileSync(file)))));
});

test('the one place where a value was shown is found, by its name, and goes out', async t => {
  const world = await World.start(t);
  const value = await wholeStory(world, await open('modern stdio', world), 'ci-pipeline');
  await world.closeAll();

  const [shown] = recordings(world).filter(file => readFileSync(file, 'utf8').includes(value));
  const checked = await redact(world, ['--check', '--json', ...recordings(world)]);
  assert.equal(checked.code, 1, checked.stderr);
  const findings = checked.stdout.toString().trim().split('\n').map(line => JSON.parse(line));
  assert.ok(findings.length >= 1);
  for (const finding of findings)
    assert.deepEqual(
      [finding.file, finding.token, finding.technique],
      [shown, 'ci-pipeline', 'plain'],
      JSON.stringify(finding)
    );
  const filtered = await redact(world, [shown]);
  const before = readFileSync(shown, 'utf8');
  assert.equal(
    filtered.stdout.toString(),
    before.replaceAll(value, '[redacted:access-token ci-pipeline]'),
    'nothing else has changed'
  );
});

test('leaks in a log are found in their encodings, CRLF and odd bytes stay; the key of the environment counts', async t => {
  const world = await World.start(t);
  const value = await wholeStory(world, await open('modern stdio', world), 'ci-pipeline');
  await world.closeAll();
  const bytes = Buffer.from(value);
  const leaks = [
    ['plain', value],
    ['hex', bytes.toString('hex')],
    ['base64', bytes.toString('base64')],
    ['base64, hex', Buffer.from(bytes.toString('hex')).toString('base64')],
    ['escapes', [...bytes].map(byte => `%${byte.toString(16)}`).join('')],
  ];
  const odd = Buffer.from([0xff, 0x00, 0xc3, 0x0d, 0x0d, 0x0a]);
  const log = write =>
    Buffer.concat(leaks.flatMap(([, leak]) => [odd, Buffer.from(`12:00 INFO ${write(leak)} !\r\n`), odd]));
  const file = join(world.folder, 'app.log');
  writeFileSync(file, log(leak => leak));

  const checked = await redact(world, ['--check', file]);
  assert.equal(checked.code, 1);
  const found = checked.stdout.toString().trimEnd().split('\n');
  assert.deepEqual(
    found.map(line => line.replace(/^.*?:\d+: /, '')),
    leaks.map(([technique]) => `${technique}: ci-pipeline`)
  );
  assert.match(found[0], new RegExp(`^${file}:2: `), 'the line');
  const filtered = await redact(world, ['-'], log(leak => leak));
  assert.ok(filtered.stdout.equals(log(() => '[redacted:access-token ci-pipeline]')), 'byte for byte');

  const own = await redact(world, [file], '', { ...world.env, TFY_API_KEY: value });
  assert.ok(own.stdout.equals(log(() => '[redacted:access-token ci-pipeline]')), 'also where it is the key');

  const key = 'aZk83hdPq0.another.key.9fJw27Lm';
  const line = `authorization: Bearer ${key}\n`;
  assert.equal((await redact(world, [], line)).stdout.toString(), line, 'a key that nobody told it');
  const told = await redact(world, [], line, { ...world.env, TFY_API_KEY: key });
  assert.equal(told.stdout.toString(), 'authorization: Bearer [redacted:access-token TFY_API_KEY]\n');
  const keyFile = join(world.folder, 'key');
  writeFileSync(keyFile, key);
  const { TFY_PAT_MCP_STATE_DIR: _state, TFY_API_KEY: _key, ...alone } = world.env;
  const byFile = await redact(world, [], line, { ...alone, TFY_API_KEY_FILE: keyFile });
  assert.equal(byFile.stdout.toString(), told.stdout.toString(), 'without any state, too');
});

test('what cannot be done is said: usage 2, a check that failed 2, else 1, and nothing comes out', async t => {
  const world = await World.start(t);
  const { TFY_PAT_MCP_STATE_DIR: _state, TFY_API_KEY: _key, ...nothing } = world.env;
  const rows = [
    [2, ['--json'], world.env, /--json needs --check or --known\. Nothing was read\./],
    [2, ['--json', '--forget', 'ci'], world.env, /--json needs --check or --known/],
    [2, ['--colour'], world.env, /--colour/],
    [1, [], world.env, /--state-dir/], // no server has used it yet
    [1, [], nothing, /Neither TFY_API_KEY nor TFY_API_KEY_FILE is set/],
    [2, ['--check'], { ...nothing, TFY_API_KEY: 'abcde' }, /fewer than 6 characters.*no token to look for/],
    [2, ['--check'], world.env, /--state-dir/],
    [2, ['--check'], nothing, /Neither/],
    [1, [], { ...nothing, TFY_API_KEY_FILE: '/missing' }, /TFY_API_KEY_FILE/],
  ];
  for (const [code, args, env, words] of rows) {
    const ran = await redact(world, args, 'text\n', env);
    assert.equal(ran.code, code, ran.stderr);
    assert.match(ran.stderr, words);
    assert.equal(ran.stdout.toString(), '');
  }
});

const mebibytes = 200;

test(`${mebibytes} MiB go through in bounded memory, and what leaks at places all over them goes out`, async t => {
  const world = await World.start(t);
  const key = 'aZk83hdPq0.another.key.9fJw27Lm';
  const { TFY_PAT_MCP_STATE_DIR: _state, ...env } = { ...world.env, TFY_API_KEY: key };
  const child = spawn(binary, ['redact'], { env, cwd: world.folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const [expected, got] = [createHash('sha256'), createHash('sha256')];
  child.stdout.on('data', bytes => got.update(bytes));
  const ended = new Promise(resolve => child.on('close', resolve));

  let line = 0;
  let most = 0;
  const text = write => {
    let block = '';
    for (let first = line; block.length < 1 << 20; ++line)
      block += `2026-11-24T12:00:00Z INFO request ${line} took ${line % 97} ms\r\n${line === first ? `key=${write}\r\n` : ''}`;
    return block;
  };
  for (let sent = 0; sent < mebibytes; ++sent) {
    const start = line;
    expected.update(text('[redacted:access-token TFY_API_KEY]'));
    line = start;
    const more = child.stdin.write(text(key));
    if (!more) await new Promise(resolve => child.stdin.once('drain', resolve));
    const [, peak] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
    most = Math.max(most, Number(peak));
  }
  child.stdin.end();
  assert.equal(await ended, 0);
  assert.equal(got.digest('hex'), expected.digest('hex'));
  t.diagnostic(`the largest resident set was ${(most / 1024).toFixed(1)} MiB`);
  assert.ok(most < 64 * 1024, `${most} kB`);
});
