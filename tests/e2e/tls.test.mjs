// `serve --tls-cert --tls-key`: who comes over TLS is served as ever, and who does not is told.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { ask, makeCertificate, shake, use } from './lib/own_tls.mjs';
import { binary, runToEnd, until } from './lib/process.mjs';
import { modernRequest, RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const list = toolCall(1, 'tfy_access_tokens_list', {});

async function start(t, { hold = '0s' } = {}) {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold });
  const certificate = makeCertificate(world.folder, 'first');
  use(world, certificate);
  return { world, certificate, server: await world.serve() };
}

function post(world, server, message, { ca }, headers = {}) {
  const usual = new RawHttp(world, server.endpoint).headers(message);
  return ask(server.endpoint, { ca, method: 'POST', headers: { ...usual, ...headers }, body: JSON.stringify(message) });
}

const logged = (server, pattern) =>
  until(() => pattern.exec(server.process.stderr), {
    what: () => `${pattern} in:\n${server.process.stderr}`,
    change: look => server.process.watchers.add(look),
  });

/** Everything that comes on a plain connection after `bytes`. */
function sendRaw(url, bytes) {
  const { hostname, port } = new URL(url);
  return new Promise(resolve => {
    const socket = connect(port, hostname, () => socket.write(bytes));
    let text = '';
    socket.on('data', part => (text += part.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

test('who trusts the certificate is served, at addresses that begin with https', async t => {
  const { world, certificate, server } = await start(t);
  const { hostname, port } = new URL(server.endpoint);
  assert.equal(server.endpoint, `https://${hostname}:${port}/mcp`);
  assert.equal(server.page, `https://localhost:${port}/approvals`);
  assert.match(server.process.stdout, new RegExp(`claude mcp add --transport http tfy-pat-mcp https://${hostname}:${port}/mcp\n`));
  const listed = await post(world, server, list, certificate);
  assert.equal(listed.status, 200, listed.text);
  assert.match(listed.text, /"tokens"/);
  assert.equal((await ask(server.page, certificate)).status, 200);
  const elsewhere = await ask(`https://127.0.0.1:${port}/approvals`, certificate);
  assert.deepEqual([elsewhere.status, elsewhere.headers.location], [307, server.page]);
  for (const [origin, status] of [[`https://localhost:${port}`, 200], [`http://localhost:${port}`, 403]])
    assert.equal((await post(world, server, list, certificate, { origin })).status, status, origin);
  await assert.rejects(ask(server.page, {}), /self-signed certificate/);
});

test('attack: older versions, no TLS and no protocol at all are turned away, and others are served on', async t => {
  const { world, certificate, server } = await start(t);
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const { socket } = await shake(server.page, { ...certificate, minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  }
  for (const version of ['TLSv1', 'TLSv1.1'])
    await assert.rejects(
      shake(server.page, { ...certificate, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }),
      /alert protocol version/
    );
  const body = JSON.stringify(list);
  for (const plain of [`POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`, 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n']) {
    const answer = await sendRaw(server.page, plain);
    assert.match(answer, /^HTTP\/1\.1 400 [^]*"This address is served over TLS only\. Nothing was done\. Write https:\/\/ before it\."/);
  }
  for (const garbage of ['\0\0\0\0\0', '\x16\x03\x01\xff\xff'.padEnd(500, 'x'), 'get /\r\n\r\n', '\x80\x2e\x01\x00\x02'.padEnd(60, 'y')])
    assert.doesNotMatch(await sendRaw(server.page, Buffer.from(garbage, 'latin1')), /HTTP/);
  assert.equal((await post(world, server, list, certificate)).status, 200);
});

test('attack: hundreds of connections that say nothing are closed after ten seconds, and hurt no one', async t => {
  const { world, certificate, server } = await start(t);
  const { hostname, port } = new URL(server.page);
  const since = performance.now();
  const closes = [];
  const silent = first =>
    new Promise(resolve => {
      const socket = connect(port, hostname, () => {
        if (first) socket.write(first);
        resolve();
      });
      socket.on('error', () => {});
      closes.push(new Promise(done => socket.on('close', () => done(performance.now() - since))));
      socket.resume();
    });
  for (let i = 0; i < 300; ++i) await silent(i % 2 ? Buffer.from('\x16\x03\x01\x02\x00\x01', 'latin1') : null);
  for (let i = 0; i < 50; ++i) {
    const { socket, closed } = await shake(server.page, certificate);
    socket.on('error', () => {}).resume();
    closes.push(closed.then(() => performance.now() - since));
  }
  const opened = performance.now() - since;
  for (let i = 0; i < 20; ++i) assert.equal((await post(world, server, list, certificate)).status, 200);
  const took = await Promise.all(closes);
  assert.equal(took.length, 350);
  assert.ok(Math.min(...took) > 9000 && Math.max(...took) < opened + 30_000, `${Math.min(...took)} to ${Math.max(...took)} ms`);
});

test('SIGHUP brings a new certificate; a bad one changes nothing; what is open goes on', async t => {
  const { world, certificate, server } = await start(t, { hold: '60s' });
  await world.enrol();
  const shown = async ca => (await ask(server.page, ca)).certificate;
  const first = await shown(certificate);
  const waits = post(world, server, toolCall(7, 'tfy_access_tokens_create', { payload: { name: 'over-tls' } }), certificate);
  let pending = [];
  while (!pending.length) pending = JSON.parse((await world.terminal(['approvals', 'list', '--json'])).stdout).approvals;

  const other = makeCertificate(world.folder, 'second');
  copyFileSync(other.certFile, certificate.certFile); // and not its key
  server.process.child.kill('SIGHUP');
  await logged(server, /certificate was not reloaded: the one in force stays.*the key is not the one of the certificate\."/);
  assert.equal(await shown(certificate), first);
  chmodSync(certificate.keyFile, 0o644);
  server.process.child.kill('SIGHUP');
  await logged(server, /certificate was not reloaded.*other users may read \S+first\.key; run chmod 600 on it/);
  chmodSync(certificate.keyFile, 0o600);
  copyFileSync(other.keyFile, certificate.keyFile);
  server.process.child.kill('SIGHUP');
  await logged(server, /certificate was read anew/);
  assert.notEqual(await shown(other), first);
  await assert.rejects(shown(certificate), /self-signed certificate/);

  const decided = await world.decide(['approve', pending[0].id], ['over-tls', 'none']);
  assert.equal(decided.code, 0, decided.stderr);
  assert.match((await waits).text, /"executed"/);
});

test('a stop ends what is open in order', async t => {
  const { world, certificate, server } = await start(t);
  const idle = await shake(server.page, certificate);
  idle.socket.resume();
  const listen = modernRequest('listen', 'subscriptions/listen', { notifications: { resourcesListChanged: true } });
  const stream = await shake(server.page, certificate);
  let text = '';
  stream.socket.setEncoding('utf8').on('data', part => (text += part));
  const body = JSON.stringify(listen);
  const headers = Object.entries(new RawHttp(world, server.endpoint).headers(listen)).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.socket.write(`POST /mcp HTTP/1.1\r\nHost: localhost\r\n${headers.join('')}Content-Length: ${body.length}\r\n\r\n${body}`);
  await until(() => /text\/event-stream[^]*data: /.exec(text), { what: () => text, change: look => stream.socket.on('data', look) });
  const ends = [idle, stream].map(({ socket }) => new Promise(resolve => socket.once('end', resolve)));
  assert.deepEqual(await server.process.stop('SIGTERM'), { code: 0, signal: null });
  await Promise.all(ends);
  assert.match(text, /\r\n0\r\n\r\n$/);
});

const own = Object.values(networkInterfaces())
  .flat()
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

test('with keys and TLS of its own, serve listens on a network, and needs no proxy', { skip: own ? false : 'there is no other address' }, async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }) });
  const certificate = makeCertificate(world.folder, 'network', { names: `DNS:tfy.example.com,IP:${own}` });
  use(world, certificate);
  const keyFile = join(world.folder, 'ada.key');
  assert.equal((await runToEnd(binary, ['keys', 'create', '--for', 'ada', '--out', keyFile], { env: world.env })).code, 0);
  const server = world.spawn(['serve', '--listen', '0.0.0.0:0', '--callers', 'keys', '--public-url', 'https://tfy.example.com']);
  const [, port] = await server.says(/^Listening on: https:\/\/0\.0\.0\.0:(\d+)$/m);
  const at = { endpoint: `https://${own}:${port}/mcp` };
  const authorization = `Bearer ${readFileSync(keyFile, 'utf8').trim()}`;
  const asked = await post(world, at, list, certificate, { host: 'tfy.example.com', authorization });
  assert.equal(asked.status, 200, asked.text);
  assert.equal((await post(world, at, list, certificate, { host: 'tfy.example.com' })).status, 401);
  assert.equal((await post(world, at, list, certificate, { authorization })).status, 403, 'another Host');
});

test('the doctor reads the pair, and says when it ends and whom it names', async t => {
  const world = await World.start(t);
  const doctor = async (...args) => {
    const { findings } = JSON.parse((await runToEnd(binary, ['doctor', '--json', '--offline', ...args], { env: world.env })).stdout);
    const of = what => findings.find(each => each.what === what);
    return { certificate: of('TLS certificate'), serve: of('serve') };
  };
  assert.equal((await doctor()).certificate, undefined);
  const good = makeCertificate(world.folder, 'good');
  use(world, good);
  const fine = (await doctor()).certificate;
  assert.equal(fine.level, 'ok');
  assert.match(fine.why, /good\.crt names localhost and holds until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/);
  const elsewhere = (await doctor('--public-url', 'https://tfy.example.com')).certificate;
  assert.deepEqual([elsewhere.level, /does not name tfy\.example\.com/.test(elsewhere.why)], ['warning', true]);
  chmodSync(good.keyFile, 0o640);
  assert.match((await doctor()).certificate.why, /; the group of \S+good\.key may read the key\.$/);
  chmodSync(good.keyFile, 0o604);
  const open = await doctor();
  assert.deepEqual([open.serve.level, open.certificate], ['broken', undefined]);
  assert.match(open.serve.why, /other users may read \S+good\.key/);
  for (const [days, level, why] of [[7, 'warning', /ends soon, at /], [-1, 'broken', /ended at .*: clients refuse it/]]) {
    use(world, makeCertificate(world.folder, `ends-${days}`, { days }));
    const { certificate } = await doctor();
    assert.equal(certificate.level, level);
    assert.match(certificate.why, why);
  }
  const server = await world.serve();
  await logged(server, /the TLS certificate is over: clients refuse it/);
});

test('a pair that cannot be used is refused at the start, before anything is made', async t => {
  const world = await World.start(t);
  const [one, two] = [makeCertificate(world.folder, 'one'), makeCertificate(world.folder, 'two')];
  const empty = join(world.folder, 'empty');
  writeFileSync(empty, '', { mode: 0o600 });
  const pair = (cert, key) => ['--tls-cert', cert, '--tls-key', key];
  for (const [args, sentence] of [
    [['--tls-cert', one.certFile], /^--tls-key is missing: TLS needs a certificate and its key\. Give both, or neither\. Nothing was started\.$/],
    [['--tls-key', one.keyFile], /^--tls-cert is missing/],
    [pair(one.certFile, two.keyFile), /cannot be used: the key is not the one of the certificate\. Nothing was started\.$/],
    [pair(join(world.folder, 'none'), one.keyFile), /^--tls-cert: \S+none cannot be read: No such file or directory\. Nothing was started\.$/],
    [pair(one.certFile, join(world.folder, 'none')), /^--tls-key: \S+none cannot be read \(No such file or directory\)/],
    [pair(empty, one.keyFile), /cannot be used: the certificate's file holds no certificate in PEM \(-----BEGIN CERTIFICATE-----\)\. Nothing was started\.$/],
    [pair(one.certFile, empty), /the key's file holds no private key in PEM/],
    [[...pair(one.certFile, one.keyFile), '--public-url', 'http://localhost:8780'], /^--public-url is http, and with --tls-cert the port is served over TLS only/],
    [[...pair(one.certFile, one.keyFile), '--listen', '0.0.0.0:0'], /it cannot tell callers apart/],
  ]) {
    const done = await runToEnd(binary, ['serve', ...(args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']), ...args], { env: world.env });
    assert.equal(done.code, 1, done.stdout + done.stderr);
    assert.equal(done.stdout, '');
    const said = done.stderr.trim().replace(/^\S+: /, '');
    assert.match(said, sentence);
    const doctor = await runToEnd(binary, ['doctor', '--json', '--offline', ...args], { env: world.env });
    const found = JSON.parse(doctor.stdout).findings.find(({ what }) => what === 'serve');
    assert.deepEqual([found.level, found.why], ['broken', said.replace(/ Nothing was started\.$/, '')]);
  }
});
