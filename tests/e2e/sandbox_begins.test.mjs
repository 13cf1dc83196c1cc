// A new sandbox has tokens of each sort to look at; one that was used keeps what was made of it.
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { enrolFirst } from './lib/people.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { create } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const day = 24 * 60 * 60 * 1000;
const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / day);

async function sandboxWorld(t, more = {}) {
  const world = await World.start(t, { upstream: 'http://127.0.0.1:9' });
  world.env = { ...world.env, TFY_PAT_MCP_SANDBOX: 'true', ...more };
  return world;
}

async function listed(connection) {
  const { structuredContent } = await connection.call('tfy_access_tokens_list', { limit: 100 });
  return structuredContent.tokens;
}

const named = (tokens, name) => {
  const found = tokens.find(each => each.name === name);
  assert.ok(found, `${name} in ${tokens.map(each => each.name)}`);
  return found;
};

for (const door of ['modern stdio', 'modern HTTP'])
  test(`${door} --sandbox begins with one token of each sort, dated from today`, async t => {
    const world = await sandboxWorld(t);
    const options = door.endsWith('HTTP') ? { endpoint: (await world.serve()).endpoint } : {};
    const connection = await open(door, world, options);
    const tokens = await listed(connection);
    assert.equal(tokens.length, 8, JSON.stringify(tokens));
    const now = new Date().toISOString();

    assert.ok(tokens.some(each => each.expired));
    assert.equal(days(now, named(tokens, 'ci-deploy').expires_at), 6);
    assert.equal(named(tokens, 'ci-deploy').state, 'expiring');
    assert.equal(named(tokens, 'load-test').last_used_at, null);
    assert.equal(days(named(tokens, 'data-import').last_used_at, now), 200);
    assert.equal(named(tokens, 'prod-gateway').expires_at, null);
    assert.equal(named(tokens, 'prod-billing').owner, 'platform');
    assert.equal(named(tokens, 'ci-runner').state, 'active');
    for (const { created_at: made, last_used_at: used } of tokens)
      assert.ok(!used || (made < used && used < now), `${made} ${used}`);
  });

test('commands find a sandbox with --sandbox, and say so where they find nothing', async t => {
  const world = await sandboxWorld(t);
  const { TFY_PAT_MCP_STATE_DIR: _, ...env } = world.env;
  world.env = env;
  assert.ok((await listed(await open('modern stdio', world))).length > 0);
  await world.closeAll();
  const { TFY_PAT_MCP_SANDBOX: __, ...plain } = env;
  const missed = await runToEnd(binary, ['approvals', 'list'], { env: plain });
  assert.equal(missed.code, 1);
  assert.match(missed.stderr, /There is nothing in \S+\/tfy-pat-mcp: .*, or --sandbox: there is a sandbox's beside it\.\n$/);
  for (const verb of ['approvals', 'people']) {
    const found = await runToEnd(binary, [verb, 'list', '--sandbox'], { env: plain });
    assert.equal(found.code, 0, found.stderr);
  }
});

test('a restart keeps what was changed, and an emptied sandbox stays empty', async t => {
  const world = await sandboxWorld(t);
  let connection = await open('modern stdio', world);
  const first = await listed(connection);
  assert.ok(first.length > 1);
  for (const { id, name } of first) {
    connection.person.willApprove(name);
    const gone = await connection.call('tfy_access_tokens_delete', { id });
    assert.equal(gone.structuredContent.status, 'executed', JSON.stringify(gone));
    if (name !== 'ci-runner') continue;
    connection = await open('modern stdio', world);
    assert.deepEqual(
      (await listed(connection)).map(each => each.id),
      first.filter(each => !first.slice(0, first.findIndex(one => one.id === id) + 1).includes(each)).map(each => each.id),
    );
  }
  await world.closeAll();
  assert.deepEqual(await listed(await open('modern stdio', world)), []);
});

test('a sandbox begins empty if asked to, and stays so', async t => {
  const world = await sandboxWorld(t, { TFY_PAT_MCP_SANDBOX_TOKENS: 'none' });
  assert.deepEqual(await listed(await open('modern stdio', world)), []);
  await world.closeAll();
  delete world.env.TFY_PAT_MCP_SANDBOX_TOKENS;
  assert.deepEqual(await listed(await open('modern stdio', world)), []);
});

test('the list of requests says that some wait in the sandbox', async t => {
  const world = await sandboxWorld(t, { TFY_PAT_MCP_HOLD: '0s' });
  const { TFY_PAT_MCP_STATE_DIR: _, ...env } = { ...world.env, XDG_STATE_HOME: world.folder };
  const { TFY_PAT_MCP_SANDBOX: __, ...plain } = env;
  world.env = plain;
  assert.equal((await enrolFirst(world)).code, 0);
  const list = async () => (await runToEnd(binary, ['approvals', 'list'], { env: plain })).stdout;
  assert.equal(await list(), 'There are no open requests.\n');
  world.env = env;
  const made = await create(await open('modern stdio', world, { elicitation: null }), 'ci-a');
  assert.equal(made.structuredContent.status, 'approval_pending');
  assert.equal(await list(), 'There are no open requests.\nThe sandbox has an open request: add --sandbox.\n');
});

for (const [args, count] of [
  [[], 0],
  [['--sandbox-tokens', 'examples'], 8],
])
  test(`the sandbox alone, ${args.join(' ') || 'by itself'}, begins with ${count} tokens`, async t => {
    const world = await World.start(t, { sandbox: args });
    assert.equal((await listed(await open('modern stdio', world))).length, count);
  });

const started = async (verb, env) => {
  const done = await runToEnd(binary, [verb, ...(verb === 'serve' ? ['--listen', '127.0.0.1:0'] : [])], { env });
  assert.equal(done.code, 1, done.stdout);
  assert.doesNotMatch(done.stdout, /Sign-in code/);
  return done.stderr;
};

for (const lost of [false, true])
  test(`--sandbox is refused where a server for TrueFoundry was, and the other way round${lost ? '; its note is lost' : ''}`, async t => {
    const world = await World.start(t);
    const made = await open('modern stdio', world);
    made.person.willApprove('ci-a', { destination: 'none' });
    assert.equal((await create(made, 'ci-a')).structuredContent.status, 'executed');
    await world.closeAll();
    if (lost) rmSync(join(world.state, 'use'));
    for (const verb of ['serve', 'stdio'])
      assert.match(await started(verb, { ...world.env, TFY_PAT_MCP_SANDBOX: 'true' }), /belongs to a server that uses TrueFoundry, and --sandbox needs one of its own/);
    assert.ok(!existsSync(join(world.state, 'sandbox.db')), 'no stand-in was made there');
    await world.serve();

    const played = await sandboxWorld(t);
    const connection = await open('modern stdio', played);
    connection.person.willApprove('ci-b', { destination: 'none' });
    assert.equal((await create(connection, 'ci-b')).structuredContent.status, 'executed');
    await played.closeAll();
    if (lost) rmSync(join(played.state, 'use'));
    const { TFY_PAT_MCP_SANDBOX: _, ...real } = played.env;
    for (const verb of ['serve', 'stdio'])
      assert.match(await started(verb, real), /belongs to a sandbox, and this server uses TrueFoundry/);
    await played.serve();
  });

test('without a request, too: the first start decides', async t => {
  const world = await World.start(t);
  await world.serve();
  await world.closeAll();
  assert.match(await started('serve', { ...world.env, TFY_PAT_MCP_SANDBOX: 'true' }), /--sandbox needs one of its own/);
});

test('without --state-dir a sandbox has a directory of its own, and the commands that it prints name it', async t => {
  const world = await sandboxWorld(t);
  const { TFY_PAT_MCP_STATE_DIR: _, ...env } = { ...world.env, XDG_STATE_HOME: world.folder };
  const server = await world.serve(env);
  assert.ok(existsSync(join(world.folder, 'tfy-pat-mcp-sandbox', 'ledger.db')));
  assert.ok(!existsSync(join(world.folder, 'tfy-pat-mcp')));
  const session = await (await fetch(`${server.page}/api/session`)).json();
  assert.match(session.sign_in_help.command, / --state-dir \S+\/tfy-pat-mcp-sandbox$/);
});
