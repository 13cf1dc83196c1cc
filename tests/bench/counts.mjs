// What one call costs in counts that a busy machine does not move: the difference of a long and a short run.
import { readFileSync, rmSync } from 'node:fs';

import { playCreates } from './creates.mjs';
import { inScratch, overStdio, startHttp } from './processes.mjs';
import { post } from './requests.mjs';

const allocators = /^(malloc|calloc|realloc|aligned_alloc|posix_memalign|memalign)$/;

/** Instructions, allocations and thrown exceptions of a whole run, from callgrind's file. */
function readCallgrind(file) {
  const text = readFileSync(file, 'utf8');
  const names = new Map();
  const totals = { instructions: 0, allocations: 0, throws: 0 };
  let called = '';
  for (const each of text.split('\n')) {
    const summary = /^(?:summary|totals): (\d+)/.exec(each);
    if (summary) totals.instructions = Number(summary[1]);
    const named = /^c?fn=\((\d+)\)(?: (.*))?/.exec(each);
    if (named?.[2]) names.set(named[1], named[2].replace(/'\d+$/, ''));
    if (named && each.startsWith('cfn=')) called = names.get(named[1]);
    const calls = /^calls=(\d+)/.exec(each);
    if (!calls) continue;
    if (allocators.test(called)) totals.allocations += Number(calls[1]);
    if (called === '__cxa_throw') totals.throws += Number(calls[1]);
  }
  return totals;
}

/** How often each system call was made in a whole run, from strace's table; `all` of them together. */
function readStrace(file) {
  const totals = { all: 0 };
  for (const row of readFileSync(file, 'utf8').split('\n')) {
    const fields = row.trim().split(/\s+/);
    const count = Number(fields[3]);
    if (fields.length < 5 || !Number.isInteger(count) || fields.at(-1) === 'total') continue;
    totals[fields.at(-1)] = count;
    totals.all += count;
  }
  return totals;
}

const tools = {
  callgrind: file => ({ wrap: ['valgrind', '-q', '--tool=callgrind', `--callgrind-out-file=${file}`], read: readCallgrind }),
  strace: file => ({ wrap: ['strace', '-f', '-c', '-o', file], read: readStrace }),
};

async function totalsOf(tool, calls, play) {
  const file = inScratch(`${tool}.out`);
  rmSync(file, { force: true });
  const { wrap, read } = tools[tool](file);
  await play(wrap, calls);
  return read(file);
}

/** Of one call, where `play(wrap, calls)` makes so many in a process that `wrap` observes. */
async function perCall(tool, few, many, play) {
  const short = await totalsOf(tool, few, play);
  const long = await totalsOf(tool, many, play);
  const names = new Set([...Object.keys(short), ...Object.keys(long)]);
  return Object.fromEntries([...names].map(name => [name, ((long[name] ?? 0) - (short[name] ?? 0)) / (many - few)]));
}

const plays = {
  creates: command => (wrap, calls) => playCreates(command, wrap, calls, 1),
  stdio: (command, requestFile, expect) => (wrap, calls) =>
    overStdio([...wrap, ...command], requestFile, { calls, expect }),
  http: (command, asked) => async (wrap, calls) => {
    const server = await startHttp([...wrap, ...command]);
    for (let i = 0; i < calls; ++i) await post(`${server.url}/mcp`, asked);
    await server.end();
  },
};

/** { instructions, allocations, throws, syscalls, getrandom, futex, fcntl, fdatasync } of one call. */
export async function countCall(transport, [few, many], ...scenario) {
  const play = plays[transport](...scenario);
  const work = await perCall('callgrind', few, many, play);
  const kernel = await perCall('strace', few, many, play);
  const rounded = (value, step) => Math.round((value ?? 0) / step) * step;
  const counts = { kiloinstructions: rounded(work.instructions / 1000, 0.1) };
  counts.allocations = rounded(work.allocations, 0.1);
  counts.throws = rounded(work.throws, 0.01);
  counts.syscalls = rounded(kernel.all, 0.1);
  for (const name of ['getrandom', 'futex', 'fcntl', 'fdatasync']) counts[name] = rounded(kernel[name], 0.01);
  return Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, Number(value.toFixed(2))]));
}

/** How often a create waits for the disk, where `window` are asked for at once: the median of five, for it is a matter of chance. */
export async function syncsOfCreates(command, window) {
  const play = (wrap, calls) => playCreates(command, wrap, calls, window);
  const seen = [];
  for (let i = 0; i < 5; ++i) seen.push((await perCall('strace', window, window * 6, play)).fdatasync);
  return { fdatasync: Number(seen.sort((a, b) => a - b)[2].toFixed(2)) };
}

/** Of a start until the first answer, and of the end. */
export async function countStart(command, requestFile, expect) {
  const { instructions, allocations } = await totalsOf('callgrind', 1, plays.stdio(command, requestFile, expect));
  return { megainstructions: Number((instructions / 1e6).toFixed(2)), allocations };
}
