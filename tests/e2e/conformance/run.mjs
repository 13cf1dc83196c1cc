// Runs the official conformance suites against the fixture server and against tfy-pat-mcp, and counts. The last line is
// 'N passed, N failed, N skipped'; ends with 1 where anything failed that expected_failures.json does not name.
// With arguments only the runs whose revision, server, suite or scenarios hold each of them: run.mjs fixture 2025-11-25
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { binary, Process } from '../lib/process.mjs';
import { runs } from './runs.mjs';
import { countScenario, summaryOf, tableOf, total } from './tally.mjs';

const fixture =
  process.env.TFY_CONFORMANCE_SERVER ??
  new URL('../../../build/dev/conformance_server', import.meta.url).pathname;
const limit = 240_000; // for one process of a suite
const folder = mkdtempSync(join(tmpdir(), 'tfy-conformance-'));

function startServer(server, home) {
  const env = { PATH: process.env.PATH, HOME: home, TFY_PAT_MCP_STATE_DIR: join(home, 'state') };
  return server === 'fixture'
    ? new Process(fixture, [], { env, cwd: home })
    : new Process(binary, ['serve', '--sandbox', '--listen', '127.0.0.1:0'], { env, cwd: home });
}

/** scenario → its checks, from the folder 'server-<scenario>-<time>' that the suite made for each. */
function readChecks(results) {
  const found = new Map();
  for (const name of readdirSync(results)) {
    const [, scenario] = /^server-(.+?)-\d{4}-\d\d-\d\dT[\dZ-]+$/.exec(name) ?? [];
    if (!scenario) continue;
    try {
      found.set(scenario, JSON.parse(readFileSync(join(results, name, 'checks.json'), 'utf8')));
    } catch {
      found.set(scenario, null); // it threw before it could write them
    }
  }
  return found;
}

const client = { name: 'tfy-conformance', version: '1.0.0' };

/** What a client of `revision` says first, and is answered with the server's capabilities. */
function opening(revision) {
  if (revision < '2026-07-28') {
    const params = { protocolVersion: revision, capabilities: {}, clientInfo: client };
    return { method: 'initialize', params, headers: {} };
  }
  const meta = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': client,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const method = 'server/discover';
  return {
    method,
    params: { _meta: meta },
    headers: { 'mcp-protocol-version': revision, 'mcp-method': method },
  };
}

/** Those of `capabilities` that the server does not offer to clients of `revision`. */
async function missing(url, revision, capabilities) {
  if (capabilities.length === 0) return [];
  const { method, params, headers } = opening(revision);
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result } = await answer.json();
  return capabilities.filter(capability => !(capability in result.capabilities));
}

/** scenario → its checks, of one process of the suite against the server at `url`. */
async function runSuite({ suite, revision, scenarios, args, needs }, url, home) {
  const absent = await missing(url, revision, needs);
  if (absent.length > 0) {
    const errorMessage = `the server does not offer ${absent.join(' and ')}`;
    return new Map(scenarios.map(id => [id, [{ id, status: 'SKIPPED', errorMessage }]]));
  }
  const results = join(home, 'results');
  mkdirSync(results);
  const command = [suite.program, 'server', '--url', url, ...args, '-o', results];
  const running = new Process(process.execPath, command, {
    env: { PATH: process.env.PATH, HOME: home },
    cwd: home,
  });
  const patience = setTimeout(() => running.stop('SIGKILL'), limit);
  await running.ended;
  clearTimeout(patience);
  const checks = readChecks(results);
  if (checks.size === 0) throw new Error(`the suite ran nothing:\n${running.stdout}${running.stderr}`);
  return checks;
}

/** The rows of one run, on a server of its own: a change that one run provokes must not be told to another. */
async function perform(run, number) {
  const home = join(folder, String(number));
  mkdirSync(home);
  const serving = startServer(run.server, home);
  let checks = new Map();
  let wrong;
  try {
    const [, url] = await serving.says(/^MCP endpoint: (\S+)\n/m);
    checks = await runSuite(run, url, home);
  } catch (error) {
    wrong = error.message;
  }
  const { code, signal } = await serving.stop();
  if (code !== 0) wrong ??= `it ended with ${signal ?? code}:\n${serving.stderr}`;
  if (wrong) checks.set('(the server)', [{ id: run.server, status: 'FAILURE', errorMessage: wrong }]);
  const { server, suite, revision } = run;
  return [...new Set([...run.scenarios, ...checks.keys()])].map(scenario =>
    countScenario({ server, suite: suite.name, revision, scenario, checks: checks.get(scenario) ?? null })
  );
}

/** Calls `work` on each, some at a time; results in the order of `all`. */
async function inParallel(all, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < all.length) {
      const mine = next++;
      results[mine] = await work(all[mine], mine);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  return results;
}

function chosen(words) {
  const describe = ({ revision, server, suite, scenarios }) =>
    [revision, server, suite.name, ...scenarios].join(' ');
  const all = runs().filter(run => words.every(word => describe(run).includes(word)));
  if (all.length === 0) throw new Error(`no run holds ${words.join(' and ')}`);
  return all;
}

function group(rows) {
  const tables = Map.groupBy(rows, row => `${row.revision} ${row.server} ${row.suite}`);
  return [...tables.keys()].sort().map(key => tables.get(key));
}

function print(tables, { stale, expected, warned, passed, failed, skipped }) {
  for (const rows of tables) for (const line of tableOf(rows)) console.log(line);
  for (const line of summaryOf(tables)) console.log(line);
  for (const entry of stale) console.log(`failed: expected to fail, and did not: ${JSON.stringify(entry)}`);
  if (expected) console.log(`${expected} failed as expected_failures.json says`);
  if (warned) console.log(`${warned} of the failed are warnings: the specification says SHOULD there`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
}

try {
  const words = process.argv.slice(2);
  const file = new URL('expected_failures.json', import.meta.url);
  const expectedFailures = words.length ? [] : JSON.parse(readFileSync(file, 'utf8'));
  const rows = (await inParallel(chosen(words), perform)).flat();
  const sums = total(rows, expectedFailures);
  print(group(rows), sums);
  process.exitCode = sums.failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
