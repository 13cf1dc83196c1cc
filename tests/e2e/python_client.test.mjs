// A client in another language, with an OAuth library that nobody here wrote: Authlib, from Debian's package.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { addClient, beginOAuth, callback, consent } from './lib/oauth.mjs';
import { Page } from './lib/page.mjs';

const script = fileURLToPath(new URL('python_client.py', import.meta.url));

test('a Python program finds the authorization server by itself, is allowed, calls, refreshes and revokes', async t => {
  const { world, server } = await beginOAuth(t, { registration: false });
  const { id } = await addClient(world, '--name', 'python-client');
  const program = world.spawn([script, server.endpoint, id, callback], { PATH: process.env.PATH, HOME: world.folder, AUTHLIB_INSECURE_TRANSPORT: '1' }, '/usr/bin/python3');
  const [, asked] = await program.says(/^(\{"consent".*\})$/m);
  const person = await Page.signIn(world, server);
  const back = await consent(person, JSON.parse(asked).consent);
  program.child.stdin.write(`${back.href}\n`);
  const { code } = await program.ended;
  assert.equal(code, 0, program.stderr);
  const [, called, refreshed, revoked] = program.stdout.trim().split('\n').map(line => JSON.parse(line));
  assert.equal(called.initialized, 'tfy-pat-mcp');
  assert.deepEqual(called.listed.tokens, []);
  assert.deepEqual(refreshed, { refreshed: 'works', without_token: 401 });
  assert.deepEqual(revoked, { revoked: 200, after: 401 });
  assert.match(server.process.stderr, /python-client/);
});
