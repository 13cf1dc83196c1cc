// fetch that keeps everything that passed, bodies and headers, in both directions.

export class RecordedFetch {
  constructor() {
    this.kept = [];
    /** With MCP endpoints: [{session, given, sent, type, body}], see wire.mjs. */
    this.exchanges = [];
    this.pending = new Set();
    /** What requests to MCP endpoints show that show nothing of their own. */
    this.credential = undefined;
    /** For clients that take a fetch of one's own. */
    this.call = (url, init) => this.fetch(url, init);
  }

  keep(what, text) {
    this.kept.push(`${what}\n${text}`);
  }

  /** A request as the world's caller makes it. */
  shown(url, init) {
    const bare = this.credential && /^\/mcp\/?$/.test(new URL(url).pathname) && !new Headers(init.headers).has('authorization');
    return bare ? { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), authorization: this.credential } } : init;
  }

  /** fetch alone, kept nowhere: for what no client may send. */
  raw(url, init = {}) {
    return fetch(url, this.shown(url, init));
  }

  async fetch(url, init = {}) {
    init = this.shown(url, init);
    this.keep(
      'request',
      `${init.method ?? 'GET'} ${url} ${JSON.stringify([...new Headers(init.headers)])}\n${init.body ?? ''}`
    );
    const answer = await fetch(url, init);
    this.keep('answer', `${answer.status} ${JSON.stringify([...answer.headers])}`);
    const exchange = {
      session: new Headers(init.headers).get('mcp-session-id') ?? undefined,
      given: answer.headers.get('mcp-session-id') ?? undefined,
      sent: init.body,
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      body: '',
    };
    if (new URL(url).pathname === '/mcp') this.exchanges.push(exchange);
    if (answer.body) this.keepBody(answer.clone().body, exchange);
    return answer;
  }

  /** Reads along; a stream that is cut off keeps what came until then. */
  async keepBody(body, exchange) {
    const slot = this.kept.push('body\n') - 1;
    const decoder = new TextDecoder();
    try {
      for await (const bytes of body) {
        const text = decoder.decode(bytes, { stream: true });
        this.kept[slot] += text;
        exchange.body += text;
      }
    } catch {
      this.kept[slot] += '\n(cut off)';
    }
  }
}

/** All JSON-RPC messages of an answer, whether it came as JSON or as server-sent events. */
export async function messagesOf(answer) {
  const text = await answer.text();
  if (!(answer.headers.get('content-type') ?? '').startsWith('text/event-stream'))
    return text ? [JSON.parse(text)] : [];
  const data = text.split(/\r?\n/).filter(line => line.startsWith('data:'));
  return data.map(line => JSON.parse(line.slice(5)));
}
