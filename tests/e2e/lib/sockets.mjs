// HTTP written by hand on a socket: requests that stay unfinished, and clients that close one side only.
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

import { until } from './process.mjs';

/** Listens there, or gives null where something else does. */
function listenAt(place) {
  const server = createServer();
  return new Promise(resolve => server.once('error', () => resolve(null)).listen(place, () => resolve(server)));
}

/**
 * A port at which no process listens, and none will by chance: it is below those that the system hands out, and while this
 * test runs no other one gets it from here.
 */
export async function freePort() {
  const [handedOut] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
  for (;;) {
    const port = randomInt(Math.min(10_000, handedOut - 1), handedOut);
    const claim = await listenAt(`\0tfy-e2e-port-${port}`); // in the abstract namespace: it ends with this process
    const tried = claim && (await listenAt(port));
    claim?.unref();
    if (!tried) continue;
    await new Promise(resolve => tried.close(resolve));
    return port;
  }
}

/** A server that accepts, reads, and says nothing: {url, asked()}. */
export async function silentUpstream(t) {
  const sockets = new Set();
  const watchers = new Set();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.asked = true;
      for (const look of watchers) look();
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise(resolve => server.close(resolve));
  });
  const asked = () => [...sockets].filter(socket => socket.asked).length;
  return { url: `http://127.0.0.1:${server.address().port}`, asked, watchers };
}

export class Socket {
  static async open(address) {
    const { hostname, port } = new URL(address);
    const self = new Socket(connect({ host: hostname, port, allowHalfOpen: true }), `${hostname}:${port}`);
    await new Promise((resolve, reject) => self.socket.once('connect', resolve).once('error', reject));
    return self;
  }

  constructor(socket, host) {
    this.socket = socket;
    this.host = host;
    this.text = '';
    this.watchers = new Set();
    const changed = () => [...this.watchers].forEach(look => look());
    socket.setEncoding('utf8');
    socket.on('data', text => {
      this.text += text;
      changed();
    });
    socket.on('end', () => {
      this.over = true;
      changed();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.over = true;
      changed();
    });
  }

  head(method, path, headers) {
    const lines = Object.entries({ host: this.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  }

  post(path, headers, body) {
    this.socket.write(this.head('POST', path, { ...headers, 'content-length': Buffer.byteLength(body) }) + body);
  }

  /** A body of which half comes. The server has read the head when this resolves: it asked for the rest. */
  async postHalf(path, headers, body) {
    const length = Buffer.byteLength(body);
    this.socket.write(
      this.head('POST', path, { ...headers, 'content-length': length, expect: '100-continue' })
    );
    await this.until(() => this.text.startsWith('HTTP/1.1 100 '), 'the body to be asked for');
    this.socket.write(body.slice(0, length / 2));
  }

  /** Closes the sending side: nothing more is asked, the answer is still read. */
  endSending() {
    this.socket.end();
  }

  until(probe, what) {
    return until(probe, {
      what: () => `${what}; came:\n${this.text}`,
      change: look => this.watchers.add(look),
    });
  }

  /** Everything up to the server's end of the connection. */
  async toEnd() {
    await this.until(() => this.over, 'the end of the connection');
    return this.text;
  }
}
