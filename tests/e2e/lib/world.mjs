// One test's world: a control plane over real HTTP, a state folder, and the ways to start the server in it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RecordedFetch } from './http.mjs';
import { findLeaks } from './leaks.mjs';
import { enrolFirst, me, passphrase } from './people.mjs';
import { binary, lab, Process, runToEnd, until } from './process.mjs';
import { freePort } from './sockets.mjs';
import { checkExchanges, checkRecording, schemasPresent } from './wire.mjs';

const key = 'tfy-sandbox-key-0000-not-a-secret';
/** See ../run. */
export const asOAuth = process.env.TFY_AS === 'oauth';
/** Callers who are known have limits of their own; they are for tests of their own, too. */
const unlimited = asOAuth ? ['--caller-requests', '1000000', '--caller-calls', '1000'] : [];
const tap = new URL('tap.mjs', import.meta.url).pathname;

/** Rules for tests: everything asks, nobody needs a terminal, and nothing is slowed down by counting. */
export function rules({ assurance = 'client', more = '', limits = '' } = {}) {
  return `[terminal]
require_tty = false
require_passphrase = false

[limits]
open_requests = 100
requests_per_minute = 1000
${limits}

[[rule]]
tools = ["tfy_access_tokens_*"]
says = "ask"
${assurance ? `min_assurance = "${assurance}"` : ''}
${more}
`;
}

export class World {
  /**
   * `t` is the running test: what is started here ends with it. The control plane is the lab, with `accounts` beside the
   * usual one; where `sandbox` has options, it is `tfy-pat-mcp sandbox` with these.
   */
  static async start(t, { policy = rules(), hold = '1s', upstream, accounts = [], sandbox } = {}) {
    const world = new World();
    t.after(() => world.end());
    if (upstream) world.upstream = upstream;
    else if (sandbox) await world.startSandbox(binary, ['sandbox', '--listen', '127.0.0.1:0', ...sandbox]);
    else await world.startSandbox(lab, accounts.flatMap(name => ['--account', name]));
    const file = join(world.folder, 'policy.toml');
    writeFileSync(file, policy);
    world.env = {
      PATH: process.env.PATH,
      HOME: world.folder,
      TFY_BASE_URL: world.upstream,
      TFY_API_KEY: key,
      TFY_PAT_MCP_STATE_DIR: world.state,
      TFY_PAT_MCP_POLICY: file,
      TFY_PAT_MCP_HOLD: hold,
    };
    const tls = process.env.TFY_OVER_TLS; // see ../run
    if (tls)
      Object.assign(world.env, { TFY_PAT_MCP_TLS_CERT: join(tls, 'cert.pem'), TFY_PAT_MCP_TLS_KEY: join(tls, 'key.pem') });
    return world;
  }

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'tfy-e2e-'));
    this.state = join(this.folder, 'state');
    this.wire = join(this.folder, 'wire');
    mkdirSync(this.wire);
    this.processes = [];
    this.clients = [];
    this.marks = 0;
    this.raw = []; // RawStdio
    this.fetch = new RecordedFetch();
    this.principal = 'http:loopback'; // of who calls `serve`
    this.endsBadly = false; // a test that sends the sandbox what must never be sent says so
  }

  async startSandbox(program, args) {
    const env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      TFY_PAT_MCP_STATE_DIR: join(this.folder, 'sandbox'),
    };
    this.sandbox = this.spawn(args, env, program);
    [, this.upstream] = await this.sandbox.says(/at (http:\/\/127\.0\.0\.1:\d+)\s/);
  }

  spawn(args, env = this.env, program = binary) {
    const started = new Process(program, args, { env, cwd: this.folder });
    this.processes.push(started);
    return started;
  }

  /** How an SDK's stdio transport is to start the server, recorded by the tap. */
  stdioCommand() {
    return {
      command: process.execPath,
      args: [tap, this.wire, binary, 'stdio'],
      env: this.env,
      cwd: this.folder,
      stderr: 'ignore',
    };
  }

  /**
   * `serve` on a free port, or on `port`: {process, endpoint, page, code}. With TFY_AS=oauth callers come by OAuth: the
   * first person is enrolled, allows a client, and the world's requests show its access token.
   */
  async serve(env = this.env, port = 0) {
    if (!asOAuth) return this.#serve(env, port);
    const at = port || (await freePort());
    const origin = `${process.env.TFY_OVER_TLS ? 'https' : 'http'}://localhost:${at}`;
    Object.assign(env, { TFY_PAT_MCP_CALLERS: 'oauth', TFY_PAT_MCP_PUBLIC_URL: origin });
    const server = await this.#serve(env, at);
    this.fetch.credential ??= await this.#allowed(server, origin);
    return server;
  }

  /** A client that the first person allowed: what it shows. */
  async #allowed(server, origin) {
    const [{ Page }, { addClient, codeFor, postForm }] = await Promise.all([import('./page.mjs'), import('./oauth.mjs')]);
    const person = await Page.signIn(this, server);
    const client = await addClient(this, '--name', 'tfy-e2e');
    const given = await postForm(`${origin}/oauth/token`, await codeFor(person, origin, client));
    this.principal = `oauth:${me}/${client.id}`;
    assert.equal(given.status, 200, JSON.stringify(given.body));
    return `Bearer ${given.body.access_token}`;
  }

  async #serve(env, port) {
    const server = this.spawn(['serve', '--listen', `127.0.0.1:${port}`, ...unlimited], env);
    const [, endpoint] = await server.says(/^MCP endpoint: (\S+)\n/m);
    const [, page] = await server.says(/^Approvals page: (\S+)\n/m);
    const [, code] = await server.says(/^(?:Sign-in code: ([A-Z0-9]{4}(?:-[A-Z0-9]{4})+)|To sign in, |No one is enrolled)/m); // a sandbox's only
    return { process: server, endpoint, page, code };
  }

  /** The first person is enrolled, if no one is. `env` is for commands beside a server of another time. */
  enrol(env = {}) {
    return (this.enrolled ??= this.#enrolFirst(env));
  }

  async #enrolFirst(env) {
    const list = await runToEnd(binary, ['people', 'list', '--json'], { env: this.env });
    if (list.code !== 0 || !JSON.parse(list.stdout).people.length) {
      const first = await enrolFirst(this, me, env);
      assert.equal(first.code, 0, first.text);
    }
  }

  /** Passphrases are checked one at a time; of very many at once some are turned away. */
  oneSignInAtATime(work) {
    const mine = (this.signingIn ?? Promise.resolve()).then(work);
    this.signingIn = mine.catch(() => {});
    return mine;
  }

  /** The first person decides at another terminal: `tfy-pat-mcp approvals …`, and the passphrase is typed first. */
  async decide(args, lines = []) {
    await this.enrol();
    return this.oneSignInAtATime(() => this.terminal(['approvals', ...args], [passphrase, ...lines]));
  }

  /** The person at another terminal: `tfy-pat-mcp approvals …`. */
  async terminal(args, lines = []) {
    const done = await runToEnd(binary, args, {
      env: this.env,
      input: lines.map(line => `${line}\n`).join(''),
    });
    this.fetch.keep('terminal', done.stdout + done.stderr);
    return done;
  }

  /**
   * What the control plane was asked: [{method, path, query, target, status, account, faults}]. Its log comes through a
   * pipe, later than its answers: a request of our own is asked for last, and everything before its line is there when
   * that is.
   */
  async upstreamLog() {
    const mark = `/mark/${(this.marks += 1)}`;
    await fetch(this.upstream + mark);
    const lines = () =>
      this.sandbox.stdout
        .split('\n')
        .slice(0, -1)
        .filter(line => line.startsWith('{'))
        .map(line => JSON.parse(line))
        .map(line => ({ ...line, target: line.query ? `${line.path}?${line.query}` : line.path }));
    await until(() => lines().some(line => line.target === mark), {
      what: () => `${mark} in the control plane's log`,
      change: look => this.sandbox.watchers.add(look),
    });
    return lines().filter(line => !line.target.startsWith('/mark/'));
  }

  /** From here on the control plane has these faults: tests/lab/README.md. */
  async faults(...script) {
    const answer = await fetch(`${this.upstream}/__sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(script),
    });
    assert.equal(answer.status, 201, await answer.text());
  }

  async upstreamCount(method) {
    return (await this.upstreamLog()).filter(line => line.method === method).length;
  }

  /** True where the control plane takes `value` for a key: it is a real token of it. */
  async isLiveToken(value) {
    const answer = await fetch(`${this.upstream}/api/svc/v1/personal-access-tokens?limit=1&offset=0`, {
      headers: { authorization: `Bearer ${value}` },
    });
    return answer.status === 200;
  }

  /** Closes all clients and servers, checks the journal, and looks for `value` in all that was written or sent. */
  async assertSeenOnce(value, { times = 1 } = {}) {
    const exported = await this.terminal(['audit', 'export']);
    assert.equal(exported.code, 0, exported.stderr);
    assert.ok(exported.stdout.length > 0, 'the journal has records');
    const verified = await this.terminal(['audit', 'verify']);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    await this.closeAll();
    const printed = this.processes
      .filter(each => each !== this.sandbox)
      .map(each => each.stdout + each.stderr);
    const leaks = findLeaks(value, {
      folders: [this.state, this.wire],
      texts: [...this.fetch.kept, ...printed],
    });
    assert.equal(leaks.plainOnWire, times, `the value was sent ${times} time(s): ${leaks.places.join(', ')}`);
    assert.deepEqual(leaks.elsewhere, [], 'the value, or an encoding of it, is nowhere else');
  }

  async closeAll() {
    for (const client of this.clients.splice(0)) await client.close().catch(() => {});
    for (const each of this.processes) if (each !== this.sandbox) await each.stop();
  }

  /** Every MCP message that passed in this world fits the schema of its revision. */
  checkWire() {
    if (!schemasPresent) return 0;
    let checked = checkExchanges(this.fetch.exchanges);
    const recorded = name => readFileSync(join(this.wire, name), 'utf8');
    for (const name of readdirSync(this.wire).filter(file => file.endsWith('.to-client')))
      checked += checkRecording(recorded(name.replace('to-client', 'to-server')), recorded(name));
    for (const { server, written } of this.raw)
      checked += checkRecording(written, server.stdout);
    return checked;
  }

  async end() {
    await this.closeAll();
    const sandbox = await this.sandbox?.stop();
    try {
      if (sandbox && !this.endsBadly)
        assert.equal(sandbox.code, 0, `the server sent what must never be sent:\n${this.sandbox.stderr}`);
      this.checkWire();
    } finally {
      // A server that its client had to leave behind may still write there for a moment.
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
    }
  }
}
