// Load over HTTP, by wrk, and what a process holds in memory.
import { readFileSync } from 'node:fs';

import { asClient, inScratch, run } from './processes.mjs';
import { post, wrkScript } from './requests.mjs';

const unit = { us: 1, ms: 1000, s: 1_000_000 };
const time = (text, name) => {
  const [, value, of] = new RegExp(`${name}\\s+([0-9.]+)(us|ms|s)`).exec(text);
  return Number(value) * unit[of];
};

/** { per_second, p50_us, p99_us } of `seconds` of load on `url`; each answer has status 200 and the size of the first. */
export async function overHttp(url, asked, { connections, seconds }) {
  const first = await post(url, asked);
  const script = inScratch('wrk.lua', wrkScript(asked));
  const wrk = ['wrk', '-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, '--latency', '-s', script, url];
  const said = run(asClient(wrk));
  if (/Non-2xx|Socket errors/.test(said)) throw new Error(said);
  const [, requests, size, of] = /(\d+) requests in [0-9.]+m?s, ([0-9.]+)([KMG]?)B read/.exec(said);
  const bytes = (Number(size) * { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[of]) / Number(requests);
  const most = Buffer.byteLength(first) + 600;  // with its head
  if (bytes < Buffer.byteLength(first) * 0.97 || bytes > most * 1.03) throw new Error(`answers of ${bytes} bytes: ${said}`);
  const per_second = Number(/Requests\/sec:\s+([0-9.]+)/.exec(said)[1]);
  return { per_second, p50_us: time(said, '50%'), p99_us: time(said, '99%') };
}

export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kb = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]);
  return { resident_kb: kb('Rss'), private_dirty_kb: kb('Private_Dirty') };
}
