// What no client should send, over both transports: each gets its own clear error, and the server goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from './lib/process.mjs';
import { modernRequest, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const peers = {
  stdio: async world => new RawStdio(world),
  HTTP: async world => new RawHttp(world, (await world.serve()).endpoint),
};

async function assertAlive(peer, id) {
  const { result } = await peer.exchange(toolCall(id, 'tfy_access_tokens_list', {}));
  assert.ok(result && !result.isError, 'the server goes on');
}

const call = JSON.stringify(toolCall(7, 'tfy_access_tokens_list', {}));
const broken = [
  ['half an object', '{"jsonrpc":"2.0","id":1', -32700],
  ['no JSON at all', 'hello', -32700],
  ['bytes after the value', `${call} x`, -32700],
  ['two values', `${call}${call}`, -32700],
  ['a key twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}', -32700],
  ['a number out of range', call.replace('"id":7', '"id":1e400'), -32600],
  ['too deep', `${'['.repeat(100)}${']'.repeat(100)}`, -32700],
  ['a lone surrogate', '{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', -32700],
  ['a batch', `[${call}]`, -32600],
  ['an empty batch', '[]', -32600],
  ['a number', '1', -32600],
  ['no version', '{"id":1,"method":"tools/list","params":{}}', -32600],
  ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":5,"params":{}}', -32600],
];

const wrong = [
  ['an unknown method', modernRequest(1, 'tools/nothing'), -32601],
  ['an unknown tool', toolCall(1, 'tfy_access_tokens_revoke_all', {}), -32602],
  // A number cannot be mirrored in a header, so over HTTP that is what is wrong first.
  [
    'a tool name that is a number',
    modernRequest(1, 'tools/call', { name: 5, arguments: {} }),
    -32602,
    -32020,
  ],
  [
    'arguments that are a list',
    modernRequest(1, 'tools/call', { name: 'tfy_access_tokens_list', arguments: [] }),
    -32602,
  ],
  ['no name', modernRequest(1, 'tools/call', { arguments: {} }), -32602],
  ['a requestState that is a number', toolCall(1, 'tfy_access_tokens_list', {}, { requestState: 5 }), -32602],
  ['a cursor that was never given out', modernRequest(1, 'tools/list', { cursor: 'zzz' }), -32602],
];

const create = payload => ['tfy_access_tokens_create', { payload }];
const remove = id => ['tfy_access_tokens_delete', { id }];
const refused = [
  ['an id that would revoke everything', ...remove('revoke/all')],
  ['the same, encoded', ...remove('revoke%2Fall')],
  ['a parent folder', ...remove('..')],
  ['the same, encoded', ...remove('%2e%2e')],
  ['an empty id', ...remove('')],
  ['an id that is a number', ...remove(5)],
  ['an id of 129 characters', ...remove('a'.repeat(129))],
  ['an id with a line break', ...remove('abc\n')],
  ['no id', 'tfy_access_tokens_delete', {}],
  ['a name with a control character', ...create({ name: 'ci-\u0007pipeline' })],
  ['a name with a line break at its end', ...create({ name: 'ci-pipeline\n' })],
  ['a name that turns the direction of text', ...create({ name: 'ci-\u202epipeline' })],
  ['a name with a zero-width space', ...create({ name: 'ci-\u200bpipeline' })],
  ['a name in capitals', ...create({ name: 'CI-pipeline' })],
  ['a name of two characters', ...create({ name: 'ci' })],
  ['a name of 37 characters', ...create({ name: 'a'.repeat(37) })],
  ['a name that is a list', ...create({ name: ['ci-pipeline'] })],
  ['no payload', 'tfy_access_tokens_create', {}],
  ['a payload that is text', 'tfy_access_tokens_create', { payload: 'ci-pipeline' }],
  ['an expiry in the past', ...create({ name: 'ci-pipeline', expirationDate: '2020-01-01' })],
  ['an expiry that is no date', ...create({ name: 'ci-pipeline', expirationDate: 'soon' })],
  ['a day that does not exist', ...create({ name: 'ci-pipeline', expirationDate: '2027-02-30' })],
  ['an unknown token type', ...create({ name: 'ci-pipeline', tokenType: 'magic' })],
  ['an unknown member', ...create({ name: 'ci-pipeline', admin: true })],
  ['a reveal that never was', 'tfy_access_tokens_reveal', { reveal_id: `rev_${'a'.repeat(26)}` }],
  ['a reveal id of another kind', 'tfy_access_tokens_reveal', { reveal_id: '../x' }],
];

for (const [transport, open] of Object.entries(peers)) {
  test(`${transport}: what is no JSON-RPC gets a JSON-RPC error`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    for (const [name, text, code] of broken) {
      await t.test(name, async () => {
        // The answer carries the id where one could be read, null or none if not.
        const answer = transport === 'stdio' ? await anyAnswer(peer, text) : await peer.exchange(text);
        assert.equal(answer.error?.code, code, JSON.stringify(answer));
        assert.ok(!answer.error.message.includes('hello'), 'the text is not quoted');
      });
    }
    await assertAlive(peer, 99);
  });

  test(`${transport}: wrong requests get their own error, with the request's id`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    for (const [name, request, code, codeOverHttp = code] of wrong) {
      await t.test(name, async () => {
        const answer = await peer.exchange(request);
        assert.equal(answer.error?.code, transport === 'HTTP' ? codeOverHttp : code, JSON.stringify(answer));
        assert.equal(answer.id, request.id);
      });
    }
    await assertAlive(peer, 99);
  });

  test(`${transport}: arguments that cannot be right never reach a person or the control plane`, async t => {
    const world = await World.start(t);
    const peer = await open(world);
    for (const [name, tool, args] of refused) {
      await t.test(name, async () => {
        const answer = await peer.exchange(toolCall(1, tool, args, { capabilities: { elicitation: {} } }));
        assert.ok(answer.error?.code === -32602 || answer.result?.isError, JSON.stringify(answer));
        const text = answer.error?.message ?? answer.result.content[0].text;
        assert.ok(text.length > 20, text);
        assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u200b\u202e]/, 'nothing invisible comes back');
      });
    }
    assert.equal(await world.upstreamCount('POST') + await world.upstreamCount('DELETE'), 0);
    const listed = await world.terminal(['approvals', 'list', '--json']);
    assert.deepEqual(JSON.parse(listed.stdout).approvals, []);
    await assertAlive(peer, 99);
  });
}

/** On stdio an error without an id is simply the next message. */
async function anyAnswer(peer, text) {
  const seen = peer.messages().length;
  peer.write(`${text}\n`);
  await peer.exchange(toolCall('after', 'tfy_config_status', {}));
  const answers = peer
    .messages()
    .slice(seen)
    .filter(each => each.id !== 'after');
  assert.equal(answers.length, 1, JSON.stringify(answers));
  return answers[0];
}

test('stdio: bytes that are no UTF-8 are an error of their own', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const answer = await anyAnswer({
    messages: () => peer.messages(),
    exchange: each => peer.exchange(each),
    write: () => {
      peer.server.child.stdin.write(
        Buffer.concat([
          Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'),
          Buffer.from([0xff, 0xc0]),
          Buffer.from('"}\n'),
        ])
      );
    },
  });
  assert.equal(answer.error?.code, -32700);
});

test('stdio: a line over 4 MiB is answered with an error, and the next line is served', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const answer = await anyAnswer(
    peer,
    JSON.stringify(toolCall(1, 'tfy_access_tokens_list', { name_contains: 'a'.repeat(5 * 1024 * 1024) }))
  );
  assert.ok(answer.error, JSON.stringify(answer));
});

test('HTTP: a body over 4 MiB is 413, and the next request is served', async t => {
  const world = await World.start(t);
  const peer = await peers.HTTP(world);
  const request = toolCall(1, 'tfy_access_tokens_list', { name_contains: 'a'.repeat(5 * 1024 * 1024) });
  const answer = await peer.post(JSON.stringify(request), peer.headers(request)).catch(error => error);
  // A server may close before it has read everything; then a client sees no status at all.
  if (!(answer instanceof Error)) assert.equal(answer.status, 413);
  await assertAlive(peer, 2);
});

test('HTTP: requests that a browser on another page could send are refused', async t => {
  const world = await World.start(t);
  const peer = await peers.HTTP(world);
  const request = toolCall(1, 'tfy_access_tokens_list', {});
  const headers = peer.headers(request);
  const rows = [
    ['a foreign origin', { ...headers, origin: 'http://evil.example' }, 403],
    ['a form', { ...headers, 'content-type': 'text/plain' }, 415],
  ];
  for (const [name, sent, status] of rows)
    assert.equal((await peer.post(JSON.stringify(request), sent)).status, status, name);
  await assertAlive(peer, 2);
});

test('a client that reads may send as many requests at once as it likes: those in one write are all answered', async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  const clientInfo = { name: 'one-write', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  await peer.exchange({ jsonrpc: '2.0', id: 'hello', method: 'initialize', params });
  const count = 4000; // small ones: over a thousand of them come in one read
  const asked = Array.from({ length: count }, (_, i) => `{"jsonrpc":"2.0","id":${i},"method":"ping"}\n`);
  peer.write(asked.join(''));
  await until(() => peer.messages().length === count + 1, {
    what: () => `${count} answers, not ${peer.messages().length - 1}`,
    change: look => peer.server.watchers.add(look),
  });
  const refused = peer.messages().filter(each => each.error);
  assert.deepEqual(refused, []);
});
