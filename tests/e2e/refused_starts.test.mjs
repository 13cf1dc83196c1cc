// Starts that `serve` refuses: a sentence, exit 1, nothing listens, and the doctor says the same.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';

import { binary, runToEnd } from './lib/process.mjs';
import { freePort } from './lib/sockets.mjs';
import { World } from './lib/world.mjs';

const refuses = port =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(false));
    socket.on('error', () => resolve(true));
  });

test('off loopback, or with plain http in a public address, serve does not start', async t => {
  const world = await World.start(t);
  const port = await freePort();
  const everyone = /^serve does not listen on \S+: it cannot tell callers apart, so everyone who reaches that address would act with this server's key/;
  const bare = /^serve does not listen on \S+ without TLS: keys and values could be read on the way/;
  const either = /^--any-local-user goes with --callers loopback alone/;
  const keys = ['--callers', 'keys'];
  const plain = /^--public-url is http and not on this machine/;
  const rows = [
    [['--listen', `0.0.0.0:${port}`], everyone],
    [['--listen', `[::]:${port}`], everyone],
    [['--listen', `[::ffff:0.0.0.0]:${port}`], everyone],
    [['--listen', `10.0.0.7:${port}`, '--public-url', 'https://tfy.example.com'], everyone],
    [['--listen', `0.0.0.0:${port}`, '--sandbox'], everyone],
    [['--listen', `0.0.0.0:${port}`, ...keys], bare],
    [['--listen', `0.0.0.0:${port}`, ...keys, '--public-url', 'https://tfy.example.com'], bare],
    [['--listen', `0.0.0.0:${port}`, ...keys, '--trusted-proxy', '10.0.0.7'], bare],
    [['--listen', `0.0.0.0:${port}`, ...keys, '--trusted-proxy', '10.0.0.7', '--public-url', 'http://tfy.example.com'], bare],
    [['--listen', `127.0.0.1:${port}`, ...keys, '--any-local-user'], either],
    [['--listen', `127.0.0.1:${port}`, '--public-url', 'http://tfy.example.com'], plain],
    [['--listen', `127.0.0.1:${port}`, '--public-url', 'http://localhost.example.com'], plain],
  ];
  for (const [args, sentence] of rows) {
    const done = await runToEnd(binary, ['serve', ...args], { env: world.env });
    assert.equal(done.code, 1, `${args}: ${done.stdout}${done.stderr}`);
    assert.equal(done.stdout, '');
    assert.match(done.stderr.replace(/^\S+: /, ''), sentence, `${args}`);
    assert.ok(!existsSync(world.state), `${args}: the state directory was made`);
    assert.ok(await refuses(port), `${args}`);
    const doctor = await runToEnd(binary, ['doctor', '--json', ...args], { env: world.env });
    const of = what => JSON.parse(doctor.stdout).findings.filter(each => each.what === what);
    const [found] = of(sentence === plain ? 'public URL' : 'serve');
    assert.equal(found.level, 'broken', `${args}`);
    assert.match(found.why, sentence === plain ? /^http:\S+: sign-in codes can be read on the way, because it is not https\.$/ : sentence, `${args}`);
    if (sentence === plain) assert.deepEqual(of('serve'), [], 'it is told once');
  }
});

test('a start that may open too few files says so, however few they are', async t => {
  const world = await World.start(t);
  const start = most =>
    runToEnd('bash', ['-c', 'ulimit -n "$1"; exec "$2" stdio', '_', String(most), binary], { env: world.env });
  let refused = 0;
  for (let most = 6; most <= 30; most += 2) {
    const done = await start(most);
    if (done.code === 0) continue; // enough for a start
    refused += 1;
    assert.match(done.stderr, /open files/, `${most}: ${done.stderr}`);
    assert.doesNotMatch(done.stderr, /unforeseen|owns the state directory/, `${most}`);
  }
  assert.ok(refused > 0);
  assert.equal((await start(256)).code, 0);
});

/** Another program at `host`: {port, close}. */
async function squatter(host, port = 0) {
  const server = createServer(socket => socket.destroy());
  await new Promise((resolve, reject) => server.on('error', reject).listen(port, host, resolve));
  return { port: server.address().port, close: () => new Promise(resolve => server.close(resolve)) };
}

test('attack: a program at the other address of localhost is not let beside the page', async t => {
  const world = await World.start(t);
  for (const [mine, theirs] of [['127.0.0.1', '::1'], ['[::1]', '127.0.0.1'], ['127.0.0.2', '::1']]) {
    const other = await squatter(theirs);
    const args = ['--listen', `${mine}:${other.port}`];
    const done = await runToEnd(binary, ['serve', ...args], { env: world.env });
    assert.equal(done.code, 1, done.stdout);
    assert.equal(done.stdout, '');
    assert.match(done.stderr, new RegExp(`Another program listens on ${theirs} port ${other.port}\\. .*Nothing was started`));
    const doctor = await runToEnd(binary, ['doctor', '--json', ...args], { env: world.env });
    const found = JSON.parse(doctor.stdout).findings.find(each => each.what === 'serve');
    assert.equal(found.level, 'warning');
    assert.match(found.why, new RegExp(`something listens on \\[?${theirs}\\]?:${other.port} already`));
    await other.close();
  }
});

test('attack: beside a running page neither address can be taken', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const { port, hostname } = new URL(server.page);
  assert.equal(hostname, 'localhost');
  for (const host of ['127.0.0.1', '::1', '0.0.0.0', '::'])
    await assert.rejects(squatter(host, Number(port)), /EADDRINUSE/, host);
  for (const host of ['127.0.0.1', '[::1]']) {
    const answer = await fetch(`http://${host}:${port}/approvals/apr_a`, { redirect: 'manual' });
    assert.equal(answer.status, 307);
    assert.equal(answer.headers.get('location'), `http://localhost:${port}/approvals/apr_a`);
    assert.equal((await fetch(`http://${host}:${port}/approvals/api/session`)).status, 403);
  }
});

const noIpv6 = 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && ip link set lo up';
const room = ['--user', '--map-root-user', '--net'];
const skip = spawnSync('unshare', [...room, 'sh', '-c', noIpv6]).status === 0 ? false : 'no network namespaces here';

test('on a machine without IPv6 serve starts: nothing else can be localhost there', { skip }, async t => {
  const world = await World.start(t);
  const server = world.spawn([...room, 'sh', '-c', `${noIpv6} && exec '${binary}' serve --listen 127.0.0.1:0`], world.env, 'unshare');
  await server.says(/^Approvals page: http:\/\/localhost:\d+\/approvals\n/m);
});

test('a setting that is mistyped in the environment stops the start; what is like none of ours does not', async t => {
  const world = await World.start(t);
  const run = more => runToEnd(binary, ['stdio'], { env: { ...world.env, ...more }, input: '' });
  for (const [wrong, meant] of [
    ['TFY_PAT_MCP_READONLY', 'TFY_PAT_MCP_READ_ONLY'],
    ['TFY_PAT_MCP_POLCY', 'TFY_PAT_MCP_POLICY'],
    ['TFY_PAT_MCP_ACCESS_LOGS', 'TFY_PAT_MCP_ACCESS_LOG'], // of another command
  ]) {
    const done = await run({ [wrong]: 'true' });
    assert.equal(done.code, 2, done.stderr);
    assert.match(done.stderr, new RegExp(`The environment sets ${wrong}, which is no setting; did you mean ${meant}\\? Nothing was done\\.`));
  }
  const others = { TFY_PAT_MCP_SERVICE_HOST: '10.0.0.1', TFY_PAT_MCP_SERVICE_PORT: '80', TFY_PAT_MCP_PORT: 'tcp://10.0.0.1:80' };
  const ofAnother = { TFY_PAT_MCP_ACCOUNT: 'ops=tfy_key' };
  const done = await run({ ...others, ...ofAnother, TFY_PAT_MCP_PORT_80_TCP: 'tcp://10.0.0.1:80' }); // as Kubernetes sets them
  assert.equal(done.code, 0, done.stderr);
});

test('the same settings do not stop what does not listen there', async t => {
  const world = await World.start(t);
  world.env.TFY_PAT_MCP_LISTEN = '0.0.0.0:8780';
  const done = await runToEnd(binary, ['stdio'], { env: world.env, input: '' });
  assert.equal(done.code, 0, done.stderr);
});
