// JWTs that this server has never seen: known by the ids that TrueFoundry lists. And the server's own key, known from the start.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { RawStdio, toolCall } from './lib/raw.mjs';
import { createApproved, reveal, valueIn } from './lib/story.mjs';
import { open } from './lib/clients.mjs';
import { World } from './lib/world.mjs';

const capabilities = { elicitation: {} };

/** The answer to a call of a tool of this name, which there is not: it says the name again. */
async function echoed(peer, id, name) {
  return JSON.stringify(await peer.exchange(toolCall(id, name, {})));
}

/** What is said where an argument holds `text`. */
async function askedWith(peer, id, text) {
  const args = { payload: { name: 'any-name' }, reason: `see ${text}` };
  const answer = await peer.exchange(toolCall(id, 'tfy_access_tokens_create', args, { capabilities }));
  return JSON.stringify(answer);
}

test('a JWT with the id of a listed token is that token, by name, from the listing on', async t => {
  const world = await World.start(t);
  const elsewhere = await open('modern stdio', world);
  const created = await createApproved(elsewhere, 'ci-pipeline', 'agent', { tokenType: 'jwt' });
  const value = valueIn(await reveal(elsewhere, created.reveal_id));
  const { jti } = JSON.parse(Buffer.from(value.split('.')[1], 'base64url'));
  const part = object => Buffer.from(JSON.stringify(object)).toString('base64url');
  const signature = 'q'.repeat(20) + Buffer.from(jti).toString('hex').slice(0, 23);
  const jwt = claims => `${part({ alg: 'RS256' })}.${part({ iss: 'https://login.example.com', ...claims })}.${signature}`;

  const here = new RawStdio(world, () =>
    world.spawn(['stdio'], { ...world.env, TFY_PAT_MCP_STATE_DIR: join(world.folder, 'another-state') })
  );
  assert.match(await echoed(here, 1, jwt({ jti })), new RegExp(jwt({ jti }).split('.')[1]), 'not known yet');
  await here.exchange(toolCall(2, 'tfy_access_tokens_list', {}));
  for (const claim of ['jti', 'jwtId', 'id'])
    assert.match(
      await echoed(here, `3-${claim}`.replace(/[A-Z]/g, 'x'), jwt({ [claim]: jti })),
      /\[redacted:access-token ci-pipeline\]/
    );
  assert.match(await askedWith(here, 6, jwt({ jti })), /An argument holds the value of an access token/);
  const foreign = jwt({ jti: `${jti}x` });
  assert.match(await echoed(here, 5, foreign), new RegExp(foreign.split('.')[1]), "others' stay");
});

test("the server's own key is known before anything is said", async t => {
  const world = await World.start(t);
  const peer = new RawStdio(world);
  assert.match(await echoed(peer, 1, world.env.TFY_API_KEY), /\[redacted:access-token TFY_API_KEY\]/);
});
