// The approvals page of `stdio --listen`: a container's port, published to the machine whose browser opens it. No container runs
// here: what is behind the image's name is started, and the page is reached by another address, with the Host that browsers send.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Page } from './lib/page.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { Receiver } from './lib/receiver.mjs';
import { freePort } from './lib/sockets.mjs';
import { statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const read = name => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const elsewhere =
  Object.values(networkInterfaces())
    .flat()
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.2';

/** The entry of the documents: what Docker is told, and what is behind the image's name. */
function documentedEntry() {
  const blocks = [...read('docs/hosts/claude-desktop.md').matchAll(/^```json\n([\s\S]*?)^```/gm)].map(found => JSON.parse(found[1]));
  const { args } = blocks.map(each => each.mcpServers['tfy-pat-mcp']).find(each => each.command === 'docker');
  const image = args.lastIndexOf('tfy-pat-mcp');
  return { args, docker: args.slice(0, image), behind: args.slice(image + 1) };
}

/** {status, text} of what comes to the port by another address than loopback, with the Host that a browser sends. */
function ask(port, path, { host = `127.0.0.1:${port}`, method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: elsewhere, port, path, method, headers: { ...headers, host } }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', piece => (text += piece));
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    asked.on('error', reject).end(body);
  });
}

class PublishedPage extends Page {
  async request(method, path, body) {
    const { origin, port, pathname } = new URL(this.address);
    const headers = { origin };
    if (this.key) headers['x-page-key'] = this.key;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await ask(port, pathname + path, { method, headers, body: body && JSON.stringify(body) });
    return { ...answer, body: answer.text.startsWith('{') ? JSON.parse(answer.text) : undefined };
  }
}

const create = (id, name) => toolCall(id, 'tfy_access_tokens_create', { payload: { name } });
const pageIn = result => new URL(/http:\/\/(localhost|127\.0\.0\.1):\d+\/approvals\/apr_\w+/.exec(textOf(result))[0]);

test('the documents, the Dockerfile and the image agree on one command', () => {
  const { args, docker, behind } = documentedEntry();
  for (const name of ['docs/operations.md', 'manifests/deploy/Dockerfile'])
    assert.ok(read(name).includes(`docker ${args.join(' ')}\n`), name);
  const [inside] = /^EXPOSE (\d+)$/m.exec(read('manifests/deploy/Dockerfile')).slice(1);
  assert.equal(docker[docker.indexOf('-p') + 1], `127.0.0.1:${inside}:${inside}`, 'published to the machine alone');
  assert.deepEqual(behind, ['stdio', '--listen', `0.0.0.0:${inside}`, '--public-url', `http://127.0.0.1:${inside}`]);
});

test('what the container runs: a call waits, its link is opened from the host, and the call is answered', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }) });
  world.env.TFY_PAT_MCP_ALLOWED_HOST = 'tfy.example.com'; // a setting of serve
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const peer = new RawStdio(world, () => world.spawn(documentedEntry().behind.map(each => each.replace('8780', port))));
  await peer.server.logs(/the approvals page is open/);
  assert.equal((await ask(port, '/approvals')).status, 200, 'it is there before any call');
  const other = createServer().listen(port, '::1');
  const [refused] = await once(other, 'error');
  assert.match(refused.code, /^(EADDRINUSE|EADDRNOTAVAIL|EAFNOSUPPORT)$/, 'no other program can be localhost at this port');

  const asked = (await peer.exchange(create(1, 'from-a-container'))).result;
  assert.equal(statusOf(asked), 'approval_pending', textOf(asked));
  assert.equal(pageIn(asked).origin, origin);
  assert.equal((await ask(port, pageIn(asked).pathname)).status, 200);

  const person = await PublishedPage.signIn(world, { page: `${origin}/approvals` });
  const [waiting] = await person.pending();
  assert.equal(waiting.facts.subject, 'from-a-container');
  await person.approved(waiting, { destination: 'none' });
  const done = (await peer.exchange(create(2, 'from-a-container'))).result;
  assert.equal(statusOf(done), 'executed', textOf(done));

  for (const host of ['tfy.example.com', `tfy.example.com:${port}`, `${elsewhere}:${port}`]) {
    const refused = await ask(port, '/approvals', { host });
    assert.equal(refused.status, 403, host);
    assert.match(refused.text, /start stdio with --listen and --public-url/);
    assert.doesNotMatch(refused.text, /--allowed-host/);
  }
  const call = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
  assert.equal((await ask(port, '/mcp', call)).status, 404, 'no calls come that way');
});

test('a second server with the same --listen has its page elsewhere, and its links lead there', async t => {
  const world = await World.start(t);
  const port = await freePort();
  const started = () => new RawStdio(world, () => world.spawn(['stdio', '--listen', `127.0.0.1:${port}`]));
  const first = started();
  await first.server.logs(/the approvals page is open/);
  const second = started();
  await second.server.logs(/the address of --listen is in use/);
  const [one, two] = [await first.exchange(create(1, 'one')), await second.exchange(create(1, 'two'))].map(({ result }) => pageIn(result));
  assert.equal(one.port, String(port));
  assert.notEqual(two.port, String(port));
  for (const page of [one, two]) assert.equal((await fetch(page)).status, 200, page.href);
});

test('if another program has the address of --listen, nothing leads a person to it', async t => {
  const world = await World.start(t);
  const told = await Receiver.listen(t);
  const secret = join(world.folder, 'webhook-secret');
  writeFileSync(secret, `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}\n`, { mode: 0o600 });
  appendFileSync(join(world.folder, 'policy.toml'), `\n[[webhook]]\nurl = "http://127.0.0.1:${told.port}/in"\nsecret_file = "${secret}"\nevents = ["requested"]\n`);
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address();
  const peer = new RawStdio(world, () => world.spawn(['stdio', '--listen', `127.0.0.1:${port}`, '--public-url', `http://localhost:${port}`]));
  await peer.server.logs(/the address of --listen is in use/);
  const page = pageIn((await peer.exchange(create(1, 'elsewhere'))).result);
  assert.notEqual(page.port, String(port));
  const notice = await told.event(({ type }) => type === 'approval.requested');
  assert.equal(notice.approval_url, page.href);
});

test('what would open the page to a network, or lead people past it, is refused, and nothing is started', async t => {
  const world = await World.start(t);
  const port = await freePort();
  const network = /^tfy-pat-mcp: stdio does not open the approvals page on \S+ for other machines: it has no TLS.* Nothing was started\./;
  const plain = /^tfy-pat-mcp: --public-url is http and not on this machine: .* Nothing was started\./;
  const noPath = /^tfy-pat-mcp: --public-url has a path, and .* Nothing was started\. Leave the path out/;
  const noTls = /^tfy-pat-mcp: --public-url is https, and stdio has no TLS: .* Nothing was started\. Write the address with http:\/\/;/;
  const rows = [
    [['--listen', `0.0.0.0:${port}`], network, 1],
    [['--listen', `[::]:${port}`], network, 1],
    [['--listen', `0.0.0.0:${port}`, '--public-url', 'https://tfy.example.com'], network, 1],
    [['--listen', `0.0.0.0:${port}`, '--public-url', 'http://tfy.example.com'], plain, 1],
    [['--listen', `127.0.0.1:${port}`, '--public-url', 'http://localhost.example.com'], plain, 1],
    [['--listen', `127.0.0.1:${port}`, '--public-url', `http://127.0.0.1:${port}/x`], noPath, 1],
    [['--listen', `127.0.0.1:${port}`, '--public-url', 'https://tfy.example.com/x'], noPath, 1],
    [['--listen', `127.0.0.1:${port}`, '--public-url', `https://127.0.0.1:${port}`], noTls, 1],
    [['--listen', `0.0.0.0:${port}`, '--public-url', `https://localhost:${port}/`], noTls, 1],
    [['--listen', 'nonsense'], /--listen must be an IP address and a port/, 2],
  ];
  for (const [args, sentence, code] of rows) {
    const done = await runToEnd(binary, ['stdio', ...args], { env: world.env });
    assert.equal(done.code, code, `${args}: ${done.stderr}`);
    assert.match(done.stderr, sentence, `${args}`);
    assert.equal(done.stdout, '');
    assert.ok(!existsSync(world.state), `${args}: the state directory was made`);
  }
  // The setting is for serve: a file or an environment that both read places no page.
  const env = { ...world.env, TFY_PAT_MCP_LISTEN: `0.0.0.0:${port}` };
  const done = await runToEnd(binary, ['stdio'], { env });
  assert.equal(done.code, 0, done.stderr);
  assert.doesNotMatch(done.stderr, /the approvals page is open/);
  assert.ok(existsSync(join(world.state, 'ledger.db')));
});
