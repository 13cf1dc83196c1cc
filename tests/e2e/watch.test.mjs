// `approvals watch` in a pseudo-terminal: the inbox live, with the page's keys; colours only where they are wanted.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Page } from './lib/page.mjs';
import { passphrase } from './lib/people.mjs';
import { binary, Process } from './lib/process.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

async function begin(t, env = {}) {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s' });
  const server = await world.serve();
  await world.enrol();
  const peer = new RawHttp(world, server.endpoint);
  let last = 0;
  const create = async name => {
    const args = { payload: { name, expirationDate: '20 days' } };
    return (await peer.exchange(toolCall(++last, 'tfy_access_tokens_create', args, {}))).result.structuredContent;
  };
  const watch = () => {
    const terminal = new Process('script', ['--quiet', '--return', '--command', `stty rows 30 cols 100; exec '${binary}' approvals watch`, '/dev/null'], {
      env: { ...world.env, SHELL: '/bin/sh', TERM: 'xterm', ...env },
    });
    world.processes.push(terminal);
    return { terminal, press: keys => terminal.child.stdin.write(keys) };
  };
  return { world, server, create, watch };
}

test('requests come by themselves; one is opened, denied with a reason and approved with its name, by keys', async t => {
  const { world, server, create, watch } = await begin(t);
  const { terminal, press } = watch();
  await terminal.says(/Nothing waits for a decision/);
  const first = await create('watch-one');
  const second = await create('watch-two');
  await terminal.says(/2 requests wait for a decision/);
  await terminal.says(/> Create watch-one/);
  press('\r');
  await terminal.says(/Verified by this server:/);
  press('d');
  await terminal.says(/Your passphrase/);
  press(`${passphrase}\r`);
  await terminal.says(/Why not\?/);
  press('not this one\r');
  await terminal.says(/Press Enter to go back to the inbox/);
  press('\r');
  await terminal.says(/> Create watch-two/);
  const page = await Page.signIn(world, server);
  const denied = (await page.request('GET', `/api/approvals/${first.approval_id}`)).body;
  assert.equal(denied.decision.reason, 'not this one');
  assert.equal(denied.decision.assurance, 'terminal');

  press('a');
  await terminal.says(/Your passphrase[^]*Your passphrase/);
  press(`${passphrase}\r`);
  await terminal.says(/Type the token's name to approve/);
  press('watch-two\r');
  await terminal.says(/Where should the new value go/);
  press('none\r');
  await terminal.says(/Press Enter to go back[^]*Press Enter to go back/);
  press('\r');
  assert.equal((await page.request('GET', `/api/approvals/${second.approval_id}`)).body.decision.approved, true);
  await terminal.says(/Press Enter to go back[^]*Press Enter to go back[^]*Nothing waits for a decision/); // keys of before are dropped
  press('q');
  assert.equal((await terminal.ended).code, 0);
  assert.ok(terminal.stdout.endsWith('\x1b[?1049l') || terminal.stdout.includes('\x1b[?1049l'), 'the screen is given back');
});

test('colours are there on a terminal, and not with NO_COLOR; Ctrl-C leaves', async t => {
  for (const [env, coloured] of [[{}, true], [{ NO_COLOR: '1' }, false]]) {
    const { create, watch } = await begin(t, env);
    await create('in-colour');
    const { terminal, press } = watch();
    await terminal.says(/> Create in-colour/);
    press('\x03');
    assert.equal((await terminal.ended).code, 0);
    assert.equal(/\x1b\[[0-9]+m/.test(terminal.stdout), coloured, JSON.stringify(env));
  }
});
