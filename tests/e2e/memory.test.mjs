// Once a value was shown, or no one is to see it any more, no copy of it is left in the memory of the server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { test } from 'node:test';

import { findInMemory, leftInMemory } from './lib/memory.mjs';
import { Page } from './lib/page.mjs';
import { untilPolled } from './lib/process.mjs';
import { answered, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { secureUpstream } from './lib/secure_upstream.mjs';
import { UpstreamTap } from './lib/upstream_tap.mjs';
import { rules, World } from './lib/world.mjs';

const capabilities = { elicitation: {} };
const createTool = 'tfy_access_tokens_create';

/** Creates a token by a form; gives the result. */
async function created(peer, payload, destination) {
  const asked = await peer.exchange(toolCall(1, createTool, { payload }, { capabilities }));
  const content = { decision: 'approve', confirm_name: payload.name, destination };
  const done = await peer.exchange(
    answered(2, asked.result, createTool, { payload }, content, { capabilities })
  );
  assert.equal(done.result.structuredContent.status, 'executed', JSON.stringify(done));
  return done.result.structuredContent;
}

async function shown(peer, reveal_id) {
  const answer = await peer.exchange(toolCall(3, 'tfy_access_tokens_reveal', { reveal_id }, { capabilities }));
  return /^(?:One-time token:\s*)?`?([A-Za-z0-9._~+/=-]{24,})`?$/m.exec(answer.result.content[0].text)[1];
}

async function assertGone(t, pid, value) {
  const left = await leftInMemory(pid, value);
  if (left === null) return t.skip('the memory of another process may not be read here (ptrace)');
  assert.deepEqual(left, []);
  assert.notEqual(findInMemory(pid, Buffer.from('tfy_access_tokens_')).length, 0, 'the memory was read');
}

for (const tokenType of ['opaque', 'jwt']) {
  const payload = { name: 'ci-pipeline', tokenType };

  test(`${tokenType}: shown to the agent on stdio`, async t => {
    const world = await World.start(t);
    const peer = new RawStdio(world);
    const value = await shown(peer, (await created(peer, payload, 'agent')).reveal_id);
    await assertGone(t, peer.server.child.pid, value);
  });

  test(`${tokenType}: shown to the agent over HTTP`, async t => {
    const world = await World.start(t);
    const server = await world.serve();
    const peer = new RawHttp(world, server.endpoint);
    const value = await shown(peer, (await created(peer, payload, 'agent')).reveal_id);
    await assertGone(t, server.process.child.pid, value);
  });

  test(`${tokenType}: shown on the page`, async t => {
    const world = await World.start(t, { policy: rules({ assurance: null }), hold: '30s' });
    const server = await world.serve();
    const page = await Page.signIn(world, server);
    const waiting = new RawHttp(world, server.endpoint).exchange(toolCall(1, createTool, { payload }));
    await page.approved(await page.nextPending(), { destination: 'page' });
    await waiting;
    const { value } = await page.reveal(payload.name);
    await assertGone(t, server.process.child.pid, value);
  });

  const quickClock = process.env.TFY_QUICK_CLOCK_LIBRARY;
  test(
    `${tokenType}: its ten minutes are over`,
    { skip: quickClock ? false : 'this build has no quick clock' },
    async t => {
      const world = await World.start(t);
      const upstream = await UpstreamTap.start(t, world);
      // For the server a second takes ten milliseconds; the control plane is as slow as ever.
      const patience = { TFY_API_MAX_TIME: '600', TFY_API_CONNECT_TIMEOUT: '600' };
      const quick = { ...world.env, ...patience, LD_PRELOAD: quickClock, TFY_QUICK_CLOCK: '100' };
      const peer = new RawStdio(world, () => world.spawn(['stdio'], quick));
      await created(peer, payload, 'agent');
      const [value] = upstream.values;
      const { pid } = peer.server.child;
      const held = findInMemory(pid, Buffer.from(value));
      if (held === null) return t.skip('the memory of another process may not be read here (ptrace)');
      assert.notEqual(held.length, 0, 'until then it is there');
      await untilPolled(() => findInMemory(pid, Buffer.from(value)).length === 0, {
        what: () => `the value to be wiped at ${findInMemory(pid, Buffer.from(value))}`,
      });
      await assertGone(t, pid, value);
    }
  );
}

test('a value that came over TLS', async t => {
  const world = await World.start(t, { upstream: 'https://127.0.0.1:1' });
  const { values, certificate } = await secureUpstream(t, world, createSecureServer, { allowHTTP1: true });
  world.env.TFY_PAT_MCP_CA_FILE = certificate.file;
  const peer = new RawStdio(world);
  const value = await shown(peer, (await created(peer, { name: 'over-tls' }, 'agent')).reveal_id);
  assert.equal(value, values[0]);
  await assertGone(t, peer.server.child.pid, value);
});

test('serve has all functions bound from its start: none that is bound later keeps registers on the stack', async t => {
  const world = await World.start(t);
  const { process } = await world.serve();
  const { pid } = process.child;
  if (findInMemory(pid, Buffer.from('tfy_access_tokens_')) === null) return t.skip('the memory of another process may not be read here (ptrace)');
  const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  for (const setting of ['LD_BIND_NOW=1', 'GLIBC_TUNABLES=glibc.malloc.tcache_count=128'])
    assert.ok(environment.includes(setting), setting);
  assert.equal(readFileSync(`/proc/${pid}/comm`, 'utf8'), 'tfy-pat-mcp\n', 'it has its name');
});
