// Two callers never see what is the other's, however either is known: to each, it is as if there were none.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { messagesOf } from './lib/http.mjs';
import { IdentityProvider, signed } from './lib/identity_provider.mjs';
import { addClient, beginOAuth, codeFor, postForm } from './lib/oauth.mjs';
import { Page } from './lib/page.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { answered, modernRequest, RawHttp, toolCall } from './lib/raw.mjs';
import { freePort } from './lib/sockets.mjs';
import { rules, World } from './lib/world.mjs';

const createTool = 'tfy_access_tokens_create';
const revealTool = 'tfy_access_tokens_reveal';
const asks = { capabilities: { elicitation: {} } };
const takesTasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const madeUp = { approval: `apr_${'a'.repeat(26)}`, reveal: `rev_${'a'.repeat(26)}`, session: 'no-session-of-ours' };

/** One caller, by the headers that it shows. */
class Caller {
  constructor(world, server, credential) {
    this.raw = new RawHttp(world, server.endpoint);
    this.world = world;
    this.endpoint = server.endpoint;
    this.credential = { authorization: `Bearer ${credential}` };
    this.id = 0;
  }

  async send(message, headers = {}) {
    const answer = await this.world.fetch.fetch(this.endpoint, {
      method: 'POST',
      headers: { ...this.raw.headers(message), ...this.credential, ...headers },
      body: JSON.stringify(message),
    });
    const all = await messagesOf(answer);
    return { status: answer.status, headers: answer.headers, message: all.find(each => 'result' in each || 'error' in each) };
  }

  /** The result, or {error}. */
  async ask(message) {
    const { message: { result, error } } = await this.send(message);
    return result ?? { error };
  }

  request(method, params, capabilities) {
    return this.ask(modernRequest((this.id += 1), method, params, capabilities));
  }

  call(name, args, more) {
    return this.ask(toolCall((this.id += 1), name, args, more));
  }

  /** An approval of its own that waits. */
  async asked(name) {
    const { structuredContent } = await this.call(createTool, { payload: { name } });
    assert.equal(structuredContent?.status, 'approval_pending', JSON.stringify(structuredContent));
    return structuredContent.approval_id;
  }

  /** A token of its own, whose creation the client's person approves. */
  async made(name) {
    const args = { payload: { name } };
    const asked = await this.call(createTool, args, asks);
    const yes = { decision: 'approve', confirm_name: name, destination: 'none' };
    const done = await this.ask(answered((this.id += 1), asked, createTool, args, yes, asks));
    assert.equal(done.structuredContent?.status, 'executed', JSON.stringify(done));
    const { tokens } = (await this.call('tfy_access_tokens_list', {})).structuredContent;
    return tokens.find(each => each.name === name).id;
  }

  /** A legacy session of its own. */
  async session() {
    const { headers } = await this.send(
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } } },
      { 'mcp-protocol-version': '2025-11-25' }
    );
    return headers.get('mcp-session-id');
  }

  /** What this server says to it about a text; the text stands in the error. */
  async echo(text) {
    const { error } = await this.request('prompts/get', { name: text });
    return error.message;
  }
}

/** The same words about what is another's and about what no one has, their ids aside. */
function sameWords(about, foreign, unknown) {
  const plain = (answer, id) => JSON.stringify(answer).replaceAll(id, 'ID');
  assert.equal(plain(foreign.answer, foreign.id), plain(unknown.answer, unknown.id), about);
}

/** What A has, what B sees of it, and what both see of nothing. `house`: {page, world}. */
const rows = {
  async approvals({ a, b }, name) {
    const mine = await a.asked(name);
    const get = (who, id) => who.call('tfy_approvals_get', { approval_id: id });
    assert.equal((await get(a, mine)).structuredContent.status, 'approval_pending');
    sameWords('an approval', { answer: await get(b, mine), id: mine }, { answer: await get(b, madeUp.approval), id: madeUp.approval });
  },

  async 'the same call'({ a, b }, name) {
    const mine = await a.asked(name);
    assert.notEqual(await b.asked(name), mine);
    assert.equal(await a.asked(name), mine, 'one call of one caller is one request');
  },

  async resources({ a, b }, name) {
    const uri = `tfy://approvals/${await a.asked(name)}`;
    const listed = async who => (await who.request('resources/list', {})).resources.map(each => each.uri);
    assert.ok((await listed(a)).includes(uri));
    assert.ok(!(await listed(b)).includes(uri));
    const read = (who, at) => who.request('resources/read', { uri: at });
    assert.ok((await read(a, uri)).contents);
    const none = `tfy://approvals/${madeUp.approval}`;
    sameWords('a resource', { answer: await read(b, uri), id: uri }, { answer: await read(b, none), id: none });
  },

  async completions({ a, b }, name) {
    const mine = await a.asked(name);
    const complete = async who =>
      (await who.request('completion/complete', { ref: { type: 'ref/resource', uri: 'tfy://approvals/{id}' }, argument: { name: 'id', value: 'apr_' } })).completion.values;
    assert.ok((await complete(a)).includes(mine));
    assert.ok(!(await complete(b)).includes(mine));
  },

  async subscriptions({ a, b }, name) {
    const uri = `tfy://approvals/${await a.asked(name)}`;
    const listen = async (who, resourceSubscriptions) => {
      const message = modernRequest((who.id += 1), 'subscriptions/listen', { notifications: { resourceSubscriptions } });
      const stop = new AbortController();
      const answer = await fetch(who.endpoint, { method: 'POST', headers: { ...who.raw.headers(message), ...who.credential }, body: JSON.stringify(message), signal: stop.signal });
      const { value } = await answer.body.getReader().read();
      stop.abort();
      return Buffer.from(value).toString();
    };
    assert.ok((await listen(a, [uri])).includes(uri));
    const none = `tfy://approvals/${madeUp.approval}`;
    const [foreign, unknown] = [await listen(b, [uri]), await listen(b, [none])];
    assert.ok(!foreign.includes(uri) && !unknown.includes(none), foreign + unknown);
  },

  async tasks({ a, b }, name) {
    const started = await a.ask(toolCall((a.id += 1), createTool, { payload: { name } }, { capabilities: takesTasks }));
    const id = started.taskId ?? started.task?.taskId;
    assert.ok(id, JSON.stringify(started));
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
      const about = (who, taskId) => who.request(method, { taskId, ...(method === 'tasks/update' ? { inputResponses: {} } : {}) }, takesTasks);
      sameWords(method, { answer: await about(b, id), id }, { answer: await about(b, madeUp.approval), id: madeUp.approval });
    }
    assert.ok(!(await a.request('tasks/get', { taskId: id }, takesTasks)).error, 'its own is still there');
  },

  async requestState({ a, b }, name) {
    const args = { payload: { name } };
    const asked = await a.call(createTool, args, asks);
    assert.equal(asked.resultType, 'input_required', JSON.stringify(asked));
    const yes = { decision: 'approve', confirm_name: name, destination: 'none' };
    const before = await b.ask(answered((b.id += 1), asked, createTool, args, yes, { ...asks, state: 'eyJhcHByb3ZhbCI6ImFwcl8xIn0' }));
    const foreign = await b.ask(answered((b.id += 1), asked, createTool, args, yes, asks));
    assert.ok(foreign.error, JSON.stringify(foreign));
    assert.deepEqual(foreign, before, 'as one that was never given out');
    const own = await a.ask(answered((a.id += 1), asked, createTool, args, yes, asks));
    assert.equal(own.structuredContent?.status, 'executed', JSON.stringify(own));
  },

  async 'values and marks'({ a, b, page }, name) {
    const id = await a.asked(name);
    await page.approved((await page.request('GET', `/api/approvals/${id}`)).body, { destination: 'agent' });
    const done = await a.call(createTool, { payload: { name } });
    assert.equal(done.structuredContent.status, 'executed', JSON.stringify(done));
    const { reveal_id } = done.structuredContent;
    const reveal = (who, which) => who.call(revealTool, { reveal_id: which });
    sameWords('a value', { answer: await reveal(b, reveal_id), id: reveal_id }, { answer: await reveal(b, madeUp.reveal), id: madeUp.reveal });
    const shown = (await reveal(a, reveal_id)).content.map(part => part.text ?? '').join('\n');
    const [, value] = /^(?:One-time token:\s*)?`?([A-Za-z0-9._~+/=-]{24,})`?$/m.exec(shown) ?? [];
    assert.ok(value, shown);
    for (const who of [a, b]) {
      const told = await who.echo(`x ${value}`);
      assert.match(told, /\[redacted:access-token\]/);
      assert.ok(!told.includes(name), told);
    }
  },

  async cursors({ a, b }) {
    const list = (who, cursor) => who.call('tfy_access_tokens_list', { limit: 1, ...(cursor ? { cursor } : {}) });
    const { next_cursor } = (await list(a)).structuredContent;
    assert.ok(next_cursor);
    assert.ok(!(await list(a, next_cursor)).isError);
    const changed = next_cursor.slice(0, 20) + (next_cursor[20] === 'A' ? 'B' : 'A') + next_cursor.slice(21);
    assert.deepEqual(await list(b, next_cursor), await list(b, changed));
  },

  async 'Mcp-Session-Id'({ a, b }) {
    const session = await a.session();
    const use = (who, id) => who.send({ jsonrpc: '2.0', id: 2, method: 'tools/list' }, { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' });
    assert.equal((await use(a, session)).status, 200);
    const [foreign, unknown] = [await use(b, session), await use(b, madeUp.session)];
    assert.equal(foreign.status, 404);
    assert.deepEqual([foreign.status, foreign.message], [unknown.status, unknown.message]);
  },
};

/** For callers whose calls go with keys of different users. */
const rowsOfKeys = {
  async tokens({ a, b }, name) {
    const id = await a.made(name);
    const listed = await b.call('tfy_access_tokens_list', { limit: 100 });
    assert.ok(!JSON.stringify(listed).includes(id) && !JSON.stringify(listed).includes(name));
    const none = 'cm9zZXMtYXJlLXJlZC0wMDAw';
    const about = {
      get: which => b.call('tfy_access_tokens_get', { id: which }),
      read: which => b.request('resources/read', { uri: `tfy://access-tokens/${which}` }),
      delete: which => b.call('tfy_access_tokens_delete', { id: which, reason: 'to see' }),
      rotate: which => b.call('tfy_access_tokens_rotate', { id: which }),
    };
    for (const [what, ask] of Object.entries(about))
      sameWords(what, { answer: await ask(id), id }, { answer: await ask(none), id: none });
    const complete = async who =>
      (await who.request('completion/complete', { ref: { type: 'ref/resource', uri: 'tfy://access-tokens/{id}' }, argument: { name: 'id', value: '' } })).completion.values;
    assert.ok((await complete(a)).includes(id));
    assert.ok(!(await complete(b)).includes(id));
    const uris = async who => (await who.request('resources/list', {})).resources.map(each => each.uri);
    assert.ok((await uris(a)).includes(`tfy://access-tokens/${id}`));
    assert.ok(!(await uris(b)).includes(`tfy://access-tokens/${id}`));
  },
};

const seconds = () => Math.floor(Date.now() / 1000);
const policy = rules();

async function served(world, { port = 0, args = [] } = {}) {
  const process = world.spawn(['serve', '--listen', `127.0.0.1:${port}`, ...args]);
  const [, endpoint] = await process.says(/^MCP endpoint: (\S+)$/m);
  const [, page] = await process.says(/^Approvals page: (\S+)$/m);
  return { process, endpoint, page };
}

async function keyFor(world, person) {
  const file = join(world.folder, `${person}-${(world.files = (world.files ?? 0) + 1)}.key`);
  const made = await runToEnd(binary, ['keys', 'create', '--for', person, '--out', file], { env: world.env });
  assert.equal(made.code, 0, made.stderr);
  return readFileSync(file, 'utf8').trim();
}

async function accessToken(page, origin, world) {
  const client = await addClient(world, '--name', 'a-client');
  const { body } = await postForm(`${origin}/oauth/token`, await codeFor(page, origin, client));
  assert.ok(body.access_token, JSON.stringify(body));
  return body.access_token;
}

/** How callers are known: {world, server, pairs: {what: [a credential, another]}}. */
const kinds = {
  async keys(t) {
    const world = await World.start(t, { policy, hold: '0s' });
    world.env.TFY_PAT_MCP_CALLERS = 'keys';
    const pairs = {
      'two people': [await keyFor(world, 'ada'), await keyFor(world, 'bob')],
      'two keys of one person': [await keyFor(world, 'ada'), await keyFor(world, 'ada')],
    };
    return { world, server: await served(world), pairs };
  },

  async 'keys, each with a TrueFoundry key of its own'(t) {
    const world = await World.start(t, { policy, hold: '0s', accounts: ['alice', 'bob'] });
    world.env.TFY_PAT_MCP_CALLERS = 'keys';
    const own = ['alice', 'bob'].map(name => {
      const file = join(world.folder, name);
      writeFileSync(file, `tfy-sandbox-key-${name}-not-a-secret\n`, { mode: 0o600 });
      return file;
    });
    const [one, other] = [await keyFor(world, 'ada'), await keyFor(world, 'bob')];
    const entries = [one, other].map((key, i) => `[[principal]]\nprincipal = "key:${key.slice(6, 14)}"\nupstream = "${own[i]}"\n`);
    writeFileSync(join(world.folder, 'principals.toml'), entries.join(''), { mode: 0o600 });
    const server = await served(world, { args: ['--principals', join(world.folder, 'principals.toml')] });
    return { world, server, pairs: { 'two people': [one, other] }, ofKeys: true };
  },

  async oauth(t) {
    const house = await beginOAuth(t, { policy, registration: false, env: { TFY_PAT_MCP_CALLERS: 'keys,oauth' } });
    const { world, server, origin } = house;
    const page = await Page.signIn(world, server);
    const mine = await accessToken(page, origin, world);
    const pairs = {
      'two clients of one person': [mine, await accessToken(page, origin, world)],
      'a client and a key of one person': [mine, await keyFor(world, page.person ?? 'ada')],
    };
    return { world, server, page, pairs };
  },

  async issuer(t) {
    const world = await World.start(t, { policy, hold: '0s' });
    const issuer = await IdentityProvider.start(t, { alg: 'ES256' });
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    Object.assign(world.env, { TFY_PAT_MCP_CALLERS: 'issuer', TFY_PAT_MCP_ISSUER: issuer.issuer, TFY_PAT_MCP_PUBLIC_URL: origin });
    const token = more => {
      const claims = { iss: issuer.issuer, aud: `${origin}/mcp`, sub: 'u-ada', client_id: 'cursor', scope: 'tokens:read tokens:request', iat: seconds(), exp: seconds() + 600, ...more };
      return signed(issuer.key, JSON.stringify({ alg: issuer.key.alg, typ: 'at+jwt', kid: issuer.key.kid }), JSON.stringify(claims));
    };
    const server = await served(world, { port });
    return { world, server, pairs: { 'two subjects': [token(), token({ sub: 'u-bob' })], 'two clients of one subject': [token(), token({ client_id: 'vscode' })] } };
  },

  async truefoundry(t) {
    const world = await World.start(t, { policy, hold: '0s', accounts: ['alice', 'bob'] });
    world.env.TFY_PAT_MCP_CALLERS = 'truefoundry';
    const keyOf = account => `tfy-sandbox-key-${account}-not-a-secret`;
    return { world, server: await served(world, { args: ['--trusted-proxy', '127.0.0.1'] }), pairs: { 'two users': [keyOf('alice'), keyOf('bob')] }, ofKeys: true };
  },
};

for (const [kind, begin] of Object.entries(kinds))
  test(`callers by ${kind}`, async t => {
    const { world, server, pairs, ofKeys, ...more } = await begin(t);
    const page = more.page ?? (await Page.signIn(world, server));
    let number = 0;
    for (const [what, [one, other]] of Object.entries(pairs)) {
      const [a, b] = [new Caller(world, server, one), new Caller(world, server, other)];
      for (const [thing, check] of Object.entries({ ...rows, ...(ofKeys ? rowsOfKeys : {}) }))
        await t.test(`${what}: ${thing}`, () => check({ a, b, page }, `iso-${(number += 1)}`));
    }
  });
