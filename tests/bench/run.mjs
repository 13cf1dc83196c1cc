// ./dev bench: the server against the machine's own limit and against the official TypeScript SDK, in turns, and what one
// call costs in counts. See docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { countCall, countStart, syncsOfCreates } from './counts.mjs';
import { bareSqlite, createOverHttp } from './creates.mjs';
import { memoryOf, overHttp } from './load.mjs';
import { built, here, inScratch, overStdio, peer, startHttp } from './processes.mjs';
import { table } from './report.mjs';
import { call, line, post, request } from './requests.mjs';
import { known, listed, makeState } from './state.mjs';

const { values: chosen } = parseArgs({
  options: {
    check: { type: 'boolean' },
    counts: { type: 'boolean' },
    creates: { type: 'boolean' },
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
  },
});
const rounds = Number(chosen.rounds);
const seconds = Number(chosen.seconds);

const one = call('tfy_access_tokens_list', { limit: 1 });
const hundred = call('tfy_access_tokens_list', { limit: 100 });
const asked = { one, hundred, tools: request('tools/list'), discover: request('server/discover') };
const expect = '"resultType":"complete"';

const log = text => process.stderr.write(`${text}\n`);

log(`making a state: ${known} tokens known, ${listed} listed`);
const state = makeState();
const lines = Object.fromEntries(Object.entries(asked).map(([name, each]) => [name, inScratch(`${name}.json`, line(each))]));

/** The product's answers, which the ceilings and the peer repeat. */
async function keepAnswers() {
  const server = await startHttp(state.http);
  const files = {};
  for (const name of ['one', 'hundred']) files[name] = inScratch(`${name}.answer`, `${await post(`${server.url}/mcp`, asked[name])}\n`);
  await server.end();
  return files;
}

/** Each of `subjects` in turn, as often as there are rounds: name → list of what was measured. */
async function inTurns(subjects) {
  const results = Object.fromEntries(subjects.map(each => [each.name, []]));
  for (let round = 0; round < rounds; ++round) for (const each of subjects) results[each.name].push(await each.measure());
  return results;
}

async function ratiosOfHttp(answers) {
  const servers = {
    ours: await startHttp(state.http),
    ceiling_one: await startHttp([join(built, 'ceiling_http'), answers.one]),
    ceiling_hundred: await startHttp([join(built, 'ceiling_http'), answers.hundred]),
    peer: await startHttp(peer('http', answers.one)),
  };
  const idle = memoryOf(servers.ours.pid);
  const subject = (name, server, what, connections) => ({
    name,
    measure: () => overHttp(`${servers[server].url}/mcp`, asked[what], { connections, seconds }),
  });
  const rows = [];
  for (const [what, connections, withPeer] of [['one', 1], ['one', 64, true], ['one', 256], ['hundred', 64]]) {
    log(`HTTP: list of ${what}, ${connections} connections`);
    const subjects = [subject('ours', 'ours', what, connections), subject('ceiling', `ceiling_${what}`, what, connections)];
    if (withPeer) subjects.push(subject('peer', 'peer', what, connections));
    rows.push({ name: `HTTP, list of ${what}, ${connections} at once`, ...(await inTurns(subjects)) });
  }
  const after = memoryOf(servers.ours.pid);
  for (const server of Object.values(servers)) await server.end();
  return { rows, memory: { idle, after } };
}

async function ratiosOfStdio(answers) {
  const rows = [];
  for (const [what, window, withPeer] of [['one', 1, true], ['one', 32, true], ['hundred', 1]]) {
    log(`stdio: list of ${what}, ${window} at once`);
    const subject = (name, command) => ({ name, measure: async () => overStdio(command, lines[what], { seconds, window, expect }) });
    const subjects = [subject('ours', state.stdio), subject('ceiling', [join(built, 'ceiling_stdio'), answers[what]])];
    if (withPeer) subjects.push(subject('peer', peer('stdio', answers[what])));
    rows.push({ name: `stdio, list of ${what}, ${window} at once`, ...(await inTurns(subjects)) });
  }
  return rows;
}

async function ratiosOfCreates() {
  const server = await startHttp(await state.creates());
  const rows = [];
  for (const connections of [1, 64]) {
    log(`creates, ${connections} at once`);
    const ours = { name: 'ours', measure: () => createOverHttp(`${server.url}/mcp`, { connections, seconds }) };
    const ceiling = { name: 'ceiling', measure: () => bareSqlite(connections, seconds) };
    rows.push({ name: `${connections} at once`, ...(await inTurns([ours, ceiling])) });
  }
  await server.end();
  return rows;
}

/** Second starts: the state directory is there. */
async function starts(answers) {
  log('start to first answer');
  const fresh = state.fresh('fresh');
  const subject = (name, command) => ({
    name,
    measure: async () => {
      const times = Array.from({ length: 10 }, () => overStdio(command, lines.tools, { calls: 1, expect: '' }).first_us);
      return { first_us: times.sort((a, b) => a - b)[5] };
    },
  });
  return inTurns([
    subject('ours', fresh),
    subject('ceiling', [join(built, 'ceiling_stdio'), answers.one]),
    subject('peer', peer('stdio', answers.one)),
  ]);
}

/** How many calls the short and the long run make: few where one call is long work. */
const some = [20, 60];
const few = [4, 12];

async function counts(only) {
  const counted = {};
  const note = async (name, made) => {
    log(`counting: ${name}`);
    counted[name] = await made();
  };
  const stdio = (what, runs, command = state.stdio) => () => countCall('stdio', runs, command, lines[what], expect);
  const creating = await state.creates();
  await note('HTTP, create under a standing permission', () => countCall('creates', few, creating));
  await note('the same, 64 at once', () => syncsOfCreates(creating, 64));
  if (only === 'creates') return counted;
  await note('stdio, list of one', stdio('one', few));
  await note('stdio, list of hundred', stdio('hundred', few));
  await note('stdio, list of one, eight upstream', stdio('one', some, state.fresh('fresh')));
  await note('stdio, tools/list', stdio('tools', some));
  await note('stdio, server/discover', stdio('discover', some));
  await note('HTTP, list of one', () => countCall('http', few, state.http, one));
  await note('HTTP, server/discover', () => countCall('http', some, state.http, asked.discover));
  await note('start', async () => countStart(state.fresh('fresh'), lines.tools, expect));
  return counted;
}

/** What is over its budget, in words. `budgets.json` holds the most that each count may be, with 3 % for what no run repeats. */
function overBudget(counted, only) {
  const budgets = JSON.parse(readFileSync(join(here, 'budgets.json'), 'utf8'));
  const found = [];
  for (const [name, budget] of Object.entries(budgets).filter(([name]) => !only || counted[name]))
    for (const [count, most] of Object.entries(budget))
      if (!(counted[name]?.[count] <= most * 1.03)) found.push(`${name}: ${counted[name]?.[count]} ${count}, of ${most}`);
  return found;
}

const report = { machine: { rounds, seconds } };
const answers = await keepAnswers();
// One start before anything is counted, so that the state directory of the starts is there.
overStdio(state.fresh('fresh'), lines.tools, { calls: 1, expect });
if (!chosen.counts) report.creates = await ratiosOfCreates();
if (!chosen.counts && !chosen.creates) {
  const http = await ratiosOfHttp(answers);
  report.ratios = [...http.rows, ...(await ratiosOfStdio(answers))];
  report.starts = await starts(answers);
  report.memory = http.memory;
}
if (chosen.counts || chosen.check) report.counts = await counts(chosen.creates && 'creates');
console.log(table(report));
if (chosen.json) writeFileSync(chosen.json, JSON.stringify(report, null, 2));
if (chosen.check) {
  const over = overBudget(report.counts, chosen.creates);
  console.log(over.length === 0 ? 'Every count is within its budget.' : `Over budget:\n${over.join('\n')}`);
  process.exitCode = over.length === 0 ? 0 : 1;
}
