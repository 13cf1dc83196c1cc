// However a request was decided, the agent's last word is true and whole: the table of docs/approvals.md, row by row.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { casesOf, readTable } from './lib/last_word.mjs';
import { findLeaks } from './lib/leaks.mjs';
import { Room } from './lib/room.mjs';
import { becomes } from './lib/process.mjs';
import { adviceLost, statusOf, textOf, valueIn } from './lib/story.mjs';
import { rules } from './lib/world.mjs';

const tools = {
  create: 'tfy_access_tokens_create',
  rotate: 'tfy_access_tokens_rotate',
  delete: 'tfy_access_tokens_delete',
};
const revealTool = 'tfy_access_tokens_reveal';
const noReason = 'no more tokens this week';
const noShowing = 'the page is enough';

/** What the last word must say: (said, played). `said`: {all: words of message and text, data: structuredContent}. */
const says = {
  token({ data, everywhere }, { tool, made, name, id }) {
    assert.deepEqual([data.name, data.id], [made.name, made.id]);
    assert.equal(data.expires_at, null);
    everywhere(made.name, made.id, 'Never');
    if (tool !== 'rotate') return;
    assert.deepEqual([data.old.name, data.old.id, data.old.deleted], [name, id, false]);
    assert.match(data.rotation_id, /^rot_/);
    everywhere(`Old token: ${name} (ID ${id})\nThe old token "${name}" `, data.rotation_id);
    assert.ok(['waiting', 'due'].includes(data.old.state), data.old.state);
    assert.ok(data.next.includes(data.old.message), data.next);
  },
  mask({ data, everywhere }, { destination }) {
    assert.match(data.masked, /^\S{1,12}\*+\S*\*+\S{1,12}$/);
    assert.equal(data.destination, destination);
    everywhere(data.masked);
  },
  address({ data, everywhere }, { caller }) {
    assert.equal(data.reveal_url, `${caller.page.address}/values`);
    const how = `Tell the user: open ${data.reveal_url} within `;
    everywhere(how);
    assert.ok(data.next.startsWith(how), data.next);
  },
  'allowed reveal'({ data, everywhere }) {
    everywhere(`call ${revealTool} with reveal_id "${data.reveal_id}" once`, 'the approval already allows it');
  },
  'new approval'({ data, everywhere }) {
    everywhere('can be revealed with a new approval', `call ${revealTool} with reveal_id "${data.reveal_id}"`);
  },
  shown({ data, all, everywhere }) {
    everywhere('The value was shown');
    assert.doesNotMatch(all, /Tell the user: open|can be revealed|already allows it/);
    assert.equal(data.reveal_url, undefined);
  },
  deleted({ data, everywhere }, { name, id }) {
    assert.deepEqual([data.deleted, data.name, data.id], [true, name, id]);
    everywhere('Token deleted', name, id);
  },
  'to be run'({ data, everywhere }) {
    everywhere('Approved, but not started; nothing has been done.');
    assert.equal(data.next, 'Call again with the same arguments to run it.');
  },
  person({ everywhere }, { where }) {
    everywhere(`Denied by ${['form', 'task'].includes(where) ? 'the person behind the client' : 'root'}`);
  },
  reason({ everywhere }, { reason }) {
    everywhere(`Their reason: "${reason}". Nothing was done.`);
  },
  repeats({ data }) {
    assert.match(data.next, /Until .+ UTC(, or until this token is deleted,)? the same call returns this result; after that it is a new request\./);
  },
  lost({ all, data }) {
    assert.match(all, adviceLost);
    assert.doesNotMatch(data.next, /call again/i);
  },
};

function check(result, step, played) {
  const row = played.steps[step];
  played.checked.add(row.line);
  const text = textOf(result);
  const context = `${step}: ${text}\n${JSON.stringify(result.structuredContent)}`;
  if (row.names.includes('value')) {
    assert.ok(!result.isError, context);
    assert.match(text, /NOW/);
    return;
  }
  const data = result.wordsOnly ? { message: text, next: text } : result.structuredContent;
  assert.ok(data, context);
  if (!result.wordsOnly) assert.equal(data.status, row.status, context);
  const refused = ['denied', 'not_found'].includes(row.status) || row.names.includes('lost');
  assert.equal(result.isError ?? false, refused && !step.startsWith('gets'), context);
  assert.ok(data.message && data.next, context);
  assert.ok(text.includes(data.message.trim()), `the text says it, too: ${context}`);
  assert.ok(text.includes(data.next.split('\n').at(-1)), `the text says it, too: ${context}`);
  const everywhere = (...parts) => {
    for (const part of parts) assert.ok(data.message.includes(part), `${part} in ${context}`);
  };
  const said = { data, all: `${data.message}\n${text}`, everywhere };
  try {
    for (const name of row.names) (says[name] ?? assert.fail(`the table names “${name}”`))(said, played);
  } catch (wrong) {
    wrong.message = `${wrong.message}\n  at ${context}`;
    throw wrong;
  }
}

/** The person's answer, on the page or in a terminal. */
async function decide(room, { caller, where, answer, destination, reason, subject }, request) {
  assert.equal(request.facts.subject, subject);
  const value = destination && destination !== '–' ? destination : undefined;
  if (where === 'page')
    return answer === 'yes'
      ? caller.page.approved(request, value ? { destination: value } : {})
      : caller.page.denied(request, reason);
  return answer === 'yes'
    ? room.terminal(['approve', request.id], [subject, value].filter(Boolean))
    : room.terminal(['deny', request.id, '--reason', reason]);
}

/** The same in a form. */
function inForm({ answer, destination, reason, subject }) {
  const content = { decision: answer === 'yes' ? 'approve' : 'deny', confirm_name: subject };
  if (destination && destination !== '–') content.destination = destination;
  if (answer === 'no') content.reason = reason;
  return { action: 'accept', content };
}

/** A call that stays until it is decided; gives what its caller hears. */
async function whileItWaits(room, wish, call) {
  const { caller, where, client, subject } = wish;
  if (['form', 'task'].includes(where)) {
    caller.forms.set(subject, () => inForm(wish));
    return call();
  }
  let close = () => {};
  // The open form is answered too late, and with a yes.
  const late = { action: 'accept', content: { decision: 'approve', confirm_name: subject, destination: 'agent' } };
  if (client === 'open form') caller.forms.set(subject, () => new Promise(resolve => (close = () => resolve(late))));
  const waiting = call();
  await decide(room, wish, await caller.page.nextPending(subject));
  close();
  return waiting;
}

/** The person decides while the caller is away; gives the request's id. */
async function whileAway(room, wish, begin) {
  const begun = await begin();
  const request = (await wish.caller.page.pending()).find(each => each.id === begun.id);
  await decide(room, wish, request);
  return begun;
}

const ran = (page, id) => becomes(async () => (await page.request('GET', `/api/approvals/${id}`)).body.state, state => state === 'succeeded');

/** One case, as its agent and its person live through it. */
class Play {
  constructor(room, each, number) {
    Object.assign(this, each, { room, number, checked: new Set() });
    this.name = `t${number}-token`;
    this.subject = this.name;
    this.reason = noReason;
    this.title = [this.tool, this.answer, this.where, this.meanwhile, this.destination, this.client].join(' · ');
  }

  async begin() {
    this.caller = await this.room.caller(this.client, this.where === 'task');
    if (this.tool !== 'create') this.id = await this.room.seed(this.caller, this.name);
    this.args =
      this.tool === 'create' ? { payload: { name: this.name, tokenType: 'opaque' } } : { id: this.id };
  }

  call() {
    return this.caller.call(tools[this.tool], this.args);
  }

  async heard(result) {
    this.approvalId = result.taskId ?? result.structuredContent.approval_id;
    this.revealId = result.structuredContent?.reveal_id;
    if (this.answer === 'yes' && this.tool !== 'delete') {
      const name = this.tool === 'create' ? this.name : `${this.name}-2`;
      this.made = { name, id: await this.room.idOf(this.caller, name) };
      assert.ok(this.made.id, `${name} is there`);
    }
  }

  async decided() {
    if (this.meanwhile === 'waits') {
      const result = await whileItWaits(this.room, this, () => this.call());
      await this.heard(result);
      check(result, 'hears', this);
      return;
    }
    const begun = await whileAway(this.room, this, () => this.caller.begin(tools[this.tool], this.args));
    this.approvalId = begun.id;
    if (this.steps['gets, without calling again']) await this.getsWithoutCalling();
    const result = begun.execution ? await this.caller.outcome(begun.execution) : await this.call();
    await this.heard(result);
    check(result, begun.execution ? 'hears' : 'calls again', this);
  }

  async getsWithoutCalling() {
    const step = 'gets, without calling again';
    const runs = this.where === 'page' && this.destination === 'page';
    if (runs) await ran(this.caller.page, this.approvalId);
    const told = await this.get();
    if (runs) await this.heard(told);
    check(told, step, this);
  }

  get() {
    return this.caller.plain('tfy_approvals_get', { approval_id: this.approvalId });
  }

  reveal() {
    return this.caller.plain(revealTool, { reveal_id: this.revealId });
  }

  /** A showing that needs a decision of its own, given where the first one was. */
  async revealAnew(answer) {
    const where = this.where === 'task' ? 'form' : this.where;
    const wish = { ...this, where, subject: this.made.name, answer, destination: '–', reason: noShowing };
    const { meanwhile, client } = this;
    if (client !== 'tasks' ? meanwhile === 'waits' : where === 'form')
      return whileItWaits(this.room, wish, () => this.reveal());
    await whileAway(this.room, wish, async () => {
      const pending = await this.reveal();
      assert.equal(statusOf(pending), 'approval_pending', textOf(pending));
      return { id: pending.structuredContent.approval_id };
    });
    return this.reveal();
  }

  async take(step) {
    if (step.startsWith('calls again')) return check(await this.call(), step, this);
    if (step.startsWith('gets')) return check(await this.get(), step, this);
    if (step === 'reveals late') return check(await this.reveal(), step, this);
    if (step === 'reveals, and the person says no') {
      const denied = await this.revealAnew('no');
      return check(denied, step, { ...this, reason: noShowing });
    }
    const shown = step === 'reveals' ? await this.reveal() : await this.revealAnew('yes');
    check(shown, step, this);
    return this.saw(valueIn(shown));
  }

  async saw(value) {
    assert.ok(await this.room.world.isLiveToken(value));
    this.room.values.push(value);
  }

  /** All steps that its rows have, beginning with another one each time. */
  async play() {
    await this.begin();
    await this.decided();
    const rest = Object.keys(this.steps).filter(step => step !== 'hears' && !step.includes('without'));
    const turned = steps => steps.map((_, at) => steps[(at + this.number) % steps.length]);
    const asksAnew = 'reveals, and the person says no';
    // A showing on the page that the agent asked for in vain is told as that: it is one or the other.
    const skipped = this.number % 2 === 0 ? asksAnew : 'reveals late';
    const steps = this.destination === 'page' ? rest.filter(step => step !== skipped) : rest;
    const shows = step => /^reveals$|says yes$/.test(step);
    for (const step of turned(steps.filter(each => !each.endsWith('late') && !shows(each)))) await this.take(step);
    for (const step of steps.filter(shows)) await this.take(step);
    if (this.destination === 'page' && this.made) {
      const { value, again } = await this.caller.page.reveal(this.made.name);
      assert.notEqual(again.status, 200, 'once');
      await this.saw(value);
    }
    for (const step of turned(steps.filter(each => each.endsWith('late')))) await this.take(step);
    await this.end();
  }

  async end() {
    const yes = this.answer === 'yes';
    const there = (await this.room.idOf(this.caller, this.name)) !== undefined;
    assert.equal(there, this.tool === 'create' ? yes : this.tool === 'rotate' || !yes);
  }
}

/** What reached the control plane: what was approved, once, and nothing else. */
async function countSent(room, plays) {
  const log = await room.world.upstreamLog();
  const approved = tool => plays.filter(play => play.answer === 'yes' && play.tool === tool);
  const seeds = plays.filter(({ tool }) => tool !== 'create').length;
  const posts = log.filter(line => line.method === 'POST').length;
  assert.equal(posts, seeds + approved('create').length + approved('rotate').length, 'POST');
  const deleted = log.filter(line => line.method === 'DELETE').map(line => line.path.split('/').at(-1));
  assert.deepEqual(deleted.sort(), approved('delete').map(({ id }) => id).sort(), 'DELETE');
}

/** No call has left two requests, and no value stands anywhere but where it was shown. */
async function closing(room, plays) {
  const requests = await room.list('--all');
  for (const { tool, name, id } of plays) {
    const its = requests.filter(
      ({ call }) => call.tool === tools[tool] && (call.arguments.id ?? call.arguments.payload?.name) === (id ?? name)
    );
    assert.equal(its.length, 1, `${its.length} requests to ${tool} ${name}`);
  }
  await countSent(room, plays);
  const verified = await room.world.terminal(['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  await room.world.closeAll();
  const printed = room.world.processes.filter(each => each !== room.world.sandbox).map(each => each.stdout + each.stderr);
  for (const value of room.values) {
    const leaks = findLeaks(value, {
      folders: [room.world.state, room.world.wire],
      texts: [...room.world.fetch.kept, ...printed],
    });
    assert.equal(leaks.plainOnWire, 1, leaks.places.join(', '));
    assert.deepEqual(leaks.elsewhere, []);
  }
}

const kinds = {
  'in forms': { policy: rules(), hold: '0s', has: each => each.where === 'form' || each.client === 'open form' },
  'while the call waits': {
    policy: rules({ assurance: 'terminal' }),
    hold: '60s',
    has: each => each.meanwhile === 'waits' && ['forms', 'addresses', 'nothing'].includes(each.client) && each.where !== 'form',
  },
  'while the agent is away': {
    policy: rules({ assurance: 'terminal' }),
    hold: '0s',
    has: each => each.meanwhile === 'is away' && each.client !== 'tasks',
  },
  'as tasks': { policy: rules(), hold: '0s', has: each => each.client === 'tasks', width: 10 },
};

const table = readTable();
const cases = casesOf(table);
const played = new Set();
const doors = ['modern stdio', 'legacy stdio', 'modern HTTP', 'legacy HTTP'];
/** Each case at one of the doors, in turn; in ./dev soak at all four. */
const isPlayed = (at, door) => process.env.TFY_EVERY_CASE || at % doors.length === doors.indexOf(door);

describe('the last word', { concurrency: 3 }, () => {
  for (const each of cases) assert.equal(Object.values(kinds).filter(kind => kind.has(each)).length, 1, JSON.stringify(each));
  for (const door of doors)
    for (const [kind, { policy, hold, has, width = 1 }] of Object.entries(kinds))
      test(`${door}, decided ${kind}`, async t => {
        const room = await Room.start(t, door, { policy, hold });
        const plays = cases.filter(has).filter((each, at) => isPlayed(at, door)).map((each, at) => new Play(room, each, at + 1));
        const wrongs = [];
        const left = [...plays];
        const person = async () => {
          for (let play = left.shift(); play; play = left.shift())
            await play.play().catch(wrong => wrongs.push(`${play.title}: ${wrong.message}`));
        };
        await Promise.all(Array.from({ length: width }, person));
        for (const { checked } of plays) for (const line of checked) played.add(line);
        assert.deepEqual(wrongs, [], `${wrongs.length} of ${plays.length} cases:\n${wrongs.join('\n')}`);
        await closing(room, plays);
        t.diagnostic(`${plays.length} cases`);
      });
});

test('every row was played', () => {
  assert.deepEqual(
    table.map(row => row.line).filter(line => !played.has(line)),
    []
  );
});
