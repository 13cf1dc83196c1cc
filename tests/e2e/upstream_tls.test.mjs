// The control plane over TLS: HTTP/2 where it is offered, an extra certificate authority, and nothing old.
import assert from 'node:assert/strict';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { secureUpstream } from './lib/secure_upstream.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t) {
  const world = await World.start(t, { upstream: 'https://127.0.0.1:1', policy: rules() });
  return world;
}

test('reads share one HTTP/2 connection; what changes something goes out once, over HTTP/1.1 on its own', async t => {
  const world = await begin(t);
  const { seen, certificate } = await secureUpstream(t, world, createSecureServer, { allowHTTP1: true });
  world.env.TFY_PAT_MCP_CA_FILE = certificate.file;
  const connection = await open('modern stdio', world);
  for (let i = 0; i < 3; i += 1) {
    const listed = await connection.call('tfy_access_tokens_list');
    assert.ok(!listed.isError, textOf(listed));
  }
  assert.deepEqual(
    seen.map(([method, version, connected]) => `${method} ${version} ${connected}`),
    Array(3).fill('GET 2.0 1')
  );
  connection.person.willApprove('over-tls', { destination: 'none' });
  const made = await create(connection, 'over-tls');
  assert.equal(statusOf(made), 'executed', textOf(made));
  const posts = seen.filter(([method]) => method === 'POST');
  assert.deepEqual(posts.map(([, version, connected]) => [version, connected]), [['1.1', 2]]);
  assert.ok(
    seen.filter(([method]) => method === 'GET').every(([, version, connected]) => version === '2.0' && connected === 1),
    JSON.stringify(seen)
  );
});

test('a server without HTTP/2 is asked over HTTP/1.1', async t => {
  const world = await begin(t);
  const { seen, certificate } = await secureUpstream(t, world, createServer);
  world.env.TFY_PAT_MCP_CA_FILE = certificate.file;
  const connection = await open('modern stdio', world);
  for (let i = 0; i < 2; i += 1) assert.ok(!(await connection.call('tfy_access_tokens_list')).isError);
  assert.deepEqual(seen, Array(2).fill(['GET', '1.1', 1]));
});

test('a certificate that nobody vouches for is refused, and nothing is sent', async t => {
  const world = await begin(t);
  const { seen } = await secureUpstream(t, world, createServer);
  const connection = await open('modern stdio', world);
  const listed = await connection.call('tfy_access_tokens_list');
  assert.match(textOf(listed), /The certificate of 127\.0\.0\.1 is not trusted.*Nothing was sent/s);
  assert.deepEqual(seen, []);
});

test('TLS 1.1 is not spoken', async t => {
  const world = await begin(t);
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
  const { seen, certificate } = await secureUpstream(t, world, createServer, old);
  world.env.TFY_PAT_MCP_CA_FILE = certificate.file;
  const connection = await open('modern stdio', world);
  const listed = await connection.call('tfy_access_tokens_list');
  assert.match(textOf(listed), /No secure connection to 127\.0\.0\.1 came about.*Nothing was sent/s);
  assert.deepEqual(seen, []);
});
