// A webhook's receiver as its operator would write it: it checks the signature with node's crypto, not with ours.
import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

import { until } from './process.mjs';

function genuine(headers, body, secret) {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  const given = Buffer.from(headers['webhook-signature'] ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export class Receiver {
  /** `t` is the running test. `port` 0: a free one. `status(n)`: what the n-th request is answered with. */
  static async listen(t, { secret, port = 0, status = () => 204 } = {}) {
    const receiver = new Receiver(secret, status);
    await new Promise(resolve => receiver.server.listen(port, '127.0.0.1', resolve));
    t.after(() => receiver.close());
    return receiver;
  }

  constructor(secret, status) {
    this.got = []; // {headers, text, body}
    this.watchers = new Set();
    this.server = createServer((request, response) => {
      const chunks = [];
      request.on('data', bytes => chunks.push(bytes));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        this.got.push({
          headers: request.headers,
          text,
          body: JSON.parse(text),
          genuine: secret ? genuine(request.headers, text, secret) : undefined,
        });
        response.writeHead(status(this.got.length)).end('not read by anybody');
        for (const look of [...this.watchers]) look();
      });
    });
  }

  get port() {
    return this.server.address().port;
  }

  /** The first event that `matches`, once it is there. */
  async event(matches) {
    const { body } = await this.request(each => matches(each.body));
    return body;
  }

  request(matches) {
    return until(() => this.got.find(matches), {
      what: () => `a notice; there are ${JSON.stringify(this.got.map(each => each.body))}`,
      change: look => this.watchers.add(look),
    });
  }

  close() {
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(resolve));
  }

  checkAllGenuine() {
    for (const each of this.got) {
      assert.ok(each.genuine, `signed: ${each.text}`);
      assert.equal(each.headers['webhook-id'], each.body.id);
      assert.ok(Math.abs(Date.now() / 1000 - Number(each.headers['webhook-timestamp'])) < 300);
      assert.equal(each.headers.authorization, undefined);
      assert.equal(each.headers['content-type'], 'application/json');
    }
  }
}
