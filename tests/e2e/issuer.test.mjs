// `serve --callers issuer`: callers show access tokens of an outside authorization server.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { IdentityProvider, signed, signedByPublicKey } from './lib/identity_provider.mjs';
import { binary, runToEnd, until } from './lib/process.mjs';
import { modernRequest, modernVersion, RawHttp, toolCall } from './lib/raw.mjs';
import { freePort } from './lib/sockets.mjs';
import { rules, World } from './lib/world.mjs';

const createTool = 'tfy_access_tokens_create';
const list = toolCall(1, 'tfy_access_tokens_list', {});
const all = 'tokens:read tokens:request';
const seconds = () => Math.floor(Date.now() / 1000);

async function start(t, { hold = '0s', alg = 'ES256', args = [] } = {}) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold });
  const issuer = await IdentityProvider.start(t, { alg });
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  Object.assign(world.env, { TFY_PAT_MCP_CALLERS: 'issuer', TFY_PAT_MCP_ISSUER: issuer.issuer, TFY_PAT_MCP_PUBLIC_URL: origin });
  const process = world.spawn(['serve', '--listen', `127.0.0.1:${port}`, ...args]);
  await process.says(/^MCP endpoint: (\S+)$/m);
  const resource = `${origin}/mcp`;
  const claims = { iss: issuer.issuer, aud: resource, sub: 'u-ada', client_id: 'cursor', scope: all, iat: seconds(), exp: seconds() + 300 };
  /** Signed by the issuer's key of the moment. */
  const token = (more = {}, header = {}) =>
    signed(issuer.key, JSON.stringify({ alg: issuer.key.alg, typ: 'at+jwt', kid: issuer.key.kid, ...header }), JSON.stringify({ ...claims, ...more }));
  return { world, issuer, server: { process, endpoint: resource }, origin, claims, token };
}

const bearer = token => ({ authorization: `Bearer ${token}` });

async function post({ world, server }, message, headers = {}) {
  const usual = new RawHttp(world, server.endpoint).headers(message);
  const answer = await fetch(server.endpoint, { method: 'POST', headers: { ...usual, ...headers }, body: JSON.stringify(message) });
  return { status: answer.status, challenge: answer.headers.get('www-authenticate'), headers: answer.headers, text: await answer.text() };
}

async function requests(world) {
  return JSON.parse((await world.terminal(['approvals', 'list', '--json', '--all'])).stdout).approvals;
}

for (const alg of ['RS256', 'ES256'])
  test(`${alg}: an official client calls with the issuer's token, and its requests belong to subject and client`, async t => {
    const house = await start(t, { alg });
    const client = new Client({ name: 'tfy-e2e', version: '1' }, { versionNegotiation: { mode: { pin: modernVersion } } });
    house.world.clients.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL(house.server.endpoint), { fetch: house.world.fetch.call, requestInit: { headers: bearer(house.token()) } }));
    const { structuredContent } = await client.callTool({ name: createTool, arguments: { payload: { name: 'by-token' } } });
    assert.equal(structuredContent.status, 'approval_pending');
    const [row] = await requests(house.world);
    assert.deepEqual([row.call.caller.principal, row.call.caller.person ?? ''], ['issuer:u-ada/cursor', '']);
    for (const other of [{ sub: 'u-bob' }, { client_id: 'vscode' }]) {
      const asked = await post(house, toolCall(2, 'tfy_approvals_get', { approval_id: structuredContent.approval_id }), bearer(house.token(other)));
      assert.match(asked.text, /"not_found"/);
    }
    assert.deepEqual([house.issuer.count('/.well-known/openid-configuration'), house.issuer.count('/keys')], [1, 1]);
  });

test('without a token a client learns where to get one; the metadata is the same at both addresses', async t => {
  const house = await start(t);
  const { origin, issuer } = house;
  const none = await post(house, list);
  assert.equal(none.status, 401);
  assert.equal(none.challenge, `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp", scope="${all}"`);
  const texts = await Promise.all(['', '/mcp'].map(async path => (await fetch(`${origin}/.well-known/oauth-protected-resource${path}`)).text()));
  assert.equal(texts[0], texts[1]);
  const said = JSON.parse(texts[0]);
  assert.deepEqual([said.resource, said.authorization_servers, said.scopes_supported], [house.server.endpoint, [issuer.issuer], all.split(' ')]);
  assert.match(house.server.process.stdout, new RegExp(`Each caller shows an access token of ${issuer.issuer} for this endpoint`));
  assert.match(house.server.process.stdout, new RegExp(`claude mcp add --transport http tfy-pat-mcp ${house.server.endpoint}\n`));
  assert.equal(issuer.asked.length, 0, 'nothing is fetched for no one');
});

test('attack: tokens that do not hold are 401 in the same words, and nothing of them goes upstream', async t => {
  const house = await start(t, { alg: 'RS256', args: ['--caller-requests', '1000'] });
  const { world, issuer, token, claims } = house;
  assert.equal((await post(house, list, bearer(token()))).status, 200);
  const before = (await world.upstreamLog()).length;
  const sockets = [];
  const trap = createServer((request, response) => response.end('{"keys":[]}'));
  trap.on('connection', socket => sockets.push(socket));
  await new Promise(resolve => trap.listen(0, '127.0.0.1', resolve));
  t.after(() => trap.close());
  const evil = `http://127.0.0.1:${trap.address().port}/keys`;
  const other = await IdentityProvider.start(t, { alg: 'RS256' });
  other.key.kid = issuer.key.kid;
  const header = { alg: 'RS256', typ: 'at+jwt', kid: issuer.key.kid };
  const by = (key, more = {}, said = claims) => signed(key, JSON.stringify({ ...header, ...more }), JSON.stringify(said));
  const good = token();
  const [head, body, tail] = good.split('.');
  const bad = {
    'alg none': `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${body}.`,
    'HMAC with the public key': signedByPublicKey(issuer.key, JSON.stringify(claims)),
    'another issuer’s key under our kid': by(other.key),
    'another issuer': by(issuer.key, {}, { ...claims, iss: other.issuer }),
    'a slash at the issuer': by(issuer.key, {}, { ...claims, iss: `${issuer.issuer}/` }),
    'the origin only': by(issuer.key, {}, { ...claims, aud: house.origin }),
    'no audience': by(issuer.key, {}, { ...claims, aud: undefined }),
    'an ID token': by(issuer.key, { typ: 'JWT' }),
    'attacker’s key in the header': by(other.key, { jwk: other.key.published, jku: evil, x5u: evil, x5c: ['MII='] }),
    'jku alone': by(other.key, { jku: evil, kid: 'made-up' }),
    crit: by(issuer.key, { crit: ['b64'], b64: false }),
    'two parts': `${head}.${body}`,
    'four parts': `${good}.x`,
    padding: `${head}=.${body}.${tail}`,
    over: by(issuer.key, {}, { ...claims, exp: seconds() - 61 }),
    'no end': by(issuer.key, {}, { ...claims, exp: undefined }),
    'no subject': by(issuer.key, {}, { ...claims, sub: undefined }),
    'no client': by(issuer.key, {}, { ...claims, client_id: undefined }),
    'a key of this server’s': `tpm_k_${'A'.repeat(57)}`,
    'the server’s own TrueFoundry key': world.env.TFY_API_KEY,
    'a JWT of TrueFoundry': `${head}.${Buffer.from(JSON.stringify({ iss: 'truefoundry', sub: 'x' })).toString('base64url')}.${tail}`,
  };
  let words;
  let address = 0;
  for (const [name, shown] of Object.entries(bad)) {
    // Each as from its own address, or the eleventh would be told to wait.
    const answer = await post(house, list, { ...bearer(shown), 'x-forwarded-for': `10.0.0.${++address}` });
    if (answer.status === 429) assert.ok(address > 10, name);
    else {
      assert.equal(answer.status, 401, name);
      words ??= answer.text;
      assert.equal(answer.text, words, name);
      assert.match(answer.challenge, /^Bearer resource_metadata="[^"]+", error="invalid_token", error_description="[^"]+", scope="/);
    }
  }
  assert.ok(address > 10 && (await post(house, list, bearer(good))).status === 429, 'a foreign address is not believed');
  assert.equal(sockets.length, 0);
  assert.equal((await world.upstreamLog()).length, before);
  const said = await until(() => /access token of the issuer was refused.*it was made for someone else/.exec(house.server.process.stderr), { what: () => house.server.process.stderr, change: look => house.server.process.watchers.add(look) });
  assert.ok(said);
  assert.ok(!house.server.process.stderr.includes(tail));
});

test('the way a token is shown: once, in its header, in any case', async t => {
  const house = await start(t);
  const { token, server } = house;
  for (const authorization of [`bearer ${token()}`, `BEARER \t ${token()}`]) assert.equal((await post(house, list, { authorization })).status, 200);
  for (const authorization of [`Basic ${token()}`, 'Bearer', `Bearer ${token()}, Bearer ${token()}`])
    assert.ok([400, 401].includes((await post(house, list, { authorization })).status), authorization);
  const usual = new RawHttp(house.world, server.endpoint).headers(list);
  const elsewhere = (url, headers, body) => fetch(url, { method: 'POST', headers: { ...usual, ...headers }, body });
  const body = JSON.stringify(list);
  assert.equal((await elsewhere(`${server.endpoint}?access_token=${token()}`, {}, body)).status, 401);
  assert.equal((await elsewhere(server.endpoint, { cookie: `access_token=${token()}` }, body)).status, 401);
  assert.equal((await elsewhere(server.endpoint, { 'content-type': 'application/x-www-form-urlencoded' }, `access_token=${token()}`)).status, 401);
});

test('with tokens:read alone one reads; what asks for a change gets 403 with all scopes, and opens nothing', async t => {
  const house = await start(t);
  const reads = bearer(house.token({ scope: 'tokens:read profile' }));
  assert.equal((await post(house, list, reads)).status, 200);
  for (const [message, headers] of [
    [toolCall(2, createTool, { payload: { name: 'not-asked' } }), reads],
    [list, bearer(house.token({ scope: 'profile' }))],
  ]) {
    const refused = await post(house, message, headers);
    assert.equal(refused.status, 403, refused.text);
    assert.match(refused.challenge, new RegExp(`^Bearer resource_metadata="[^"]+", error="insufficient_scope", scope="${all}"$`));
    assert.equal(JSON.parse(refused.text).error, 'insufficient_scope');
  }
  assert.deepEqual(await requests(house.world), []);
});

test('attack: a thousand made-up names of keys, odd ones among them, cause no fetch within a minute', async t => {
  const house = await start(t);
  const { issuer, token } = house;
  assert.equal((await post(house, list, bearer(token()))).status, 200);
  assert.equal(issuer.count('/keys'), 1);
  for (let i = 0; i < 1000; i += 50)
    await Promise.all(
      Array.from({ length: 50 }, async (_, j) => {
        const kid = ['../../keys', "' OR 1=1", 'x'.repeat(300)][(i + j) % 7] ?? `made-up-${i + j}`;
        assert.ok([401, 429].includes((await post(house, list, bearer(token({}, { kid })))).status));
      })
    );
  assert.equal(issuer.count('/keys'), 1, 'the keys were read less than a minute ago');
});

const answers = {
  redirects: (request, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  'is HTML': (request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  'has 300 kB': (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`),
  hangs: () => {},
  'has no key that can be used': (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"key-1"}]}'),
  'answers 500': (request, response) => response.writeHead(500).end(),
};

for (const [what, answer] of Object.entries(answers))
  test(`attack: while the set of keys ${what}, the answer is 503, and never 200`, async t => {
    const house = await start(t);
    house.issuer.faults.at = { '/keys': answer };
    const refused = await post(house, list, bearer(house.token()));
    assert.equal(refused.status, 503, refused.text);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal(house.issuer.count('/elsewhere'), 0);
    const doctor = await runToEnd(binary, ['doctor', '--json'], { env: house.world.env });
    const found = JSON.parse(doctor.stdout).findings.find(each => each.what === 'issuer');
    assert.equal(found.level, 'broken');
    assert.match(found.why, /cannot be used: .*Callers with its tokens get 503/);
  });

test('an issuer that names itself otherwise is not believed; one by RFC 8414 alone is', async t => {
  const house = await start(t);
  const { issuer } = house;
  issuer.faults.metadata = { issuer: 'http://127.0.0.1:1' };
  assert.equal((await post(house, list, bearer(house.token()))).status, 503);
  assert.equal(issuer.count('/keys'), 0);
  const other = await start(t);
  other.issuer.faults.at = {
    '/.well-known/openid-configuration': (request, response) => response.writeHead(404).end(),
    '/.well-known/oauth-authorization-server': (request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ issuer: other.issuer.issuer, jwks_uri: `${other.issuer.issuer}/keys` })),
  };
  assert.equal((await post(other, list, bearer(other.token()))).status, 200);
  const doctor = await runToEnd(binary, ['doctor', '--json'], { env: other.world.env });
  const found = JSON.parse(doctor.stdout).findings.find(each => each.what === 'issuer');
  assert.deepEqual([found.level, found.why], ['ok', `${other.issuer.issuer} names itself so; keys that can be used: 1. Its tokens must be for ${other.server.endpoint}.`]);
});

test('a stream ends with the token that opened it', async t => {
  const house = await start(t);
  const listen = modernRequest('listen', 'subscriptions/listen', { notifications: { resourcesListChanged: true } });
  const answer = await fetch(house.server.endpoint, {
    method: 'POST',
    headers: { ...new RawHttp(house.world, house.server.endpoint).headers(listen), ...bearer(house.token({ exp: seconds() + 3 })) },
    body: JSON.stringify(listen),
  });
  assert.equal(answer.status, 200);
  const since = Date.now();
  const reader = answer.body.getReader();
  try {
    while (!(await reader.read()).done);
  } catch {
    // cut
  }
  const took = Date.now() - since;
  assert.ok(took > 1500 && took < 20_000, `${took} ms`);
});

test('a caller has so many calls under way, and others are served meanwhile', async t => {
  const house = await start(t, { hold: '60s', args: ['--caller-calls', '2', '--caller-requests', '5'] });
  const { world, token } = house;
  const ask = (name, headers) => post(house, toolCall(name, createTool, { payload: { name } }), headers).catch(error => ({ cut: error }));
  const waiting = ['first', 'second'].map(name => ask(name, bearer(token())));
  while ((await requests(world)).length < 2);
  const busy = await ask('third', bearer(token()));
  assert.equal(busy.status, 429, busy.text);
  assert.equal(busy.headers.get('retry-after'), '1');
  assert.match(busy.text, /as many calls under way as it may/);
  assert.equal((await post(house, list, bearer(token({ client_id: 'vscode' })))).status, 200);
  assert.equal((await post(house, list, bearer(token()))).status, 429);
  for (let i = 0; i < 2; ++i) await post(house, list, bearer(token()));
  const often = await post(house, list, bearer(token()));
  assert.match(often.text, /too many requests in the last minute/);
  assert.ok(Number(often.headers.get('retry-after')) > 1);
  await house.server.process.stop();
  await Promise.all(waiting);
});

test('a start without what it needs is refused', async t => {
  const world = await World.start(t);
  const issuer = ['--issuer', 'https://idp.example.com'];
  const at = ['--public-url', 'https://tfy.example.com'];
  for (const [args, sentence] of [
    [['--callers', 'issuer', ...at], /^--issuer is missing/],
    [[...issuer, ...at], /^--issuer is given, and --callers does not say/],
    [['--callers', 'keys,issuer', ...issuer], /^--callers issuer needs --public-url/],
    [['--callers', 'issuer', ...issuer, '--public-url', 'https://example.com/tfy'], /^--public-url has a path, and with --callers issuer it must have none/],
    [['--callers', 'issuer', ...issuer, ...at, '--any-local-user'], /^--any-local-user goes with --callers loopback alone/],
    [['--callers', 'oauth,issuer', ...issuer, ...at], /^--callers oauth and issuer exclude each other/],
  ]) {
    const done = await runToEnd(binary, ['serve', '--listen', '127.0.0.1:0', ...args], { env: world.env });
    assert.equal(done.code, 1, done.stdout + done.stderr);
    const said = done.stderr.trim().replace(/^\S+: /, '');
    assert.match(said, sentence);
    const doctor = await runToEnd(binary, ['doctor', '--json', '--offline', ...args], { env: world.env });
    assert.equal(JSON.parse(doctor.stdout).findings.find(({ what }) => what === 'serve').why, said);
  }
  for (const bad of ['http://idp.example.com', 'https://u:p@idp.example.com', 'https://idp.example.com?x', 'idp'])
    assert.equal((await runToEnd(binary, ['serve', '--callers', 'issuer', '--issuer', bad, ...at], { env: world.env })).code, 2, bad);
});
