// The file with the server's key is replaced while the server runs: the next call has the new key.
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { until } from './lib/process.mjs';
import { statusOf, textOf } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const sandboxKey = 'tfy-sandbox-key-0000-not-a-secret';
const tokens = '/api/svc/v1/personal-access-tokens';

/** The control plane, asked by somebody else. */
async function ask(world, method, target, body) {
  const answer = await fetch(world.upstream + target, {
    method,
    headers: { authorization: `Bearer ${sandboxKey}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${target}: ${answer.status}`);
  return answer.json();
}

/** A key of its own: {value, id}. */
async function mint(world, name, tokenType) {
  const { token: value } = await ask(world, 'POST', tokens, { name, tokenType });
  const { data } = await ask(world, 'GET', `${tokens}?limit=100&offset=0&nameSearchQuery=${name}`);
  return { value, id: data[0].id };
}

/** Whole under another name, then in its place. */
function replace(file, text) {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const logged = (server, pattern, times = 1) =>
  until(() => (server.stderr.match(new RegExp(pattern, 'g')) ?? []).length >= times, {
    what: () => `${times} × ${pattern} in:\n${server.stderr}`,
    change: look => server.watchers.add(look),
  });

async function knows(client, keys) {
  for (const { value } of keys) {
    const asked = await client.call('tfy_access_tokens_delete', { id: 'some-id', reason: value.slice(-200) });
    assert.match(textOf(asked), /holds the value of an access token/);
  }
}

async function served(t) {
  const world = await World.start(t);
  const file = join(world.folder, 'key');
  const [old, next] = [await mint(world, 'key-of-before', 'opaque'), await mint(world, 'key-of-now', 'jwt')];
  replace(file, `${old.value}\n`);
  delete world.env.TFY_API_KEY;
  world.env.TFY_API_KEY_FILE = file;
  const { process: server, endpoint } = await world.serve();
  const client = await open('modern HTTP', world, { endpoint, elicitation: null });
  const list = () => client.call('tfy_access_tokens_list');
  assert.ok(!(await list()).isError);
  return { world, file, old, next, server, client, list };
}

test('a key that is put in the place of one that is refused is used by the next call', async t => {
  const { world, file, old, next, server, client, list } = await served(t);
  await ask(world, 'DELETE', `${tokens}/${old.id}`);
  const refused = await list();
  assert.ok(refused.isError);
  assert.match(textOf(refused), /refused the configured key/);

  replace(file, `${next.value}\n`);
  await logged(server, 'the key was replaced');
  const listed = await list();
  assert.ok(!listed.isError, textOf(listed));

  const status = await client.call('tfy_config_status');
  assert.equal(status.structuredContent.connection, 'works');
  assert.equal(status.structuredContent.key_kind, 'user');

  // The new one is this server's own key now.
  const asked = await client.call('tfy_access_tokens_delete', { id: next.id });
  assert.equal(statusOf(asked), 'approval_pending', textOf(asked));
  const shown = await world.terminal(['approvals', 'show', asked.structuredContent.approval_id]);
  assert.match(shown.stdout, /own key: yes/);

  // Both are known for what they are, in the next process, too.
  await knows(client, [old, next]);
  await server.stop();
  const again = await world.serve();
  await knows(await open('modern HTTP', world, { endpoint: again.endpoint, elicitation: null }), [old, next]);
  for (const { value } of [old, next])
    assert.ok(!(server.stdout + server.stderr + shown.stdout).includes(value.slice(-24)));
});

test('a file that is empty, gone or no key leaves the key as it is, and says so once', async t => {
  const { file, next, server, list, client } = await served(t);
  writeFileSync(file, '');
  await logged(server, 'the key file cannot be used');
  assert.ok(!(await list()).isError);
  const status = await client.call('tfy_config_status');
  assert.equal(status.structuredContent.connection, 'works');
  assert.match(status.structuredContent.warnings.join(), /is empty.*previous key is still in use/);

  rmSync(file);
  await logged(server, 'the key file cannot be used', 2);
  assert.ok(!(await list()).isError);

  writeFileSync(file, `${next.value} and more`);
  await logged(server, 'the key file cannot be used', 3);
  assert.ok(!(await list()).isError);

  replace(file, next.value);
  await logged(server, 'the key was replaced');
  assert.ok(!(await list()).isError);
  assert.equal(server.stderr.match(/the key file cannot be used/g).length, 3);
});

test('a server that was started without its key file takes the key when it is there', async t => {
  const world = await World.start(t);
  const file = join(world.folder, 'key');
  delete world.env.TFY_API_KEY;
  world.env.TFY_API_KEY_FILE = file;
  const { process: server, endpoint } = await world.serve();
  const client = await open('modern HTTP', world, { endpoint, elicitation: null });
  const without = await client.call('tfy_config_status');
  assert.equal(without.structuredContent.cause, 'key_file_unreadable');
  assert.ok((await client.call('tfy_access_tokens_list')).isError);
  replace(file, sandboxKey);
  await logged(server, 'there is a key now');
  assert.ok(!(await client.call('tfy_access_tokens_list')).isError);
});
