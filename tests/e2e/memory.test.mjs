// After a value was shown, or has lapsed, no copy of it is left in the memory of the server.
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { test } from 'node:test';

import { answered, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { World } from './lib/world.mjs';

const capabilities = { elicitation: {} };

/** Where `needle` stands in the memory of a process that may be written to: [mapping, …]. null where nobody may look. */
function findInMemory(pid, needle) {
  let memory;
  try {
    memory = openSync(`/proc/${pid}/mem`, 'r');
  } catch {
    return null;
  }
  const found = [];
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n')) {
    const [, from, to, rights, name] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (!rights.startsWith('rw')) continue;
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

async function createdForAgent(peer, tokenType, name = 'ci-pipeline') {
  const args = { payload: { name, tokenType } };
  const asked = await peer.exchange(toolCall(1, 'tfy_access_tokens_create', args, { capabilities }));
  const content = { decision: 'approve', confirm_name: name, destination: 'agent' };
  const done = await peer.exchange(
    answered(2, asked.result, 'tfy_access_tokens_create', args, content, { capabilities })
  );
  return done.result.structuredContent.reveal_id;
}

for (const [door, tokenType] of [['stdio', 'opaque'], ['stdio', 'jwt'], ['HTTP', 'opaque'], ['HTTP', 'jwt']])
  test(`${door}, ${tokenType}: after the reveal the value is nowhere in the server's memory`, async t => {
    const world = await World.start(t);
    const server = door === 'HTTP' ? await world.serve() : null;
    const peer = server ? new RawHttp(world, server.endpoint) : new RawStdio(world);
    const { pid } = (server?.process ?? peer.server).child;
    const reveal_id = await createdForAgent(peer, tokenType);
    const shown = await peer.exchange(toolCall(3, 'tfy_access_tokens_reveal', { reveal_id }, { capabilities }));
    const [, value] = /^(?:One-time token:\s*)?`?([A-Za-z0-9._~+/=-]{24,})`?$/m.exec(shown.result.content[0].text);
    const needles = [value, value.slice(-40), value.slice(tokenType === 'jwt' ? 120 : 4).slice(0, 40)];
    // The answer is here a moment before the server has wiped what it wrote. It has nothing else to do, so what stays
    // in its memory for five seconds stays there for ever.
    const look = () => needles.map(needle => findInMemory(pid, Buffer.from(needle)));
    let found = look();
    for (const end = Date.now() + 5000; found[0] !== null && found.flat().length > 0 && Date.now() < end; ) found = look();
    if (found[0] === null) return t.skip('the memory of another process may not be read here (ptrace)');
    assert.deepEqual(found, needles.map(() => []));
    assert.notEqual(findInMemory(pid, Buffer.from('tfy_access_tokens_')).length, 0, 'the memory was read');
  });
