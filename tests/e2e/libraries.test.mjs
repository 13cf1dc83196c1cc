// What a start need not load: libcurl and OpenSSL, with all that they bring along, come with the first request upstream.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { makeCertificate, use } from './lib/own_tls.mjs';
import { modernRequest, RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

/** The shared libraries of a process, or null where nobody may look. */
function librariesOf(pid) {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
    return new Set([...maps.matchAll(/\/(lib[a-z0-9_+-]+)\.so/g)].map(([, name]) => name));
  } catch {
    return null;
  }
}

test('libcurl and OpenSSL are loaded by the first request to TrueFoundry, and not by a start', async t => {
  const world = await World.start(t);
  world.env.TFY_BASE_URL = world.upstream.replace('127.0.0.1', 'localhost');
  const peer = new RawStdio(world);
  const { pid } = peer.server.child;
  await peer.exchange(modernRequest(1, 'tools/list'));
  const before = librariesOf(pid);
  if (before === null) return t.skip('the libraries of another process may not be seen here (ptrace)');
  assert.ok(before.has('libsodium'), [...before].join(' '));
  for (const late of ['libcurl', 'libssl', 'libcrypto', 'libnghttp2', 'libgnutls', 'libfido2', 'libcbor']) assert.ok(!before.has(late), late);

  const listed = await peer.exchange(toolCall(2, 'tfy_access_tokens_list', {}));
  assert.equal(listed.result.isError, false, JSON.stringify(listed));
  for (const late of ['libcurl', 'libssl']) assert.ok(librariesOf(pid).has(late), late);
});

test('serve loads OpenSSL for a certificate of its own, and not without one', async t => {
  for (const tls of [false, true]) {
    const world = await World.start(t);
    world.env.TFY_BASE_URL = world.upstream.replace('127.0.0.1', 'localhost');
    delete world.env.TFY_PAT_MCP_TLS_CERT;
    delete world.env.TFY_PAT_MCP_TLS_KEY;
    if (tls) use(world, makeCertificate(world.folder, 'own'));
    const server = await world.serve();
    const loaded = librariesOf(server.process.child.pid);
    if (loaded === null) return t.skip('the libraries of another process may not be seen here (ptrace)');
    assert.ok(!loaded.has('libcurl'));
    for (const name of ['libssl', 'libcrypto']) assert.equal(loaded.has(name), tls, name);
  }
});
