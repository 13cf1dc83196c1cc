// A server at which programs ask people for access, and what such a program sends.
import { createHash, randomBytes } from 'node:crypto';

import { publicWeb } from './own_network.mjs';
import { rules, World } from './world.mjs';

export const claude = 'https://claude.ai/oauth/mcp-client.json';
export const callback = 'https://claude.ai/api/mcp/auth_callback';

/** The document of a client, with `more` in it. */
export const documentOf = (id = claude, more = {}) => ({
  client_id: id,
  client_name: 'Claude',
  redirect_uris: [callback, 'http://localhost/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  ...more,
});

/** {verifier, challenge} of PKCE. */
export function proofKey() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The query of an authorization request; `undefined` leaves a field out. */
export function query(fields = {}) {
  const all = {
    response_type: 'code',
    client_id: claude,
    redirect_uri: callback,
    state: 'state-1',
    code_challenge: proofKey().challenge,
    code_challenge_method: 'S256',
    ...fields,
  };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== undefined)).toString();
}

/**
 * A server with `--callers oauth` on a port of its own, before a web of which `answer` is the only server:
 * {world, server, web, origin}. Only inside a network of its own.
 */
export async function beginConsent(t, { names, addresses, answer, env = {}, options = () => [], port = 8780 }) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const web = await publicWeb(t, world.folder, names, addresses, answer);
  const origin = `http://localhost:${port}`;
  Object.assign(world.env, {
    TFY_PAT_MCP_CA_FILE: web.certificate.file,
    TFY_PAT_MCP_CALLERS: 'oauth',
    TFY_PAT_MCP_PUBLIC_URL: origin,
    ...env,
  });
  await world.enrol();
  const process = world.spawn(['serve', '--listen', `127.0.0.1:${port}`, ...options(world)]);
  const [, page] = await process.says(/^Approvals page: (\S+)$/m);
  return { world, web, origin, server: { process, page, endpoint: `${origin}/mcp` } };
}
