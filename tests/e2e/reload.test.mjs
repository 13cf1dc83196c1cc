// SIGHUP: the rules are read anew while everything goes on.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

async function reload(world, server, policy, pattern) {
  writeFileSync(join(world.folder, 'policy.toml'), policy);
  server.child.kill('SIGHUP');
  await server.logs(pattern);
}

test('HTTP: new rules hold from then on, wrong ones change nothing, and what is open stays', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }) });
  const { process: server, endpoint } = await world.serve();
  const client = await open('modern HTTP', world, { endpoint, elicitation: null });
  const pending = await create(client, 'opened-before');
  assert.equal(statusOf(pending), 'approval_pending', textOf(pending));

  await reload(world, server, '[[rule]]\nsays = "ask"\nwhen = "Mon-Fri"\n', /line 3: 'when'/);
  assert.equal(statusOf(await create(client, 'rules-as-before')), 'approval_pending');

  const no = '[terminal]\nrequire_tty = false\nrequire_passphrase = false\n[[rule]]\nsays = "deny"\nbecause = "closed today"\n';
  await reload(world, server, no, /the rules were read anew/);
  const denied = await create(client, 'opened-after');
  assert.ok(denied.isError);
  assert.match(textOf(denied), /closed today/);

  const { approval_id: id } = pending.structuredContent;
  const decided = await world.decide(['approve', id], ['opened-before', 'none']);
  assert.equal(decided.code, 0, decided.stderr);
  const created = await create(client, 'opened-before');
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.equal(await world.upstreamCount('POST'), 1);
});

test('stdio: the same', async t => {
  const world = await World.start(t);
  const raw = new RawStdio(world);
  const call = (id, name) => raw.exchange(toolCall(id, 'tfy_access_tokens_create', { payload: { name } }));
  const before = await call(1, 'opened-before');
  assert.equal(before.result.structuredContent.status, 'approval_pending', JSON.stringify(before));
  await reload(world, raw.server, '', /the rules were read anew/);
  const after = await call(2, 'opened-after');
  assert.ok(after.result.isError);
  assert.match(after.result.content[0].text, /No rule of this server covers this call/);
});
