// Processes under test: started, listened to, ended; everything they print is kept.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';

export const binary =
  process.env.TFY_PAT_MCP ?? new URL('../../../build/dev/tfy-pat-mcp', import.meta.url).pathname;

/** The sandbox with faults by script (tests/lab), which is built beside the server. */
export const lab = `${dirname(binary)}/sandbox_lab`;

// Printed commands begin with the program's name where a shell finds it by that.
process.env.PATH = `${dirname(binary)}:${process.env.PATH}`;

/** Waits until `probe()` gives something truthy. `change` calls its argument whenever it is worth looking again. */
export function until(probe, { what, seconds = 60, change }) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = probe();
      if (!found) return;
      clearTimeout(limit);
      resolve(found);
    };
    const limit = setTimeout(() => reject(new Error(`waited ${seconds} s for ${what()}`)), seconds * 1000);
    change(look);
    look();
  });
}

/** The same where no event tells of the change: looks again every 20 ms. `probe` may be async. */
export async function untilPolled(probe, { what, seconds = 60 }) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (performance.now() > end) throw new Error(`waited ${seconds} s for ${what()}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** What `look` gives once that is `wanted`: it happens in another process, or in time. */
export async function becomes(look, wanted) {
  let seen;
  await untilPolled(async () => wanted((seen = await look())), { what: () => `something else than ${JSON.stringify(seen)}` });
  return seen;
}

export class Process {
  constructor(command, args, { env = {}, cwd } = {}) {
    this.stdout = '';
    this.stderr = '';
    this.watchers = new Set();
    this.child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin.on('error', () => {}); // the process may be gone before it has read everything
    for (const name of ['stdout', 'stderr']) {
      this.child[name].setEncoding('utf8');
      this.child[name].on('data', text => {
        this[name] += text;
        this.changed();
      });
    }
    this.ended = new Promise(resolve =>
      this.child.on('close', (code, signal) => {
        this.end = { code, signal };
        this.changed();
        resolve(this.end);
      })
    );
    this.child.on('error', error => (this.stderr += `${error}\n`));
  }

  changed() {
    for (const look of [...this.watchers]) look();
  }

  /** The match of `pattern` on stdout, once it is there; fails at once where the process ends first. */
  says(pattern) {
    return this.#match('stdout', pattern);
  }

  /** The same on stderr, which comes by a way of its own: what was logged before an answer may be here after it. */
  logs(pattern) {
    return this.#match('stderr', pattern);
  }

  async #match(name, pattern) {
    const found = await until(() => pattern.exec(this[name]) ?? this.end, {
      what: () => `${pattern} in:\n${this.stdout}\n${this.stderr}`,
      change: look => this.watchers.add(look),
    });
    if (found === this.end)
      throw new Error(
        `ended (${JSON.stringify(this.end)}) without ${pattern}:\n${this.stdout}\n${this.stderr}`
      );
    return found;
  }

  /** Ends it with `signal`; SIGKILL where it takes longer than `seconds`. */
  async stop(signal = 'SIGTERM', seconds = 60) {
    if (this.end) return this.end;
    this.child.kill(signal);
    const limit = setTimeout(() => this.child.kill('SIGKILL'), seconds * 1000);
    const end = await this.ended;
    clearTimeout(limit);
    return end;
  }
}

/** Runs to the end with `input` on stdin: {code, stdout, stderr}. */
export async function runToEnd(command, args, { env, cwd, input = '' } = {}) {
  const process = new Process(command, args, { env, cwd });
  process.child.stdin.end(input);
  const { code } = await process.ended;
  return { code, stdout: process.stdout, stderr: process.stderr };
}
