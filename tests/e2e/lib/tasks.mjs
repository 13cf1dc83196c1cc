// A host that handles tasks: the official extension package around the SDK's client. The client rejects results of
// the type "task", so a host brings the requests on their way itself, as the package asks for.
import {
  Client,
  StreamableHTTPClientTransport as HttpTransport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioTransport } from '@modelcontextprotocol/client/stdio';
import { createTaskSessionFromClient } from '@modelcontextprotocol/ext-tasks/client';

import { binary } from './process.mjs';
import { modernVersion, RawHttp } from './raw.mjs';

const clientInfo = { name: 'tfy-e2e-tasks', version: '1.0.0' };

function outcomeOf(answer) {
  return answer.error ? { kind: 'error', error: answer.error } : { kind: 'result', result: answer.result };
}

/** Requests of the host's own over HTTP. */
function overHttp(world, endpoint) {
  const peer = new RawHttp(world, endpoint);
  let last = 0;
  return async request => {
    last += 1;
    return outcomeOf(await peer.exchange({ jsonrpc: '2.0', id: `host-${last}`, ...request }));
  };
}

/** Requests of the host's own on the client's stream: their answers are taken out before the client sees them. */
function overStream(world, transport) {
  const waiting = new Map();
  const inner = transport.onmessage;
  transport.onmessage = (message, extra) => {
    world.fetch.keep('stdio', JSON.stringify(message));
    const settle = message.method === undefined && waiting.get(message.id);
    if (!settle) return inner(message, extra);
    waiting.delete(message.id);
    settle(outcomeOf(message));
  };
  let last = 0;
  return request => {
    last += 1;
    const id = `host-${last}`;
    const answered = new Promise(resolve => waiting.set(id, resolve));
    return transport.send({ jsonrpc: '2.0', id, ...request }).then(() => answered);
  };
}

/** Keeps what comes from a server that is started without the tap. */
function record(world, transport) {
  const inner = transport.onmessage;
  transport.onmessage = (message, extra) => {
    world.fetch.keep('stdio', JSON.stringify(message));
    return inner(message, extra);
  };
}

class TaskHost {
  constructor(client, transport, session) {
    this.client = client;
    this.transport = transport;
    this.session = session;
  }
  /** Without a word to anybody. */
  kill() {
    process.kill(this.transport.pid, 'SIGKILL');
  }
}

/** `elicitation`: what the host declares; `onInputRequest`: its person. `era`: "modern" or "legacy". */
export async function taskHost(world, { endpoint, elicitation, onInputRequest, era = 'modern' } = {}) {
  const modern = era === 'modern';
  const clientCapabilities = elicitation ? { elicitation } : {};
  const client = new Client(clientInfo, {
    capabilities: clientCapabilities,
    ...(modern ? { versionNegotiation: { mode: { pin: modernVersion } } } : {}),
  });
  world.clients.push(client);
  const transport = endpoint
    ? new HttpTransport(new URL(endpoint), { fetch: world.fetch.call })
    : new StdioTransport({ command: binary, args: ['stdio'], env: world.env, cwd: world.folder, stderr: 'ignore' });
  await client.connect(transport);
  if (!modern && !endpoint) record(world, transport);
  const raw = () => (endpoint ? overHttp(world, endpoint) : overStream(world, transport));
  const session = createTaskSessionFromClient(client, {
    endpointId: 'tfy-pat-mcp',
    onInputRequest,
    ...(modern
      ? {
          rawDispatch: raw(),
          v2RequestFraming: { protocolVersion: modernVersion, clientInfo, clientCapabilities },
        }
      : {}),
  });
  return new TaskHost(client, transport, session);
}
