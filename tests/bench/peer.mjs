// peer.mjs stdio|http FILE: a server of the official TypeScript SDK whose one tool answers with FILE's text, so that the two
// answers are of one size. It has no gate, no journal, no log and no redaction, and its tool does nothing.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const [kind, file] = process.argv.slice(2);
const { structuredContent, content } = JSON.parse(readFileSync(file, 'utf8')).result;

function makeServer() {
  const server = new McpServer({ name: 'peer', version: '1.0.0' }, { capabilities: { tools: {} } });
  const inputSchema = z.object({ limit: z.number().int().min(1).max(100).optional() });
  server.registerTool('tfy_access_tokens_list', { description: 'Lists', inputSchema }, () => ({
    content,
    structuredContent,
  }));
  return server;
}

if (kind === 'stdio') {
  serveStdio(makeServer);
} else {
  const server = createServer(toNodeHandler(createMcpHandler(makeServer)));
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
}
