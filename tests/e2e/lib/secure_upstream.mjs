// A control plane that is reached over TLS.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate for 127.0.0.1 that nobody knows but who is told: {cert, key, file}. */
function selfSigned(folder) {
  const [file, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', ...subject,
      '-keyout', keyFile, '-out', file],
    { stdio: 'ignore' }
  );
  return { cert: readFileSync(file), key: readFileSync(keyFile), file };
}

/**
 * A small control plane over TLS; keeps [method, HTTP version, connection] of each request,
 * and the values that it made: {seen, values, certificate}.
 */
export async function secureUpstream(t, world, start, options = {}) {
  const certificate = selfSigned(world.folder);
  const seen = [];
  const values = [];
  const connections = new Map();
  const tokens = [];
  const sockets = new Set();
  const server = start({ ...certificate, ...options }, (request, response) => {
    const socket = request.stream?.session?.socket ?? request.socket;
    const port = socket.remotePort;
    if (!connections.has(port)) connections.set(port, connections.size + 1);
    seen.push([request.method, request.httpVersion, connections.get(port)]);
    const chunks = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'POST') {
        const { name } = JSON.parse(Buffer.concat(chunks));
        values.push(`tfy-${randomBytes(24).toString('base64url')}`);
        tokens.push({ id: `id-${name}`, manifest: { name }, createdAt: new Date().toISOString() });
      }
      const body =
        request.method === 'POST'
          ? { token: values.at(-1) }
          : { data: tokens, pagination: { total: tokens.length } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  server.on('secureConnection', socket => sockets.add(socket));
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise(resolve => server.close(resolve));
  });
  world.env.TFY_BASE_URL = `https://127.0.0.1:${server.address().port}`;
  return { seen, values, certificate };
}
