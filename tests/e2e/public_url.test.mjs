// The address that people come by: served, in every link, and named where a request is refused for its Host.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { binary, runToEnd } from './lib/process.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

/** With a Host of one's own, which fetch does not let through: {status, text}. */
function ask(port, path, { host, method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ port, path, method, headers: { ...headers, host } }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', piece => (text += piece));
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    asked.on('error', reject).end(body);
  });
}

async function served(t, publicUrl) {
  const world = await World.start(t);
  if (publicUrl) world.env.TFY_PAT_MCP_PUBLIC_URL = publicUrl;
  const server = await world.serve();
  const [, port] = publicUrl
    ? await server.process.says(/^Listening on: http:\/\/127\.0\.0\.1:(\d+)\n/m)
    : /:(\d+)\//.exec(server.endpoint);
  return { world, server, port };
}

test('the host and the origin of the public URL are served, and results lead there', async t => {
  const { world, server, port } = await served(t, 'https://tfy.example.com');
  assert.equal(server.endpoint, 'https://tfy.example.com/mcp');
  assert.equal(server.page, 'https://tfy.example.com/approvals');
  const headers = new RawHttp(world, server.endpoint).headers.bind({});
  for (const [host, origin] of [
    ['tfy.example.com', 'https://tfy.example.com'],
    ['tfy.example.com:443', 'https://tfy.example.com:443'],
    ['TFY.example.com', 'https://tfy.example.com'],
  ]) {
    const page = await ask(port, '/approvals', { host, headers: { origin } });
    assert.equal(page.status, 200, `${host} ${origin}: ${page.text.slice(0, 200)}`);
    const message = toolCall(1, 'tfy_access_tokens_create', { payload: { name: `at-${host.length}` } });
    const body = JSON.stringify(message);
    const asked = { host, method: 'POST', headers: { ...headers(message), origin }, body };
    asked.headers['content-length'] = Buffer.byteLength(body);
    const called = await ask(port, '/mcp', asked);
    assert.match(called.text, /https:\/\/tfy\.example\.com\/approvals\/apr_/);
    assert.ok(!called.text.includes(`127.0.0.1:${port}`), called.text);
  }
  assert.equal((await ask(port, '/approvals', { host: 'tfy.example.com', headers: { origin: 'https://tfy.example.com:8443' } })).status, 403);
});

test('a port in the public URL may be left out of Host, and stays in links and in the origin', async t => {
  const { port } = await served(t, 'https://tfy.example.com:8443');
  const at = (host, origin) => ask(port, '/approvals', { host, headers: { origin } });
  assert.equal((await at('tfy.example.com:8443', 'https://tfy.example.com:8443')).status, 200);
  assert.equal((await at('tfy.example.com', 'https://tfy.example.com:8443')).status, 200);
  assert.equal((await at('tfy.example.com', 'https://tfy.example.com')).status, 403);
});

test('a refusal for Host or Origin names the flag; probes are answered by any Host', async t => {
  const { port } = await served(t);
  const host = await ask(port, '/approvals', { host: 'tfy.example.com' });
  assert.equal(host.status, 403);
  assert.match(host.text, /--allowed-host NAME.*--public-url/);
  const origin = await ask(port, '/approvals', { host: 'localhost', headers: { origin: 'https://evil.example' } });
  assert.equal(origin.status, 403);
  assert.match(origin.text, /--allowed-origin/);
  for (const path of ['/livez', '/readyz', '/readyz?verbose'])
    assert.equal((await ask(port, path, { host: '10.0.0.7:8780' })).status, 200, path);
  assert.equal((await ask(port, '/livez', { host: '10.0.0.7', method: 'POST', headers: { 'content-length': '0' } })).status, 403);
  for (const path of ['/mcp', '/livez/../mcp', '/livezx'])
    assert.notEqual((await ask(port, path, { host: '10.0.0.7' })).status, 200, path);
});

test('the doctor compares the public URL, the hosts that are served and where serve listens', async t => {
  const world = await World.start(t);
  const found = async env => {
    const done = await runToEnd(binary, ['doctor', '--json'], { env: { ...world.env, ...env } });
    return JSON.parse(done.stdout).findings.find(each => each.what === 'public URL');
  };
  const rows = [
    [{}, 'ok', /not set: links use the address at which serve listens/],
    [{ TFY_PAT_MCP_PUBLIC_URL: 'https://tfy.example.com' }, 'ok', /Host tfy\.example\.com is served/],
    [{ TFY_PAT_MCP_LISTEN: '0.0.0.0:0' }, 'warning', /serve listens on 0\.0\.0\.0/],
    [{ TFY_PAT_MCP_ALLOWED_HOST: 'tfy.example.com' }, 'warning', /though tfy\.example\.com is served/],
    [{ TFY_PAT_MCP_PUBLIC_URL: 'http://tfy.example.com' }, 'broken', /not https/],
    [{ TFY_PAT_MCP_PUBLIC_URL: 'http://localhost:9999' }, 'warning', /port 9999 and serve listens on 8780/],
  ];
  for (const [env, level, why] of rows) {
    const finding = await found(env);
    assert.equal(finding?.level, level, JSON.stringify([env, finding]));
    assert.match(finding.why, why);
  }
});

/** Of a schema: what asserts that a value fits it. */
function fitting(schema) {
  const fits = addFormats(new Ajv({ strict: false })).compile(schema);
  return value => assert.ok(fits(value), JSON.stringify(fits.errors));
}

/** What a client reads, which has the address alone: {catalog, card}. */
async function discovered(t) {
  const { port } = await served(t, 'https://tfy.example.com');
  const read = async url => {
    const { host, pathname } = new URL(url);
    const { status, text } = await ask(port, pathname, { host, headers: { origin: 'https://any.example' } });
    assert.equal(status, 200, text);
    return JSON.parse(text);
  };
  const catalog = await read('https://tfy.example.com/.well-known/ai-catalog.json');
  return { catalog, card: await read(catalog.entries[0].url) };
}

test('from the address alone a client finds the catalog, by it the card, and by that the endpoint; without one there is neither', async t => {
  const { catalog, card } = await discovered(t);
  assert.equal(catalog.entries[0].type, 'application/mcp-server-card+json');
  assert.equal(card.remotes[0].url, 'https://tfy.example.com/mcp');
  assert.ok(card.remotes[0].supportedProtocolVersions.includes('2026-07-28'));
  const unknown = await served(t);
  for (const path of ['/.well-known/ai-catalog.json', '/mcp/server-card'])
    assert.equal((await ask(unknown.port, path, { host: `127.0.0.1:${unknown.port}` })).status, 404, path);
});

test('the catalog fits its schema', async t => {
  const fits = fitting(JSON.parse(readFileSync(new URL('schemas/ai-catalog-0.9.schema.json', import.meta.url), 'utf8')));
  const { catalog } = await discovered(t);
  fits(catalog);
  const [entry] = catalog.entries;
  for (const wrong of [{ ...catalog, more: 1 }, { ...catalog, entries: [{ ...entry, data: {} }] }, { ...catalog, entries: [{ ...entry, identifier: 'tfy' }] }])
    assert.throws(() => fits(wrong), JSON.stringify(wrong));
});

const schema = fileURLToPath(new URL('../../../shared/schemas/server-card/server-card.schema.json', import.meta.url));

test('the card fits its schema', { skip: !existsSync(schema) && `${schema} is not here` }, async t => {
  const { $defs } = JSON.parse(readFileSync(schema, 'utf8'));
  const fits = fitting({ $defs, $ref: '#/$defs/ServerCard' });
  const { card } = await discovered(t);
  fits(card);
  assert.throws(() => fits({ ...card, name: 'no-name-of-a-card' }));
});
