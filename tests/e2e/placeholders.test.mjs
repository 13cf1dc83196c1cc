// What a host did not fill in is no key and no address: it is named for what it is, and nothing is sent.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, runToEnd } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

/** A control plane that counts what it is asked. */
async function counting(t) {
  const upstream = { asked: 0 };
  const server = createServer((request, answer) => {
    upstream.asked += 1;
    answer.writeHead(500).end();
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  upstream.address = `http://127.0.0.1:${server.address().port}`;
  return upstream;
}

async function told(world, env = world.env) {
  const peer = new RawStdio(world, () => world.spawn(['stdio'], env));
  const status = (await peer.exchange(toolCall(1, 'tfy_config_status', {}))).result.structuredContent;
  const listed = (await peer.exchange(toolCall(2, 'tfy_access_tokens_list', {}))).result;
  peer.server.child.stdin.end();
  await peer.server.ended;
  return { status, listed, log: peer.server.stderr };
}

async function doctorCause(world, env = world.env) {
  const done = await runToEnd(binary, ['doctor', '--json'], { env });
  assert.equal(done.code, 1, done.stdout);
  return JSON.parse(done.stdout).findings.find(each => each.what === 'TrueFoundry').cause;
}

const placeholders = [
  '${TFY_API_KEY}',
  '${env:TFY_API_KEY}',
  '${TFY_API_KEY:-}',
  '$TFY_API_KEY',
  '%TFY_API_KEY%',
  '{{TFY_API_KEY}}',
  '<your-key>',
  '<your key>',
  'op://Private/TrueFoundry/key',
  'null',
  'undefined',
  'YOUR_API_KEY',
];

test('a placeholder in the place of the key is told by the status, each call, the log and the doctor; nothing is sent', async t => {
  const upstream = await counting(t);
  const world = await World.start(t, { upstream: upstream.address });
  for (const placeholder of placeholders) {
    const env = { ...world.env, TFY_API_KEY: placeholder };
    const { status, listed, log } = await told(world, env);
    assert.equal(status.cause, 'key_placeholder', placeholder);
    assert.equal(status.key_set, false, placeholder);
    assert.ok(listed.isError);
    assert.match(listed.content[0].text, /TFY_API_KEY in the environment holds .* and no key/, placeholder);
    assert.match(listed.content[0].text, /Nothing was sent/);
    if (placeholder.includes('TFY_API_KEY')) {
      assert.match(status.message, /the host that starts this server did not fill in its variable TFY_API_KEY/);
    }
    assert.match(log, /key_placeholder/, placeholder);
    assert.equal(await doctorCause(world, env), 'key_placeholder', placeholder);
  }
  assert.equal(upstream.asked, 0);
});

test('the same in .env and in a key file', async t => {
  const upstream = await counting(t);
  const world = await World.start(t, { upstream: upstream.address });
  delete world.env.TFY_API_KEY;
  writeFileSync(join(world.folder, '.env'), 'TFY_API_KEY="${TFY_API_KEY}"\n');
  const dotenv = await told(world);
  assert.equal(dotenv.status.cause, 'key_placeholder');
  assert.match(dotenv.status.message, /^TFY_API_KEY in \.env holds \$\{TFY_API_KEY\} and no key: variables are not filled in there/);
  const file = join(world.folder, 'key');
  writeFileSync(file, '{{ SECRET_KEY }}\n', { mode: 0o600 });
  const byFile = await told(world, { ...world.env, TFY_API_KEY_FILE: file });
  assert.equal(byFile.status.cause, 'key_placeholder');
  assert.match(byFile.status.message, /holds \{\{SECRET_KEY\}\} and no key: variables are not/);
  const noName = await told(world, { ...world.env, TFY_API_KEY_FILE: '${TFY_KEY_PATH}' });
  assert.equal(noName.status.cause, 'key_placeholder');
  assert.match(noName.status.message, /variable TFY_KEY_PATH/);
  assert.equal(upstream.asked, 0);
});

test('a placeholder in the place of the address is told as one', async t => {
  const upstream = await counting(t);
  const world = await World.start(t, { upstream: upstream.address });
  for (const address of ['${TFY_BASE_URL}', 'https://${TFY_HOST}', '$TFY_BASE_URL', '<your-url>', 'https://your-org.truefoundry.cloud']) {
    const env = { ...world.env, TFY_BASE_URL: address };
    const { status, listed } = await told(world, env);
    assert.equal(status.cause, 'base_url_placeholder', address);
    assert.match(listed.content[0].text, /TFY_BASE_URL in the environment holds .* and no address/);
    assert.equal(await doctorCause(world, env), 'base_url_placeholder');
  }
  assert.equal(upstream.asked, 0);
});

test('an empty key says so, and is filled from elsewhere where there is one', async t => {
  const world = await World.start(t);
  const key = world.env.TFY_API_KEY;
  world.env.TFY_API_KEY = '';
  const { status } = await told(world);
  assert.equal(status.cause, 'key_not_set');
  assert.match(status.message, /TFY_API_KEY is empty: the host that starts this server did not fill in the variable/);
  const file = join(world.folder, 'key');
  writeFileSync(file, key, { mode: 0o600 });
  assert.equal((await told(world, { ...world.env, TFY_API_KEY_FILE: file })).status.connection, 'works');
});

test('a placeholder in the environment is told as one, though .env has a key and an address', async t => {
  const world = await World.start(t);
  const { TFY_BASE_URL: url, TFY_API_KEY: key, ...env } = world.env;
  writeFileSync(join(world.folder, '.env'), `TFY_API_KEY=${key}\nTFY_BASE_URL=${url}\n`);
  const { status, listed } = await told(world, { ...env, TFY_API_KEY: '${TFY_API_KEY}' });
  assert.equal(status.cause, 'key_placeholder');
  assert.match(status.message, /^TFY_API_KEY in the environment holds/);
  assert.match(listed.content[0].text, /TFY_API_KEY in the environment holds/);
  const real = await told(world, { ...env, TFY_API_KEY: key });
  assert.equal(real.status.cause, 'base_url_not_set');
  assert.match(real.status.message, /an address in \.env is not used with a key from the environment/);
});

test('an empty key in .env is nothing that a host should have filled in', async t => {
  const world = await World.start(t);
  delete world.env.TFY_API_KEY;
  writeFileSync(join(world.folder, '.env'), 'TFY_API_KEY=\n');
  const { status } = await told(world);
  assert.match(status.message, /^TFY_API_KEY in \.env is empty\. Fill it in/);
});

test('each failure says once that nothing was sent', async t => {
  const world = await World.start(t);
  for (const env of [{ TFY_BASE_URL: 'http://acme.example' }, { TFY_BASE_URL: '' }, { TFY_API_KEY: 'null' }]) {
    const { listed } = await told(world, { ...world.env, ...env });
    assert.equal(listed.content[0].text.split('Nothing was sent').length, 2, listed.content[0].text);
  }
});
