// Channels beside webhooks, with a real server: mail over SMTP, PagerDuty, and what a test message says of a channel.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { findLeaks } from './lib/leaks.mjs';
import { Page } from './lib/page.mjs';
import { until } from './lib/process.mjs';
import { RawStdio } from './lib/raw.mjs';
import { Receiver } from './lib/receiver.mjs';
import { MailServer } from './lib/smtp.mjs';
import { freePort } from './lib/sockets.mjs';
import { create, reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const routingKey = '0123456789abcdefABCDEF0123456789';

function secretFile(world, name, text, mode = 0o600) {
  const file = join(world.folder, name);
  writeFileSync(file, `${text}\n`);
  chmodSync(file, mode);
  return file;
}

const mailTo = (world, server, { to = ['ann@example.com', 'bob@example.com'], events = '["requested"]', more = '', name = 'mail' } = {}) => `
[notify.${name}]
type          = "email"
url           = "smtp://127.0.0.1:${server.port}"
user          = "tfy"
password_file = "${secretFile(world, 'mail-password', 'mail-password-1')}"
from          = "tfy@example.com"
to            = ${JSON.stringify(to)}
events        = ${events}
${more}
`;

const pagerTo = (world, port, more = '') => `
[notify.oncall]
type             = "pagerduty"
url              = "http://127.0.0.1:${port}/v2/enqueue"
routing_key_file = "${secretFile(world, 'routing-key', routingKey)}"
${more}
`;

function write(world, sections, options = { assurance: null }) {
  writeFileSync(join(world.folder, 'policy.toml'), rules(options) + sections);
}

const fromPager = (action, id) => ({ body }) => body.event_action === action && (!id || body.dedup_key === id);

test('a request comes as a mail and as an alert; its decision is mailed, and resolves the alert', async t => {
  const world = await World.start(t);
  const mail = await MailServer.listen(t, world.folder);
  const pager = await Receiver.listen(t, { status: () => 202 });
  write(world, mailTo(world, mail, { events: '["requested", "decided", "finished"]' }) + pagerTo(world, pager.port));
  world.env.TFY_PAT_MCP_CA_FILE = mail.certificate.file;
  const served = await world.serve();
  const client = await open('modern HTTP', world, { endpoint: served.endpoint, elicitation: null });
  const call = () =>
    client.call('tfy_access_tokens_create', { payload: { name: 'told-by-mail' }, reason: 'the agent says\r\nBcc: eve@example.com' });
  const pending = await call();
  assert.equal(statusOf(pending), 'approval_pending', textOf(pending));
  const { approval_id: id } = pending.structuredContent;

  const asked = await mail.mail(each => each.subject.startsWith('Approval needed'));
  assert.equal(asked.subject, 'Approval needed: Create access token told-by-mail');
  assert.deepEqual([asked.from, asked.to], ['tfy@example.com', ['ann@example.com', 'bob@example.com']]);
  assert.ok(asked.secure && asked.signedIn, 'over TLS, signed in');
  assert.ok(asked.text.includes(`${served.page}/${id}`), asked.text);
  assert.match(asked.text, /This mail decides nothing/);
  assert.equal(asked.headers.references, `<${id}@example.com>`);
  assert.deepEqual([asked.headers.bcc, asked.headers['content-transfer-encoding']], [undefined, 'base64']);
  const alert = await pager.request(fromPager('trigger', id));
  assert.equal(alert.body.routing_key, routingKey);
  assert.match(alert.body.payload.summary, /Create access token told-by-mail/);
  assert.equal(alert.body.links[0].href, `${served.page}/${id}`);

  const page = await Page.signIn(world, served);
  const [approval] = await page.pending();
  await page.approved(approval, { destination: 'agent' });
  const decided = await mail.mail(each => each.subject.startsWith('Approved'));
  assert.equal(decided.headers['in-reply-to'], asked.headers['in-reply-to'], 'one thread');
  assert.notEqual(decided.headers['message-id'], asked.headers['message-id']);
  const resolved = await pager.request(fromPager('resolve', id));
  assert.deepEqual(Object.keys(resolved.body).sort(), ['dedup_key', 'event_action', 'routing_key']);
  const value = valueIn(await reveal(client, (await call()).structuredContent.reveal_id));
  await mail.mail(each => each.subject.startsWith('Done'));

  const texts = [...mail.got.flatMap(each => [each.raw, each.text, each.subject]), ...pager.got.map(each => each.text)];
  const leaks = findLeaks(value, { folders: [world.state], texts });
  assert.deepEqual(leaks.elsewhere, []);
  for (const each of texts) assert.doesNotMatch(each, new RegExp(`eve@|code=|${page.key}|tfy-sandbox-key`));
  await world.closeAll();
  for (const each of world.processes)
    assert.doesNotMatch(each.stdout + each.stderr, new RegExp(`mail-password|${routingKey}`));
});

test('a mail server that is down at first, then defers, gets the request when it takes it', async t => {
  const world = await World.start(t);
  const replies = { MAIL: '451 4.7.1 later' };
  const mail = await MailServer.listen(t, world.folder, { replies });
  write(world, mailTo(world, mail));
  world.env.TFY_PAT_MCP_CA_FILE = mail.certificate.file;
  const served = await world.serve();
  const client = await open('modern HTTP', world, { endpoint: served.endpoint, elicitation: null });
  const started = Date.now();
  await create(client, 'mailed-later');
  assert.ok(Date.now() - started < 10_000, 'the call did not wait for the mail');
  await served.process.logs(/a notice was not delivered.*channel="mail".*it answered 451/);
  delete replies.MAIL;
  const taken = await mail.mail(each => each.subject.endsWith('mailed-later'));
  assert.equal(taken.to.length, 2);
});

async function tested(world, name, env = {}) {
  world.env = { ...world.env, ...env };
  return world.terminal(['approvals', 'notify', 'test', name]);
}

test('a test message says what the server answered, and what to do where it failed', async t => {
  const world = await World.start(t);
  const replies = {};
  const mail = await MailServer.listen(t, world.folder, { replies });
  const pager = await Receiver.listen(t, { status: n => (n === 1 ? 202 : 400) });
  write(world, mailTo(world, mail) + pagerTo(world, pager.port));

  const unknown = await tested(world, 'mial');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /no channel mial\. Did you mean mail\?.*Nothing was sent.*notify list/s);
  const untrusted = await tested(world, 'mail');
  assert.equal(untrusted.code, 1);
  assert.match(untrusted.stderr, /not delivered\. The certificate of 127\.0\.0\.1 is not trusted\..*--ca-file.*No mail was sent/);
  assert.equal(mail.got.length, 0);

  const good = await tested(world, 'mail', { TFY_PAT_MCP_CA_FILE: mail.certificate.file });
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /^mail \(email to 127\.0\.0\.1\): the test message was taken\. It answered 250: 2\.0\.0 queued as T1\.$/m);
  assert.equal(mail.got[0].subject, 'Test message of tfy-pat-mcp');
  assert.match(mail.got[0].text, /This is a test\. No one asked for anything/);

  const rows = [
    [{ AUTH: '535 5.7.8 no such user' }, /It answered 535: 5\.7\.8 no such user\. Check 'user' and the password in .*mail-password/],
    [{ STARTTLS: '454 not now' }, /does not offer STARTTLS.*smtps:\/\/.*No mail was sent/],
    [{ 'ann@example.com': '550 5.1.1 unknown', 'bob@example.com': '550 5.1.1 unknown' }, /It answered 550: .*Check 'from' and 'to'/],
    [{ END: '554 5.7.1 spam\r\n' }, /It answered 554: 5\.7\.1 spam/],
    // The server's key at bytes 487 to 520: it is known only as long as it is whole.
    [{ END: `554 ${'あ'.repeat(162)} tfy-sandbox-key-0000-not-a-secret\r\n` }, /It answered 554: あ{162} \[redacted:/],
  ];
  for (const [wrong, words] of rows) {
    Object.assign(replies, wrong);
    const failed = await tested(world, 'mail');
    assert.equal(failed.code, 1, failed.stdout);
    assert.match(failed.stderr, words);
    for (const key of Object.keys(wrong)) delete replies[key];
  }
  Object.assign(replies, { 'ann@example.com': '550 5.1.1 unknown ann' });
  const half = await tested(world, 'mail');
  assert.equal(half.code, 1, half.stdout);
  assert.match(
    half.stderr,
    /taken for 1 of 2; refused: ann@example\.com \(550 5\.1\.1 unknown ann\)\. It answered 250: 2\.0\.0 queued as T1\. Check 'from' and 'to'/
  );
  assert.deepEqual(mail.got.at(-1).to.at(-1), 'bob@example.com');

  const alarmed = await tested(world, 'oncall');
  assert.equal(alarmed.code, 0, alarmed.stderr);
  assert.equal(pager.got[0].body.payload.severity, 'info');
  assert.equal(pager.got[0].body.payload.class, 'test');
  const refused = await tested(world, 'oncall');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /It answered 400\. Check the routing key in .*routing-key/);
  await pager.close();
  const dead = await tested(world, 'oncall');
  assert.equal(dead.code, 1);
  assert.match(dead.stderr, /127\.0\.0\.1 refused the connection\. Check the channel's 'url' and the network\. Nothing was sent/);

  const listed = JSON.parse((await world.terminal(['approvals', 'notify', 'list', '--json'])).stdout);
  assert.deepEqual(listed.channels.map(each => [each.name, each.type, each.host]), [
    ['mail', 'email', '127.0.0.1'],
    ['oncall', 'pagerduty', '127.0.0.1'],
  ]);
  secretFile(world, 'mail-password', 'mail-password-1', 0o640);
  const readable = await tested(world, 'mail');
  assert.equal(readable.code, 1);
  assert.match(readable.stderr, /The channel mail of line \d+ cannot be used: other users may read .*mail-password; run chmod 600/);
});

test('only a reply to a recipient is a refusal of one, and a server that looks through the mail for eleven seconds is waited for', async t => {
  const world = await World.start(t);
  const replies = { EHLO: '502 not known here' };
  const mail = await MailServer.listen(t, world.folder, { tls: false, replies });
  write(world, mailTo(world, mail, { more: 'starttls = false' }).replace(/^(user|password_file).*$/gm, ''));
  mail.thinks = new Promise(resolve => setTimeout(resolve, 11_000).unref());
  const taken = await tested(world, 'mail');
  assert.equal(taken.code, 0, taken.stderr);
  assert.match(taken.stdout, /the test message was taken\. It answered 250: 2\.0\.0 queued/);
  assert.ok(mail.heard.some(line => line.startsWith('HELO')), mail.heard.join('\n'));
});

test('without STARTTLS nothing is said, a dead or silent server is named, and this machine may do without', async t => {
  const world = await World.start(t);
  const clear = await MailServer.listen(t, world.folder, { tls: false });
  const silent = await MailServer.listen(t, world.folder, { silent: true });
  const port = await freePort();
  write(
    world,
    [
      mailTo(world, clear, { name: 'clear' }),
      mailTo(world, silent, { name: 'silent' }),
      mailTo(world, { port }, { name: 'dead' }),
      mailTo(world, clear, { name: 'local', more: 'starttls = false' }).replace(/^(user|password_file).*$/gm, ''),
    ].join('')
  );
  for (const [name, words] of [
    ['clear', /127\.0\.0\.1 does not offer STARTTLS/],
    ['silent', /127\.0\.0\.1 did not answer in time/],
    ['dead', /127\.0\.0\.1 refused the connection\. Check host and port/],
  ]) {
    const failed = await tested(world, name);
    assert.equal(failed.code, 1, failed.stdout);
    assert.match(failed.stderr, words);
  }
  assert.ok(!clear.heard.some(line => /^(AUTH|MAIL)/.test(line)), clear.heard.join('\n'));
  const local = await tested(world, 'local');
  assert.equal(local.code, 0, local.stderr);
  assert.equal(clear.got[0].secure, false);
});

test('no one decides: a reminder, then the escalation, once each with two processes, and both are journalled', async t => {
  const world = await World.start(t);
  const mail = await MailServer.listen(t, world.folder);
  const more = 'remind_after = "1s"\nescalate_after = "2s"\nescalate_to = ["leads"]';
  const leads = mailTo(world, mail, { name: 'leads', to: ['leads@example.com'], events: '["decided"]' });
  write(world, mailTo(world, mail) + leads, { assurance: null, more });
  world.env.TFY_PAT_MCP_CA_FILE = mail.certificate.file;
  const served = await world.serve();
  new RawStdio(world);
  const client = await open('modern HTTP', world, { endpoint: served.endpoint, elicitation: null });
  const { approval_id: id } = (await create(client, 'waits-long')).structuredContent;

  const reminded = await mail.mail(each => each.subject.startsWith('Reminder: '));
  assert.equal(reminded.subject, 'Reminder: approval still needed: Create access token waits-long');
  assert.equal(reminded.headers.references, `<${id}@example.com>`);
  const escalated = await mail.mail(each => each.subject.startsWith('Escalated: '));
  assert.deepEqual(escalated.to, ['leads@example.com']);
  assert.ok(escalated.text.includes(`${served.page}/${id}`), escalated.text);
  const denied = await world.decide(['deny', id, '--reason', 'not today']);
  assert.equal(denied.code, 0, denied.stderr);
  await mail.mail(each => each.subject.startsWith('Denied'));
  assert.deepEqual(
    mail.got.map(each => `${each.to[0]} ${each.subject.split(':')[0]}`).sort(),
    ['ann@example.com Approval needed', 'ann@example.com Reminder', 'leads@example.com Denied', 'leads@example.com Escalated']
  );
  const kinds = (await world.terminal(['audit', 'export'])).stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).kind);
  for (const kind of ['reminded', 'escalated']) assert.equal(kinds.filter(each => each === kind).length, 1, kind);
});

test('a server that is stopped while a mail server thinks about a mail does not send it again', async t => {
  const world = await World.start(t);
  const mail = await MailServer.listen(t, world.folder);
  write(world, mailTo(world, mail));
  world.env.TFY_PAT_MCP_CA_FILE = mail.certificate.file;
  const first = await world.serve();
  let answer;
  mail.thinks = new Promise(resolve => (answer = resolve));
  await create(await open('modern HTTP', world, { endpoint: first.endpoint, elicitation: null }), 'told-once');
  await mail.mail(each => each.subject.endsWith('told-once'));
  const stopped = first.process.stop('SIGINT');
  await first.process.logs(/stopping: no new work, running work will be finished; /);
  answer();
  assert.deepEqual(await stopped, { code: 0, signal: null });
  const second = await world.serve();
  await create(await open('modern HTTP', world, { endpoint: second.endpoint, elicitation: null }), 'comes-after');
  await mail.mail(each => each.subject.endsWith('comes-after'));
  assert.equal(mail.got.filter(each => each.subject.endsWith('told-once')).length, 1);
});

test('a server that stops does not wait for a mail server that never answers, and the next start sends that mail', async t => {
  const world = await World.start(t);
  const mail = await MailServer.listen(t, world.folder);
  write(world, mailTo(world, mail));
  world.env.TFY_PAT_MCP_CA_FILE = mail.certificate.file;
  const first = await world.serve();
  mail.thinks = new Promise(() => {});
  await create(await open('modern HTTP', world, { endpoint: first.endpoint, elicitation: null }), 'not-answered');
  await mail.mail(each => each.subject.endsWith('not-answered'));
  assert.deepEqual(await first.process.stop('SIGINT', 30), { code: 0, signal: null }, 'well within the minute that it waits while it runs');
  mail.thinks = undefined;
  await world.serve();
  await until(() => mail.got.filter(each => each.subject.endsWith('not-answered')).length === 2, {
    what: () => JSON.stringify(mail.got.map(each => each.subject)),
    change: look => mail.watchers.add(look),
  });
});

test('the list says of which tools a channel is told, and which rule escalates to it', async t => {
  const world = await World.start(t);
  const more = 'escalate_after = "2s"\nescalate_to = ["oncall"]';
  write(world, pagerTo(world, 9, 'tools = ["tfy_access_tokens_delete"]'), { assurance: null, more });
  const listed = await world.terminal(['approvals', 'notify', 'list']);
  assert.match(listed.stdout, /^oncall .*: requested; only of tfy_access_tokens_delete; escalations of the rule of line \d+$/m);
  const [channel] = JSON.parse((await world.terminal(['approvals', 'notify', 'list', '--json'])).stdout).channels;
  assert.deepEqual(channel.tools, ['tfy_access_tokens_delete']);
  assert.equal(channel.escalated_by_lines.length, 1);
  const checked = await world.terminal(['policy', 'check', join(world.folder, 'policy.toml')]);
  assert.match(checked.stdout, /told: requested; only of tfy_access_tokens_delete; escalations of the rule/);
  assert.match(checked.stdout, /The files that channels name were not read/);
});

test('an escalation to a channel that is not there stops the start', async t => {
  const world = await World.start(t);
  write(world, '', { assurance: null, more: 'escalate_after = "2s"\nescalate_to = ["leads"]' });
  const started = world.spawn(['serve', '--listen', '127.0.0.1:0']);
  assert.notEqual((await started.ended).code, 0);
  assert.match(started.stderr, /line \d+: 'escalate_to' holds 'leads', and there is no \[notify\.leads\]/);
});

test('a token that ends soon is told of by the next start, and not by the one after it', async t => {
  const world = await World.start(t);
  const maker = await open('modern stdio', world);
  for (const [name, expirationDate] of [['ends-soon', '5 days'], ['ends-late', '90 days']]) {
    maker.person.willApprove(name, { destination: 'none' });
    assert.equal(statusOf(await create(maker, name, { expirationDate })), 'executed');
  }
  await maker.close();
  const program = await Receiver.listen(t, { secret });
  write(
    world,
    `[notify.program]\ntype = "json"\nurl = "http://127.0.0.1:${program.port}/in"\n` +
      `secret_file = "${secretFile(world, 'webhook-secret', secret)}"\nevents = ["requested", "token_expiring"]\n`
  );
  const first = await world.serve();
  const told = await program.event(body => body.type === 'token.expiring' && body.token.name === 'ends-soon');
  assert.equal(told.token.days, 7);
  assert.equal(told.page_url, first.page);
  assert.ok(Date.parse(told.token.expires_at) > Date.now());
  await first.process.stop();
  const again = await open('modern stdio', world);
  again.person.willApprove('ends-too', { destination: 'none' });
  assert.equal(statusOf(await create(again, 'ends-too', { expirationDate: '6 days' })), 'executed');
  await again.close();
  const second = await world.serve();
  await program.event(body => body.type === 'token.expiring' && body.token.name === 'ends-too');
  const client = await open('modern HTTP', world, { endpoint: second.endpoint, elicitation: null });
  const { approval_id: id } = (await create(client, 'comes-after')).structuredContent;
  await program.event(body => body.type === 'approval.requested' && body.approval.id === id);
  const ends = program.got.filter(({ body }) => body.type === 'token.expiring').map(({ body }) => body.token.name);
  assert.equal(ends.filter(name => name === 'ends-soon').length, 1);
  assert.ok(!ends.includes('ends-late'));
  program.checkAllGenuine();
});
