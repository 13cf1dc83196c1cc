// The log line of a call; W3C trace context: from a request's _meta into that line, and on to the control plane.
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

test('a call that is not made has its line in the log, too', async t => {
  const world = await World.start(t);
  await world.faults({ match: { path: '/api/svc/v1/personal-access-tokens' }, do: { delay_ms: 600_000 } });
  const peer = new RawStdio(world);
  const list = number => toolCall(number, 'tfy_access_tokens_list', {});
  await peer.exchange(toolCall('none', 'tfy_no_such_tool', {}));
  await peer.server.logs(/info tools\/call answer="error" client="raw 1" principal="stdio:[^"]+" tool="unknown"\n/);
  for (let number = 1; number <= 32; ++number) peer.write(`${JSON.stringify(list(number))}\n`);
  const { result } = await peer.exchange(list(33));
  assert.equal(result.structuredContent.status, 'rate_limited', JSON.stringify(result));
  await peer.server.logs(
    /info tools\/call answer="error" client="raw 1" principal="stdio:[^"]+" status="rate_limited" tool="tfy_access_tokens_list"\n/
  );
});
