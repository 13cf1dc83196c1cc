// The page's session is a key that no other port gets to see: there is no cookie.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { atSignIn } from './lib/browser.mjs';
import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { create } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const live = page => page.locator('.who .live', { hasText: 'Live' }).waitFor();

/** What an agent with nothing but an address can do: listen on another port, and keep all that it is sent. */
async function squatter(t, answer) {
  const heard = [];
  const server = createServer((request, response) => {
    heard.push(request.headers);
    response.setHeader('content-type', 'text/html');
    response.end(answer);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise(resolve => (server.closeAllConnections(), server.close(resolve))));
  return { heard, address: `http://127.0.0.1:${server.address().port}/approvals/` };
}

/** Ways of a page that need no leave to ask: a form, a stream, a socket, a window that it opened, a frame. */
async function othersWays(other, { api, id, page }) {
  const refused = other.waitForResponse(answer => answer.url().endsWith(`${id}/deny`) && answer.request().method() === 'POST');
  const seen = await other.evaluate(
    async ({ api, id, page }) => {
      const add = (name, more) => document.body.appendChild(Object.assign(document.createElement(name), more));
      add('iframe', { name: 'hidden' });
      const form = add('form', { method: 'POST', action: `${api}approvals/${id}/deny`, enctype: 'text/plain', target: 'hidden' });
      form.append(Object.assign(document.createElement('input'), { name: '{"reason":"no","x":"', value: '"}' }));
      form.submit();
      const told = (source, good) => new Promise(resolve => ((source[good] = () => resolve('open')), (source.onerror = () => resolve('refused'))));
      const events = await told(new EventSource(`${api}events`, { withCredentials: true }), 'onopen');
      const socket = await told(new WebSocket(`${api.replace('http', 'ws')}events`), 'onopen');
      const frame = add('iframe', { src: page });
      await new Promise(resolve => (frame.onload = resolve));
      frame.id = 'framed';
      let inside = 'nothing';
      try {
        inside = frame.contentWindow.document.body.innerText;
      } catch {}
      return { events, socket, inside };
    },
    { api, id, page }
  );
  assert.deepEqual(seen, { events: 'refused', socket: 'refused', inside: 'nothing' });
  const opening = other.waitForEvent('popup');
  await other.evaluate(to => void (globalThis.opened = window.open(to)), page);
  const popup = await opening;
  await popup.getByRole('heading', { name: 'Sign in to decide' }).or(popup.locator('.who')).first().waitFor();
  const read = await other.evaluate(() => {
    try {
      return opened.sessionStorage?.length ?? 'nothing';
    } catch {
      return 'nothing';
    }
  });
  assert.equal(read, 'nothing');
  await popup.close();
  assert.equal((await refused).status(), 403);
  const framed = other.frameLocator('#framed');
  assert.equal(await framed.getByRole('heading', { name: 'Sign in to decide' }).count(), 0, 'no frame shows the page');
  assert.match(await framed.locator('body').innerText(), /refused to connect|blocked|ERR_BLOCKED/i);
}

test('attack: another port of this machine gets nothing that decides, and its page cannot ask', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const asked = await create(connection, 'taken-over');
  const id = asked.structuredContent.approval_id;
  const page = await atSignIn(t, world, server);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('taken-over').first().waitFor();

  const { heard, address } = await squatter(t, '<p id="there">hello</p>');
  const other = await page.context().newPage();
  await other.goto(address);
  await page.evaluate(to => fetch(to, { mode: 'no-cors', credentials: 'include' }).catch(() => undefined), address);
  assert.ok(heard.length > 0);
  for (const headers of heard) {
    assert.equal(headers.cookie, undefined);
    assert.equal(headers['x-page-key'], undefined);
  }
  assert.deepEqual(await page.context().cookies(), []);

  const api = `${server.page}/api/`;
  const seen = await other.evaluate(
    async ({ api, id }) => {
      const tried = {};
      const attempt = async (name, init) => {
        const answer = await fetch(api + (init.path ?? 'session'), { credentials: 'include', ...init }).catch(() => null);
        tried[name] = answer && answer.type !== 'opaque' ? answer.status : 'nothing';
      };
      await attempt('read', {});
      await attempt('read without asking', { mode: 'no-cors' });
      await attempt('with a key', { headers: { 'X-Page-Key': 'k' } });
      await attempt('decide', { path: `approvals/${id}/deny`, method: 'POST', mode: 'no-cors', body: '{"reason":"no"}' });
      return { tried, storage: { ...sessionStorage }, cookie: document.cookie };
    },
    { api, id }
  );
  for (const [name, got] of Object.entries(seen.tried)) assert.ok(got === 'nothing' || got === 403, `${name}: ${got}`);
  assert.deepEqual(seen.storage, {});
  assert.equal(seen.cookie, '');

  await othersWays(other, { api, id, page: server.page });
  const replayed = await fetch(`${api}approvals`, { headers: { cookie: heard.map(each => each.cookie ?? '').join('; ') } });
  assert.equal(replayed.status, 401);
  const still = await world.terminal(['approvals', 'show', id, '--json']);
  assert.equal(JSON.parse(still.stdout).state, 'pending');
});

test('no route sets a cookie, signed in or not', async t => {
  const world = await World.start(t, { policy: rules() });
  const server = await world.serve();
  const root = new URL(server.page).origin;
  const stranger = new Page(world, server.page);
  const person = await Page.signIn(world, server);
  // Every route that the source names, so that none is left out.
  const named = [...readFileSync(new URL('../../server/dashboard/dashboard.cpp', import.meta.url), 'utf8').matchAll(/\{"(GET|POST)", "(\/approvals[^"]*)"/g)];
  assert.ok(named.length > 40, `${named.length} routes`);
  const routes = [
    ...named.map(([, method, path]) => [method, path.replace('{id}', 'apr_a')]).filter(([, path]) => !path.endsWith('sign-out')),
    ...['/assets/app.js', '/values', '/none', '/api/none'].flatMap(path => [['GET', `/approvals${path}`], ['POST', `/approvals${path}`]]),
    ...['/', '/livez', '/readyz', '/mcp', '/none'].flatMap(path => [['GET', path], ['POST', path], ['DELETE', path]]),
    ['POST', '/approvals/api/sign-out'],
  ];
  for (const who of [stranger, person])
    for (const [method, path] of routes) {
      const init = { method, headers: { 'content-type': 'application/json', ...(who.key && { 'x-page-key': who.key }) } };
      if (method === 'POST') init.body = '{}';
      const answer = await fetch(root + path, init);
      await answer.body?.cancel(); // a stream would go on
      assert.deepEqual(answer.headers.getSetCookie(), [], `${method} ${path}`);
    }
  assert.equal((await person.request('GET', '/api/approvals')).status, 401, 'the last of them signed out');
});

test('a new tab takes the key of an open one, however late that answers; a sign-out ends it for both', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  const page = await atSignIn(t, world, server);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await live(page);
  const second = await page.context().newPage();
  await second.goto(server.page);
  await live(second);
  await second.close();

  await page.evaluate(() => {
    const post = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function (message) {
      globalThis.answer = () => post.call(this, message);
    };
  });
  const third = await page.context().newPage();
  await third.goto(server.page);
  await third.getByLabel('Sign-in code').waitFor();
  await page.waitForFunction(() => globalThis.answer);
  await page.evaluate(() => globalThis.answer());
  await live(third);
  await page.reload();
  await live(page);
  await third.getByRole('button', { name: 'Sign out' }).click();
  await third.getByLabel('Sign-in code').waitFor();
  await page.getByLabel('Sign-in code').waitFor({ timeout: 30_000 });
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
});
