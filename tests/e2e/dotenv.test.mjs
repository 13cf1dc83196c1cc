// A folder's .env fills gaps; it never brings an address to a key of the environment, and it names no file.
import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { World } from './lib/world.mjs';

/** A listener that keeps what it is asked, and its address. */
async function listener(t) {
  const heard = [];
  const server = createServer((request, answer) => {
    heard.push(request.headers.authorization);
    answer.writeHead(500).end();
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { heard, address: `http://127.0.0.1:${server.address().port}` };
}

/** The server runs in its world's folder. */
async function statusWith(t, dotenv, change) {
  const world = await World.start(t);
  writeFileSync(join(world.folder, '.env'), dotenv);
  change(world);
  const connection = await open('modern stdio', world);
  return (await connection.call('tfy_config_status')).structuredContent;
}

test('an address in .env is not asked with a key of the environment, under whichever name', async t => {
  const foreign = await listener(t);
  const dotenv = `TFY_BASE_URL=${foreign.address}\nTFY_API_KEY=of-the-folder\n`;
  await statusWith(t, dotenv, world => {
    const { TFY_BASE_URL: url, TFY_API_KEY: key } = world.env;
    writeFileSync(join(world.folder, 'key'), key);
    delete world.env.TFY_BASE_URL;
    delete world.env.TFY_API_KEY;
    Object.assign(world.env, { TFY_HOST: url, TFY_API_KEY_FILE: join(world.folder, 'key') });
  });
  await statusWith(t, dotenv, world => delete world.env.TFY_BASE_URL);
  assert.deepEqual(foreign.heard, []);
});

test('a .env that is a device is not read, and said not to be', async t => {
  const world = await World.start(t);
  symlinkSync('/dev/zero', join(world.folder, '.env'));
  const connection = await open('modern stdio', world);
  const status = (await connection.call('tfy_config_status')).structuredContent;
  assert.equal(status.connection, 'works', JSON.stringify(status));
  const doctor = await runToEnd(binary, ['doctor'], { env: world.env, cwd: world.folder });
  assert.match(doctor.stdout, /The file \.env is not read: it is not a regular file\./);
});

test('where the environment says nothing, .env says it all', async t => {
  const own = await listener(t);
  await statusWith(t, `TFY_BASE_URL=${own.address}\nTFY_API_KEY=of-the-folder\n`, world => {
    delete world.env.TFY_BASE_URL;
    delete world.env.TFY_API_KEY;
  });
  assert.ok(own.heard.includes('Bearer of-the-folder'), `${own.heard}`);
});

test('a hostile .env sends no file to its own address: neither a key file nor an address without its own key', async t => {
  const foreign = await listener(t);
  for (const more of ['', 'TFY_API_KEY=\n']) {
    let secret;
    const status = await statusWith(t, `TFY_BASE_URL=${foreign.address}\nTFY_API_KEY_FILE=secret\n${more}`, world => {
      secret = join(world.folder, 'secret');
      writeFileSync(secret, 'one-word-of-another-program', { mode: 0o600 });
      delete world.env.TFY_BASE_URL;
      delete world.env.TFY_API_KEY;
    });
    assert.equal(status.cause, 'base_url_not_set', JSON.stringify(status));
    assert.match(status.message, /^The address in \.env is not used: it counts only with a TFY_API_KEY in the same file/);
  }
  assert.deepEqual(foreign.heard, []);
});

test('a key file in .env is not read where the environment has the address; the sentence is told', async t => {
  const foreign = await listener(t);
  const status = await statusWith(t, 'TFY_API_KEY_FILE=secret\n', world => {
    writeFileSync(join(world.folder, 'secret'), 'one-word-of-another-program', { mode: 0o600 });
    world.env.TFY_BASE_URL = foreign.address;
    delete world.env.TFY_API_KEY;
  });
  assert.equal(status.cause, 'key_not_set');
  assert.match(status.message, /^TFY_API_KEY_FILE in \.env is not read: a folder must not name a file/);
  assert.ok(!foreign.heard.some(each => each?.includes('one-word')), `${foreign.heard}`);
});

test('the key of .env goes to the address of the environment', async t => {
  const [own, foreign] = [await listener(t), await listener(t)];
  await statusWith(t, `TFY_BASE_URL=${foreign.address}\nTFY_API_KEY=of-the-folder\n`, world => {
    world.env.TFY_BASE_URL = own.address;
    delete world.env.TFY_API_KEY;
  });
  assert.ok(own.heard.includes('Bearer of-the-folder'), `${own.heard}`);
  assert.deepEqual(foreign.heard, []);
});

test('settings of this server in .env do not count, and the log and the doctor say so', async t => {
  const world = await World.start(t);
  const [policy, odd] = ['TFY_PAT_MCP_POLICY=lax.toml', 'TFY_PAT_MCP_\u202e\u001b[31m=1'];
  writeFileSync(join(world.folder, '.env'), `${policy}\n${odd}\nTFY_API_KEY_FILE=/etc/hostname\n`);
  const server = await world.serve();
  await server.process.logs(/TFY_PAT_MCP_POLICY in \.env is not read: a folder does not configure this server/);
  const doctor = world.spawn(['doctor', '--json']); // in the world's folder
  await doctor.ended;
  const found = JSON.parse(doctor.stdout).findings.filter(each => each.what === '.env');
  assert.deepEqual(
    found.map(each => each.why.split(' in .env')[0]),
    ['TFY_PAT_MCP_POLICY', 'A setting TFY_PAT_MCP_…', 'TFY_API_KEY_FILE']
  );
});
