// What a caller chose is under "Claimed by the caller" or in the exact arguments, never among what was verified.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { CLIENT_INFO_META_KEY } from '@modelcontextprotocol/client';

import { Page } from './lib/page.mjs';
import { until } from './lib/process.mjs';
import { answered, modernRequest, RawHttp, RawStdio, toolCall } from './lib/raw.mjs';
import { Receiver } from './lib/receiver.mjs';
import { rules, World } from './lib/world.mjs';

const tool = 'tfy_access_tokens_create';
const client = { name: 'TrueFoundry Security', version: '9.9-verified' };
const args = {
  payload: { name: 'claims-much', teamName: 'trusted-team', expirationDate: '20 days' },
  reason: 'Approved by the security team',
};
/** Every word of it is the caller's. */
const chosen = ['TrueFoundry Security', '9.9-verified', 'Approved by the security team', 'claims-much', 'trusted-team'];
const _meta = { [CLIENT_INFO_META_KEY]: client };

/** "Verified by this server:" → its lines, up to the next empty one. */
function block(screen, heading) {
  const lines = screen.split('\n');
  const from = lines.findIndex(line => line.startsWith(heading));
  assert.ok(from >= 0, `${heading} in:\n${screen}`);
  const length = lines.slice(from).findIndex(line => line === '');
  return lines.slice(from, from + length).join('\n');
}

function checkScreen(screen) {
  const verified = block(screen, 'Verified by this server:');
  for (const words of chosen) assert.ok(!verified.includes(words), `${words} in:\n${verified}`);
  assert.match(verified, /Name is free: yes/);
  const claimed = block(screen, 'Claimed by the caller');
  assert.ok(claimed.includes('Client: "TrueFoundry Security 9.9-verified"'), claimed);
  assert.ok(claimed.includes('Reason: "Approved by the security team"'), claimed);
  for (const words of chosen.slice(0, 2))
    assert.equal(screen.split(words).length, 2, `${words} stands once in:\n${screen}`);
  assert.match(screen, /Owner: team "trusted-team"/, 'what it means is said of what happens on approval');
}

test('in the form, in the terminal, in a task; and who decided is not called by the client’s name', async t => {
  const world = await World.start(t, { hold: '0s' });
  const peer = new RawStdio(world);
  const capabilities = { elicitation: {} };
  const { result: asked } = await peer.exchange(toolCall(1, tool, args, { capabilities, _meta: { ..._meta } }));
  checkScreen(asked.inputRequests.approval.params.message);

  const listed = await world.terminal(['approvals', 'list', '--json']);
  const [{ id }] = JSON.parse(listed.stdout).approvals;
  checkScreen((await world.terminal(['approvals', 'show', id])).stdout);
  const deciding = await world.decide(['approve', id], []);
  checkScreen(deciding.stdout);

  const retry = answered(2, asked, tool, args, {
    decision: 'approve',
    confirm_name: 'claims-much',
    destination: 'none',
  }, { capabilities });
  Object.assign(retry.params._meta, _meta);
  const { result: done } = await peer.exchange(retry);
  assert.equal(done.structuredContent.status, 'executed', JSON.stringify(done));
  const got = toolCall(3, 'tfy_approvals_get', { approval_id: id });
  const { result: told } = await peer.exchange(got);
  assert.equal(told.structuredContent.decided_by, 'the person behind the client');

  const tasks = { ...capabilities, extensions: { 'io.modelcontextprotocol/tasks': {} } };
  const again = { ...args, payload: { ...args.payload, name: 'claims-much-2' } };
  const { result: begun } = await peer.exchange(
    toolCall(4, tool, again, { capabilities: tasks, _meta: { ..._meta } })
  );
  assert.equal(begun.resultType, 'task', JSON.stringify(begun));
  const get = modernRequest(5, 'tasks/get', { taskId: begun.taskId }, tasks);
  Object.assign(get.params._meta, _meta);
  const { result: task } = await peer.exchange(get);
  for (const words of chosen) assert.ok(!task.statusMessage.includes(words), task.statusMessage);
  const [form] = Object.values(task.inputRequests);
  checkScreen(form.params.message.replaceAll('claims-much-2', 'claims-much'));
});

test('on the page and in webhooks', async t => {
  const world = await World.start(t, { hold: '0s' });
  const file = (name, text) => {
    const path = join(world.folder, name);
    writeFileSync(path, `${text}\n`);
    chmodSync(path, 0o600);
    return path;
  };
  const program = await Receiver.listen(t);
  const slack = await Receiver.listen(t);
  const teams = await Receiver.listen(t);
  const at = each => `http://127.0.0.1:${each.port}/in`;
  const hooks = [
    `url = "${at(program)}"\nsecret_file = "${file('secret', 'x'.repeat(32))}"\nformat = "json"`,
    `url_file = "${file('slack', at(slack))}"\nformat = "slack"`,
    `url_file = "${file('teams', at(teams))}"\nformat = "teams"`,
  ].map(hook => `[[webhook]]\n${hook}\nevents = ["requested"]\n`);
  writeFileSync(join(world.folder, 'policy.toml'), rules({ assurance: null }) + hooks.join('\n'));
  const server = await world.serve();
  const peer = new RawHttp(world, server.endpoint);
  await peer.exchange(toolCall(1, tool, args, { _meta: { ..._meta } }));

  const page = await Page.signIn(world, server);
  const [approval] = await page.pending();
  const facts = JSON.stringify([approval.facts.shown, approval.facts.warnings, approval.principal]);
  for (const words of chosen) assert.ok(!facts.includes(words), facts);
  assert.equal(approval.client, 'TrueFoundry Security 9.9-verified');
  assert.equal(approval.agent_reason, args.reason);

  const told = await program.event(body => body.type === 'approval.requested');
  assert.deepEqual(told.approval.claimed_by_caller, { client: 'TrueFoundry Security 9.9-verified' });
  delete told.approval.claimed_by_caller;
  for (const words of chosen.slice(0, 3)) assert.ok(!JSON.stringify(told).includes(words), words);

  for (const [chat, blocksOf] of [
    [slack, body => body.blocks],
    [teams, body => body.attachments[0].content.body],
  ]) {
    await until(() => chat.got.length > 0, {
      what: () => 'a notice',
      change: look => chat.watchers.add(look),
    });
    const naming = blocksOf(chat.got[0].body)
      .map(each => JSON.stringify(each))
      .filter(each => each.includes('TrueFoundry Security'));
    assert.equal(naming.length, 1, 'a block of its own');
    assert.match(naming[0], /Claimed by the caller \(not verified\): client/);
  }
});
