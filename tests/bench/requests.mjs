// What is asked, on both transports: requests of the 2026-07-28 revision.
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export const request = (method, params = {}) => ({ jsonrpc: '2.0', id: 100_000_000, method, params: { ...params, _meta: meta } });
export const call = (name, args) => request('tools/call', { name, arguments: args });

/** `{"…","id":@,…}`, as stdio_driver wants it. */
export const line = asked => JSON.stringify(asked).replace('"id":100000000', '"id":@') + '\n';

export const headers = asked => ({
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': asked.method,
  ...(asked.params.name ? { 'mcp-name': asked.params.name } : {}),
});

export async function post(url, asked, more = {}) {
  const answer = await fetch(url, { method: 'POST', headers: { ...headers(asked), ...more }, body: JSON.stringify(asked) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status}: ${text}`);
  return text;
}

/** What wrk sends. */
export const wrkScript = asked =>
  [
    'wrk.method = "POST"',
    `wrk.body = ${lua(JSON.stringify(asked))}`,
    ...Object.entries(headers(asked)).map(([name, value]) => `wrk.headers[ ${lua(name)} ] = ${lua(value)}`),
  ].join('\n');
export const lua = text => `[==[${text}]==]`;
