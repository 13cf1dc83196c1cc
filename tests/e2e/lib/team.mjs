// A server whose people sign in at an identity provider.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { clientId, clientSecret, IdentityProvider } from './identity_provider.mjs';
import { Page } from './page.mjs';
import { freePort } from './sockets.mjs';
import { rules, World } from './world.mjs';

/** The options that name `provider`; others come behind them. */
export function providerOptions(world, provider, more = []) {
  const file = join(world.folder, 'client-secret');
  if (!existsSync(file)) writeFileSync(file, `${clientSecret}\n`, { mode: 0o600 });
  return ['--oidc-issuer', provider.issuer, '--oidc-client-id', clientId, '--oidc-client-secret-file', file, '--oidc-group', 'approvers', ...more];
}

/** `serve` with a public address: {process, endpoint, page}. */
export async function serveTeam(world, provider, more = []) {
  const port = await freePort();
  const args = ['serve', '--listen', `127.0.0.1:${port}`, '--public-url', `http://localhost:${port}`, ...providerOptions(world, provider, more)];
  const process = world.spawn(args);
  const [, endpoint] = await process.says(/^MCP endpoint: (\S+)\n/m);
  const [, page] = await process.says(/^Approvals page: (\S+)\n/m);
  return { process, endpoint, page };
}

/** {world, provider, server}, and the first person is enrolled. */
export async function beginTeam(t, { more, ...options } = {}) {
  const world = await World.start(t, { policy: rules({ assurance: 'signed_in' }), hold: '0s' });
  const provider = await IdentityProvider.start(t, options);
  await world.enrol();
  return { world, provider, server: await serveTeam(world, provider, more) };
}

/** Goes where the server says, and is sent back by the provider: what the browser brings. */
export async function follow({ address }) {
  const there = await fetch(address, { redirect: 'manual' });
  await there.text();
  const query = new URL(there.headers.get('location')).searchParams;
  return Object.fromEntries(['code', 'state', 'iss'].map(name => [name, query.get(name) ?? '']));
}

/** Begins as the page does: {begun, answer}. */
export async function sentBack(world, server) {
  const begun = await new Page(world, server.page).request('POST', '/api/sign-in/provider', {});
  return begun.status === 200 ? { begun, answer: await follow(begun.body) } : { begun };
}

/** The page's answer to what was brought. */
export const bring = (world, server, answer) => new Page(world, server.page).request('POST', '/api/sign-in/provider/answer', answer);

/** The whole way: the page's answer. */
export async function come(world, server, change = {}) {
  const { begun, answer } = await sentBack(world, server);
  return answer ? bring(world, server, { ...answer, ...change }) : begun;
}

/** Signed in: a Page with its key. */
export async function comeIn(world, server) {
  const { status, body, text } = await come(world, server);
  if (status !== 200) throw new Error(text);
  const page = new Page(world, server.page);
  page.key = body.page_key;
  return page;
}

export async function journal(world, ...kinds) {
  const lines = (await world.terminal(['audit', 'export'])).stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  return lines.filter(each => kinds.includes(each.kind));
}
