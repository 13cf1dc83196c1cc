// The official suite's scenarios for authorization servers, against `serve --callers oauth`. A person consents where the suite
// waits for a browser. A client with a secret is not tried: the suite takes the method "none" where there is one, secret or not.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { addClient, beginOAuth, consent } from './lib/oauth.mjs';
import { Page } from './lib/page.mjs';
import { Process } from './lib/process.mjs';
import { freePort } from './lib/sockets.mjs';

const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json');
const suite = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.conformance);

test('the official scenarios for authorization servers pass', { timeout: 120_000 }, async t => {
  const { world, server, origin } = await beginOAuth(t);
  const person = await Page.signIn(world, server);
  const client = await addClient(world);
  const port = await freePort();
  const results = join(world.folder, 'results');
  mkdirSync(results);
  const args = ['authorization', '--url', origin, '--client-id', client.id, '--port', `${port}`, '-o', results];
  const run = new Process(process.execPath, [suite, ...args], { env: { PATH: process.env.PATH, HOME: world.folder }, cwd: world.folder });
  world.processes.push(run);
  const [address] = await run.says(/^http\S+\/oauth\/authorize\?\S+$/m);
  await (await fetch(await consent(person, address))).text();
  const { code } = await run.ended;
  assert.equal(code, 0, run.stdout + run.stderr);
  const checks = readdirSync(results, { recursive: true })
    .filter(name => name.endsWith('checks.json'))
    .flatMap(name => JSON.parse(readFileSync(join(results, name), 'utf8')));
  assert.deepEqual(checks.filter(({ status }) => status !== 'SUCCESS'), []);
  assert.ok(checks.length >= 2, JSON.stringify(checks));
});
