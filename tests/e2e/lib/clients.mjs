// The four ways in which real clients reach the server, with one face for the tests.
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

import { checkResult } from './schemas.mjs';

const identity = { name: 'tfy-e2e', version: '1.0.0' };

/** Whoever sits behind the client: answers forms from a list, first come first served, and keeps what was asked. */
export class Person {
  constructor() {
    this.answers = [];
    this.asked = [];
    this.respond = params => {
      this.asked.push(params);
      const answer = this.answers.shift();
      if (!answer) throw new Error(`a question that nobody expected: ${params.message}`);
      return typeof answer === 'function' ? answer(params) : answer;
    };
  }

  willApprove(name, more = {}) {
    this.answers.push({
      action: 'accept',
      content: { decision: 'approve', confirm_name: name, ...more },
    });
  }

  willAnswer(answer) {
    this.answers.push(answer);
  }
}

class Connection {
  constructor(client, person) {
    this.client = client;
    this.person = person;
  }

  async tools() {
    const { tools } = await this.client.listTools();
    this.definitions = new Map(tools.map(tool => [tool.name, tool]));
    return tools;
  }

  /** A result that was checked against the tool's outputSchema by ajv. */
  async call(name, args = {}, options = {}) {
    if (!this.definitions) await this.tools();
    const request = { name, arguments: args };
    const result =
      this.client instanceof LegacyClient
        ? await this.client.callTool(request, undefined, options)
        : await this.client.callTool(request, options);
    checkResult(this.definitions.get(name), result);
    return result;
  }

  close() {
    return this.client.close();
  }
}

async function connect(world, client, transport, person) {
  world.clients.push(client);
  await client.connect(transport);
  return new Connection(client, person);
}

function modern(elicitation) {
  const person = new Person();
  const capabilities = elicitation ? { elicitation } : {};
  const client = new ModernClient(identity, {
    capabilities,
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  });
  if (elicitation)
    client.setRequestHandler('elicitation/create', async request => person.respond(request.params));
  return { client, person };
}

function legacy(elicitation) {
  const person = new Person();
  const client = new LegacyClient(identity, { capabilities: elicitation ? { elicitation } : {} });
  if (elicitation)
    client.setRequestHandler(ElicitRequestSchema, async request => person.respond(request.params));
  return { client, person };
}

/** name → connect(world, {elicitation, endpoint}); `elicitation` null: the client declares none. */
export const doors = {
  'modern stdio': (world, { elicitation = {} } = {}) => {
    const { client, person } = modern(elicitation);
    return connect(world, client, new ModernStdio(world.stdioCommand()), person);
  },
  'legacy stdio': (world, { elicitation = {} } = {}) => {
    const { client, person } = legacy(elicitation);
    return connect(world, client, new LegacyStdio(world.stdioCommand()), person);
  },
  'modern HTTP': (world, { elicitation = {}, endpoint }) => {
    const { client, person } = modern(elicitation);
    return connect(world, client, new ModernHttp(new URL(endpoint), { fetch: world.fetch.call }), person);
  },
  'legacy HTTP': (world, { elicitation = {}, endpoint }) => {
    const { client, person } = legacy(elicitation);
    return connect(world, client, new LegacyHttp(new URL(endpoint), { fetch: world.fetch.call }), person);
  },
};

/** Opens a door; for HTTP a server is started first where none is given. */
export async function open(door, world, options = {}) {
  const endpoint = options.endpoint ?? (door.endsWith('HTTP') ? (await world.serve()).endpoint : undefined);
  return doors[door](world, { ...options, endpoint });
}
