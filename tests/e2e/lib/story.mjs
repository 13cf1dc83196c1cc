// What a person wants, told once and played through every door: list, create, reveal, delete, and the ways to say no.
import assert from 'node:assert/strict';

/** The seed's advice for a value that cannot be shown again. */
export const adviceLost =
  /only shown at creation time.*delete the old token.*create a new one|is lost\. .*delete the token .*create a new one/is;

export function textOf(result) {
  return result.content.map(part => part.text ?? '').join('\n');
}

export function statusOf(result) {
  return result.structuredContent?.status;
}

/** The token's value, which stands on a line of its own or after "One-time token:". */
export function valueIn(result) {
  const found = /^(?:One-time token:\s*)?`?([A-Za-z0-9._~+/=-]{24,})`?$/m.exec(textOf(result));
  assert.ok(found, `a value on a line of its own in: ${textOf(result)}`);
  return found[1];
}

export function create(connection, name, more = {}) {
  return connection.call('tfy_access_tokens_create', { payload: { name, ...more } });
}

export async function createApproved(connection, name, destination, more = {}) {
  connection.person.willApprove(name, { destination });
  const created = await create(connection, name, more);
  assert.ok(!created.isError, textOf(created));
  assert.equal(statusOf(created), 'executed');
  assert.match(textOf(created), /mask/i);
  assert.doesNotMatch(textOf(created), /[A-Za-z0-9._-]{60,}/, 'nothing that could be a value');
  return created.structuredContent;
}

export function reveal(connection, revealId) {
  return connection.call('tfy_access_tokens_reveal', { reveal_id: revealId });
}

export async function names(connection) {
  const listed = await connection.call('tfy_access_tokens_list');
  assert.ok(!listed.isError, textOf(listed));
  return listed.structuredContent.tokens.map(token => token.name);
}

export async function idOf(connection, name) {
  const listed = await connection.call('tfy_access_tokens_list', { name_contains: name });
  return listed.structuredContent.tokens.find(token => token.name === name).id;
}

/** list → create (the value for the agent) → reveal, once → list → delete → list. Gives the value that was revealed. */
export async function wholeStory(world, connection, name, tokenType) {
  assert.deepEqual(
    (await names(connection)).filter(each => each === name),
    []
  );
  const created = await createApproved(connection, name, 'agent', tokenType ? { tokenType } : {});
  assert.ok(created.reveal_id, 'how to have the value revealed');
  const asked = connection.person.asked.length;

  const shown = await reveal(connection, created.reveal_id);
  assert.ok(!shown.isError, textOf(shown));
  const value = valueIn(shown);
  assert.equal(connection.person.asked.length, asked, 'who chose "agent" is not asked again');
  assert.match(textOf(shown), /NOW/, 'the warning to save it now');
  assert.match(textOf(shown), /Git/);
  assert.ok(await world.isLiveToken(value), 'the control plane knows the value');

  const again = await reveal(connection, created.reveal_id);
  assert.ok(again.isError, 'a second reveal is refused');
  assert.match(textOf(again), adviceLost);

  assert.ok((await names(connection)).includes(name));
  connection.person.willApprove(name);
  const deleted = await connection.call('tfy_access_tokens_delete', {
    id: await idOf(connection, name),
    reason: 'the test is over',
  });
  assert.equal(statusOf(deleted), 'executed', textOf(deleted));
  assert.ok(!(await names(connection)).includes(name));
  assert.ok(!(await world.isLiveToken(value)), 'a deleted token is no key any more');
  return value;
}

/** A no in each of its forms: nothing was created, and the answer says so. */
export async function refusals(world, connection) {
  const rows = [
    { how: 'declined', answer: { action: 'decline' }, status: 'denied' },
    { how: 'cancelled', answer: { action: 'cancel' }, status: 'withdrawn' },
    {
      how: 'denied in the form',
      answer: {
        action: 'accept',
        content: { decision: 'deny', confirm_name: 'not-today', reason: 'no need' },
      },
      status: 'denied',
    },
  ];
  const before = await world.upstreamCount('POST');
  for (const [index, row] of rows.entries()) {
    connection.person.willAnswer(row.answer);
    const result = await create(connection, `not-today-${index}`);
    assert.ok(result.isError, row.how);
    assert.equal(statusOf(result), row.status, row.how);
    assert.match(textOf(result), /Nothing was done/i, row.how);
  }
  assert.equal(await world.upstreamCount('POST'), before, 'nothing reached the control plane');
}

/** Checks the form as a host would have to draw it. */
export function checkForm(params, { name, creates }) {
  assert.equal(params.mode ?? 'form', 'form');
  const { properties, required } = params.requestedSchema;
  assert.deepEqual(properties.decision.enum, ['approve', 'deny']);
  assert.equal(properties.confirm_name.type, 'string');
  assert.deepEqual(required, ['decision'], 'who denies types no name');
  if (creates)
    assert.ok(properties.destination.enum.includes('agent') && properties.destination.enum.includes('none'));
  else assert.ok(!properties.destination);
  assert.match(params.message, new RegExp(name), 'the facts name the token');
  assert.match(params.message, /[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}/, 'the digest, short');
}

/** A wrong name is no approval: the same question comes again, and says what was wrong. */
export async function wrongNameAsksAgain(world, connection, name) {
  const before = await world.upstreamCount('POST');
  const first = connection.person.asked.length;
  connection.person.willApprove('another-name', { destination: 'none' });
  connection.person.willAnswer({ action: 'accept', content: {} });
  connection.person.willAnswer(async params => {
    checkForm(params, { name, creates: true });
    assert.equal(await world.upstreamCount('POST'), before, 'still nothing was created');
    return {
      action: 'accept',
      content: { decision: 'approve', confirm_name: name, destination: 'none' },
    };
  });
  const created = await create(connection, name);
  assert.equal(statusOf(created), 'executed', textOf(created));
  const asked = connection.person.asked.slice(first);
  assert.equal(asked.length, 3);
  assert.notEqual(asked[0].message, asked[1].message, 'the second question says what was wrong');
  assert.equal(await world.upstreamCount('POST'), before + 1);
}
