// A server over TLS of its own: certificates that are made at once, and clients that trust one of them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';

/** It ended long ago if `days` is negative. {certFile, keyFile, ca: the certificate as text}. */
export function makeCertificate(folder, name, { names = 'DNS:localhost,IP:127.0.0.1,IP:::1', days = 30 } = {}) {
  const [certFile, keyFile, asked] = ['crt', 'key', 'csr'].map(kind => join(folder, `${name}.${kind}`));
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });
  const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-new', ...elliptic, '-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-keyout', keyFile, '-out', asked);
  openssl('x509', '-req', '-in', asked, '-copy_extensions', 'copy', '-signkey', keyFile, '-days', `${days}`, '-out', certFile);
  return { certFile, keyFile, ca: readFileSync(certFile, 'utf8') };
}

/** For the server of a world. */
export function use(world, { certFile, keyFile }) {
  Object.assign(world.env, { TFY_PAT_MCP_TLS_CERT: certFile, TFY_PAT_MCP_TLS_KEY: keyFile });
}

/** One exchange on a connection of its own, by a client that trusts `ca`: {status, headers, text, certificate}. */
export function ask(url, { ca, method = 'GET', headers = {}, body, ...more }) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca, method, headers, agent: false, ...more }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', part => (text += part));
      const { fingerprint256 } = answer.socket.getPeerCertificate();
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text, certificate: fingerprint256 }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A connection that has shaken hands: {socket, closed}. */
export function shake(url, { ca, ...more }) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port, ca, servername: 'localhost', ...more });
  const closed = new Promise(resolve => socket.once('close', resolve));
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve({ socket, closed }));
    socket.once('error', reject);
  });
}
