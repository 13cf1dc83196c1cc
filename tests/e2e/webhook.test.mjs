// Webhooks of a real server: what a receiver gets, and that nothing is lost with the receiver or the server down.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs, { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { findLeaks } from './lib/leaks.mjs';
import { Page } from './lib/page.mjs';
import { until } from './lib/process.mjs';
import { RawStdio, toolCall } from './lib/raw.mjs';
import { Receiver } from './lib/receiver.mjs';
import { freePort } from './lib/sockets.mjs';
import { create, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const all = '["requested", "decided", "expired", "finished"]';

function secretFile(world, name, text) {
  const file = join(world.folder, name);
  writeFileSync(file, `${text}\n`);
  chmodSync(file, 0o600);
  return file;
}

/** The rules with a webhook for each of `hooks`: {port, path, format, events}. */
function write(world, hooks, { assurance = 'client', signs = secret } = {}) {
  const sections = hooks.map(({ port, path = '/in', format = 'json', events = all }) => {
    const url = `http://127.0.0.1:${port}${path}`;
    const key = `secret_file = "${secretFile(world, 'webhook-secret', signs)}"`;
    const file = `url_file = "${secretFile(world, `${format}-url`, url)}"`;
    return `[[webhook]]\n${format === 'json' ? `url = "${url}"\n${key}` : file}\nformat = "${format}"\nevents = ${events}\n`;
  });
  writeFileSync(join(world.folder, 'policy.toml'), rules({ assurance }) + sections.join('\n'));
}

const of = (type, id) => body => body.type === `approval.${type}` && (!id || body.approval.id === id);

test('a whole story is told in order, signed, and no body holds a value, an agent word, or a way to decide', async t => {
  const world = await World.start(t);
  const program = await Receiver.listen(t, { secret });
  const slack = await Receiver.listen(t);
  const teams = await Receiver.listen(t);
  write(
    world,
    [
      { port: program.port },
      { port: slack.port, path: '/services/T0/s3cr3tpath', format: 'slack' },
      { port: teams.port, path: '/workflows/s3cr3tpath', format: 'teams' },
    ],
    { assurance: null }
  );
  const served = await world.serve();
  const client = await open('modern HTTP', world, { endpoint: served.endpoint, elicitation: null });
  const name = 'told-to-all';
  const markup = '<!channel> *approve* [here](https://evil.example) {"type":"button"}';
  const args = { payload: { name }, reason: markup };
  const call = () => client.call('tfy_access_tokens_create', args);
  const pending = await call();
  assert.equal(statusOf(pending), 'approval_pending', textOf(pending));
  const { approval_id: id } = pending.structuredContent;

  const requested = await program.event(of('requested', id));
  assert.equal(requested.approval_url, `${served.page}/${id}`);
  assert.equal(requested.approval.subject, name);
  assert.equal(requested.approval.state, 'pending');
  assert.equal(requested.approval.min_assurance, 'signed_in');
  const page = await Page.signIn(world, served);
  const [approval] = await page.pending();
  assert.equal(requested.approval.digest, approval.digest);
  await page.approved(approval, { destination: 'agent' });
  const decided = await program.event(of('decided', id));
  assert.equal(decided.approval.state, 'approved');
  assert.equal(decided.decision.assurance, 'signed_in');
  const created = await call();
  const value = valueIn(await reveal(client, created.structuredContent.reveal_id));
  await program.event(of('finished', id));
  for (const chat of [slack, teams])
    await until(() => chat.got.length >= 3, {
      what: () => `three notices, of ${chat.got.length}`,
      change: look => chat.watchers.add(look),
    });

  program.checkAllGenuine();
  const url = `${served.page}/${id}`;
  assert.equal(slack.got[0].body.blocks.at(-1).elements[0].url, url);
  assert.equal(teams.got[0].body.attachments[0].content.actions[0].url, url);
  const bodies = [program, slack, teams].flatMap(each => each.got.map(({ text }) => text));
  const leaks = findLeaks(value, { folders: [world.state], texts: bodies });
  assert.equal(leaks.plainOnWire, 0);
  assert.deepEqual(leaks.elsewhere, []);
  for (const body of bodies) {
    assert.doesNotMatch(body, /channel|evil\.example|mrkdwn"(?!:false)/);
    assert.doesNotMatch(body, new RegExp(`${page.key}|code=|page_key|tfy-sandbox-key`));
  }
  await world.closeAll();
  for (const each of world.processes)
    assert.doesNotMatch(each.stdout + each.stderr, /s3cr3tpath|whsec_|MDEyMzQ1Njc4/);
});

test('the check in docs/webhooks.md takes what was signed with a secret file that openssl wrote, and nothing else', async t => {
  const world = await World.start(t);
  const signs = crypto.randomBytes(32).toString('base64');
  const receiver = await Receiver.listen(t, { secret: signs });
  write(world, [{ port: receiver.port }], { signs });
  const raw = new RawStdio(world);
  await raw.exchange(toolCall(1, 'tfy_access_tokens_create', { payload: { name: 'checked-as-documented' } }));
  const { headers, text } = await receiver.request(() => true);
  const document = fs.readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const [, written] = /```js\n([^]*?)```/.exec(document);
  const snippet = written.replace('/etc/tfy/webhook-secret', join(world.folder, 'webhook-secret'));
  const check = new Function('fs', 'crypto', 'headers', 'body', `${snippet}\nreturn genuine;`);
  assert.equal(check(fs, crypto, headers, text), true);
  assert.equal(check(fs, crypto, headers, `${text} `), false);
});

test('a receiver that is down at first gets its event when it is up', async t => {
  const world = await World.start(t);
  const port = await freePort();
  write(world, [{ port }]);
  const served = await world.serve();
  const client = await open('modern HTTP', world, { endpoint: served.endpoint, elicitation: null });
  const started = Date.now();
  const pending = await create(client, 'nobody-listens');
  assert.equal(statusOf(pending), 'approval_pending', textOf(pending));
  assert.ok(Date.now() - started < 10_000, 'the call did not wait for the webhook');
  await served.process.logs(/a notice was not delivered.*host="127\.0\.0\.1"/);
  let asked = 0;
  const receiver = await Receiver.listen(t, { secret, port, status: n => ((asked = n) === 1 ? 500 : 204) });
  const { approval_id: id } = pending.structuredContent;
  await receiver.event(of('requested', id));
  const again = await receiver.request((each, at) => at === 1);
  assert.equal(again.body.id, receiver.got[0].body.id, 'the same event, once more after the 500');
  assert.equal(asked, 2);
  receiver.checkAllGenuine();
});

test('killed between request and delivery: the next start tells it, and what happened in between', async t => {
  const world = await World.start(t);
  const port = await freePort();
  write(world, [{ port }]);
  const first = await world.serve();
  const client = await open('modern HTTP', world, { endpoint: first.endpoint, elicitation: null });
  const waits = (await create(client, 'outlives-it')).structuredContent.approval_id;
  const denied = (await create(client, 'denied-meanwhile')).structuredContent.approval_id;
  await first.process.stop('SIGKILL');
  const said = await world.decide(['deny', denied, '--reason', 'not today']);
  assert.equal(said.code, 0, said.stderr);

  const receiver = await Receiver.listen(t, { secret, port });
  const second = await world.serve();
  const requested = await receiver.event(of('requested', waits));
  assert.equal(requested.approval_url, `${second.page}/${waits}`);
  const decided = await receiver.event(of('decided', denied));
  assert.equal(decided.approval.state, 'denied');
  assert.equal(decided.decision.reason, 'not today');
  assert.ok(!receiver.got.some(each => of('requested', denied)(each.body)), 'nobody is asked what is decided');
  receiver.checkAllGenuine();
  const verified = await world.terminal(['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

test('stdio and serve on one state: each event once; SIGHUP brings a new webhook; links as --public-url says', async t => {
  const world = await World.start(t);
  const receiver = await Receiver.listen(t, { secret });
  write(world, [{ port: receiver.port }]);
  world.env.TFY_PAT_MCP_PUBLIC_URL = 'https://tfy.example.com/pats/';
  const served = await world.serve();
  const raw = new RawStdio(world);
  const ids = [];
  for (let i = 0; i < 5; ++i) {
    const payload = { name: `once-${i}` };
    const answer = await raw.exchange(toolCall(i + 1, 'tfy_access_tokens_create', { payload }));
    ids.push(answer.result.structuredContent.approval_id);
  }
  for (const id of ids) {
    const requested = await receiver.event(of('requested', id));
    assert.equal(requested.approval_url, `https://tfy.example.com/pats/approvals/${id}`);
  }
  const other = await Receiver.listen(t, { secret });
  write(world, [{ port: receiver.port }, { port: other.port }]);
  raw.server.child.kill('SIGHUP');
  await raw.server.logs(/the rules were read anew/);
  const last = await raw.exchange(toolCall(9, 'tfy_access_tokens_create', { payload: { name: 'after-it' } }));
  const { approval_id: id } = last.result.structuredContent;
  await other.event(of('requested', id));
  await receiver.event(of('requested', id));
  assert.ok(served.process.end === undefined);
  await world.closeAll();
  assert.equal(receiver.got.length, ids.length + 1, 'each once, whichever process told it');
  assert.equal(other.got.length, 1);
});

test('a webhook that cannot be used stops the start; policy check names hosts and nothing that is secret', async t => {
  const world = await World.start(t);
  write(world, [{ port: 9, path: '/s3cr3tpath' }, { port: 8, path: '/s3cr3tpath', format: 'slack' }]);
  const checked = await world.terminal(['policy', 'check', join(world.folder, 'policy.toml')]);
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stdout, /Webhook of line \d+: json to 127\.0\.0\.1, told: requested, decided/);
  assert.match(checked.stdout, /slack to the address in .*slack-url/);
  chmodSync(join(world.folder, 'webhook-secret'), 0o644);
  const started = world.spawn(['serve', '--listen', '127.0.0.1:0']);
  const { code } = await started.ended;
  assert.equal(code, 1);
  assert.match(started.stderr, /line \d+ cannot be used: other users may read .*webhook-secret; run chmod 600/);
  assert.doesNotMatch(started.stderr + checked.stdout + checked.stderr, /s3cr3tpath|whsec_/);
});
