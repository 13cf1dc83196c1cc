// /metrics of `serve`: real calls, decisions and refusals move the right numbers, and Prometheus' own tool reads the page.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { promtool, skip } from './lib/promtool.mjs';
import { RawHttp, RawStdio, modernRequest, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const list = 'tfy_access_tokens_list';
const create = 'tfy_access_tokens_create';

async function metrics(server, headers = {}) {
  const answer = await fetch(new URL('/metrics', server.endpoint), { headers });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

/** The page as {series: value}. */
async function samples(server) {
  const { status, text } = await metrics(server);
  assert.equal(status, 200, text);
  const lines = text.split('\n').filter(line => line && !line.startsWith('#'));
  return Object.fromEntries(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

const calls = (tool, status) => `tfy_pat_mcp_tool_calls_total{tool="${tool}",status="${status}"}`;

test('calls, upstream requests, approvals and decisions are counted where they happen', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  const before = await samples(server);
  assert.ok(Math.abs(before.process_start_time_seconds - Date.now() / 1000) < 600);
  assert.equal(before[calls(list, 'executed')], 0);

  await peer.exchange(toolCall(1, list, {}));
  await peer.exchange(toolCall(2, list, { limit: 'many' }));
  const asked = await peer.exchange(toolCall(3, create, { payload: { name: 'watched-name-7' } }));
  assert.equal(asked.result.structuredContent.status, 'approval_pending');
  const reads = async () => (await world.upstreamLog()).filter(line => line.method === 'GET' && line.status === 200).length;
  const atLeast = await reads();
  const during = await samples(server);
  assert.equal(during[calls(list, 'executed')], 1);
  assert.equal(during[calls(list, 'refused')], 1);
  assert.equal(during[calls(create, 'approval_pending')], 1);
  assert.equal(during[`tfy_pat_mcp_tool_call_duration_seconds_count{tool="${list}"}`], 2);
  assert.equal(during['tfy_pat_mcp_approvals_open{state="pending"}'], 1);
  assert.ok(Math.abs(during.tfy_pat_mcp_approvals_oldest_pending_timestamp_seconds - Date.now() / 1000) < 600);
  const read = during['tfy_pat_mcp_upstream_requests_total{method="GET",status="2xx"}'];
  assert.ok(atLeast > 0 && read >= atLeast && read <= (await reads()), `${atLeast} ${read}`);
  assert.equal(during['tfy_pat_mcp_upstream_requests_total{method="POST",status="2xx"}'], 0);

  // Another process decides.
  const { approval_id: id } = asked.result.structuredContent;
  const denied = await world.decide(['deny', id, '--reason', 'not today']);
  assert.equal(denied.code, 0, denied.stdout + denied.stderr);
  const after = await samples(server);
  assert.equal(after['tfy_pat_mcp_approvals_open{state="pending"}'], 0);
  assert.equal(after['tfy_pat_mcp_approvals_decided_total{outcome="denied"}'], 1);
  assert.equal(after['tfy_pat_mcp_approvals_decided_total{outcome="approved"}'], 0);
  assert.ok(!('tfy_pat_mcp_approvals_oldest_pending_timestamp_seconds' in after));

  const { text } = await metrics(server);
  for (const secret of ['watched-name-7', 'not today', id, 'http:loopback', world.upstream])
    assert.ok(!text.includes(secret), `no series has ${secret}`);
});

test('promtool finds nothing to say against the page', { skip }, async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  await new RawHttp(world, server.endpoint).exchange(toolCall(1, create, { payload: { name: 'ci-pipeline-2' } }));
  const { text } = await metrics(server);
  const done = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stdout + done.stderr);
});

test('what is refused is counted, and a request that came by a proxy gets no metrics', async t => {
  const world = await World.start(t, { hold: '0s' });
  world.env.TFY_PAT_MCP_CALLERS = 'keys';
  const server = await world.serve();
  const message = modernRequest(1, 'tools/list');
  const usual = new RawHttp(world, server.endpoint).headers(message);
  const bare = () => fetch(server.endpoint, { method: 'POST', headers: usual, body: JSON.stringify(message) });
  assert.equal((await bare()).status, 401);
  assert.equal((await fetch(server.endpoint, { headers: { origin: 'https://evil.example' } })).status, 403);
  const far = await metrics(server, { 'x-forwarded-for': '127.0.0.1' });
  assert.equal(far.status, 403);
  assert.match(JSON.parse(far.text).error, /^Metrics are given to programs of this machine only, and not through a proxy\./);
  const counted = await samples(server);
  assert.equal(counted['tfy_pat_mcp_http_refusals_total{status="401"}'], 1);
  assert.equal(counted['tfy_pat_mcp_http_refusals_total{status="403"}'], 2);
});

test('the page of a stdio server has no metrics', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const peer = new RawStdio(world);
  const asked = await peer.exchange(toolCall(1, create, { payload: { name: 'ci-pipeline-2' } }));
  const { approval_url: page } = asked.result.structuredContent;
  const answer = await fetch(new URL('/metrics', page));
  assert.equal(answer.status, 404);
});
