// Stands between the server and the control plane: keeps each value that was handed out, can hold reads back and change answers.
import { createServer } from 'node:http';

export class UpstreamTap {
  /** In front of the world's control plane from now on; ends with the test `t`. */
  static async start(t, world) {
    const tap = new UpstreamTap(world.upstream);
    await new Promise(resolve => tap.server.listen(0, '127.0.0.1', resolve));
    t.after(() => tap.end());
    world.env.TFY_BASE_URL = `http://127.0.0.1:${tap.server.address().port}`;
    return tap;
  }

  constructor(upstream) {
    this.upstream = upstream;
    this.values = [];
    this.reading = Promise.resolve();
    this.rewritten = text => text; // what the server gets of an answer
    this.server = createServer((request, response) =>
      this.pass(request, response).catch(() => response.destroy())
    );
  }

  /** From now on no read is answered until the function that this gives is called. */
  holdReads() {
    let release;
    this.reading = new Promise(resolve => (release = resolve));
    return release;
  }

  async pass(request, response) {
    const chunks = await Array.fromAsync(request);
    if (request.method === 'GET') await this.reading;
    const { authorization } = request.headers;
    const body = chunks.length ? Buffer.concat(chunks) : undefined;
    const headers = { authorization, ...(body ? { 'content-type': 'application/json' } : {}) };
    const answer = await fetch(this.upstream + request.url, { method: request.method, headers, body });
    const text = await answer.text();
    const { token } = JSON.parse(text);
    if (token) this.values.push(token);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') }).end(this.rewritten(text));
  }

  end() {
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(resolve));
  }
}
