// One server, its callers with what each can do, and the person who decides: in a form, on the page, in a terminal.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { CallToolResultSchema, CreateTaskResultSchema } from '@modelcontextprotocol/sdk/types.js';

import { open } from './clients.mjs';
import { Page } from './page.mjs';
import { becomes } from './process.mjs';
import { statusOf, textOf } from './story.mjs';
import { taskHost } from './tasks.mjs';
import { World } from './world.mjs';

const capabilities = { forms: {}, 'open form': {}, addresses: { url: {} }, nothing: null };

/** Answers forms by what they are about, and opens every address that it is sent to. */
class Answers {
  constructor() {
    this.forms = new Map();
    this.respond = params => {
      if (params.mode === 'url') return { action: 'accept' };
      const about = [...this.forms.keys()].filter(subject => params.message.includes(subject));
      const [subject] = about.sort((one, other) => other.length - one.length);
      return this.forms.get(subject)?.() ?? assert.fail(`a form that nobody expected: ${params.message}`);
    };
  }
}

/** An agent that calls tools and waits for their results. */
class Caller extends Answers {
  static async of(room, client) {
    const self = new Caller();
    const endpoint = room.server?.endpoint;
    self.connection = await open(room.door, room.world, { endpoint, elicitation: capabilities[client] });
    self.connection.person.respond = self.respond;
    return self;
  }

  call(tool, args) {
    return this.connection.call(tool, args);
  }

  /** Calls, is told that a person has to decide, and leaves it at that. */
  async begin(tool, args) {
    const result = await this.call(tool, args);
    assert.equal(statusOf(result), 'approval_pending', textOf(result));
    return { pending: result, id: result.structuredContent.approval_id };
  }

  plain(tool, args) {
    return this.call(tool, args);
  }
}

/** An agent whose host makes tasks of calls that wait. */
class TaskCaller extends Answers {
  static async of(room, asks) {
    const self = new TaskCaller();
    self.era = room.door.startsWith('modern') ? 'modern' : 'legacy';
    self.host = await taskHost(room.world, {
      era: self.era,
      endpoint: room.server?.endpoint,
      elicitation: asks ? {} : undefined,
      onInputRequest: request => self.respond(request.params ?? {}),
    });
    if (asks) self.host.client.setRequestHandler('elicitation/create', request => self.respond(request.params));
    return self;
  }

  execution(tool, args) {
    const preference = this.era === 'legacy' ? { task: { preference: 'require' } } : undefined;
    return this.host.session.callTool(tool, args, preference);
  }

  /** A task that its host leaves at once: while a session holds a task, it asks for it, and an approved task that is asked for runs. */
  async begin(tool, args) {
    const execution = await this.execution(tool, args);
    assert.equal(execution.kind, 'task');
    const reference = execution.serializeReference();
    await execution.detach();
    return { execution: reference, id: reference.taskId };
  }

  async outcome(reference) {
    return this.settled(await this.host.session.resumeTask(reference));
  }

  /** A task of 2025-11-25 that failed has no result here: what its host hears are the words of its status, `wordsOnly`. */
  async settled(execution) {
    const { taskId } = execution.serializeReference();
    const { outcome } = await execution.settle();
    if (outcome.status !== 'failed') return { taskId, ...resultFromTaskOutcome(outcome) };
    return { taskId, wordsOnly: true, isError: true, content: [{ type: 'text', text: outcome.error.message }] };
  }

  async call(tool, args) {
    return this.settled(await this.execution(tool, args));
  }

  plain(tool, args) {
    return this.host.client.callTool({ name: tool, arguments: args });
  }
}

/**
 * A host of 2025-11-25 that asks for a task's result while it waits, as that revision says: its questions come with it. (The
 * extension package only looks at the status there.)
 */
class ResultCaller extends Answers {
  static async of(room) {
    const self = new ResultCaller();
    const endpoint = room.server?.endpoint;
    self.connection = await open(room.door, room.world, { endpoint, elicitation: {} });
    self.connection.person.respond = self.respond;
    return self;
  }

  async begin(name, args) {
    const params = { name, arguments: args, task: {} };
    const { task } = await this.connection.client.request({ method: 'tools/call', params }, CreateTaskResultSchema);
    return { execution: task, id: task.taskId };
  }

  async outcome({ taskId }) {
    const asked = { method: 'tasks/result', params: { taskId } };
    return { taskId, ...(await this.connection.client.request(asked, CallToolResultSchema)) };
  }

  async call(tool, args) {
    return this.outcome((await this.begin(tool, args)).execution);
  }

  plain(tool, args) {
    return this.connection.call(tool, args);
  }
}

function callerOf(room, client, asks) {
  if (client !== 'tasks') return Caller.of(room, client);
  return asks && room.door.startsWith('legacy') ? ResultCaller.of(room) : TaskCaller.of(room, asks);
}

export class Room {
  static async start(t, door, { policy, hold }) {
    const room = new Room();
    room.door = door;
    room.world = await World.start(t, { policy, hold });
    room.haveDisplay();
    if (door.endsWith('HTTP')) room.server = await room.world.serve();
    room.callers = new Map();
    room.pages = new Map();
    room.values = [];
    return room;
  }

  /** A desktop, whose browser opens nothing: who looks at a page here signs in with a code. */
  haveDisplay() {
    const bin = join(this.world.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'xdg-open'), '#!/bin/sh\nexit 0\n');
    chmodSync(join(bin, 'xdg-open'), 0o755);
    Object.assign(this.world.env, { DISPLAY: ':0', PATH: `${bin}:${this.world.env.PATH}` });
  }

  async terminal(args, lines = []) {
    const decides = ['approve', 'deny'].includes(args[0]);
    const done = decides ? await this.world.decide(args, lines) : await this.world.terminal(['approvals', ...args], lines);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    return done.stdout;
  }

  async list(...args) {
    return JSON.parse(await this.terminal(['list', '--json', ...args])).approvals;
  }

  /** The page at the address of something on it. */
  async pageAt(address) {
    const home = address.replace(/\/apr_.*$/, '');
    if (!this.pages.has(home)) this.pages.set(home, this.signedIn(home));
    return this.pages.get(home);
  }

  async signedIn(page) {
    return Page.signIn(this.world, { page });
  }

  /** The caller for `client`, with the page of its server. `asks`: its task's host shows forms. */
  async caller(client, asks) {
    const key = `${client} ${asks}`;
    if (!this.callers.has(key)) this.callers.set(key, this.newCaller(client, asks, `first-${this.callers.size}`));
    return this.callers.get(key);
  }

  async newCaller(client, asks, name) {
    const caller = await callerOf(this, client, asks);
    await this.introduce(caller, name);
    return caller;
  }

  /** A first request, denied: it tells where the page of the caller's server is. */
  async introduce(caller, name) {
    let close = () => {};
    caller.forms.set(name, () => new Promise(resolve => (close = () => resolve({ action: 'decline' }))));
    const args = { payload: { name } };
    const waiting =
      caller instanceof TaskCaller || caller instanceof ResultCaller
        ? caller.begin('tfy_access_tokens_create', args)
        : caller.call('tfy_access_tokens_create', args);
    const listed = async () => (await this.list()).find(each => each.facts.subject === name);
    const request = await becomes(listed, Boolean);
    const told = await caller.plain('tfy_approvals_get', { approval_id: request.id });
    caller.page = await this.pageAt(told.structuredContent.approval_url);
    await caller.page.denied(request, 'only to get acquainted');
    close();
    const heard = await waiting;
    if (heard.execution) await caller.outcome(heard.execution);
  }

  /** A token that is there already, and its id. Its value is known to nobody. */
  async seed(caller, name) {
    const answer = await fetch(`${this.world.upstream}/api/svc/v1/personal-access-tokens`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.world.env.TFY_API_KEY}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name, tokenType: 'opaque' }),
    });
    assert.equal(answer.status, 200);
    return this.idOf(caller, name);
  }

  /** Undefined where there is no such token. */
  async idOf(caller, name) {
    const { structuredContent } = await caller.plain('tfy_access_tokens_list', { name_contains: name });
    return structuredContent.tokens.find(each => each.name === name)?.id;
  }
}
