// A first passkey of someone who came by an identity provider: signing in there once more stands in place of a passphrase.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Page } from './lib/page.mjs';
import { me, passphrase } from './lib/people.mjs';
import { beginTeam, bring, comeIn, follow, journal } from './lib/team.mjs';

const ada = 'ada@example.com';
const people = async world => JSON.parse((await world.terminal(['people', 'list', '--json'])).stdout).people;
const message = ({ body }) => body.error.message;

test('who has no passphrase registers a passkey after signing in at the provider once more; nothing else stands for it', async t => {
  const { world, provider, server } = await beginTeam(t);
  const page = await comeIn(world, server);
  const confirmed = await world.terminal(['people', 'confirm', ada, '--as', me], [passphrase]);
  assert.equal(confirmed.code, 0, confirmed.stderr);
  const begin = from => from.request('POST', '/api/sign-in/provider', { confirm: true });
  const back = async from => follow((await begin(from)).body);
  const ask = (from, proof) => from.request('POST', '/api/passkeys/new', proof);
  assert.equal((await begin(new Page(world, server.page))).status, 401);
  const confirm = async () => page.request('POST', '/api/sign-in/provider/answer', await back(page));
  const said = async (answer, status, words) => {
    assert.equal(answer.status, status, answer.text);
    assert.match(message(answer), words);
    assert.match(message(answer), /Nothing was changed\./);
  };

  const now = Math.floor(Date.now() / 1000);
  const usual = provider.person;
  provider.person = { ...usual, auth_time: now - 3600 };
  await said(await confirm(), 403, /before you began to confirm here/);
  provider.person = { ...usual, auth_time: now - 60 }; // the sign-in that opened this session
  await said(await confirm(), 403, /before you began to confirm here/);
  const withoutPassword = new URL((await begin(page)).body.address);
  for (const name of ['prompt', 'max_age']) withoutPassword.searchParams.delete(name);
  const brought = await follow({ address: withoutPassword.href });
  await said(await page.request('POST', '/api/sign-in/provider/answer', brought), 403, /before you began to confirm here/);
  provider.person = { ...usual, auth_time: undefined };
  await said(await confirm(), 403, /does not say when you signed in there \(auth_time\)/);
  provider.person = { ...usual, sub: 'u-eve', email: 'eve@example.com' };
  await said(await confirm(), 403, /is not connected with ada@example\.com\./);
  assert.deepEqual((await people(world)).map(each => each.name), [me, ada], 'no one is enrolled by it');
  provider.person = { ...usual, groups: [] };
  await said(await confirm(), 403, /in no group/);
  provider.person = usual;

  const other = await comeIn(world, server);
  const elsewhere = await bring(world, server, await back(page));
  assert.equal(elsewhere.status, 403, elsewhere.text);
  assert.match(message(elsewhere), /begun elsewhere/);
  const { status, body, text } = await confirm();
  assert.equal(status, 200, text);
  assert.deepEqual(Object.keys(body), ['proof'], 'and no session');
  assert.equal((await page.request('GET', '/api/session')).body.signed_in, true, 'who confirms stays signed in');
  for (const [from, proof] of [[other, body.proof], [page, `${body.proof}0`], [page, ''], [page, 'x y z']])
    await said(await ask(from, { proof }), 403, /more than five minutes ago, or elsewhere/);
  const mine = await Page.signIn(world, { page: server.page, person: me });
  await said(await begin(mine), 422, /^You have a passphrase or a passkey here, and no one else can confirm for you\./);
  await said(await ask(mine, { proof: body.proof }), 422, /^You have a passphrase or a passkey here/);
  const options = await ask(page, { proof: body.proof });
  assert.equal(options.status, 200, options.text);
  assert.equal(options.body.user.name, ada);
  const told = (await journal(world, 'signed_in', 'sign_in_refused')).filter(each => each.body.confirms).map(each => [each.kind, each.body.person, each.body.confirms]);
  assert.deepEqual(told, [...Array(6).fill(['sign_in_refused', ada, ada]), ['signed_in', ada, ada]]);
});
