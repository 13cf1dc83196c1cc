// Stands between a client and its stdio server and keeps what passes: node tap.mjs FOLDER COMMAND [ARGS…]
import { spawn } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [folder, command, ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });

function pass(from, to, kind, end) {
  const file = openSync(join(folder, `stdio-${process.pid}.${kind}`), 'a');
  from.on('data', bytes => {
    writeSync(file, bytes); // first, so that what a client has seen is in the file
    to.write(bytes);
  });
  if (end) from.on('end', () => to.end());
  to.on('error', () => {});
}

pass(process.stdin, server.stdin, 'to-server', true);
pass(server.stdout, process.stdout, 'to-client', false);
pass(server.stderr, process.stderr, 'log', false);
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.kill(signal));
server.on('close', code => process.exit(code ?? 1));
