// The server is killed while several creates share its commits. For each of them: it is on record before it is sent, it is
// sent once at the most, nothing that was told is lost, and the record agrees with the control plane.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';

import { me } from './lib/people.mjs';
import { binary, until } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { textOf } from './lib/story.mjs';
import { UpstreamTap } from './lib/upstream_tap.mjs';
import { rules, World } from './lib/world.mjs';

const program = readFileSync(binary);
const skip = program.includes('TFY_FAILPOINT') ? false : 'this build has no failpoints (TFY_FAILPOINTS=OFF)';

const create = 'tfy_access_tokens_create';
const names = Array.from({ length: 8 }, (_, i) => `ci-crash-${i}`);
const inGroups = ['group.commit', 'group.committed'];
const steps = [
  ...['group.commit', 'group.commit:2', 'group.commit:3', 'group.commit:4'],
  ...['group.committed', 'group.committed:2', 'group.committed:3', 'group.committed:4'],
  ...['claim.write:3', 'claim.written:3', 'upstream.send:3', 'upstream.answered:3'],
  ...['value.keep:3', 'value.kept:3', 'outcome.write:3', 'outcome.written:3', 'answer.leave:3'],
];

let ids = 0;
const asked = name => toolCall((ids += 1), create, { payload: { name, expirationDate: '10 days' } });

/** A world in which these creates need no one any more. */
async function start(t) {
  const world = await World.start(t, { policy: rules() });
  world.env.TFY_API_MAX_TIME = '5'; // five seconds after that at most, what is not listed was not created
  const tap = await UpstreamTap.start(t, world);
  const first = new RawStdio(world); // a permission is for the control plane and key of a server that was here
  await first.exchange(toolCall((ids += 1), 'tfy_config_status', {}));
  await first.server.stop();
  const wish = ['--principal', `stdio:${me}`, '--names', 'ci-*', '--uses', '100', '--destination', 'none'];
  const given = await world.decide(['permit', ...wish], ['ci-*']);
  assert.equal(given.code, 0, given.stdout + given.stderr);
  return { world, tap };
}

/** The answers that came before it died, by name. */
async function die(world, failpoint) {
  const peer = new RawStdio(world, () => world.spawn(['stdio'], { ...world.env, TFY_FAILPOINT: failpoint }));
  const told = new Map();
  const call = async name => told.set(name, (await peer.exchange(asked(name))).result);
  const calls = Promise.allSettled(names.map(call));
  await until(() => peer.server.end, {
    what: () => `${failpoint}, which was never reached: ${[...told.values()].map(textOf)}`,
    change: look => peer.server.watchers.add(look),
  });
  await calls;
  assert.equal(peer.server.end.signal, 'SIGKILL');
  return told;
}

async function rowsOf(world) {
  const { code, stdout, stderr } = await world.terminal(['approvals', 'list', '--all', '--json']);
  assert.equal(code, 0, stderr);
  return new Map(JSON.parse(stdout).approvals.map(row => [row.facts.subject, row]));
}

async function kindsOf(world) {
  const { code, stdout, stderr } = await world.terminal(['audit', 'export']);
  assert.equal(code, 0, stderr);
  const records = stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  return id => records.filter(each => each.approval_id === id).map(each => each.kind);
}

async function listed(world) {
  const headers = { authorization: `Bearer ${world.env.TFY_API_KEY}` };
  const answer = await fetch(`${world.upstream}/api/svc/v1/personal-access-tokens?limit=100&offset=0`, { headers });
  assert.equal(answer.status, 200);
  return new Map((await answer.json()).data.map(each => [each.manifest.name, each]));
}

/** What died left whole steps, in their order: how many of each name. */
async function checkLeft(world, told) {
  const left = new Map();
  const [rows, kinds, tokens] = [await rowsOf(world), await kindsOf(world), await listed(world)];
  assert.equal(await world.upstreamCount('POST'), tokens.size, 'each POST made one token');
  for (const name of names) {
    const found = rows.has(name) ? kinds(rows.get(name).id) : [];
    assert.deepEqual(found, ['permitted', 'executing', 'finished'].slice(0, found.length), name);
    if (tokens.has(name)) assert.ok(found.length >= 2, `${name} was claimed before it was sent`);
    if (found.length === 3) assert.ok(tokens.has(name), `${name} was made before it was called finished`);
    if (told.has(name)) assert.equal(found.length, 3, `${name} was on the disk before it was told`);
    left.set(name, found.length);
  }
  return left;
}

/** Each comes to its end, and was sent once at the most until it did. */
async function checkEnds(world, left) {
  const before = await listed(world);
  const peer = new RawStdio(world, () => world.spawn(['stdio']));
  await Promise.all(names.map(name => peer.exchange(asked(name))));
  const rows = await rowsOf(world);
  for (const name of names) {
    const row = rows.get(name);
    let state = row.state;
    while (state === 'executing') {
      const look = toolCall((ids += 1), 'tfy_approvals_get', { approval_id: row.id });
      state = (await peer.exchange(look)).result.structuredContent.state;
    }
    const tokens = await listed(world);
    const lost = before.has(name) ? 'unknown' : 'failed';
    const wanted = left.get(name) === 2 ? lost : 'succeeded';
    assert.equal(state, wanted, name);
    assert.equal(tokens.has(name), wanted !== 'failed', `the record of ${name} agrees with upstream`);
    if (before.has(name)) assert.equal(tokens.get(name).id, before.get(name).id, `${name} is the one of before`);
  }
  const tokens = await listed(world);
  assert.equal(await world.upstreamCount('POST'), tokens.size, 'nothing was sent twice');
}

describe('eight creates that share commits, killed at', { skip, concurrency: 2 }, () => {
  for (const step of steps)
    it(step, async t => {
      const { world, tap } = await start(t);
      const told = await die(world, step);
      await checkEnds(world, await checkLeft(world, told));
      for (const value of tap.values) await world.assertSeenOnce(value, { times: 0 });
      const verified = await world.terminal(['audit', 'verify']);
      assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    });
});

test('the failpoints of groups are in the builds that are tested with them, and in no other', t => {
  const expected = process.env.TFY_FAILPOINTS;
  if (!expected) return t.skip('CTest says which build this is');
  for (const step of inGroups) assert.equal(program.includes(step), expected === 'ON', step);
});
