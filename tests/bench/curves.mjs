// ./dev bench curves: how what one call costs grows with what there is: known tokens, listed tokens, open requests, the size
// of the answer; and what a stream or a connection that does nothing keeps in memory. Counts, which other work hardly moves.
import { Agent, request as send } from 'node:http';
import { parseArgs } from 'node:util';

import { countCall } from './counts.mjs';
import { memoryOf } from './load.mjs';
import { startHttp } from './processes.mjs';
import { withHead } from './report.mjs';
import { call, headers, post, request } from './requests.mjs';
import { makeState } from './state.mjs';

const { values: chosen } = parseArgs({ options: { most: { type: 'string', default: '100000' } } });
const upTo = (...sizes) => sizes.filter(each => each <= Number(chosen.most));
const runs = [4, 12];
const log = text => process.stderr.write(`${text}\n`);
const list = limit => call('tfy_access_tokens_list', { limit });
/** A look at what waits: approvals are read, none is made. */
const looked = call('tfy_approvals_get', { approval_id: `apr_${'a'.repeat(26)}` });

async function resident(command) {
  const server = await startHttp(command);
  await post(`${server.url}/mcp`, list(1));
  const { resident_kb } = memoryOf(server.pid);
  await server.end();
  return resident_kb;
}

async function curve(title, sizes, stateOf, asked) {
  const rows = [];
  for (const size of sizes) {
    log(`${title}: ${size}`);
    const state = makeState(stateOf(size));
    const { kiloinstructions, allocations } = await countCall('http', runs, state.http, asked(size));
    rows.push([size, kiloinstructions, allocations, await resident(state.http)].map(each => each.toLocaleString('en')));
  }
  return withHead([title, 'thousand instructions', 'allocations', 'resident, kB'], rows);
}

const usual = { known: 1000, listed: 1000, open: 1 };
const created = size => call('tfy_access_tokens_create', { payload: { name: `new-${size}` }, reason: 'for the bench' });

/** `count` of them open and idle: kB of each. */
async function idle(count, open) {
  const server = await startHttp([...makeState(usual).http, '--caller-streams', String(count)]);
  await post(`${server.url}/mcp`, list(1));
  const agent = new Agent({ maxSockets: Infinity, keepAlive: true });
  const all = [];
  const before = memoryOf(server.pid).resident_kb;
  for (let i = 0; i < count; ++i) all.push(open(server, agent));
  await Promise.all(all.map(each => each.ready));
  const each = (memoryOf(server.pid).resident_kb - before) / count;
  all.forEach(one => one.end());
  agent.destroy();
  await server.end();
  return each.toFixed(1);
}

function ask(server, agent, asked, ready) {
  const sent = send(`${server.url}/mcp`, { method: 'POST', agent, headers: headers(asked) });
  sent.end(JSON.stringify(asked));
  sent.on('error', () => {});
  return { ready: new Promise(resolve => sent.on('response', answer => ready(answer, resolve))), end: () => sent.destroy() };
}
const stream = (server, agent) =>
  ask(server, agent, request('subscriptions/listen', { notifications: { resourcesListChanged: true } }), (answer, resolve) =>
    answer.once('data', text => (String(text).includes('acknowledged') ? resolve() : process.exit(1)))
  );
const connection = (server, agent) =>
  ask(server, agent, request('server/discover'), (answer, resolve) => answer.on('end', resolve).resume());

console.log(await curve('known tokens, list of 1', upTo(10, 100, 1000, 10_000, 100_000), known => ({ ...usual, known }), () => list(1)));
console.log(`\n${await curve('tokens upstream, list of 1', upTo(10, 100, 1000, 10_000), listed => ({ ...usual, listed }), () => list(1))}`);
console.log(`\n${await curve('tokens in the answer', upTo(1, 10, 100), () => usual, list)}`);
console.log(`\n${await curve('open requests, one more look', upTo(1, 100, 10_000, 100_000), open => ({ ...usual, open }), () => looked)}`);
console.log(`\n${await curve('open requests, the same create again', upTo(1, 100, 10_000, 100_000), open => ({ ...usual, open }), () => created(0))}`);
console.log(`\n${withHead(['idle', 'kB of each'], [['1,000 streams', await idle(1000, stream)], ['1,000 connections', await idle(1000, connection)]])}`);
