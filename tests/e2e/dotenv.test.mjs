// A folder's .env fills gaps; it never brings an address to a key of the environment.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
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

test('where the environment says nothing, .env says it all', async t => {
  const own = await listener(t);
  await statusWith(t, `TFY_BASE_URL=${own.address}\nTFY_API_KEY=of-the-folder\n`, world => {
    delete world.env.TFY_BASE_URL;
    delete world.env.TFY_API_KEY;
  });
  assert.ok(own.heard.includes('Bearer of-the-folder'), `${own.heard}`);
});
