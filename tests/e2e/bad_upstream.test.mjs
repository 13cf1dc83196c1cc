// A control plane that is not there, or that is ill: said in our words, its own text is never passed on.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const html = '<html><body>MARKER-OF-THE-BODY: nginx/1.2 at internal-host-7</body></html>';

/** A control plane that gives every request the same answer: {url, requests}. */
async function illUpstream(t, respond) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    respond(request, response);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(resolve);
      })
  );
  return { url: `http://127.0.0.1:${server.address().port}`, requests };
}

const answers = {
  'a 500 with an HTML body': (request, response) =>
    response.writeHead(500, { 'content-type': 'text/html', 'x-request-id': 'req-500' }).end(html),
  'a 200 with an HTML body': (request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(html),
  'a redirect elsewhere': (request, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/MARKER-OF-THE-BODY' }).end(),
  'a connection that is cut': request => request.socket.destroy(),
  'a list of the wrong shape': (request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"MARKER-OF-THE-BODY":5}}'),
  'a 401': (request, response) =>
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"MARKER-OF-THE-BODY"}'),
};

async function checkAllTools(world) {
  const connection = await open('modern stdio', world);
  const rows = [
    ['list', await connection.call('tfy_access_tokens_list')],
    ['create', await create(connection, 'never-made')],
    ['delete', await connection.call('tfy_access_tokens_delete', { id: 'jqfwg345gi25n5ju2yz5iz6m' })],
  ];
  for (const [name, result] of rows) {
    assert.ok(result.isError, `${name}: ${textOf(result)}`);
    assert.doesNotMatch(JSON.stringify(result), /MARKER-OF-THE-BODY|internal-host-7|<html/, name);
    assert.ok(textOf(result).length > 20, textOf(result));
  }
  assert.equal(connection.person.asked.length, 0, 'facts that cannot be read block the approval');
  const status = await connection.call('tfy_config_status');
  assert.doesNotMatch(JSON.stringify(status), /MARKER-OF-THE-BODY/);
  return rows;
}

for (const [name, respond] of Object.entries(answers)) {
  test(`the control plane answers with ${name}`, async t => {
    const { url, requests } = await illUpstream(t, respond);
    const world = await World.start(t, { upstream: url });
    await checkAllTools(world);
    assert.ok(
      requests.every(each => each.startsWith('GET ')),
      requests.join(', ')
    );
  });
}

test('the upstream’s request id comes with the error', async t => {
  const { url } = await illUpstream(t, answers['a 500 with an HTML body']);
  const world = await World.start(t, { upstream: url });
  const connection = await open('modern stdio', world);
  assert.match(textOf(await connection.call('tfy_access_tokens_list')), /req-500/);
});

test('nothing listens where the control plane should be', async t => {
  const world = await World.start(t, { upstream: 'http://127.0.0.1:1' });
  await checkAllTools(world);
});

test('a control plane over plain http elsewhere than on this machine is refused, and says so', async t => {
  const world = await World.start(t, { upstream: 'http://tenant.example' });
  const connection = await open('modern stdio', world);
  const status = await connection.call('tfy_config_status');
  assert.match(textOf(status), /https/);
  assert.ok((await connection.call('tfy_access_tokens_list')).isError);
});

/** A control plane whose POST is cut off `before` or after it did its work, and listed so many reads later. */
async function forgetful(t, { made, late = 0 }) {
  let posted = false;
  let reads = 0;
  const token = { id: 'id-lost-answer', manifest: { name: 'lost-answer' } };
  const { url, requests } = await illUpstream(t, (request, response) => {
    if (request.method === 'POST') {
      posted = true;
      return request.socket.destroy();
    }
    if (posted) reads += 1;
    const data = posted && made && reads > late ? [{ ...token, createdAt: new Date().toISOString() }] : [];
    const body = JSON.stringify({ data, pagination: { total: data.length, offset: 0, limit: 100 } });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const world = await World.start(t, { upstream: url, policy: rules() });
  world.env.TFY_API_MAX_TIME = '5';
  const connection = await open('modern stdio', world);
  connection.person.willApprove('lost-answer', { destination: 'none' });
  const result = await create(connection, 'lost-answer');
  assert.equal(requests.filter(each => each.startsWith('POST')).length, 1, 'never sent again');
  return { result, reads };
}

test('a create whose answer is lost: that it was not made is said when it cannot be made any more', async t => {
  const { result, reads } = await forgetful(t, { made: false });
  assert.ok(result.isError, textOf(result));
  assert.equal(statusOf(result), 'upstream');
  assert.match(textOf(result), /does not list the token "lost-answer": it was not created/);
  assert.ok(reads > 3, 'one look is not enough');
});

test('a create whose answer is lost: a token that is listed later was made by it', async t => {
  const { result } = await forgetful(t, { made: true, late: 2 });
  assert.equal(statusOf(result), 'execution_unknown', textOf(result));
  assert.match(textOf(result), /its value was lost on the way.*delete it with tfy_access_tokens_delete/s);
  assert.equal(result.structuredContent.id, 'id-lost-answer');
});
