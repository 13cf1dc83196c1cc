// A network of its own, in which public names lead to servers of the test: nothing of it leaves the machine.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = process.getuid() === 0 ? [] : ['--user', '--map-root-user'];
const room = [...root, '--net', '--mount'];

/**
 * True inside. Outside it makes one test of the whole file `url`, which runs it inside, where each of `names` leads to its
 * addresses, which are all this machine's.
 */
export function inOwnNetwork(url, names) {
  if (process.env.TFY_OWN_NETWORK) return true;
  const skip = spawnSync('unshare', [...room, 'true']).status === 0 ? false : 'no network namespaces here';
  test('in a network of its own', { skip, timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tfy-hosts-'));
    const hosts = join(folder, 'hosts');
    const lines = Object.entries(names).flatMap(([name, addresses]) => addresses.map(each => `${each} ${name}\n`));
    writeFileSync(hosts, `127.0.0.1 localhost\n::1 localhost\n${lines.join('')}`);
    const own = [...new Set(Object.values(names).flat())].filter(each => !/^(127\.|::1$|::ffff:)/.test(each));
    const adds = own.map(each => `ip addr add ${each}/${each.includes(':') ? '128 nodad' : '32'} dev lo`);
    const steps = ['ip link set lo up', ...adds, `mount --bind '${hosts}' /etc/hosts`, 'exec "$@"'];
    const file = fileURLToPath(url);
    const done = spawnSync(
      'unshare',
      [...room, 'sh', '-c', steps.join(' && '), 'sh', process.execPath, '--test', '--test-reporter=spec', file],
      { encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined, TFY_OWN_NETWORK: '1' }, maxBuffer: 1 << 26 }
    );
    rmSync(folder, { recursive: true, force: true });
    assert.equal(done.status, 0, done.stdout + done.stderr);
    process.stdout.write(done.stdout.replaceAll(/^/gm, '# '));
  });
  return false;
}

/** Certificates for `names`, and the file of the authority that vouches for them: {cert, key, file}. */
function certificateFor(folder, names) {
  const [file, keyFile] = [join(folder, 'web.pem'), join(folder, 'web.key')];
  const subject = ['-subj', '/CN=web', '-addext', `subjectAltName=${names.map(name => `DNS:${name}`)}`];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', ...subject,
      '-keyout', keyFile, '-out', file],
    { stdio: 'ignore' }
  );
  return { cert: readFileSync(file), key: readFileSync(keyFile), file };
}

/**
 * The public web, for as long as the test: `answer(request, response)` for https at port 443 of each of `addresses`.
 * {certificate, asked: what came, as "host path"}.
 */
export async function publicWeb(t, folder, names, addresses, answer) {
  const certificate = certificateFor(folder, names);
  const asked = [];
  for (const address of addresses) {
    const server = createServer(certificate, (request, response) => {
      asked.push(`${request.headers.host} ${request.url}`);
      answer(request, response);
    });
    await new Promise(resolve => server.listen(443, address, resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
  }
  return { certificate, asked };
}

/** Counts who connects to `port` of each of `addresses`: {callers}. */
export async function countingListeners(t, places) {
  const counted = { callers: [] };
  for (const [address, port] of places) {
    const server = createTcpServer(socket => {
      counted.callers.push(`${address}:${port}`);
      socket.destroy();
    });
    await new Promise((resolve, reject) => server.on('error', reject).listen(port, address, resolve));
    t.after(() => server.close());
  }
  return counted;
}
