// A person at the approvals page, through the page's own API.
import assert from 'node:assert/strict';

import { me, passphrase } from './people.mjs';

export class Page {
  /** Signs in with `code`, or as `person` with their passphrase: as the first person, who is enrolled if no one is. */
  static async signIn(world, { page, code, person }) {
    const self = new this(world, page);
    if (!code && !person) await world.enrol();
    const who = code ? { code } : { name: person ?? me, passphrase };
    const answer = await world.oneSignInAtATime(() => self.request('POST', '/api/sign-in', who));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    self.key = answer.body.page_key;
    const session = await self.request('GET', '/api/session');
    assert.ok(session.body.signed_in);
    return self;
  }

  constructor(world, address) {
    this.world = world;
    this.address = address;
  }

  async request(method, path, body, headers = {}) {
    const init = { method, headers: { origin: new URL(this.address).origin, ...headers } };
    if (this.key && !('x-page-key' in headers)) init.headers['x-page-key'] = this.key;
    if (body !== undefined) {
      init.headers['content-type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
    const answer = await this.world.fetch.fetch(this.address + path, init);
    assert.deepEqual(answer.headers.getSetCookie(), [], `${method} ${path}`);
    const text = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').startsWith('application/json');
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** All that wait, oldest first, page by page. */
  async pending() {
    const all = [];
    let query = '';
    for (;;) {
      const { status, body } = await this.request('GET', `/api/approvals${query}`);
      assert.equal(status, 200);
      all.push(...body.approvals.filter(each => each.state === 'pending'));
      if (!body.more) return all;
      query = `?after=${all.at(-1).id}`;
    }
  }

  /** Resolves with the first pending request (of `subject`), once there is one: each try waits for the server's own news. */
  async nextPending(subject) {
    const listening = new AbortController();
    const limit = setTimeout(() => listening.abort(new Error('nothing became pending in 60 s')), 60_000);
    const init = { headers: { 'x-page-key': this.key }, signal: listening.signal };
    let first;
    try {
      const news = await this.world.fetch.fetch(`${this.address}/api/events`, init);
      for await (const chunk of news.body) {
        if (!first && chunk.length) first = (await this.pending()).find(each => !subject || each.facts.subject === subject);
        if (first) listening.abort(); // ends the stream, with an error, and its recording as well
      }
    } catch (ended) {
      if (!first) throw ended;
    } finally {
      clearTimeout(limit);
    }
    if (!first) throw new Error('the stream of news ended before anything was pending');
    return first;
  }

  approve(id, choice) {
    return this.request('POST', `/api/approvals/${id}/approve`, choice);
  }

  async approved(approval, choice = {}) {
    const answer = await this.approve(approval.id, {
      digest: approval.digest,
      typed_name: approval.facts.subject,
      ...choice,
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }

  /** Changes what is asked; gives the request as it is then. */
  async narrowed(approval, change) {
    const body = { digest: approval.digest, ...change };
    const answer = await this.request('POST', `/api/approvals/${approval.id}/narrow`, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }

  /** Gives a standing permission. */
  async permitted(wish) {
    const answer = await this.request('POST', '/api/permissions', wish);
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }

  async permissions() {
    const { status, body } = await this.request('GET', '/api/permissions');
    assert.equal(status, 200);
    return body.permissions;
  }

  async denied(approval, reason) {
    const answer = await this.request('POST', `/api/approvals/${approval.id}/deny`, { reason });
    assert.equal(answer.status, 200, answer.text);
  }

  /** The one showing of a value whose destination is the page. */
  async reveal(tokenName) {
    const { body } = await this.request('GET', '/api/reveals');
    const waiting = body.reveals.find(each => each.token_name === tokenName);
    assert.ok(waiting, `${tokenName} waits on the page`);
    const spend = () => this.request('POST', `/api/reveals/${waiting.reveal_id}`, { nonce: waiting.nonce });
    const shown = await spend();
    assert.equal(shown.status, 200, shown.text);
    assert.equal(shown.headers.get('cache-control'), 'no-store');
    return { value: shown.body.value, again: await spend() };
  }
}
