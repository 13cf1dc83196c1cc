// Starts what is measured and what measures it: servers on the first core, clients on the second.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const built = join(here, '../../build/release');
/** The build's, or another one to compare with. */
export const product = process.env.TFY_PAT_MCP ?? join(built, 'tfy-pat-mcp');
export const peer = (kind, file) => [process.execPath, join(here, 'peer.mjs'), kind, file];

export const scratch = mkdtempSync(join(tmpdir(), 'tfy-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
export const inScratch = (name, text) => {
  const file = join(scratch, name);
  if (text !== undefined) writeFileSync(file, text);
  return file;
};

const on = core => (cpus().length > 1 ? ['taskset', '-c', String(core)] : []);
export const asServer = command => [...on(0), ...command];
export const asClient = command => [...on(1), ...command];

export function run(command, options = {}) {
  const done = spawnSync(command[0], command.slice(1), { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.status} ${done.stderr} ${done.stdout}`);
  return done.stdout;
}

/** Asks `command` for the same again and again over its pipes; see stdio_driver.cpp. */
export function overStdio(command, requestFile, { seconds, calls, window = 1, expect = '' }) {
  const amount = calls === undefined ? `--seconds=${seconds}` : `--calls=${calls}`;
  const log = `--log=${inScratch('server.log')}`; // what the server logs goes to a file, as a host's log does
  const driver = [join(built, 'stdio_driver'), amount, `--window=${window}`, `--expect=${expect}`, log, requestFile];
  return JSON.parse(run(asClient([...driver, ...asServer(command)])));
}

/** strace keeps SIGTERM to itself. */
function tracedBy(pid) {
  const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  return first ? Number(first) : undefined;
}

let logs = 0;

/** What serve starts itself anew with: what counts it would lose it then. */
export const startedForLong = { LD_BIND_NOW: '1', GLIBC_TUNABLES: 'glibc.malloc.tcache_count=128' };

/**
 * A server that prints its address; the `serve` command prints it among other lines, on either stream. What it writes goes
 * to a file, as on stdio: while load is measured no one would read a pipe, and a full one stops the server.
 */
export async function startHttp(command) {
  const [file, ...rest] = asServer(command);
  const log = inScratch(`server-${++logs}.log`, '');
  const written = openSync(log, 'a');
  const child = spawn(file, rest, { stdio: ['ignore', written, written], env: { ...process.env, ...startedForLong } });
  closeSync(written);
  const url = await new Promise((found, failed) => {
    const look = () => {
      const at = /http:\/\/(127\.0\.0\.1|localhost):[0-9]+/.exec(readFileSync(log, 'utf8'));
      if (!at) return;
      watcher.close();
      found(at[0]);
    };
    const watcher = watch(log, look);
    child.once('exit', code => failed(new Error(`${command.join(' ')} ended with ${code}: ${readFileSync(log, 'utf8')}`)));
    look();
  });
  return {
    url,
    pid: child.pid,
    said: () => readFileSync(log, 'utf8'),
    end: () =>
      new Promise(done => {
        child.once('exit', done);
        process.kill(tracedBy(child.pid) ?? child.pid, 'SIGTERM');
      }),
  };
}
