// On loopback a caller's socket belongs to the server's account or to root; --any-local-user lifts that.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

import { RawHttp, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const nobody = 65534;
const skip = process.getuid() === 0 ? false : 'only root can act as another account';

/** A program of another account: sends the bytes, and prints what comes back; `leaves`: closes at once instead. */
function foreign(port, bytes, leaves = false) {
  const script = `
    const socket = require('node:net').connect(${port}, '127.0.0.1', () => {
      socket.write(Buffer.from(process.argv[1], 'base64'), () => ${leaves} && process.exit(0));
    });
    socket.on('data', piece => process.stdout.write(piece)).on('error', () => {});
    socket.on('end', () => process.exit(0));`;
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['-e', script, Buffer.from(bytes).toString('base64')], {
      uid: nobody,
      gid: nobody,
      cwd: '/',
      env: {},
    });
    let out = '';
    child.stdout.on('data', piece => (out += piece));
    child.on('error', error => resolve(String(error)));
    child.on('close', () => resolve(out));
  });
}

function request(world, server, message) {
  const body = JSON.stringify(message);
  const headers = new RawHttp(world, server.endpoint).headers.call({}, message);
  const { host, port } = new URL(server.endpoint);
  const lines = Object.entries({ host, connection: 'close', ...headers, 'content-length': Buffer.byteLength(body) });
  return [Number(port), `POST /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`];
}

test('another account of this machine gets 403 and no tool runs, also if it closes at once', { skip }, async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const [port, bytes] = request(world, server, toolCall(1, 'tfy_access_tokens_list', {}));
  const before = (await world.upstreamLog()).length;
  const answer = await foreign(port, bytes);
  assert.match(answer, /^HTTP\/1\.1 403 /);
  assert.match(answer, /--any-local-user/);
  for (let time = 0; time < 20; ++time) await foreign(port, bytes, true);
  assert.equal((await world.upstreamLog()).length, before);
  assert.match(await foreign(port, `GET /livez HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: close\r\n\r\n`), /^HTTP\/1\.1 200 /);
});

test('--any-local-user lets it in', { skip }, async t => {
  const world = await World.start(t);
  world.env.TFY_PAT_MCP_ANY_LOCAL_USER = 'true';
  const server = await world.serve();
  const [port, bytes] = request(world, server, toolCall(1, 'tfy_access_tokens_list', {}));
  assert.match(await foreign(port, bytes), /^HTTP\/1\.1 200 /);
});
