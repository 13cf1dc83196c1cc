// What a client can do to a server by its sockets alone: long bodies where none belong, urgent data, more connections
// than there are descriptors. None of it costs memory or time, and others go on being served.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { binary, Process, untilPolled } from './lib/process.mjs';
import { measured } from './lib/processor.mjs';
import { modernRequest, RawHttp, toolCall } from './lib/raw.mjs';
import { Socket } from './lib/sockets.mjs';
import { World } from './lib/world.mjs';

const residentKiB = server =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.process.child.pid}/status`, 'utf8'))[1]);

const descriptors = process => readdirSync(`/proc/${process.child.pid}/fd`).length;

/** The server answers /livez, again and again, and rests in between: who spins works whenever there is a processor. */
async function assertRests(server, alive) {
  const { could, worked } = await measured(server.process.child.pid, async () => {
    for (let answers = 0; answers < 50; ++answers) {
      alive.text = '';
      alive.socket.write(alive.head('GET', '/livez', {}));
      await alive.until(() => /^HTTP\/1\.1 200 [^]*\r\n\r\n\{[^]*\}/.test(alive.text), 'an answer');
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  });
  assert.ok(worked < could / 2, `it worked for ${worked} of ${could} ms`);
}

const mebibyte = 1024 * 1024;
const addresses = ['/approvals/api/sign-in', '/approvals', '/nothing', '/livez', '/readyz'];

test('a long body is refused at once where none belongs, whatever its framing, and is not kept', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const before = residentKiB(server);
  const sockets = [];
  for (let i = 0; i < 60; ++i) {
    const socket = await Socket.open(server.endpoint);
    const path = addresses[i % addresses.length];
    const chunked = i % 2 === 1;
    const framing = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': 4 * mebibyte };
    socket.socket.write(socket.head('POST', path, { 'content-type': 'application/json', ...framing }));
    const part = 'x'.repeat(3 * mebibyte);
    socket.socket.write(chunked ? `${(4 * mebibyte).toString(16)}\r\n${part}` : part);
    sockets.push(socket);
  }
  for (const socket of sockets) {
    await socket.until(() => socket.text.includes('\r\n\r\n'), 'an answer');
    assert.match(socket.text, /^HTTP\/1\.1 413 /);
    assert.match(socket.text, /connection: close/i);
    assert.match(socket.text, /longer than this address takes\. Nothing was done\. Send a shorter one\./);
  }
  const grown = residentKiB(server) - before;
  assert.ok(grown < 16 * 1024, `${sockets.length} bodies of 3 MiB: ${grown} KiB more`);
  for (const socket of sockets) socket.socket.destroy();
});

test('/mcp takes a long message, and only by POST', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const message = modernRequest(1, 'tools/list', { filler: 'x'.repeat(mebibyte) });
  const headers = new RawHttp(world, server.endpoint).headers(message);
  const socket = await Socket.open(server.endpoint);
  socket.post('/mcp', headers, JSON.stringify(message));
  await socket.until(() => socket.text.includes('\r\n\r\n'), 'an answer');
  assert.doesNotMatch(socket.text, /^HTTP\/1\.1 413 /);
  for (const method of ['GET', 'DELETE', 'OPTIONS']) {
    const other = await Socket.open(server.endpoint);
    other.socket.write(other.head(method, '/mcp', { ...headers, 'content-length': mebibyte }));
    assert.match(await other.toEnd(), /^HTTP\/1\.1 413 /, method);
  }
});

/** Sends a request, more than is read ahead of its answer, and one byte of urgent data; then keeps the connection. */
function urgentClient(t, port, request) {
  const script = `
    use Socket;
    socket(my $s, PF_INET, SOCK_STREAM, 0) or die $!;
    connect($s, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die $!;
    send($s, $ARGV[1], 0) or die $!;
    send($s, "x" x 65536, 0) or die $!;
    send($s, "!", MSG_OOB) or die $!;
    $| = 1; print "sent\\n";
    sysread(STDIN, my $end, 1);`;
  const child = spawn('perl', ['-e', script, String(port), request], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(child));
    child.once('exit', code => reject(new Error(`perl ended with ${code}`)));
  });
}

test('urgent data on a connection that waits costs no time', async t => {
  const world = await World.start(t, { hold: '60s' });
  const server = await world.serve();
  const message = toolCall(1, 'tfy_access_tokens_create', { payload: { name: 'is-urgent' } });
  const body = JSON.stringify(message);
  const alive = await Socket.open(server.endpoint);
  const headers = { ...new RawHttp(world, server.endpoint).headers(message), 'content-length': Buffer.byteLength(body) };
  await urgentClient(t, new URL(server.endpoint).port, alive.head('POST', '/mcp', headers) + body);
  await assertRests(server, alive);
});

test('without a free descriptor a caller is told to try again, is not called a stranger, and nothing spins', async t => {
  const world = await World.start(t);
  const process = new Process('bash', ['-c', 'ulimit -n 48; exec "$1" serve --listen 127.0.0.1:0', '_', binary], {
    env: world.env,
  });
  world.processes.push(process);
  const [, endpoint] = await process.says(/^MCP endpoint: (\S+)\n/m);
  const server = { process, endpoint };
  const message = modernRequest(1, 'tools/list');
  const caller = await Socket.open(endpoint);
  const alive = await Socket.open(endpoint);
  const idle = [];
  for (let i = 0; i < 80; ++i) idle.push(await Socket.open(endpoint));
  t.after(() => idle.forEach(each => each.socket.destroy()));
  await untilPolled(() => descriptors(process) >= 48, {
    what: () => `48 descriptors; there are ${descriptors(process)}`,
  });
  await assertRests(server, alive);
  caller.post('/mcp', new RawHttp(world, endpoint).headers(message), JSON.stringify(message));
  await caller.until(() => caller.text.includes('\r\n\r\n'), 'an answer');
  assert.match(caller.text, /^HTTP\/1\.1 503 /);
  assert.match(caller.text, /retry-after: 1/i);
  for (const each of idle.splice(0)) each.socket.destroy();
  await untilPolled(async () => {
    const again = await Socket.open(endpoint);
    again.post('/mcp', new RawHttp(world, endpoint).headers(message), JSON.stringify(message));
    await again.until(() => again.text.includes('\r\n\r\n'), 'an answer');
    again.socket.destroy();
    return again.text.startsWith('HTTP/1.1 200 ');
  }, { what: () => 'a caller to be let in again' });
});
