// Requests to the control plane itself, as TrueFoundry's own clients send them.
export const collection = '/api/svc/v1/personal-access-tokens';
export const dana = 'tfy-sandbox-key-0000-not-a-secret';

/** One request to the control plane itself. */
export function ask(world, method, rest = '', { key = dana, body } = {}) {
  return fetch(world.upstream + collection + rest, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
}

export const listed = async (world, key = dana) => (await ask(world, 'GET', '', { key })).json();
