// Creates under a standing permission, over HTTP, with the sandbox as control plane. Each is a request that is approved at
// once, a claim, a POST, a value that is kept and an outcome, and each of these is on the disk before the next one.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { Page } from '../e2e/lib/page.mjs';
import { asClient, built, inScratch, product, run, scratch, startHttp } from './processes.mjs';
import { call, headers, lua, post } from './requests.mjs';

const rules = `[limits]
open_requests = 100000
requests_per_minute = 1000000

[[rule]]
tools = ["tfy_access_tokens_create"]
says = "ask"
reveal = ["page"]
`;

/** Many calls of one caller may run at once, too. */
const limits = ['--caller-requests', '1000000', '--caller-calls', '1000'];
const placeholder = 'ci-NAME';
let series = 0;
/** No two of these have one name. */
const nextSeries = () => `ci-${Date.now().toString(36)}-${++series}-`;
const named = name => call('tfy_access_tokens_create', { payload: { name, expirationDate: '30 days' } });
const executed = '"status":"executed"';

/** A copy of the state directory `from` in which every caller on loopback may create: how `serve` is started on it. */
export async function makeCreates(from, settings) {
  const dir = inScratch('creates');
  run(['cp', '-a', from, dir]);
  const file = inScratch('creates.toml', rules);
  const command = [product, 'serve', ...settings, ...limits, '--policy', file, '--state-dir', dir, '--listen', '127.0.0.1:0'];
  await permit(command);
  // A person may permit 100 at the most: too few to measure.
  const database = new DatabaseSync(join(dir, 'ledger.db'));
  database.exec("UPDATE standing_permissions SET uses = 100000000, record = json_set(record, '$.uses', 100000000)");
  database.close();
  return command;
}

async function permit(command) {
  const server = await startHttp(command);
  const code = /^Sign-in code: (\S+)/m.exec(server.said())[1];
  const world = { fetch: globalThis, oneSignInAtATime: work => work() };
  const page = await Page.signIn(world, { page: `${server.url.replace('127.0.0.1', 'localhost')}/approvals`, code });
  const wish = { principal: 'http:loopback', names: 'ci-*', uses: 100, longest_life: '31d', lasts: '12h', destination: 'page' };
  const given = await page.request('POST', '/api/permissions', wish);
  if (given.status !== 201) throw new Error(given.text);
  await server.end();
}

function script(names) {
  const asked = named(placeholder);
  const [before, after] = JSON.stringify(asked).split(placeholder).map(lua);
  return [
    'wrk.method = "POST"',
    ...Object.entries(headers(asked)).map(([name, value]) => `wrk.headers[ ${lua(name)} ] = ${lua(value)}`),
    'made, refused, words = 0, 0, ""',
    `request = function() made = made + 1; return wrk.format(nil, nil, nil, ${before} .. ${lua(names)} .. made .. ${after}) end`,
    `response = function(status, headers, body) if not body:find(${lua(executed)}, 1, true) then refused = refused + 1; words = body end end`,
    'local threads = {}',
    'setup = function(thread) table.insert(threads, thread) end',
    'done = function() for _, each in ipairs(threads) do io.write("refused: " .. each:get("refused") .. " " .. each:get("words") .. "\\n") end end',
  ].join('\n');
}

const unit = { us: 0.001, ms: 1, s: 1000 };
const time = (text, name) => {
  const [, value, of] = new RegExp(`${name}\\s+([0-9.]+)(us|ms|s)`).exec(text);
  return Number(value) * unit[of];
};

/** { per_second, p50_ms, p99_ms } of `seconds` of creates, each of which has to succeed. */
export function createOverHttp(url, { connections, seconds }) {
  const file = inScratch('creates.lua', script(nextSeries()));
  const said = run(asClient(['wrk', '-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, '--latency', '--timeout', '60s', '-s', file, url]));
  if (/Non-2xx|Socket errors/.test(said) || !/^refused: 0 /m.test(said)) throw new Error(said);
  return { per_second: Number(/Requests\/sec:\s+([0-9.]+)/.exec(said)[1]), p50_ms: time(said, '50%'), p99_ms: time(said, '99%') };
}

/** { per_second, sync_us } of a bare loop: see ceiling_sqlite.cpp. */
export function bareSqlite(group, seconds) {
  const folder = mkdtempSync(join(scratch, 'ceiling-'));
  return JSON.parse(run([join(built, 'ceiling_sqlite'), folder, String(seconds), String(group)]));
}

/** `count` creates, `window` of them at once, in a server that `wrap` observes. */
export async function playCreates(command, wrap, count, window) {
  const server = await startHttp([...wrap, ...command]);
  const names = nextSeries();
  let next = 0;
  const one = async () => {
    while (next < count) {
      const answer = await post(`${server.url}/mcp`, named(names + ++next));
      if (!answer.includes(executed)) throw new Error(answer);
    }
  };
  await Promise.all(Array.from({ length: window }, one));
  await server.end();
}
