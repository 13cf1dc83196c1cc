// What an operator's probes and start-up checks are told about the state directory.
import assert from 'node:assert/strict';
import { chownSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { binary, Process, runToEnd, untilPolled } from './lib/process.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

/** `serve`, whose files may not grow beyond `kilobytes`: the kernel refuses the write, as it does on a full disk. */
async function serveOnFullDisk(world, kilobytes) {
  const script = 'ulimit -f "$1"; exec "$2" serve --listen 127.0.0.1:0';
  const server = new Process('bash', ['-c', script, '_', String(kilobytes), binary], { env: world.env });
  world.processes.push(server);
  const [, endpoint] = await server.says(/^MCP endpoint: (\S+)\n/m);
  return { process: server, endpoint };
}

test('/readyz says 503 while the journal cannot be written, and /livez stays', async t => {
  const world = await World.start(t, { hold: '0s' });
  const server = await serveOnFullDisk(world, 400);
  const ask = async path => {
    const answer = await fetch(new URL(path, server.endpoint));
    return { status: answer.status, body: await answer.json() };
  };
  assert.deepEqual(await ask('/readyz'), { status: 200, body: { ok: true } });

  const peer = new RawHttp(world, server.endpoint);
  let failed;
  for (let i = 0; i < 90 && !failed; ++i) {
    const { result } = await peer.exchange(
      toolCall(i, 'tfy_access_tokens_create', { payload: { name: `token-${i}` } })
    );
    if (result.isError) failed = result;
  }
  assert.equal(failed?.structuredContent.status, 'storage', 'at some point the disk is full');

  let said;
  await untilPolled(async () => (said = await ask('/readyz')).status === 503, {
    what: () => `503, not ${JSON.stringify(said)}`,
  });
  assert.equal(said.body.ok, false);
  assert.match(said.body.why, /^The journal cannot be written\. /);
  assert.deepEqual(await ask('/livez'), { status: 200, body: { ok: true } });
  const listed = await peer.exchange(toolCall('list', 'tfy_access_tokens_list', {}));
  assert.ok(!listed.result.isError, 'reading goes on');
});

test('what programs only read takes no other method', async t => {
  const { endpoint } = await (await World.start(t)).serve();
  for (const path of ['/livez', '/readyz', '/metrics']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await fetch(new URL(path, endpoint), { method });
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.equal(answer.headers.get('allow'), 'GET, HEAD');
      assert.deepEqual(await answer.json(), { error: 'This address serves only GET.' });
    }
    assert.equal((await fetch(new URL(path, endpoint), { method: 'HEAD' })).status, 200);
  }
});

/** What /readyz answers, as soon as it answers `status`. */
async function readyz(endpoint, status) {
  let said;
  await untilPolled(
    async () => {
      const answer = await fetch(new URL('/readyz', endpoint));
      said = { status: answer.status, body: await answer.json() };
      return said.status === status;
    },
    { what: () => `${status}, not ${JSON.stringify(said)}` }
  );
  return said.body;
}

test('/readyz says 503 while the state directory is gone, a call that changes something does not run, and both recover', async t => {
  const world = await World.start(t, { hold: '0s' });
  const { process: server, endpoint } = await world.serve();
  const peer = new RawHttp(world, endpoint);
  assert.deepEqual(await readyz(endpoint, 200), { ok: true });
  renameSync(world.state, `${world.state}.away`);
  const said = await readyz(endpoint, 503);
  assert.match(said.why, /^(The journal cannot be written\. |It cannot be read which tokens are known)/);
  assert.ok(!said.why.includes(world.state), 'a path is no business of a probe');
  const create = toolCall(1, 'tfy_access_tokens_create', { payload: { name: 'goes-nowhere' } });
  const answer = await peer.exchange(create);
  assert.ok(answer.error ?? answer.result.isError, JSON.stringify(answer));
  const signIn = await fetch(new URL('/approvals/api/sign-in', endpoint), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(endpoint).origin },
    body: JSON.stringify({ code: 'AAAA-AAAA' }),
  });
  assert.equal(signIn.status, 503, await signIn.text());
  await server.logs(/warning the approvals page could not do what a person asked/);
  renameSync(`${world.state}.away`, world.state);
  assert.deepEqual(await readyz(endpoint, 200), { ok: true });
  assert.equal((await peer.exchange(create)).result.structuredContent.status, 'approval_pending');
});

test('a record that was changed is found by a start: the log has it, and /readyz warns', async t => {
  const world = await World.start(t, { hold: '0s' });
  const first = await world.serve();
  const create = toolCall(1, 'tfy_access_tokens_create', { payload: { name: 'journalled' } });
  await new RawHttp(world, first.endpoint).exchange(create);
  await first.process.stop();
  const ledger = new DatabaseSync(join(world.state, 'ledger.db'));
  ledger.exec("DROP TRIGGER journal_keeps_its_words; UPDATE journal SET body = '{}' WHERE kind = 'requested'");
  ledger.close();
  const { process: server, endpoint } = await world.serve();
  await server.logs(/error the journal is not as it was written: .*why="The journal is broken: record \d+/);
  assert.match((await readyz(endpoint, 200)).warning, /^Calls work, and the journal is not as it was written\./);
});

test('/readyz says 503 where the database is damaged: every answer would be withheld', async t => {
  const world = await World.start(t);
  const { endpoint } = await world.serve();
  assert.deepEqual(await readyz(endpoint, 200), { ok: true });
  truncateSync(join(world.state, 'ledger.db'), 0);
  assert.match((await readyz(endpoint, 503)).why, /^The journal cannot be written\. The state database is empty/);
});

test('/readyz says 503 while there is no key, and warns while the key of before goes on', async t => {
  const world = await World.start(t);
  const file = join(world.folder, 'key');
  const key = world.env.TFY_API_KEY;
  delete world.env.TFY_API_KEY;
  world.env.TFY_API_KEY_FILE = file;
  const { endpoint } = await world.serve();
  assert.match((await readyz(endpoint, 503)).why, /^TrueFoundry cannot be asked \(key_file_unreadable\)/);
  writeFileSync(file, key, { mode: 0o600 });
  assert.deepEqual(await readyz(endpoint, 200), { ok: true });
  rmSync(file);
  await untilPolled(async () => (await readyz(endpoint, 200)).warning, { what: () => 'a warning' });
  const listed = await new RawHttp(world, endpoint).exchange(toolCall(1, 'tfy_access_tokens_list', {}));
  assert.ok(!listed.result.isError, 'the call works');
  writeFileSync(file, key, { mode: 0o600 });
  await untilPolled(async () => !(await readyz(endpoint, 200)).warning, { what: () => 'no warning' });
});

test('a state directory of another user is refused, by its owner’s name', async t => {
  const world = await World.start(t);
  await (await world.serve()).process.stop();
  const isRoot = process.getuid() === 0;
  if (isRoot) chownSync(world.state, 65534, 65534);
  const theirs = isRoot ? world.state : '/'; // root's, wherever we are not root
  const commands = [['serve', '--listen', '127.0.0.1:0'], ['stdio']];
  if (isRoot) commands.push(['approvals', 'list'], ['audit', 'verify'], ['redact']);
  for (const command of commands) {
    const done = await runToEnd(binary, [...command, '--state-dir', theirs], { env: world.env });
    assert.notEqual(done.code, 0, `${command} ${done.stdout}`);
    assert.match(done.stderr, /belongs to another user \((nobody|root|user id \d+)\)/);
    assert.match(done.stderr, /Nothing was run\.|nothing was run/i);
  }
});
