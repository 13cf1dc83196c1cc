// --read-only and --tools: what is left out is not listed, and a call of it is refused; a mistake stops the start.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { binary, runToEnd } from './lib/process.mjs';

const reading = ['tfy_access_tokens_list', 'tfy_access_tokens_get', 'tfy_approvals_get', 'tfy_config_set', 'tfy_config_status'];

function surroundings(t) {
  const home = mkdtempSync(join(tmpdir(), 'tfy-fewer-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return { PATH: process.env.PATH, HOME: home };
}

async function withServer(t, args, env, use) {
  const client = new Client({ name: 'a-host', version: '1' });
  const started = { ...surroundings(t), ...env };
  await client.connect(new StdioClientTransport({ command: binary, args: ['stdio', '--sandbox', ...args], env: started, stderr: 'ignore' }));
  try {
    await use(client);
  } finally {
    await client.close();
  }
}

const names = async client => (await client.listTools()).tools.map(tool => tool.name);

test('--read-only lists what changes nothing, and refuses the rest', async t => {
  for (const [args, env] of [[['--read-only'], {}], [[], { TFY_PAT_MCP_READ_ONLY: 'true' }]])
    await withServer(t, args, env, async client => {
      assert.deepEqual(await names(client), reading);
      assert.deepEqual((await client.listPrompts()).prompts, []);
      await assert.rejects(client.getPrompt({ name: 'create_access_token' }), /Unknown prompt/);
      const { resources } = await client.listResources();
      assert.deepEqual(resources.filter(({ uri }) => uri.startsWith('skill:')), []);
      const words = client.getInstructions();
      assert.match(words, /Some of its tools are switched off here/);
      for (const [tool] of words.matchAll(/tfy_[a-z_]+/g)) assert.ok(reading.includes(tool), tool);
      const listed = await client.callTool({ name: 'tfy_access_tokens_list', arguments: {} });
      assert.ok(!listed.isError);
      const { id } = listed.structuredContent.tokens?.[0] ?? listed.structuredContent.data[0];
      for (const [name, args] of [
        ['tfy_access_tokens_create', { payload: { name: 'ci' } }],
        ['tfy_access_tokens_delete', { id }],
        ['tfy_access_tokens_rotate', { id }],
        ['tfy_access_tokens_reveal', { reveal_id: 'rev_x' }],
      ])
        await assert.rejects(client.callTool({ name, arguments: args }), /switched off on this server.*Nothing was done/);
    });
});

test('--tools lists those alone, and what other features show goes with them', async t => {
  await withServer(t, ['--tools', 'tfy_config_status, tfy_access_tokens_create'], {}, async client => {
    assert.deepEqual(await names(client), ['tfy_access_tokens_create', 'tfy_config_status']);
    await assert.rejects(client.callTool({ name: 'tfy_access_tokens_list', arguments: {} }), /switched off/);
    assert.deepEqual((await client.listResourceTemplates()).resourceTemplates, []);
    assert.doesNotMatch(client.getInstructions(), /tfy_approvals_get|tfy_access_tokens_rotate/);
    const { resources } = await client.listResources();
    for (const { uri } of resources.filter(each => each.uri.startsWith('tfy:') && each.uri.includes('token')))
      await assert.rejects(client.readResource({ uri }), uri);
  });
});

/** The tools that a text names, but for those of the offer. */
const others = (value, offered) =>
  [...JSON.stringify(value).matchAll(/tfy_[a-z_]+/g)].map(([name]) => name).filter(name => !offered.includes(name));

test('no definition, result or error names a tool that is left out', async t => {
  const looking = ['tfy_access_tokens_list', 'tfy_access_tokens_get'];
  for (const offered of [looking, ['tfy_access_tokens_get', 'tfy_config_set'], ['tfy_config_status']])
    await withServer(t, ['--tools', offered.join(',')], {}, async client => {
      const { tools } = await client.listTools();
      assert.deepEqual(others(tools.map(({ name, description, inputSchema, outputSchema }) => [name, description, inputSchema, outputSchema]), offered), []);
      assert.doesNotMatch(JSON.stringify(tools), /before deleting|before you delete/);
      for (const [name, args] of [
        ['tfy_access_tokens_list', {}],
        ['tfy_access_tokens_list', { name_contains: 'nothing-like-it' }],
        ['tfy_access_tokens_get', { id: 'is-not-there' }],
        ['tfy_access_tokens_get', { id: '?' }],
        ['tfy_config_status', {}],
        ['tfy_config_set', {}],
      ])
        if (offered.includes(name)) assert.deepEqual(others(await client.callTool({ name, arguments: args }), offered), [], `${name} ${JSON.stringify(args)}`);
    });
});

test('where no tool waits for a person, no one is to be enrolled; without the list an id is found in TrueFoundry', async t => {
  await withServer(t, ['--tools', 'tfy_config_status'], {}, async client => {
    const { content, structuredContent } = await client.callTool({ name: 'tfy_config_status', arguments: {} });
    assert.match(content[0].text, /\nApprovals: none needed; the tools here change nothing\n/);
    assert.deepEqual(structuredContent.warnings.filter(each => each.includes('enrolled')), []);
  });
  for (const name of ['tfy_access_tokens_delete', 'tfy_access_tokens_rotate', 'tfy_access_tokens_get'])
    await withServer(t, ['--tools', name], {}, async client => {
      const { content } = await client.callTool({ name, arguments: { id: 'is-not-there' } });
      assert.match(content[0].text, /^Token ID not found\. The user finds the correct ID in TrueFoundry, under Access → Personal Access Tokens\./);
      assert.doesNotMatch(content[0].text, /List/);
    });
});

test('a typing mistake stops the start, with the nearest name; so does a contradiction', async t => {
  const env = surroundings(t);
  for (const [args, said] of [
    [['--tools', 'tfy_access_tokens_lits'], /--tools names a tool that does not exist\. Did you mean tfy_access_tokens_list\?/],
    [['--read-only', '--tools', 'tfy_access_tokens_delete'], /tfy_access_tokens_delete, which --read-only leaves out/],
  ]) {
    const { code, stderr } = await runToEnd(binary, ['stdio', '--sandbox', ...args], { env });
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
  }
  const { code, stderr } = await runToEnd(binary, ['setup', 'cursor', '--sandbox', '--tools', 'nonsense'], { env });
  assert.equal(code, 2, stderr);
});
