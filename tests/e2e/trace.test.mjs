// W3C trace context: from a request's _meta into the log line of its call, and on to the control plane.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const id = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${id}-b7ad6b7169203331-01`;

test('a trace goes on with its call, one that is malformed or holds a token does not', async t => {
  const seen = [];
  const upstream = createServer((request, answer) => {
    seen.push([request.headers.traceparent, request.headers.tracestate]);
    answer.setHeader('content-type', 'application/json');
    answer.end('{"data":[],"pagination":{"total":0,"offset":0,"limit":100}}');
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  t.after(() => upstream.close());
  const world = await World.start(t, { upstream: `http://127.0.0.1:${upstream.address().port}` });
  const peer = new RawStdio(world);
  const list = (number, _meta) => toolCall(number, 'tfy_access_tokens_list', {}, { _meta });
  await peer.exchange(list(1, { traceparent, tracestate: 'a=b' }));
  await peer.exchange(list(2, { traceparent: `${traceparent}\r\nx: y`, tracestate: 'a=b' }));
  await peer.exchange(list(3, {}));
  const key = world.env.TFY_API_KEY;
  await peer.exchange(list(4, { traceparent, tracestate: `a=${key}` }));
  await peer.exchange(list(5, { traceparent, tracestate: `a=${Buffer.from(key).toString('base64url')}` }));
  await peer.exchange(list(6, { traceparent: `cc${traceparent.slice(2)}-${key}` }));
  const pieces = key.match(/.{1,8}/g);
  await peer.exchange(list(7, { traceparent, tracestate: pieces.map((piece, i) => `k${i}=${piece}`).join() }));
  await peer.exchange(list(8, { traceparent, tracestate: pieces.map((piece, i) => `${piece.toLowerCase()}=${i}`).join() }));
  assert.deepEqual(seen, [
    [traceparent, 'a=b'],
    ...Array(7).fill([undefined, undefined]),
  ]);
  await peer.server.logs(/(tools\/call[^]*){8}\n$/);
  const lines = peer.server.stderr.split('\n').filter(line => line.includes('tools/call'));
  assert.equal(lines.length, 8, peer.server.stderr);
  assert.match(lines[0], new RegExp(`tool="tfy_access_tokens_list".* trace="${id}"`));
  for (const line of lines.slice(1)) assert.doesNotMatch(line, /trace=/);
});
