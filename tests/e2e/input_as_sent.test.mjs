// Arguments as real hosts send them: nulls, 10.0, JSON text of an object; and what is said to those that cannot be right.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { messagesOf } from './lib/http.mjs';
import { modernRequest, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const peers = {
  stdio: async world => new RawStdio(world),
  HTTP: async world => new RawHttp(world, (await world.serve()).endpoint),
};

let ids = 0;
const next = () => (ids += 1);

/** Sends the request as `text`, which is the same request in another spelling. */
async function exchangeText(peer, request, text) {
  if (peer instanceof RawStdio) return peer.exchange(text, request.id);
  return (await messagesOf(await peer.post(text, peer.headers(request)))).find(each => each.id === request.id);
}

async function list(peer, args, respell = text => text) {
  const request = toolCall(next(), 'tfy_access_tokens_list', args);
  const answer = await exchangeText(peer, request, respell(JSON.stringify(request)));
  assert.ok(answer.result, JSON.stringify(answer));
  return answer.result;
}

async function refused(peer, tool, args) {
  const { result } = await peer.exchange(toolCall(next(), tool, args));
  assert.ok(result.isError, JSON.stringify(result));
  return result.content[0].text;
}

async function pending(peer, args) {
  const { result } = await peer.exchange(toolCall(next(), 'tfy_access_tokens_create', args));
  assert.equal(result.structuredContent.status, 'approval_pending', JSON.stringify(result));
  return result.structuredContent;
}

for (const [transport, open] of Object.entries(peers)) {
  test(`${transport}: null for what may be left out is as if left out, everywhere`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    const none = { limit: null, cursor: null, name_contains: null, state: null, sort: null };
    const rows = [
      ['tools/call', { name: 'tfy_access_tokens_list', arguments: none }],
      ['tools/call', { name: 'tfy_access_tokens_list', arguments: null, requestState: null, inputResponses: null }],
      ['tools/list', { cursor: null }],
      ['prompts/list', { cursor: null }],
      ['resources/list', { cursor: null }],
      ['resources/templates/list', { cursor: null }],
      ['prompts/get', { name: 'create_access_token', arguments: null }],
      ['prompts/get', { name: 'create_access_token', arguments: { name: 'ci-bot', expiry: null } }],
      [
        'completion/complete',
        { ref: { type: 'ref/prompt', name: 'rotate_access_token' }, argument: { name: 'id', value: '' }, context: null },
      ],
      [
        'completion/complete',
        {
          ref: { type: 'ref/prompt', name: 'rotate_access_token' },
          argument: { name: 'id', value: '' },
          context: { arguments: { name: null } },
        },
      ],
      ['tools/list', { _meta: { progressToken: null, 'io.modelcontextprotocol/logLevel': null } }],
    ];
    for (const [method, params] of rows) {
      const answer = await peer.exchange(modernRequest(next(), method, params));
      assert.ok(answer.result && !answer.result.isError, `${method} ${JSON.stringify(params)}: ${JSON.stringify(answer)}`);
    }
    assert.match(await refused(peer, 'tfy_access_tokens_create', { payload: null }), /payload: is missing/);
    assert.match(await refused(peer, 'tfy_access_tokens_create', { payload: { name: null } }), /payload\.name: is missing/);
    assert.match(await refused(peer, 'tfy_access_tokens_delete', { id: null }), /id: is missing/);
  });

  test(`${transport}: other spellings of one call are one request, with one digest, shown as what is done`, async t => {
    const world = await World.start(t, { policy: rules({ assurance: 'terminal' }) });
    const peer = await open(world);
    const payload = { name: 'ci-bot', expirationDate: '90 days' };
    const first = await pending(peer, { payload, reason: 'releases' });
    const same = [
      { payload: { ...payload, teamName: null, tokenType: null }, reason: 'releases' },
      { payload: JSON.stringify(payload), reason: 'releases' },
      { payload: ` ${JSON.stringify({ ...payload, accountName: null })}\n`, reason: 'releases' },
    ];
    for (const args of same) {
      const again = await pending(peer, args);
      assert.equal(again.approval_id, first.approval_id);
      assert.equal(again.digest, first.digest);
    }
    // An expiry that is null is no expiry that was approved: this is another call, and the same as without.
    const without = await pending(peer, { payload: { name: 'ci-bot' }, reason: 'releases' });
    assert.notEqual(without.digest, first.digest);
    const nulled = await pending(peer, { payload: { name: 'ci-bot', expirationDate: null }, reason: 'releases' });
    assert.equal(nulled.digest, without.digest);
    const listed = await world.terminal(['approvals', 'list', '--json']);
    const shown = JSON.parse(listed.stdout).approvals.find(each => each.id === first.approval_id);
    assert.ok(!JSON.stringify(shown).includes('null-'), 'shown');
    assert.equal(shown.digest, first.digest);
    const explained = await world.terminal(['policy', 'explain', 'tfy_access_tokens_create', JSON.stringify(same[1])]);
    assert.match(explained.stdout, /ci-bot/, explained.stderr);
  });

  test(`${transport}: text that is JSON, but not of one plain object, is refused`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    for (const payload of ['{"name":"ci-bot","name":"admin"}', '[]', '"{}"', '{"name":"ci-bot"} x', '{"name":'])
      assert.match(
        await refused(peer, 'tfy_access_tokens_create', { payload }),
        /payload: must be an object.*, for example \{"name": "ci-bot"\}.*\. Nothing was done/
      );
  });

  test(`${transport}: a whole number is one however it is written, and text is none`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    for (const spelling of ['10.0', '1e1', '1E+1', '100e-1']) {
      const result = await list(peer, { limit: 10 }, text => text.replace('"limit":10', `"limit":${spelling}`));
      assert.ok(!result.isError, `${spelling}: ${result.content[0].text}`);
    }
    const rows = [
      ['10.5', /limit: must be a whole number, for example 50/],
      ['"10"', /limit: must be a number, not text, for example 50/],
      ['-0.0', /limit: Use a number from 1 to 100/],
      ['1e300', /limit: must be a whole number|limit: Use a number from 1 to 100/],
      ['9007199254740993.0', /limit: must be a whole number|limit: Use a number from 1 to 100/],
    ];
    for (const [spelling, words] of rows) {
      const result = await list(peer, { limit: 10 }, text => text.replace('"limit":10', `"limit":${spelling}`));
      assert.ok(result.isError, spelling);
      assert.match(result.content[0].text, words);
    }
  });

  test(`${transport}: what does not fit is told in examples, never in patterns`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    const create = 'tfy_access_tokens_create';
    const rows = [
      [create, { name: 'x' }, 'Put the name inside payload: {"payload": {"name": "ci-bot"}}.'],
      [
        create,
        { name: 'x', expirationDate: '1d' },
        'Put expirationDate and name inside payload: {"payload": {"expirationDate": "90 days", "name": "ci-bot"}}.',
      ],
      [create, { payload: { name: 'CI Bot' } }, 'payload.name: Use 3–36 lowercase letters, digits or hyphens, for example ci-bot.'],
      [create, { payload: { name: 'ci-bot', expiration_date: '1d' } }, 'Unknown argument payload.expiration_date. Did you mean expirationDate?'],
      [create, { payload: { name: 'ci-bot', tokenType: 'JWT' } }, 'payload.tokenType: Use one of jwt, opaque.'],
      [create, { payload: { name: 'ci-bot', reason: 'r' } }, 'payload.reason: put it beside payload, not inside.'],
      [create, { payload: { name: 'ci-bot' }, reason: 5 }, 'reason: must be text, not a number'],
      [create, { payload: { name: 'ci-bot' }, reason: 'r'.repeat(501) }, 'reason: Use at most 500 characters'],
      ['tfy_access_tokens_delete', { id: 'a b' }, "id: Use the token's ID from tfy_access_tokens_list"],
      ['tfy_access_tokens_rotate', { id: 'a', grace_period: 'soon' }, 'grace_period: Use a number and s, m, h or d, from 0s to 7d, for example 15m.'],
      ['tfy_access_tokens_reveal', { reveal_id: 'x' }, 'reveal_id: Use the reveal_id from'],
      ['tfy_approvals_get', { approval_id: 'x' }, 'approval_id: Use the approval_id of'],
      ['tfy_access_tokens_list', { sort: '-creatd' }, 'Did you mean -created?'],
      ['tfy_access_tokens_list', { Limit: 5 }, 'Unknown argument Limit. Did you mean limit?'],
      ['tfy_config_status', { verbose: true }, 'Unknown argument verbose. Leave it out: there are no arguments.'],
    ];
    for (const [tool, args, words] of rows) {
      const text = await refused(peer, tool, args);
      assert.ok(text.includes(words), `${words}\n${text}`);
      assert.ok(text.endsWith(' Nothing was done. Correct what the message names, then call again.'), text);
      assert.doesNotMatch(text, /[\^$\\]|\.\.|\[a-z/, text);
    }
    const prompt = await peer.exchange(
      modernRequest(next(), 'prompts/get', { name: 'create_access_token', arguments: { nmae: 'x' } })
    );
    assert.match(prompt.error.message, /Did you mean name\?/);
    const { result } = await peer.exchange(modernRequest(next(), 'tools/list'));
    assert.doesNotMatch(JSON.stringify(result.tools.map(each => each.inputSchema)), /"advice"|"example"/);
  });

  test(`${transport}: an expiry beyond the year 9999 is refused`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    const far = ['9999-12-31T23:59:59-05:00', '10000-01-01', '+012026-01-01T00:00:00Z', '3000000 days', '99999999999d'];
    for (const expirationDate of far) {
      const words = await refused(peer, 'tfy_access_tokens_create', { payload: { name: 'ci-bot', expirationDate } });
      assert.match(words, /is too far away: give a day up to 9999-12-31.*Nothing was created/, words);
    }
    await pending(peer, { payload: { name: 'ci-bot', expirationDate: '9999-12-31T23:59:59Z' } });
    const listed = await world.terminal(['approvals', 'list', '--json']);
    assert.match(listed.stdout, /9999-12-31/);
    assert.equal(await world.upstreamCount('POST'), 0);
  });
}

test('params that are null are as if left out, and an id that is null stays refused', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const info = { protocolVersion: '2025-11-25', capabilities: { elicitation: null }, clientInfo: { name: 'raw', version: '1' } };
  await peer.exchange({ jsonrpc: '2.0', id: 1, method: 'initialize', params: info });
  peer.write('{"jsonrpc":"2.0","method":"notifications/initialized","params":null}\n');
  for (const method of ['ping', 'tools/list', 'prompts/list']) {
    const answer = await peer.exchange({ jsonrpc: '2.0', id: next() + 100, method, params: null });
    assert.ok(answer.result, `${method}: ${JSON.stringify(answer)}`);
  }
  const answer = await peer.exchange({ jsonrpc: '2.0', id: null, method: 'ping', params: null });
  assert.equal(answer.error.code, -32600);
});

test('a token that TrueFoundry lists with an end beyond the year 9999 is not shown as one without', async t => {
  const items = [
    { id: 'tok-far', manifest: { name: 'far-away', expiration_date: '+010000-01-01T00:00:00.000Z' } },
    { id: 'tok-far2', manifest: { name: 'far-too', expiration_date: '9999-12-31T23:59:59-05:00' } },
  ];
  const upstream = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: items, pagination: { total: items.length } }));
  });
  await new Promise(resolve => upstream.listen(0, '127.0.0.1', resolve));
  t.after(() => upstream.close());
  const world = await World.start(t, { upstream: `http://127.0.0.1:${upstream.address().port}` });
  const peer = new RawStdio(world);
  const result = await list(peer, {});
  for (const token of result.structuredContent.tokens) {
    assert.equal(token.expires_at, '9999-12-31T23:59:59.999Z');
    assert.deepEqual(token.remarks.filter(each => each === 'no_expiry'), []);
  }
  assert.doesNotMatch(result.content[0].text, /Never \|/);
});
