// mcp-remote, from its own package (tests/hosts), connects a host that knows stdio alone: it registers itself, leads the person
// to the page, gets its tokens, and uses them again the next time.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

import { beginOAuth, consent } from './lib/oauth.mjs';
import { Page } from './lib/page.mjs';
import { until } from './lib/process.mjs';
import { freePort } from './lib/sockets.mjs';

const program = fileURLToPath(new URL('../hosts/node_modules/.bin/mcp-remote', import.meta.url));
const skip = !existsSync(program) && 'mcp-remote is not installed: npm ci in tests/hosts';

/** A host that starts mcp-remote: {client, connected, said: what it says on stderr}. */
function start(t, world, server, port) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, server.endpoint, String(port), '--host', 'localhost'],
    env: {
      HOME: world.folder,
      PATH: join(world.folder, 'no-browser'),
      MCP_REMOTE_CONFIG_DIR: join(world.folder, 'mcp-remote'),
      ...(process.env.NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS } : {}),
    },
    stderr: 'pipe',
  });
  const client = new Client({ name: 'a-host', version: '1' });
  world.clients.push(client);
  const host = { client, said: '', watchers: new Set() };
  transport.stderr.setEncoding('utf8').on('data', text => {
    host.said += text;
    host.watchers.forEach(look => look());
  });
  host.connected = client.connect(transport);
  host.says = pattern =>
    until(() => pattern.exec(host.said), { what: () => `${pattern} in:\n${host.said}`, change: look => host.watchers.add(look) });
  return host;
}

test('it registers, a person allows it, it calls a tool; the next time it asks no one', { skip }, async t => {
  const { world, server } = await beginOAuth(t);
  const person = await Page.signIn(world, server);
  const port = await freePort();
  const first = start(t, world, server, port);
  first.connected.catch(() => {});
  const [address] = await first.says(/https?:\/\/localhost:\d+\/oauth\/authorize\?\S+/);
  const back = await consent(person, address);
  assert.equal(back.port, String(port));
  assert.equal((await fetch(back)).status, 200);
  await first.connected;
  const listed = await first.client.callTool({ name: 'tfy_access_tokens_list', arguments: {} });
  assert.ok(Array.isArray(listed.structuredContent.tokens), JSON.stringify(listed));
  await first.client.close();

  const again = start(t, world, server, port);
  await again.connected;
  assert.ok((await again.client.listTools()).tools.length > 5);
  assert.doesNotMatch(again.said, /oauth\/authorize/);
});
