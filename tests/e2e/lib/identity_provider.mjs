// An OpenID Connect provider on loopback: it signs in one person without asking, checks its clients as providers do, and
// has faults by script.
import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:http';

export const clientId = 'approvals:page';
export const clientSecret = 'a secret: with % and +';

const base64url = text => Buffer.from(text).toString('base64url');
const kinds = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};

class Key {
  constructor(alg, kid) {
    Object.assign(this, { alg, kid, ...kinds[alg]() });
  }
  get published() {
    return { ...this.publicKey.export({ format: 'jwk' }), kid: this.kid, alg: this.alg, use: 'sig' };
  }
  sign(text) {
    return sign('sha256', Buffer.from(text), { key: this.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  }
}

/** As the provider itself signs: `header` and `claims` are JSON as text. */
export function signed(key, header, claims) {
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${key.sign(text)}`;
}

/** With HMAC and what everyone knows of the key. */
export function signedByPublicKey(key, claims) {
  const text = `${base64url(JSON.stringify({ alg: 'HS256', kid: key.kid }))}.${base64url(claims)}`;
  const known = key.publicKey.export({ format: 'pem', type: 'spki' });
  return `${text}.${createHmac('sha256', known).update(text).digest('base64url')}`;
}

export class IdentityProvider {
  static async start(t, { alg = 'RS256' } = {}) {
    const self = new IdentityProvider(alg);
    await new Promise(resolve => self.server.listen(0, '127.0.0.1', resolve));
    self.issuer = `http://127.0.0.1:${self.server.address().port}`;
    t.after(() => self.stop());
    return self;
  }

  constructor(alg) {
    this.key = new Key(alg, 'key-1');
    this.person = { sub: 'u-ada', email: 'ada@example.com', email_verified: true, groups: ['staff', 'approvers'], acr: 'high', amr: ['pwd', 'mfa'] };
    this.faults = {}; // header, claims, token: change what is signed; metadata; answer: of the sign-in; codesAgain; at: {path: (request, response) => …}
    this.codes = new Map();
    this.asked = []; // paths
    this.refusals = []; // why a client was refused
    this.open = new Set();
    this.server = createServer((request, response) => void this.#answer(request, response));
    this.server.on('connection', socket => {
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
    });
  }

  stop() {
    for (const socket of this.open) socket.destroy();
    return new Promise(resolve => this.server.close(resolve));
  }

  rotate(alg = this.key.alg) {
    this.key = new Key(alg, `key-${randomBytes(4).toString('hex')}`);
  }

  count(path) {
    return this.asked.filter(each => each === path).length;
  }

  get metadata() {
    const at = path => this.issuer + path;
    return {
      issuer: this.issuer,
      authorization_endpoint: at('/authorize?tenant=acme'),
      token_endpoint: at('/token'),
      jwks_uri: at('/keys'),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      code_challenge_methods_supported: ['plain', 'S256'],
      authorization_response_iss_parameter_supported: true,
      ...this.faults.metadata,
    };
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.issuer);
    this.asked.push(url.pathname);
    const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const fault = this.faults.at?.[url.pathname];
    if (fault) return fault(request, response);
    if (url.pathname === '/.well-known/openid-configuration') return json(200, this.metadata);
    if (url.pathname === '/keys') return json(200, this.faults.keys ?? { keys: [this.key.published] });
    if (url.pathname === '/authorize') return this.#authorize(url.searchParams, response);
    if (url.pathname === '/token' && request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const answer = this.#token(request.headers, new URLSearchParams(body));
      return json(answer.error ? 400 : 200, answer);
    }
    json(404, {});
  }

  /** What the browser gets: a page with a link that leads back. */
  #authorize(query, response) {
    assert.equal(query.get('tenant'), 'acme');
    assert.equal(query.get('response_type'), 'code');
    assert.equal(query.get('client_id'), clientId);
    assert.equal(query.get('code_challenge_method'), 'S256');
    assert.match(query.get('code_challenge'), /^[A-Za-z0-9_-]{43}$/);
    assert.match(query.get('redirect_uri'), /^http:\/\/localhost:\d+\/approvals\/oidc$/);
    assert.deepEqual(query.get('scope').split(' ').slice(0, 3), ['openid', 'email', 'profile']);
    assert.ok(query.get('state').length >= 43 && query.get('nonce').length >= 43);
    const code = randomBytes(16).toString('hex');
    const auth = query.get('max_age') === '0' && query.get('prompt') === 'login' ? { auth_time: Math.floor(Date.now() / 1000) } : {};
    this.codes.set(code, { ...Object.fromEntries(query), person: { ...auth, ...this.person } });
    const back = new URL(query.get('redirect_uri'));
    const answer = { code, state: query.get('state'), iss: this.issuer, ...this.faults.answer };
    for (const [name, value] of Object.entries(answer)) if (value !== undefined) back.searchParams.set(name, value);
    const page = `<!doctype html><title>Provider</title><a href="${back.href.replaceAll('&', '&amp;')}">Continue as ${this.person.email}</a>`;
    response.writeHead(200, { 'content-type': 'text/html', location: back.href }).end(page);
  }

  #token(headers, form) {
    const refuse = (error, why) => {
      this.refusals.push(why);
      return { error };
    };
    const plus = text => encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const basic = `Basic ${Buffer.from(`${plus(clientId)}:${plus(clientSecret)}`).toString('base64')}`;
    if (headers.authorization !== basic) return refuse('invalid_client', 'client');
    if (headers['content-type'] !== 'application/x-www-form-urlencoded') return refuse('invalid_request', 'content type');
    const asked = this.codes.get(form.get('code'));
    if (!this.faults.codesAgain) this.codes.delete(form.get('code'));
    if (!asked) return refuse('invalid_grant', 'code');
    if (form.get('redirect_uri') !== asked.redirect_uri) return refuse('invalid_grant', 'redirect_uri');
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (challenge !== asked.code_challenge) return refuse('invalid_grant', 'verifier');
    return { access_token: 'at-not-used', token_type: 'Bearer', expires_in: 300, id_token: this.#idToken(asked) };
  }

  #idToken({ nonce, person }) {
    const now = Math.floor(Date.now() / 1000);
    const { header = {}, claims = {}, token } = this.faults;
    const said = { iss: this.issuer, aud: clientId, nonce, iat: now, exp: now + 300, ...person, ...claims };
    const head = { alg: this.key.alg, typ: 'JWT', kid: this.key.kid, ...header };
    if (token) return token({ key: this.key, header: head, claims: said });
    return signed(this.key, JSON.stringify(head), JSON.stringify(said));
  }
}
