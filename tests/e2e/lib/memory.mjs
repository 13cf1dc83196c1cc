// What is in the memory of a server.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Where `needle` stands in the memory of a process, its files apart: [place, …]. null where nobody may look. */
export function findInMemory(pid, needle) {
  let memory;
  try {
    memory = openSync(`/proc/${pid}/mem`, 'r');
  } catch {
    return null;
  }
  const found = [];
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n')) {
    const [, from, to, rights, file, name] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+)\s*(.*)$/.exec(line);
    const itsOwn = rights[1] === 'w' || file === '0'; // held values are in pages that no one may write to
    if (rights[0] !== 'r' || !itsOwn) continue;
    const start = Number.parseInt(from, 16);
    const bytes = Buffer.alloc(Number.parseInt(to, 16) - start);
    let read = 0;
    try {
      while (read < bytes.length) {
        const size = readSync(memory, bytes, read, bytes.length - read, start + read);
        if (size === 0) break;
        read += size;
      }
    } catch {
      // guard pages and the kernel's own
    }
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1))
      found.push(`${name || 'anonymous'} ${(start + at).toString(16)}: ${JSON.stringify(bytes.subarray(Math.max(0, at - 60), at).toString('latin1'))}`);
  }
  closeSync(memory);
  return found;
}

/** The value whole, its end, and a piece of it that no other token has: a copy of any part has one of them. */
function piecesOf(value) {
  const own = value.startsWith('tfy-') ? 4 : 120; // the first part of a JWT is in all tokens of its issuer
  return [value, value.slice(-40), value.slice(own, own + 40)];
}

/**
 * Looks until `look` finds nothing; gives what it finds in the end. An answer is here a moment before the server has wiped
 * what it wrote. It has nothing else to do then, so what fifty looks find, with pauses for the server, stays there for ever.
 */
export async function lastFound(look) {
  let found = look();
  for (let looks = 1; found.length > 0 && looks < 50; looks += 1) {
    await new Promise(resolve => setTimeout(resolve, 100));
    found = look();
  }
  return found;
}

/** What is left of `value`: [place, …], or null where no one may look. */
export async function leftInMemory(pid, value) {
  const look = () => piecesOf(value).map(piece => findInMemory(pid, Buffer.from(piece)));
  return look()[0] === null ? null : lastFound(() => look().flat());
}
