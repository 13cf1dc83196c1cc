// JSON-RPC written by hand, over both transports: for what no SDK would send.
import assert from 'node:assert/strict';

import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/client';

import { messagesOf } from './http.mjs';
import { until } from './process.mjs';

export const modernVersion = '2026-07-28';

/** A modern request as an object; `capabilities` of the client on this very request. */
export function modernRequest(id, method, params = {}, capabilities = {}) {
  const _meta = {
    [PROTOCOL_VERSION_META_KEY]: modernVersion,
    [CLIENT_INFO_META_KEY]: { name: 'raw', version: '1' },
    [CLIENT_CAPABILITIES_META_KEY]: capabilities,
    ...params._meta,
  };
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta } };
}

export function toolCall(id, name, args, { capabilities, ...more } = {}) {
  return modernRequest(id, 'tools/call', { name, arguments: args, ...more }, capabilities);
}

/** A stdio server and everything that it wrote, which must be JSON-RPC lines and nothing else. */
export class RawStdio {
  constructor(world, start = () => world.spawn(['stdio'])) {
    this.server = start();
    this.written = '';
    world.raw.push(this);
  }

  messages() {
    const lines = this.server.stdout.split('\n').slice(0, -1);
    return lines.map(line => JSON.parse(line));
  }

  write(text) {
    this.written += text;
    this.server.child.stdin.write(text);
  }

  /** Sends one line (text, or an object) and gives the next message that is an answer to `id`. */
  async exchange(message, id = message.id) {
    const seen = this.messages().length;
    this.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
    const isAnswer = each => !each.method && (each.id ?? null) === (id ?? null);
    const end = () => this.server.end && { ended: this.server.end };
    const found = await until(() => this.messages().slice(seen).find(isAnswer) ?? end(), {
      what: () => `an answer to ${String(message).slice(0, 200)}; stderr:\n${this.server.stderr}`,
      change: look => this.server.watchers.add(look),
    });
    assert.ok(!found.ended, `the server ended: ${JSON.stringify(found.ended)}\n${this.server.stderr}`);
    return found;
  }
}

/** The same face over HTTP. */
export class RawHttp {
  constructor(world, endpoint) {
    this.world = world;
    this.endpoint = endpoint;
  }

  headers(message) {
    const isTask = String(message?.method).startsWith('tasks/');
    const { taskId, uri, name } = message?.params ?? {};
    const named = isTask ? taskId : message?.method === 'resources/read' ? uri : name;
    return {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': modernVersion,
      ...(typeof message?.method === 'string' ? { 'mcp-method': message.method } : {}),
      ...(typeof named === 'string'
        ? {
            'mcp-name': /^[\x21-\x7e]+$/.test(named)
              ? named
              : `=?base64?${Buffer.from(named).toString('base64')}?=`,
          }
        : {}),
    };
  }

  async post(text, headers) {
    return this.world.fetch.fetch(this.endpoint, { method: 'POST', headers, body: text });
  }

  async exchange(message) {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const answer = await this.post(text, this.headers(message));
    this.status = answer.status;
    const all = await messagesOf(answer);
    return all.find(each => 'result' in each || 'error' in each) ?? {};
  }
}

/** The form's answer, and the call once more with it. */
export function answered(id, asked, name, args, content, { capabilities, state = asked.requestState } = {}) {
  const [question] = Object.keys(asked.inputRequests);
  return toolCall(id, name, args, {
    capabilities,
    requestState: state,
    inputResponses: { [question]: { action: 'accept', content } },
  });
}
