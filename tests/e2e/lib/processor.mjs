// How long a process worked, and how long it waited for a processor that others had: a crowded machine tells time otherwise.
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of all its threads so far: {worked, waited}; undefined once it is gone. */
function processor(pid) {
  let [worked, waited] = [0, 0];
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [ran, rested] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ').map(Number);
      worked += ran / 1e6;
      waited += rested / 1e6;
    }
  } catch {
    return undefined;
  }
  return { worked, waited };
}

/** What the thread that runs this has waited. */
const stood = () => Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;

/**
 * Of the process `pid` during `work`, in milliseconds: {result, worked: on a processor, could: as long as it had one or
 * needed none, took: that, without what this process waited for one}. The process may end with it.
 */
export async function measured(pid, work) {
  const [start, mine, before] = [performance.now(), stood(), processor(pid)];
  let last = before;
  const look = () => (last = processor(pid) ?? last);
  const watch = setInterval(look, 20);
  const result = await work();
  clearInterval(watch);
  look();
  const could = performance.now() - start - (last.waited - before.waited);
  return { result, worked: last.worked - before.worked, could, took: could - (stood() - mine) };
}
