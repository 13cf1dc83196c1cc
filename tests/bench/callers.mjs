// ./dev bench callers: what it costs to know who calls, for each kind of credential, beside callers by loopback: processor
// time of the server a call, and how its memory grows; with --counts, instructions a call, which other work on the machine
// does not move. TrueFoundry is the tests' lab, over HTTP. See docs/performance.md.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

import { IdentityProvider, signed } from '../e2e/lib/identity_provider.mjs';
import { addClient, codeFor, postForm } from '../e2e/lib/oauth.mjs';
import { Page } from '../e2e/lib/page.mjs';
import { binary, runToEnd } from '../e2e/lib/process.mjs';
import { freePort } from '../e2e/lib/sockets.mjs';
import { rules, World } from '../e2e/lib/world.mjs';
import { memoryOf } from './load.mjs';
import { inScratch, startedForLong } from './processes.mjs';
import { call, post, wrkScript } from './requests.mjs';

const { values: chosen } = parseArgs({
  options: { calls: { type: 'string' }, counts: { type: 'boolean' }, kinds: { type: 'string', default: 'loopback,keys,oauth,issuer' } },
});
const calls = Number(chosen.calls ?? (chosen.counts ? 500 : 100_000));
const asked = call('tfy_access_tokens_list', { limit: 1 });
const limits = ['--caller-requests', '1000000', '--caller-calls', '1000'];

/** What a World ends with. */
const ending = [];
const scope = { after: work => ending.unshift(work) };

/** User and system time of a process so far, in seconds. */
function processorTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** `count` calls at least, by wrk: how many there were. The issuer is in this process, and answers meanwhile. */
async function load(url, count, authorization) {
  const script = inScratch('callers.lua', wrkScript(asked) + (authorization ? `\nwrk.headers["authorization"] = "${authorization}"` : ''));
  for (let done = 0; ; ) {
    const { stdout: said } = await promisify(execFile)('wrk', ['-t1', '-c16', '-d5s', '-s', script, url]);
    if (/Non-2xx|Socket errors/.test(said)) throw new Error(said);
    done += Number(/(\d+) requests in/.exec(said)[1]);
    if (done >= count) return done;
  }
}

/** A server, and the credential of one caller: {world, server, authorization}. */
const ways = {
  async loopback() {
    const world = await World.start(scope, { policy: rules({ assurance: null }) });
    return { server: await serve(world) };
  },
  async keys() {
    const world = await World.start(scope, { policy: rules({ assurance: null }) });
    const file = join(world.folder, 'ada.key');
    await runToEnd(binary, ['keys', 'create', '--for', 'ada', '--out', file], { env: world.env });
    return { server: await serve(world, 'keys'), authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` };
  },
  async oauth() {
    const world = await World.start(scope, { policy: rules({ assurance: null }) });
    await world.enrol();
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const server = await serve(world, 'oauth', port, '--public-url', origin);
    const client = await addClient(world, '--name', 'bench');
    const person = await Page.signIn(world, server);
    const given = await postForm(`${origin}/oauth/token`, await codeFor(person, origin, client));
    return { server, authorization: `Bearer ${given.body.access_token}` };
  },
  async issuer() {
    const world = await World.start(scope, { policy: rules({ assurance: null }) });
    const issuer = await IdentityProvider.start(scope, { alg: 'ES256' });
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const server = await serve(world, 'issuer', port, '--public-url', origin, '--issuer', issuer.issuer);
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer.issuer, aud: `${origin}/mcp`, sub: 'u-ada', client_id: 'bench', scope: 'tokens:read', iat: now, exp: now + 7200 };
    const token = signed(issuer.key, JSON.stringify({ alg: issuer.key.alg, typ: 'at+jwt', kid: issuer.key.kid }), JSON.stringify(claims));
    return { server, authorization: `Bearer ${token}` };
  },
};

async function serve(world, kind, port = 0, ...more) {
  const by = kind ? ['--callers', kind, ...limits] : [];
  const command = [binary, 'serve', '--listen', `127.0.0.1:${port}`, ...by, ...more];
  const counting = ['valgrind', '--tool=callgrind', `--callgrind-out-file=${inScratch(`${kind ?? 'loopback'}.callgrind`)}`];
  const [program, ...args] = chosen.counts ? [...counting, ...command] : command;
  const process = world.spawn(args, { ...world.env, ...startedForLong }, program);
  const [, endpoint] = await process.says(/^MCP endpoint: (\S+)\n/m);
  const [, page] = await process.says(/^Approvals page: (\S+)\n/m);
  return { process, endpoint, page };
}

/** Instructions of `count` calls, one after another. */
async function instructions(kind, { server, authorization }, count) {
  const control = option => execFileSync('callgrind_control', [option, String(server.process.child.pid)], { stdio: 'ignore' });
  const one = () => post(server.endpoint, asked, authorization ? { authorization } : {});
  for (let done = 0; done < 50; ++done) await one(); // until all is warm
  control('--zero');
  for (let done = 0; done < count; ++done) await one();
  control('--dump');
  const text = readFileSync(inScratch(`${kind}.callgrind.1`), 'utf8');
  return Number(/^(?:totals|summary): (\d+)$/m.exec(text)[1]);
}

const rows = [];
for (const kind of chosen.kinds.split(',')) {
  const way = await ways[kind]();
  const { server, authorization } = way;
  const { pid } = server.process.child;
  if (chosen.counts) {
    const cost = (await instructions(kind, way, calls)) / calls / 1000;
    rows.push({ kind, calls, 'thousand instructions a call': Math.round(cost), 'beside loopback': rows.length ? `${((cost / rows[0].cost - 1) * 100).toFixed(1)} %` : '', cost });
    continue;
  }
  await load(server.endpoint, calls / 20, authorization); // until all is warm
  const [time, memory] = [processorTime(pid), memoryOf(pid)];
  const done = await load(server.endpoint, calls, authorization);
  const cost = ((processorTime(pid) - time) / done) * 1e6;
  const grown = memoryOf(pid).private_dirty_kb - memory.private_dirty_kb;
  rows.push({ kind, calls: done, 'microseconds a call': Math.round(cost), 'beside loopback': rows.length ? `${((cost / rows[0].cost - 1) * 100).toFixed(1)} %` : '', 'grown, kB': grown, cost });
  process.stderr.write(`${kind}: ${done} calls\n`);
}
console.table(rows.map(({ cost, ...shown }) => shown));
for (const work of ending) await work();
