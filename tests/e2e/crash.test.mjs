// The server is killed at every step of a changing call. Nothing is done twice, nothing is done that no one
// approved, no record is lost, and what the record says agrees with what the control plane did.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';

import { passphrase } from './lib/people.mjs';
import { binary, until } from './lib/process.mjs';
import { answered, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { adviceLost, textOf, valueIn } from './lib/story.mjs';
import { UpstreamTap } from './lib/upstream_tap.mjs';
import { World } from './lib/world.mjs';

const program = readFileSync(binary);
const hasFailpoints = program.includes('TFY_FAILPOINT');
const skip = hasFailpoints ? false : 'this build has no failpoints (TFY_FAILPOINTS=OFF)';

const name = 'in-a-crash';
const forms = { elicitation: {} };
const yes = { decision: 'approve', confirm_name: name };
const tokens = '/api/svc/v1/personal-access-tokens';

const tools = {
  create: { tool: 'tfy_access_tokens_create', content: { ...yes, destination: 'none' }, writes: 'POST' },
  delete: { tool: 'tfy_access_tokens_delete', content: yes, writes: 'DELETE' },
  reveal: { tool: 'tfy_access_tokens_reveal', content: yes, writes: undefined, pass: 2 },
};

// If it dies before it is claimed, the call goes on when it is repeated. `kept`: the row's journal then.
const undecided = [
  { step: 'request.write', kept: [] },
  { step: 'request.written', kept: ['requested'] },
  { step: 'decision.write', kept: ['requested'] },
  { step: 'decision.written', kept: ['requested', 'approved'] },
  { step: 'claim.write', kept: ['requested', 'approved'] },
];
const running = ['requested', 'approved', 'executing'];
const settled = (state, words, writes, steps) =>
  steps.map(step => ({ step, kept: running, state, words, writes, last: 'settled' }));
const finished = (words, writes, steps) =>
  steps.map(step => ({ step, kept: [...running, 'finished'], state: 'succeeded', words, writes }));

const windows = {
  create: [
    ...undecided,
    ...settled('failed', /it was not created/, 0, ['claim.written', 'upstream.send']),
    ...settled('unknown', /lost on the way\..*delete it with tfy_access_tokens_delete/s, 1, [
      'upstream.answered',
      'value.keep',
      'value.kept',
      'outcome.write',
    ]),
    ...finished(/Token created/, 1, ['outcome.written', 'answer.leave']),
  ],
  delete: [
    ...undecided,
    ...settled('failed', /it was not deleted/, 0, ['claim.written', 'upstream.send']),
    ...settled('succeeded', /Token deleted/, 1, ['upstream.answered', 'outcome.write']),
    ...finished(/Token deleted/, 1, ['outcome.written', 'answer.leave']),
  ],
  reveal: [
    ...undecided,
    ...settled('failed', /was not shown.*Delete .* and create a new one/s, 0, ['claim.written', 'reveal.claim']),
    ...settled('unknown', /may have been shown.*Delete .* and create a new one/s, 0, ['reveal.claimed', 'outcome.write']),
    ...finished(/if it did not arrive/i, 0, ['outcome.written', 'answer.leave', 'reveal.leave']),
  ],
};

let ids = 0;

/** One world with a control plane of its own, and the lives of the server in it. */
class Crash {
  static async start(t, kind, transport, options) {
    const self = new Crash();
    Object.assign(self, { kind, transport, ...tools[kind] });
    self.world = await World.start(t, options);
    self.tap = await UpstreamTap.start(t, self.world);
    if (kind === 'create') self.args = { payload: { name } };
    if (kind === 'delete') self.args = { id: await self.makeToken() };
    return self;
  }

  async upstream(method, body) {
    const headers = { authorization: `Bearer ${this.world.env.TFY_API_KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(this.world.upstream + tokens + (body ? '' : '?limit=100&offset=0'), {
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    assert.equal(answer.status, 200);
    return answer.json();
  }

  async listed() {
    const { data } = await this.upstream('GET');
    return data.find(each => each.manifest.name === name);
  }

  async makeToken() {
    await this.upstream('POST', { name });
    return (await this.listed()).id;
  }

  async live(failpoint) {
    const env = { ...this.world.env, ...(failpoint ? { TFY_FAILPOINT: failpoint } : {}) };
    if (this.transport === 'stdio') {
      this.peer = new RawStdio(this.world, () => this.world.spawn(['stdio'], env));
      this.process = this.peer.server;
    } else {
      const server = await this.world.serve(env);
      this.peer = new RawHttp(this.world, server.endpoint);
      this.process = server.process;
    }
  }

  /** The call and, where it asks, the person's yes. */
  async call({ tool, args, content } = this) {
    const asked = await this.peer.exchange(toolCall((ids += 1), tool, args, { capabilities: forms }));
    if (asked.result?.resultType !== 'input_required') return asked.result;
    const done = await this.peer.exchange(answered((ids += 1), asked.result, tool, args, content, { capabilities: forms }));
    return done.result;
  }

  /** A reveal needs a value, which only the process that made it has. */
  async prepare() {
    if (this.kind !== 'reveal') return;
    const made = await this.call({ ...tools.create, args: { payload: { name } } });
    this.args = { reveal_id: made.structuredContent.reveal_id };
  }

  async dieAt(step) {
    await this.live(this.pass && !step.startsWith('reveal.') ? `${step}:${this.pass}` : step);
    await this.prepare();
    const told = await this.call().then(
      () => 'the call was answered',
      error => error.message
    );
    await until(() => this.process.end, {
      what: () => `${step}, which was never reached: ${told}`,
      change: look => this.process.watchers.add(look),
    });
    assert.equal(this.process.end.signal, 'SIGKILL');
    assert.match(this.process.stderr, new RegExp(`^TFY_FAILPOINT ${step}$`, 'm'));
  }

  async rows() {
    const { code, stdout, stderr } = await this.world.terminal(['approvals', 'list', '--all', '--json']);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).approvals.filter(each => each.call.tool === this.tool);
  }

  async journal() {
    const { code, stdout, stderr } = await this.world.terminal(['audit', 'export']);
    assert.equal(code, 0, stderr);
    return stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  }

  async kindsOf(id) {
    return (await this.journal()).filter(each => each.approval_id === id).map(each => each.kind);
  }

  /** The approval as it is told once it has ended. */
  async final(id) {
    for (;;) {
      const { result } = await this.peer.exchange(toolCall((ids += 1), 'tfy_approvals_get', { approval_id: id }));
      if (result.structuredContent.state !== 'executing') return result;
    }
  }

  async written() {
    return this.writes ? this.world.upstreamCount(this.writes) : 0;
  }

  /** The journal's chain holds, and no value has left in the clear or is anywhere else. */
  async checkNothingLeft(times = 0) {
    for (const value of this.tap.values) await this.world.assertSeenOnce(value, { times });
    const verified = await this.world.terminal(['audit', 'verify']);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  }
}

/** Nothing was begun: nothing was done, and the repeated call comes to its end, once. */
async function goesOn(crash, row) {
  assert.equal(await crash.written(), 0, 'nothing was done');
  const result = await crash.call();
  if (crash.kind === 'reveal') {
    assert.ok(result.isError, textOf(result));
    assert.match(textOf(result), adviceLost);
    return;
  }
  assert.equal(result.structuredContent.status, 'executed', textOf(result));
  assert.equal(await crash.written(), 1);
  const rows = await crash.rows();
  assert.deepEqual(rows.map(each => each.state), ['succeeded']);
  if (row) assert.equal(rows[0].id, row.id, 'the repeated call attaches to the same request');
}

/** It was begun: the record says what became of it, and that is what the control plane says. */
async function isSettled(crash, row, { state, words, writes }) {
  const told = await crash.final(row.id);
  assert.equal(told.structuredContent.state, state, textOf(told));
  assert.match(textOf(told), words);
  assert.equal(await crash.written(), writes);
  const token = await crash.listed();
  if (crash.kind === 'create') assert.equal(token !== undefined, writes === 1, 'the record agrees with upstream');
  if (crash.kind === 'delete') assert.equal(token === undefined, writes === 1, 'the record agrees with upstream');
  if (crash.kind !== 'create' || writes === 0) return;
  const { structured } = told.structuredContent.outcome;
  assert.deepEqual([structured.id, structured.name], [token.id, name], 'the lost token can be found and deleted');
}

async function survives(t, kind, transport, window) {
  const crash = await Crash.start(t, kind, transport);
  crash.world.env.TFY_API_MAX_TIME = '5'; // five seconds after that at most, what is not listed was not created
  await crash.dieAt(window.step);
  const [row, ...others] = await crash.rows();
  assert.deepEqual(others, []);
  assert.equal(row === undefined, window.kept.length === 0);
  // The value went with the server: what waited to show it has ended as soon as anyone looks.
  const ended = kind === 'reveal' && row && !window.state ? ['superseded'] : [];
  if (row) assert.deepEqual(await crash.kindsOf(row.id), [...window.kept, ...ended], 'nothing that was written is lost');
  await crash.live();
  if (window.state) await isSettled(crash, row, window);
  else await goesOn(crash, row);
  if (window.state)
    assert.deepEqual(await crash.kindsOf(row.id), [...window.kept, ...(window.last ? [window.last] : [])]);
  await crash.checkNothingLeft();
}

for (const [kind, transports] of Object.entries({
  create: ['stdio', 'serve'],
  delete: ['stdio'],
  reveal: ['stdio'],
})) {
  for (const transport of transports)
    describe(`${kind} over ${transport}, killed at`, { skip, concurrency: 4 }, () => {
      for (const window of windows[kind]) it(window.step, t => survives(t, kind, transport, window));
    });
}

describe('the decision at a terminal, killed at', { skip, concurrency: 2 }, () => {
  for (const [step, state] of [
    ['decision.write', 'pending'],
    ['decision.written', 'approved'],
  ])
    it(step, async t => {
      const crash = await Crash.start(t, 'create', 'stdio');
      await crash.live();
      const call = () => crash.peer.exchange(toolCall((ids += 1), crash.tool, crash.args));
      const { approval_id: id } = (await call()).result.structuredContent;
      await crash.world.enrol();
      const person = crash.world.spawn(['approvals', 'approve', id], { ...crash.world.env, TFY_FAILPOINT: step });
      person.child.stdin.end(`${passphrase}\n${name}\nnone\n`);
      assert.equal((await person.ended).signal, 'SIGKILL', person.stdout + person.stderr);
      assert.deepEqual((await crash.rows()).map(row => row.state), [state]);
      assert.equal(await crash.written(), 0);
      if (state === 'pending')
        assert.equal((await crash.world.decide(['approve', id], [name, 'none'])).code, 0);
      const done = (await call()).result;
      assert.equal(done.structuredContent.status, 'executed', textOf(done));
      assert.equal(await crash.written(), 1);
      assert.deepEqual(await crash.kindsOf(id), ['requested', 'approved', 'executing', 'finished']);
      await crash.checkNothingLeft();
    });
});

test('a start does not wait for upstream, and who repeats the call waits for what is found out', { skip }, async t => {
  const crash = await Crash.start(t, 'create', 'stdio', { hold: '30s' });
  await crash.dieAt('upstream.answered');
  const [row] = await crash.rows();
  const release = crash.tap.holdReads();
  await crash.live();
  const repeated = crash.call();
  const asked = toolCall((ids += 1), 'tfy_approvals_get', { approval_id: row.id });
  const { result: meanwhile } = await crash.peer.exchange(asked);
  assert.equal(meanwhile.structuredContent.state, 'executing', 'this server answers while upstream does not');
  const other = new RawStdio(crash.world); // starts at the same time, and finds the same orphan
  const { result: seen } = await other.exchange(asked);
  assert.equal(seen.structuredContent.state, 'executing');
  const stopped = new RawStdio(crash.world);
  await stopped.exchange(asked);
  assert.equal((await stopped.server.stop()).code, 0, 'who is stopped leaves it to the next start');
  assert.equal((await crash.rows())[0].state, 'executing');
  release();
  const told = await repeated;
  assert.equal(told.structuredContent.status, 'execution_unknown', textOf(told));
  assert.equal(told.structuredContent.id, (await crash.listed()).id);
  assert.equal(await crash.written(), 1);
  await other.server.stop();
  assert.deepEqual(await crash.kindsOf(row.id), [...running, 'settled'], 'two processes settle it once');
  await crash.checkNothingLeft();
});

describe('a delete that another process left is judged', { skip, concurrency: 2 }, () => {
  const keys = {
    'with another user’s key: not at all': {
      key: async () => 'tfy-sandbox-key-bob-not-a-secret',
      state: 'unknown',
      words: /started with a different key \(of dana@sandbox\.example\) from the one in use now \(of bob@sandbox\.example\)/,
    },
    'with another key of the same user': {
      key: async crash => (await crash.upstream('POST', { name: 'another-key', tokenType: 'opaque' })).token,
      state: 'succeeded',
      words: /Token deleted/,
    },
  };
  for (const [how, { key, state, words }] of Object.entries(keys))
    it(how, async t => {
      const crash = await Crash.start(t, 'delete', 'stdio', { accounts: ['bob'] });
      crash.world.env.TFY_API_MAX_TIME = '5';
      await crash.upstream('POST', { name: 'left-alone' }); // so that a list tells whose it is
      const dana = crash.world.env.TFY_API_KEY;
      crash.world.env.TFY_API_KEY = 'tfy-sandbox-key-bob-not-a-secret';
      await crash.upstream('POST', { name: 'of-bob' });
      crash.world.env.TFY_API_KEY = dana;
      await crash.dieAt('upstream.answered');
      const [row] = await crash.rows();
      crash.world.env.TFY_API_KEY = await key(crash);
      await crash.live();
      const told = await crash.final(row.id);
      assert.equal(told.structuredContent.state, state, textOf(told));
      assert.match(textOf(told), words);
      assert.equal(await crash.written(), 1);
    });
});

test('who is not killed is not harmed: the value leaves once', { skip }, async t => {
  const crash = await Crash.start(t, 'reveal', 'stdio');
  await crash.live('reveal.leave:2');
  await crash.prepare();
  const shown = await crash.call();
  assert.equal(valueIn(shown), crash.tap.values[0]);
  await crash.checkNothingLeft(1);
});

test('failpoints are in the builds that are tested with them, and nothing of them in any other', t => {
  const expected = process.env.TFY_FAILPOINTS;
  if (!expected) return t.skip('CTest says which build this is');
  const steps = new Set(Object.values(windows).flat().map(each => each.step));
  for (const text of ['TFY_FAILPOINT', ...steps]) assert.equal(program.includes(text), expected === 'ON', text);
});
