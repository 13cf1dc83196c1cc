// ./dev soak: 10,000 connections that say nothing, and 1,000 bad credentials a second, beside one caller with a key: silent
// ones are closed after ten seconds, bad ones get 401 and then 429, and that caller is served as before.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';

import { binary, runToEnd } from '../e2e/lib/process.mjs';
import { RawHttp, toolCall } from '../e2e/lib/raw.mjs';
import { rules, World } from '../e2e/lib/world.mjs';

const silent = 10_000;
const wrongPerSecond = 1000;
const seconds = 10;
const asked = toolCall(1, 'tfy_access_tokens_list', { limit: 1 });
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** One POST from `address`: its status. */
const post = (url, { agent, headers, address }) =>
  new Promise((resolve, reject) => {
    const to = request(url, { method: 'POST', agent, headers, localAddress: address }, answer => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    to.on('error', reject);
    to.end(JSON.stringify(asked));
  });

/** In a process of its own, so that the caller who is timed does not wait for its sockets. */
async function crowd(url, headers) {
  const { hostname: host, port } = new URL(url);
  const lives = [];
  const open = () =>
    new Promise(resolve => {
      const begun = performance.now();
      const socket = connect({ host, port, localAddress: '127.0.0.3' });
      socket.on('error', () => {});
      socket.on('close', () => resolve(lives.push(performance.now() - begun)));
    });
  const ends = [];
  for (let opened = 0; opened < silent; ++opened) {
    ends.push(open());
    if (opened % 100 === 0) await pause(1);
  }
  process.send({ opened: silent });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const statuses = {};
  const wrong = { ...headers, authorization: `Bearer tpm_k_${'A'.repeat(57)}` };
  for (let second = 0; second < seconds; ++second) {
    const begun = performance.now();
    const answers = await Promise.all(
      Array.from({ length: wrongPerSecond }, () => post(url, { agent, headers: wrong, address: '127.0.0.2' }).catch(error => error.code))
    );
    for (const status of answers) statuses[status] = (statuses[status] ?? 0) + 1;
    await pause(Math.max(0, 1000 - (performance.now() - begun)));
  }
  await Promise.all(ends);
  process.send({ statuses, shortest: Math.min(...lives), longest: Math.max(...lives) });
  process.disconnect();
}

const quantile = (times, share) => times.sort((one, other) => one - other)[Math.floor(times.length * share)];

/** A caller with a key, one call after another, until `over`: {calls, p50, p99} in milliseconds. */
async function timed(url, headers, over) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  while (!over()) {
    const begun = performance.now();
    assert.equal(await post(url, { agent, headers, address: '127.0.0.1' }), 200);
    times.push(performance.now() - begun);
    await pause(5);
  }
  agent.destroy();
  return { calls: times.length, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function main() {
  const ending = [];
  const world = await World.start({ after: work => ending.unshift(work) }, { policy: rules({ assurance: null }) });
  const file = join(world.folder, 'ada.key');
  const made = await runToEnd(binary, ['keys', 'create', '--for', 'ada', '--out', file], { env: world.env });
  assert.equal(made.code, 0, made.stderr);
  const server = world.spawn(['serve', '--listen', '127.0.0.1:0', '--callers', 'keys', '--caller-requests', '1000000']);
  const [, url] = await server.says(/^MCP endpoint: (\S+)\n/m);
  const usual = new RawHttp(world, url).headers(asked);
  const headers = { ...usual, authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` };
  const at = url.replace('localhost', '127.0.0.1');

  let until = performance.now() + 5000;
  const before = await timed(at, headers, () => performance.now() > until);
  const others = fork(new URL(import.meta.url).pathname, ['crowd', at, JSON.stringify(usual)]);
  let told = {};
  others.on('message', message => (told = { ...told, ...message }));
  const ended = new Promise(resolve => others.on('exit', resolve));
  const during = await timed(at, headers, () => told.statuses);
  await ended;
  console.log({ before, during, ...told });
  const asExpected = Object.keys(told.statuses).every(status => ['401', '429'].includes(status));
  assert.ok(asExpected && told.statuses[401] <= 10, 'the 11th bad credential within a minute gets 429');
  assert.ok(told.shortest > 8000 && told.longest < 20_000, 'silent connections are closed after ten seconds');
  assert.ok(during.p99 < before.p99 * 10, 'the caller with a key waits about as long as before');
  for (const work of ending) await work();
}

await (process.argv[2] === 'crowd' ? crowd(process.argv[3], JSON.parse(process.argv[4])) : main());
