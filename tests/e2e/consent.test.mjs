// Programs that ask people for access describe themselves in a document on the web: which are fetched, for whom, and what
// they have to be like. Rows 20, 24, 32 to 35 of the abuse table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { open } from './lib/clients.mjs';
import { beginConsent, callback, claude, documentOf, query } from './lib/consent.mjs';
import { countingListeners, inOwnNetwork } from './lib/own_network.mjs';
import { Page } from './lib/page.mjs';
import { create } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const web = '93.184.216.34';
const names = {
  'claude.ai': [web],
  'evil.example': [web],
  'private.example': ['10.20.30.40'],
  'metadata.example': ['169.254.169.254'],
  'local.example': ['127.0.0.1'],
  'local6.example': ['::1'],
  'unique6.example': ['fd00::7'],
  'mapped.example': ['::ffff:10.20.30.40'],
  'nat64.example': ['64:ff9b::a14:1e28'],
  '6to4.example': ['2002:a14:1e28::1'],
  'both.example': ['10.20.30.40', web],
};
const hosts = Object.keys(names);

const json = (response, body, headers = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));

if (inOwnNetwork(import.meta.url, names)) {
  const begin = async (t, answer, env = {}) => {
    const begun = await beginConsent(t, {
      names: hosts,
      addresses: [web],
      answer,
      env: { TFY_PAT_MCP_OAUTH_CLIENT_HOST: hosts.filter(name => name !== 'claude.ai').join(','), ...env },
    });
    return { ...begun, person: await Page.signIn(begun.world, begun.server) };
  };
  const ask = (person, fields) => person.request('POST', '/api/consent', { query: query(fields) });
  const message = answer => answer.body.error?.message ?? answer.text;

  test('a program of a listed host is shown, allowed and given a code at its own address; the grant is listed', async t => {
    const { person, origin, web, world } = await begin(t, (request, response) => json(response, documentOf()));
    const asked = query();
    const { body } = await person.request('POST', '/api/consent', { query: asked });
    assert.equal(body.question?.host, 'claude.ai', JSON.stringify(body));
    const wish = { query: asked, pending: body.question.pending, may_request: false };
    const allowed = await person.request('POST', '/api/consent/allow', wish);
    assert.equal(allowed.status, 200, allowed.text);
    const address = new URL(allowed.body.address);
    assert.equal(address.origin + address.pathname, callback);
    assert.equal(address.searchParams.get('iss'), origin);
    const code = address.searchParams.get('code');
    assert.match(code, /^[\w-]{43}$/);
    assert.equal((await person.request('POST', '/api/consent/allow', wish)).status, 409);
    const { grants } = (await person.request('GET', '/api/grants')).body;
    assert.deepEqual(grants.map(each => [each.host, each.name, each.may_request]), [['claude.ai', 'Claude', false]]);
    assert.equal((await person.request('POST', `/api/grants/${grants[0].id}/revoke`, {})).status, 204);
    assert.deepEqual((await person.request('GET', '/api/grants')).body.grants, []);
    assert.deepEqual(web.asked, ['claude.ai /oauth/mcp-client.json'], 'kept, and no logo is fetched');
    world.fetch.kept.length = 0; // the answer that held the code
    const exported = await world.terminal(['audit', 'export']);
    const kinds = exported.stdout.trim().split('\n').map(line => JSON.parse(line).kind);
    assert.ok(kinds.includes('grant_given') && kinds.includes('grant_revoked'), kinds.join());
    assert.ok(!exported.stdout.includes(code));
    await world.closeAll();
    for (const each of world.processes) assert.ok(!(each.stdout + each.stderr).includes(code));
  });

  test('row 33: nothing that is not public is connected to, whatever a client_id names', async t => {
    const counted = await countingListeners(t, [
      ['10.20.30.40', 443], ['169.254.169.254', 443], ['127.0.0.1', 443], ['::1', 443], ['fd00::7', 443],
      ['64:ff9b::a14:1e28', 443], ['2002:a14:1e28::1', 443], [web, 22], [web, 8443], ['127.0.0.1', 3128],
    ]);
    const proxy = 'http://127.0.0.1:3128';
    const { person, web: servers } = await begin(
      t,
      (request, response) => response.writeHead(302, { location: 'https://private.example/c.json' }).end(),
      { https_proxy: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy, all_proxy: proxy }
    );
    for (const id of [
      'https://10.20.30.40/c.json', 'https://169.254.169.254/latest/meta-data', 'https://127.0.0.1/c.json',
      'https://127.1/c.json', 'https://0x7f000001/c.json', 'https://2130706433/c.json', 'https://017700000001/c.json',
      'https://[::1]/c.json', 'https://[::ffff:10.20.30.40]/c.json', 'https://[64:ff9b::a14:1e28]/c.json',
      'https://localhost/c.json', 'https://claude.ai:22/c.json', 'https://claude.ai:8443/c.json',
      'http://claude.ai/c.json', 'https://claude.ai@10.20.30.40/c.json', 'https://unlisted.example/c.json',
    ]) {
      const refused = await ask(person, { client_id: id });
      assert.ok([404, 422].includes(refused.status), `${id}: ${refused.text}`);
      assert.match(message(refused), /Nothing was allowed\.$/);
    }
    assert.deepEqual(servers.asked, []);
    const special = hosts.filter(name => !['claude.ai', 'evil.example', 'both.example'].includes(name));
    for (const name of special) {
      const refused = await ask(person, { client_id: `https://${name}/c.json` });
      assert.equal(refused.status, 502, `${name}: ${refused.text}`);
      assert.match(message(refused), /leads to an address that is not of the public internet/, name);
    }
    assert.match(message(await ask(person, { client_id: claude })), /its server answered 302/);
    assert.deepEqual(servers.asked, ['claude.ai /oauth/mcp-client.json'], 'the redirect is not followed');
    assert.deepEqual(counted.callers, []);
  });

  test('row 33: of a name with a private and a public address only the public one is connected to', async t => {
    const counted = await countingListeners(t, [['10.20.30.40', 443]]);
    const id = 'https://both.example/c.json';
    const { person } = await begin(t, (request, response) => json(response, documentOf(id)));
    assert.equal((await ask(person, { client_id: id })).body.question?.host, 'both.example');
    assert.deepEqual(counted.callers, []);
  });

  test('row 34: a document that is not as it has to be is refused, and the next good one counts at once', { timeout: 120_000 }, async t => {
    let answer;
    const { person, web } = await begin(t, (request, response) => answer(response));
    const bad = [
      [response => json(response, documentOf(claude, { logo_uri: 'x'.repeat(6000) })), /longer than 5120 bytes/],
      [response => json(response, gzipSync('{'.repeat(10_000_000)).toString('latin1').slice(0, 4000), { 'content-encoding': 'gzip' }), /it is compressed/],
      [response => json(response, documentOf(`${claude}/`)), /its client_id is not its own address/],
      [response => json(response, documentOf(claude, { client_secret: 'x' })), /it holds a secret/],
      [response => json(response, documentOf(claude, { jwks: { keys: [{ kty: 'EC', d: 'x' }] } })), /it holds a secret/],
      [response => json(response, documentOf(claude, { redirect_uris: ['javascript:alert(1)'] })), /none of its redirect_uris/],
      [response => json(response, '<html>'), /it is no JSON object/],
      [response => json(response, documentOf(), { 'content-type': 'text/html' }), /it is no JSON\./],
      [response => response.writeHead(404).end(), /its server answered 404/],
    ];
    for (const [given, why] of bad) {
      answer = given;
      const refused = await ask(person);
      assert.ok(refused.status >= 400, refused.text);
      assert.match(message(refused), why);
      assert.match(message(refused), /Nothing was allowed\.$/);
    }
    assert.equal(web.asked.length, bad.length, 'none of them was kept');
    answer = response => json(response, documentOf());
    assert.equal((await ask(person)).body.question?.name, 'Claude');
  });

  test('row 34: a document that comes drop by drop is given up after five seconds', async t => {
    const { person } = await begin(t, (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 200);
      response.on('close', () => clearInterval(drip));
    });
    const begun = performance.now();
    assert.match(message(await ask(person)), /did not answer within 5 seconds/);
    assert.ok(performance.now() - begun < 9_000);
  });

  test('row 35: only a person who is signed in makes the server fetch, and no one eleven times a minute', async t => {
    const { person, server, origin, web, world } = await begin(t, (request, response) => response.writeHead(404).end());
    const stranger = new Page(world, server.page);
    assert.equal((await ask(stranger)).status, 401);
    const opened = await fetch(`${origin}/oauth/authorize?${query()}`);
    assert.equal(opened.status, 200);
    assert.match(opened.headers.get('content-type'), /^text\/html/);
    assert.equal(opened.headers.get('x-frame-options'), 'DENY');
    assert.deepEqual(web.asked, []);
    for (let i = 0; i < 10; i += 1) assert.equal((await ask(person)).status, 502);
    const refused = await ask(person);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '60');
    assert.equal(web.asked.length, 10);
  });

  test('rows 20, 24, 32: an unknown program or address is said on the page; other faults go to the address of the program', async t => {
    const { person, origin } = await begin(t, (request, response) => json(response, documentOf()));
    for (const fields of [
      { client_id: 'nobody' }, { redirect_uri: 'https://evil.example/cb' }, { redirect_uri: `${callback}/` },
      { redirect_uri: `${callback}?x=1` }, { redirect_uri: 'http://127.0.0.1:1/callback' },
    ]) {
      const said = await ask(person, fields);
      assert.ok([404, 422].includes(said.status), said.text);
      assert.ok(!('back' in said.body), said.text);
    }
    assert.equal((await ask(person, { redirect_uri: 'http://localhost:4711/callback' })).body.question?.loopback, true);
    for (const [fields, error] of [
      [{ code_challenge: undefined }, 'invalid_request'], [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge: 'x'.repeat(42) }, 'invalid_request'], [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ resource: 'https://evil.example/mcp' }, 'invalid_target'], [{ scope: 'everything' }, 'invalid_scope'],
    ]) {
      const { back } = (await ask(person, fields)).body;
      const address = new URL(back.address);
      assert.equal(address.origin + address.pathname, callback);
      assert.deepEqual(['error', 'iss', 'code'].map(name => address.searchParams.get(name)), [error, origin, null]);
    }
    for (const wrong of ['', 'client_id=x', `${query()}&state=again`, `${query()}&x=%zz`]) {
      const opened = await fetch(`${origin}/oauth/authorize?${wrong}`, { redirect: 'manual' });
      assert.equal(opened.status, 400, wrong);
      assert.equal(opened.headers.get('location'), null);
    }
  });
} else {
  test('the page of stdio lets no program ask, whatever serve is told', async t => {
    const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
    Object.assign(world.env, { TFY_PAT_MCP_CALLERS: 'oauth', TFY_PAT_MCP_PUBLIC_URL: 'http://localhost:8780' });
    const connection = await open('modern stdio', world, { elicitation: null });
    const asked = await create(connection, 'by-stdio');
    const page = asked.structuredContent.approval_url.replace(/\/apr_.*$/, '');
    const origin = new URL(page).origin;
    assert.equal((await fetch(page)).status, 200);
    for (const path of ['/approvals/authorize', `/oauth/authorize?${query()}`, '/.well-known/oauth-authorization-server'])
      assert.equal((await fetch(origin + path)).status, 404, path);
    assert.equal((await fetch(`${origin}/oauth/token`, { method: 'POST' })).status, 404);
  });
}
