// A create as a task, through the official extension package: it outlives kill -9, is decided by a person elsewhere or
// through the host, and its value is shown once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { reveal, statusOf, textOf, valueIn } from './lib/story.mjs';
import { taskHost } from './lib/tasks.mjs';
import { rules, World } from './lib/world.mjs';

const tool = 'tfy_access_tokens_create';
const name = 'made-as-a-task';
const payload = { payload: { name } };

async function settled(execution) {
  const { outcome } = await execution.settle();
  return resultFromTaskOutcome(outcome);
}

test('HTTP: killed while pending and again after the decision on the page; the result is fetched, the value shown once', async t => {
  const world = await World.start(t, { policy: rules({ assurance: null }) });
  const first = await world.serve();
  const one = await taskHost(world, { endpoint: first.endpoint, elicitation: {} });
  const execution = await one.session.callTool(tool, payload);
  assert.equal(execution.kind, 'task');
  const reference = execution.serializeReference();
  await execution.detach();
  await first.process.stop('SIGKILL');

  const second = await world.serve();
  const page = await Page.signIn(world, second);
  const [approval] = await page.pending();
  assert.equal(approval.id, reference.taskId);
  await page.approved(approval, { destination: 'agent' });
  assert.equal(await world.upstreamCount('POST'), 0, 'nothing runs while its client is not there');
  await second.process.stop('SIGKILL');

  const third = await world.serve();
  const two = await taskHost(world, { endpoint: third.endpoint, elicitation: {} });
  const created = await settled(await two.session.resumeTask(reference));
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.equal(await world.upstreamCount('POST'), 1);
  const again = await settled(await two.session.resumeTask(reference));
  assert.deepEqual(again.structuredContent, created.structuredContent);
  assert.equal(await world.upstreamCount('POST'), 1, 'fetched twice, made once');

  const agent = await open('modern HTTP', world, { endpoint: third.endpoint, elicitation: null });
  const shown = await reveal(agent, created.structuredContent.reveal_id);
  assert.ok(!shown.isError, textOf(shown));
  await world.assertSeenOnce(valueIn(shown));
});

test('stdio: killed while pending, decided in a terminal, fetched by the next process', async t => {
  const world = await World.start(t);
  const one = await taskHost(world);
  const execution = await one.session.callTool(tool, payload);
  assert.equal(execution.kind, 'task');
  const reference = execution.serializeReference();
  await execution.detach();
  one.kill();
  assert.equal((await world.decide(['approve', reference.taskId], [name, 'agent'])).code, 0);

  const two = await taskHost(world);
  assert.equal(await world.upstreamCount('POST'), 0);
  const created = await settled(await two.session.resumeTask(reference));
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.equal(await world.upstreamCount('POST'), 1);
  const shown = await two.client.callTool({
    name: 'tfy_access_tokens_reveal',
    arguments: { reveal_id: created.structuredContent.reveal_id },
  });
  assert.ok(!shown.isError, textOf(shown));
  await world.assertSeenOnce(valueIn(shown));
});

test('stdio: the host’s person decides through the task; what was unclear is asked again', async t => {
  const world = await World.start(t);
  const keys = [];
  const answers = [
    { action: 'accept', content: { decision: 'approve', confirm_name: 'made-as-a-tas' } },
    { action: 'accept', content: { decision: 'approve', confirm_name: name, destination: 'none' } },
  ];
  const host = await taskHost(world, {
    elicitation: {},
    onInputRequest: async (request, context) => {
      assert.equal(request.kind, 'elicitation');
      keys.push(context.inputId);
      return answers.shift();
    },
  });
  const created = await settled(await host.session.callTool(tool, payload));
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.equal(new Set(keys).size, 2, 'each question has a key of its own');
  assert.equal(await world.upstreamCount('POST'), 1);
});

test('a task that its client cancels is never carried out', async t => {
  const world = await World.start(t);
  const { endpoint } = await world.serve();
  const host = await taskHost(world, { endpoint });
  const execution = await host.session.callTool(tool, payload);
  const { taskId } = execution.serializeReference();
  await execution.cancel();
  const { outcome } = await execution.settle();
  assert.equal(outcome.status, 'cancelled');
  const late = await world.decide(['approve', taskId], [name, 'none']);
  assert.equal(late.code, 1, late.stdout);
  assert.equal(await world.upstreamCount('POST'), 0);
});

test('2025-11-25: the same, as that revision has tasks', async t => {
  const world = await World.start(t);
  const { endpoint } = await world.serve();
  const host = await taskHost(world, { endpoint, era: 'legacy' });
  const execution = await host.session.callTool(tool, payload, { task: { preference: 'require' } });
  assert.equal(execution.kind, 'task');
  const { taskId } = execution.serializeReference();
  const listed = await host.session.listTasks();
  assert.deepEqual(listed.tasks.map(each => each.taskId), [taskId]);
  assert.equal((await world.decide(['approve', taskId], [name, 'none'])).code, 0);
  const created = await settled(execution);
  assert.equal(statusOf(created), 'executed', textOf(created));
  assert.equal(await world.upstreamCount('POST'), 1);
});
