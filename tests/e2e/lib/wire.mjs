// The referee of the wire: every message that the server sent, against MCP's own JSON Schema of the revision in which it was
// sent. The schemas are not part of the repository: $TFY_SCHEMAS, or shared/schemas beside a folder above this one.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const modern = '2026-07-28';
const versionKey = 'io.modelcontextprotocol/protocolVersion';
const subscriptionKey = 'io.modelcontextprotocol/subscriptionId';

function findSchemas() {
  if (process.env.TFY_SCHEMAS) return process.env.TFY_SCHEMAS;
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
    const folder = join(dirname(at), 'shared/schemas');
    if (existsSync(folder)) return folder;
  }
  return undefined;
}

const folder = findSchemas();
export const schemasPresent = folder !== undefined;
export const schemaFolder = folder;

const resultOf = {
  initialize: 'InitializeResult',
  'server/discover': 'DiscoverResult',
  ping: 'EmptyResult',
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'prompts/list': 'ListPromptsResult',
  'prompts/get': 'GetPromptResult',
  'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'resources/read': 'ReadResourceResult',
  'resources/subscribe': 'EmptyResult',
  'resources/unsubscribe': 'EmptyResult',
  'completion/complete': 'CompleteResult',
  'logging/setLevel': 'EmptyResult',
  'subscriptions/listen': 'SubscriptionsListenResult',
  'tasks/get': 'GetTaskResult',
  'tasks/list': 'ListTasksResult',
  'tasks/cancel': 'CancelTaskResult',
  'tasks/result': 'CallToolResult',
};

const definitionOf = {
  'notifications/progress': 'ProgressNotification',
  'notifications/message': 'LoggingMessageNotification',
  'notifications/cancelled': 'CancelledNotification',
  'notifications/tools/list_changed': 'ToolListChangedNotification',
  'notifications/prompts/list_changed': 'PromptListChangedNotification',
  'notifications/resources/list_changed': 'ResourceListChangedNotification',
  'notifications/resources/updated': 'ResourceUpdatedNotification',
  'notifications/subscriptions/acknowledged': 'SubscriptionsAcknowledgedNotification',
  'notifications/elicitation/complete': 'ElicitationCompleteNotification',
  'notifications/tasks/status': 'TaskStatusNotification',
  'elicitation/create': 'ElicitRequest',
  'sampling/createMessage': 'CreateMessageRequest',
  'roots/list': 'ListRootsRequest',
  ping: 'PingRequest',
};

/** What the tasks extension adds to 2026-07-28 (SEP-2663): MCP's schema does not have it. */
const task = {
  type: 'object',
  required: ['taskId', 'status', 'createdAt', 'lastUpdatedAt', 'ttlMs'],
  properties: {
    taskId: { type: 'string', minLength: 1 },
    status: { enum: ['working', 'input_required', 'completed', 'cancelled', 'failed'] },
    statusMessage: { type: 'string' },
    createdAt: { type: 'string', format: 'date-time' },
    lastUpdatedAt: { type: 'string', format: 'date-time' },
    ttlMs: { type: ['integer', 'null'], minimum: 0 },
    pollIntervalMs: { type: 'integer', minimum: 0 },
    inputRequests: { type: 'object' },
    result: { type: 'object' },
    error: { type: 'object', required: ['code', 'message'] },
  },
  allOf: [
    ['input_required', 'inputRequests'],
    ['completed', 'result'],
    ['failed', 'error'],
  ].map(([status, payload]) => ({
    if: { properties: { status: { const: status } } },
    then: { required: [payload] },
    else: { not: { required: [payload] } },
  })),
};
const taskAnswer = { ...task, required: [...task.required, 'resultType'] };
/** A CreateTaskResult is the bare task: what a status brings along, tasks/get tells. */
const { allOf: _payloads, ...createdTask } = taskAnswer;

class Revision {
  constructor(version) {
    this.version = version;
    const text = readFileSync(join(folder, 'mcp', `mcp-${version}.schema.json`), 'utf8');
    const schema = JSON.parse(text);
    const Engine = schema.$defs ? Ajv2020 : Ajv;
    this.ajv = addFormats(new Engine({ strict: false, allErrors: true }));
    this.ajv.addSchema(schema, 'mcp');
    this.root = schema.$defs ? '$defs' : 'definitions';
    this.names = new Set(Object.keys(schema[this.root]));
    this.compiled = new Map();
  }

  validator(definition) {
    const key = typeof definition === 'string' ? definition : JSON.stringify(definition);
    if (!this.compiled.has(key))
      this.compiled.set(
        key,
        typeof definition === 'string'
          ? this.ajv.getSchema(`mcp#/${this.root}/${definition}`)
          : this.ajv.compile(definition)
      );
    return this.compiled.get(key);
  }

  check(definition, value) {
    if (typeof definition === 'string' && !this.names.has(definition))
      throw new Error(`${this.version} does not know ${definition}: ${JSON.stringify(value).slice(0, 300)}`);
    const valid = this.validator(definition);
    if (valid(value)) return;
    const name = typeof definition === 'string' ? definition : 'answer of the extension';
    throw new Error(
      `no ${name} of ${this.version}: ${this.ajv.errorsText(valid.errors)}\n${JSON.stringify(value)}`
    );
  }
}

const revisions = new Map();
function revision(version) {
  if (!revisions.has(version)) revisions.set(version, new Revision(version));
  return revisions.get(version);
}

const skill = {
  type: 'object',
  required: ['uri', 'frontmatter', 'resources'],
  properties: {
    frontmatter: { type: 'object', required: ['name', 'description'] },
    resources: {
      type: 'array',
      items: { type: 'object', required: ['uri', 'digest', 'size'], properties: { digest: { pattern: '^sha256:[0-9a-f]{64}$' } } },
    },
  },
};
const cached = ['resultType', 'ttlMs', 'cacheScope'];
const skillAnswers = {
  'skills/list': { type: 'object', required: [...cached, 'skills'], properties: { skills: { type: 'array', items: skill } } },
  'skills/get': { type: 'object', required: [...cached, 'skill'], properties: { skill } },
};

function resultDefinition(version, method, result) {
  if (version === modern) {
    if (result.resultType === 'input_required') return 'InputRequiredResult';
    if (result.resultType === 'task') return createdTask;
    if (method === 'tasks/get') return taskAnswer;
    if (method?.startsWith('tasks/')) return 'EmptyResult';
    if (skillAnswers[method]) return skillAnswers[method];
  } else if (method === 'tools/call' && result.task) {
    return 'CreateTaskResult';
  }
  return resultOf[method];
}

/** One connection, as both sides' messages pass it. */
export class Referee {
  constructor() {
    this.checked = 0;
    this.requests = new Map(); // id → [{version, method}], oldest first
    this.tokens = new Map(); // progress token → version
    this.legacy = undefined; // what initialize agreed on
  }

  /** What the client sends. */
  toServer(message) {
    for (const each of Array.isArray(message) ? message : [message]) this.note(each);
  }

  note(message) {
    if (typeof message?.method !== 'string') return;
    const meta = message.params?._meta;
    const version = meta?.[versionKey] ?? this.legacy;
    if (meta?.progressToken !== undefined) this.tokens.set(meta.progressToken, version);
    if (message.id === undefined) return;
    if (!this.requests.has(message.id)) this.requests.set(message.id, []);
    this.requests.get(message.id).push({ version, method: message.method });
  }

  /** The request that an answer with this id is for: the oldest, where tests used an id again. */
  request(id) {
    const all = this.requests.get(id) ?? [];
    return (all.length > 1 ? all.shift() : all[0]) ?? {};
  }

  /** What the server sends: throws where it is not what its revision's schema says. */
  toClient(message) {
    for (const each of Array.isArray(message) ? message : [message]) this.check(each);
  }

  check(message) {
    this.checked += 1;
    if (message.method === undefined) return this.checkAnswer(message);
    const version = this.versionOf(message);
    if (message.method === 'notifications/tasks') return revision(version).check(task, message.params);
    assert.ok(definitionOf[message.method], `unknown to the referee: ${message.method}`);
    revision(version).check(definitionOf[message.method], message);
  }

  versionOf({ params }) {
    if (params?._meta?.[subscriptionKey] !== undefined) return modern;
    return this.tokens.get(params?.progressToken) ?? this.legacy ?? modern;
  }

  checkAnswer(message) {
    const request = this.request(message.id);
    if (message.error) return this.checkError(message, request.version ?? this.legacy ?? modern);
    const { method } = request;
    assert.ok(method, `an answer to no request: ${JSON.stringify(message)}`);
    if (method === 'initialize') this.legacy = message.result.protocolVersion;
    const version = method === 'initialize' ? this.legacy : (request.version ?? this.legacy);
    const rules = revision(version);
    const whole = rules.names.has('JSONRPCResultResponse') ? 'JSONRPCResultResponse' : 'JSONRPCResponse';
    rules.check(whole, message);
    rules.check(resultDefinition(version, method, message.result), message.result);
  }

  checkError(message, version) {
    const known = revisions.has(version) || existsSync(join(folder, 'mcp', `mcp-${version}.schema.json`));
    const rules = revision(known ? version : modern); // what asked for an unknown revision is told in the newest
    const legacyName = rules.names.has('JSONRPCError');
    // Up to 2025-06-18 the schema has no error for an unreadable id: JSON-RPC's own rule is null.
    if (legacyName && message.id === null) message = { ...message, id: 0 };
    rules.check(legacyName ? 'JSONRPCError' : 'JSONRPCErrorResponse', message);
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // what a test sent to be refused
  }
}

/** `lines`: [{sent: text} | {received: text}], in the order in which they passed. Gives how many messages were checked. */
export function checkConversation(lines) {
  const referee = new Referee();
  for (const { sent, received } of lines) {
    if (sent !== undefined) referee.toServer(parsed(sent));
    if (received !== undefined) referee.toClient(JSON.parse(received));
  }
  return referee.checked;
}

/** Two recordings of one connection: all requests are known before the answers are looked at. */
export function checkRecording(sent, received) {
  const lines = text => text.split('\n').filter(Boolean);
  const whole = received.slice(0, received.lastIndexOf('\n') + 1); // a line that was cut off by a kill is none
  return checkConversation([
    ...lines(sent).map(text => ({ sent: text })),
    ...lines(whole).map(text => ({ received: text })),
  ]);
}

/** Refused as HTTP, before anybody looked for a message in it: {"error": "a sentence"}. */
const refusedByTheGuard = new Set([403, 408, 411, 413, 415, 431, 501, 503, 505]);

/** The messages in the body of an HTTP answer, as text. */
function bodies({ status, type, body }) {
  const guarded = refusedByTheGuard.has(status) && typeof JSON.parse(body || '{}').error === 'string';
  if (guarded || !body) return [];
  if (type.startsWith('application/json')) return [body];
  const events = body.split(/\r?\n\r?\n/).slice(0, -1);
  const data = events.map(event => event.split(/\r?\n/).filter(line => line.startsWith('data:')));
  return data.map(lines => lines.map(line => line.slice(5).trim()).join('\n')).filter(Boolean);
}

/** What of a legacy session is known: its revision, and all that was asked in it. */
function sessionsOf(exchanges) {
  const sessions = new Map();
  for (const { session, given, body } of exchanges) {
    const id = given ?? session;
    if (id && !sessions.has(id)) sessions.set(id, new Referee());
    if (given) sessions.get(id).legacy = JSON.parse(body).result.protocolVersion;
  }
  for (const { session, sent } of exchanges) if (session && sent) sessions.get(session).toServer(parsed(sent));
  return sessions;
}

/**
 * HTTP exchanges with one endpoint: [{session, given, sent, status, type, body}]. `session`: the id that the request named, `given`:
 * the one that it was answered with. An answer belongs to the request in whose body it came; on a GET, to the session.
 */
export function checkExchanges(exchanges) {
  const sessions = sessionsOf(exchanges);
  let checked = 0;
  for (const exchange of exchanges) {
    const session = sessions.get(exchange.given ?? exchange.session);
    let referee = session;
    if (exchange.sent) {
      referee = new Referee();
      referee.legacy = session?.legacy;
      referee.toServer(parsed(exchange.sent));
    }
    const before = referee?.checked ?? 0;
    for (const text of bodies(exchange)) referee.toClient(JSON.parse(text));
    checked += (referee?.checked ?? 0) - before;
  }
  return checked;
}
