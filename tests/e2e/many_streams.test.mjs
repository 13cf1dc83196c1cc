// A thousand clients that listen for changes: each stream opens, each hears of a change, and one more than allowed is refused.
import assert from 'node:assert/strict';
import { Agent, request as send } from 'node:http';
import { test } from 'node:test';

import { modernRequest, RawHttp, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const most = 1000;
const listen = id => modernRequest(id, 'subscriptions/listen', { notifications: { resourcesListChanged: true } });

/** One stream: `opened` and `changed` resolve when its message has come; `end` breaks it off. */
class Stream {
  constructor(server, peer, agent, id) {
    const asked = listen(id);
    const { credential } = peer.world.fetch;
    const headers = { ...peer.headers(asked), ...(credential ? { authorization: credential } : {}) };
    this.text = '';
    this.waiting = [];
    this.request = send(server.endpoint, { method: 'POST', agent, headers }, answer => {
      this.status = answer.statusCode;
      answer.setEncoding('utf8').on('data', text => this.#took(text)).on('end', () => this.#took('')).on('error', () => {});
    });
    this.request.on('error', () => {});
    this.request.end(JSON.stringify(asked));
  }

  #took(text) {
    this.text += text;
    this.waiting = this.waiting.filter(({ words, found }) => !this.text.includes(words) || found());
  }

  says(words) {
    return new Promise(resolve => {
      this.waiting.push({ words, found: () => void resolve(this) });
      this.#took('');
    });
  }

  end() {
    this.request.destroy();
  }
}

test(`${most} streams of one caller are open at once, and all hear of a change`, async t => {
  if (process.env.TFY_OVER_TLS) return t.skip('streams over TLS have tests of their own');
  const world = await World.start(t);
  world.env.TFY_PAT_MCP_CALLER_STREAMS = String(most);
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  const agent = new Agent({ maxSockets: Infinity });
  const streams = Array.from({ length: most }, (_, i) => new Stream(server, peer, agent, i));
  t.after(() => streams.forEach(each => each.end()));
  await Promise.all(streams.map(each => each.says('notifications/subscriptions/acknowledged')));
  assert.ok(streams.every(each => each.status === 200));

  const refused = await peer.exchange(listen('one too many'));
  assert.match(refused.error.message, /as many streams open as this server allows/);

  const called = await peer.exchange(toolCall('asks', 'tfy_access_tokens_create', { payload: { name: 'heard-of' } }));
  assert.equal(called.result.structuredContent.status, 'approval_pending');
  await Promise.all(streams.map(each => each.says('notifications/resources/list_changed')));
});
