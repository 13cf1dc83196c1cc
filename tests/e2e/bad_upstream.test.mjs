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

test('a create whose answer is lost is unknown: said so, and never sent again', async t => {
  const empty = JSON.stringify({ data: [], pagination: { total: 0, offset: 0, limit: 100 } });
  const { url, requests } = await illUpstream(t, (request, response) => {
    if (request.method === 'POST') request.socket.destroy();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(empty);
  });
  const world = await World.start(t, { upstream: url, policy: rules() });
  const connection = await open('modern stdio', world);
  connection.person.willApprove('lost-answer', { destination: 'none' });
  const result = await create(connection, 'lost-answer');
  assert.ok(result.isError, textOf(result));
  assert.notEqual(statusOf(result), 'executed');
  assert.equal(requests.filter(each => each.startsWith('POST')).length, 1);
});
