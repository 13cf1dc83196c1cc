// A server with an authorization server of its own, and what programs send to it. People consent through the page's API.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { binary, runToEnd } from './process.mjs';
import { modernVersion } from './raw.mjs';
import { freePort } from './sockets.mjs';
import { rules, World } from './world.mjs';

export const callback = 'http://127.0.0.1:7777/callback';
const scheme = process.env.TFY_OVER_TLS ? 'https' : 'http'; // see ../run

/** {world, server, origin}: `serve --callers oauth` on a free port, where the first person is enrolled. */
export async function beginOAuth(t, { registration = true, hold = '0s', env = {}, policy = rules({ assurance: null }) } = {}) {
  const world = await World.start(t, { policy, hold });
  const port = await freePort();
  const origin = `${scheme}://localhost:${port}`;
  Object.assign(world.env, {
    TFY_PAT_MCP_CALLERS: 'oauth',
    TFY_PAT_MCP_PUBLIC_URL: origin,
    ...(registration ? { TFY_PAT_MCP_OAUTH_REGISTRATION: 'true' } : {}),
    ...env,
  });
  await world.enrol();
  return { world, origin, server: await serveAt(world, port) };
}

/** One more server on the state directory. */
export async function serveAt(world, port) {
  const process = world.spawn(['serve', '--listen', `127.0.0.1:${port}`]);
  const [, endpoint] = await process.says(/^MCP endpoint: (\S+)$/m);
  const [, page] = await process.says(/^Approvals page: (\S+)$/m);
  return { process, endpoint, page, address: `${scheme}://127.0.0.1:${port}` };
}

/** {id, secret}: a client that the operator adds. */
export async function addClient(world, ...more) {
  const secretFile = join(world.folder, `${randomBytes(4).toString('hex')}.secret`);
  const args = more.includes('--secret') ? [...more, '--out', secretFile] : more;
  const added = await runToEnd(binary, ['clients', 'add', '--redirect-uri', callback, ...args], { env: world.env });
  assert.equal(added.code, 0, added.stderr);
  const [, id] = /^Client id: (\S+)$/m.exec(added.stdout);
  return { id, secret: more.includes('--secret') ? readFileSync(secretFile, 'utf8').trim() : undefined };
}

/** A person at the page allows what `address` asks for: where the browser goes then. */
export async function consent(person, address, wish = {}) {
  const query = new URL(address).search.slice(1);
  const asked = await person.request('POST', '/api/consent', { query });
  assert.ok(asked.body?.question, asked.text);
  const { pending } = asked.body.question;
  const allowed = await person.request('POST', '/api/consent/allow', { query, pending, may_request: true, ...wish });
  assert.equal(allowed.status, 200, allowed.text);
  const back = new URL(allowed.body.address);
  const state = new URL(address).searchParams.get('state');
  if (state) back.searchParams.set('state', state); // as the page does
  return back;
}

/** What an official client keeps of its authorization; `known`: a client that is registered already. */
export class Keeper {
  constructor(known, metadata = {}) {
    this.known = known ? { client_id: known.id, ...(known.secret ? { client_secret: known.secret } : {}) } : undefined;
    this.metadata = metadata;
  }
  get redirectUrl() {
    return callback;
  }
  get clientMetadata() {
    return { client_name: 'tfy-e2e-oauth', redirect_uris: [callback], token_endpoint_auth_method: 'none', ...this.metadata };
  }
  state() {
    return (this.sentState = randomBytes(8).toString('hex'));
  }
  clientInformation() {
    return this.known;
  }
  saveClientInformation(information) {
    this.known = information;
  }
  tokens() {
    return this.kept;
  }
  saveTokens(tokens) {
    this.kept = tokens;
  }
  redirectToAuthorization(address) {
    this.address = address;
  }
  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
}

const eras = {
  modern: [ModernClient, ModernHttp, { versionNegotiation: { mode: { pin: modernVersion } } }],
  legacy: [LegacyClient, LegacyHttp, {}],
};

export const transportOf = (server, keeper, era) => new eras[era][1](new URL(server.endpoint), { authProvider: keeper });

/** An official client, connected with what its keeper has. */
export async function connectWith(world, server, keeper, era = 'modern') {
  const [Client, , options] = eras[era];
  const client = new Client({ name: 'tfy-e2e-oauth', version: '1.0.0' }, options);
  world.clients.push(client);
  await client.connect(transportOf(server, keeper, era));
  return client;
}

/** The same from the beginning: it is turned away, a person consents, and it comes back with its code. */
export async function authorize({ world, server, person, keeper, era = 'modern', wish }) {
  const refused = await connectWith(world, server, keeper, era).then(() => undefined, error => error);
  assert.match(`${refused?.name} ${refused?.message}`, /Unauthorized/);
  const back = await consent(person, keeper.address, wish);
  assert.equal(back.searchParams.get('state'), keeper.sentState);
  const transport = transportOf(server, keeper, era);
  await (era === 'modern' ? transport.finishAuth(back.searchParams) : transport.finishAuth(back.searchParams.get('code')));
  return connectWith(world, server, keeper, era);
}

/** {verifier, challenge} of PKCE. */
export function proofKey() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** A code for `client`, and what redeems it: by hand, for requests that no official client sends. */
export async function codeFor(person, origin, client) {
  const { verifier, challenge } = proofKey();
  const query = new URLSearchParams({
    response_type: 'code', client_id: client.id, redirect_uri: callback, state: 's', code_challenge: challenge, code_challenge_method: 'S256',
  });
  const back = await consent(person, `${origin}/oauth/authorize?${query}`);
  return {
    grant_type: 'authorization_code', code: back.searchParams.get('code'), client_id: client.id, redirect_uri: callback, code_verifier: verifier,
  };
}

/** POST of a form: {status, headers, body}. */
export async function postForm(address, fields, headers = {}) {
  const body = new URLSearchParams(fields instanceof Array ? fields : Object.entries(fields).filter(([, value]) => value !== undefined));
  const answer = await fetch(address, { method: 'POST', body, headers });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
}
