// The plugins for Claude Code and Gemini CLI, the portable one, and the files that a team puts into its project: they fit their
// schemas, what they start answers, and no key is in them.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { binary, runToEnd } from './lib/process.mjs';
import { World } from './lib/world.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const plugin = path => JSON.parse(readFileSync(here(`../../manifests/plugins/${path}`), 'utf8'));
const schemas = here('../../../shared/schemas/hosts');
const skip = !existsSync(schemas) && `${schemas} is not here`;

function fits(Validator, file, value, part = schema => schema) {
  const ajv = new Validator({ strict: false });
  addFormats(ajv);
  const check = ajv.compile(part(JSON.parse(readFileSync(join(schemas, file), 'utf8'))));
  assert.ok(check(value), JSON.stringify(check.errors));
}

const claude = plugin('claude/.claude-plugin/plugin.json');
const portable = { manifest: plugin('portable/plugin.json'), mcp: plugin('portable/mcp.json') };
const servers = { claude: plugin('claude/.mcp.json').mcpServers, gemini: plugin('gemini/gemini-extension.json').mcpServers };

test('the manifests fit the published schemas', { skip }, () => {
  fits(Ajv, 'claude-code-plugin-manifest.schema.json', claude);
  fits(Ajv, 'claude-code-plugin-manifest.schema.json', { ...claude, mcpServers: servers.claude });
  fits(Ajv, 'claude-code-marketplace.schema.json', plugin('.claude-plugin/marketplace.json'));
  const config = ({ $defs }) => ({ $defs, $ref: '#/$defs/MCPServerConfig' });
  for (const entry of Object.values(servers.gemini)) fits(Ajv2020, 'gemini-cli-settings.schema.json', entry, config);
});

test('the portable plugin fits Agent Plugins 1.0.0; the same plugin is offered to Codex', () => {
  const schema = name => JSON.parse(readFileSync(here(`schemas/agent-plugins-1.0.0-${name}.schema.json`), 'utf8'));
  for (const [name, value] of [['plugin', portable.manifest], ['mcp', portable.mcp]]) {
    const check = new Ajv2020({ strict: false }).compile(schema(name));
    assert.ok(check(value), JSON.stringify(check.errors));
    assert.ok(!check({ ...value, other: 1 }), name);
  }
  const [offered] = plugin('.agents/plugins/marketplace.json').plugins;
  assert.equal(offered.name, portable.manifest.name);
  assert.ok(existsSync(here(`../../manifests/plugins/${offered.source.path}/plugin.json`)));
  assert.equal(portable.mcp.mcpServers.truefoundry.env, undefined, 'its environment would be the same text for everyone');
});

test('portable: it takes address and key from .env in its own folder', async t => {
  const world = await World.start(t);
  const data = join(world.folder, 'data');
  mkdirSync(data);
  const { command, args, cwd } = portable.mcp.mcpServers.truefoundry;
  assert.deepEqual([command, cwd], ['tfy-pat-mcp', '${PLUGIN_DATA}']);
  writeFileSync(join(data, '.env'), `TFY_BASE_URL=${world.upstream}\nTFY_API_KEY=${world.env.TFY_API_KEY}\n`, { mode: 0o600 });
  const client = new Client({ name: 'a-host', version: '1' });
  t.after(() => client.close());
  await client.connect(new StdioClientTransport({ command: binary, args, cwd: data, env: { PATH: process.env.PATH, HOME: world.folder }, stderr: 'ignore' }));
  const { structuredContent } = await client.callTool({ name: 'tfy_config_status', arguments: {} });
  assert.equal(structuredContent.connection, 'works', JSON.stringify(structuredContent));
});

test('they are of this version; address and key come from the person, and the key is a secret', async () => {
  const { stdout } = await runToEnd(binary, ['--version'], { env: { PATH: process.env.PATH } });
  const gemini = plugin('gemini/gemini-extension.json');
  for (const { version, name } of [claude, gemini, portable.manifest]) assert.equal(`tfy-pat-mcp ${version}`, stdout.trim(), name);
  assert.ok(claude.userConfig.api_key.sensitive);
  assert.ok(gemini.settings.find(each => each.envVar === 'TFY_API_KEY').sensitive);
  const variable = { claude: /^\$\{user_config\.(\w+)\}$/, gemini: /^\$(\w+)$/ };
  const known = { claude: Object.keys(claude.userConfig), gemini: gemini.settings.map(each => each.envVar) };
  for (const [host, { truefoundry }] of Object.entries(servers))
    for (const value of Object.values(truefoundry.env)) assert.ok(known[host].includes(variable[host].exec(value)?.[1]), value);
});

for (const [host, { truefoundry }] of Object.entries(servers))
  test(`${host}: what it starts answers a client`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tfy-plugin-'));
    assert.equal(truefoundry.command, 'tfy-pat-mcp');
    const client = new Client({ name: 'a-host', version: '1' });
    const env = { PATH: process.env.PATH, HOME: folder };
    await client.connect(new StdioClientTransport({ command: binary, args: [...truefoundry.args, '--sandbox'], env, stderr: 'ignore' }));
    assert.ok((await client.listTools()).tools.length > 0);
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  });

/** The files for a team's project, closed: a key, or any variable in one that several hosts read, does not fit. */
const closed = properties => ({ type: 'object', required: Object.keys(properties), additionalProperties: false, properties });
const entry = closed({ type: { const: 'stdio' }, command: { const: 'tfy-pat-mcp' }, args: { const: ['stdio'] } });
const project = {
  '.mcp.json': { page: 'claude-code', schema: closed({ mcpServers: closed({ 'tfy-pat-mcp': entry }) }) },
  '.vscode/mcp.json': {
    page: 'vscode',
    schema: closed({ servers: closed({ 'tfy-pat-mcp': entry }) }),
  },
};

for (const [name, { page, schema }] of Object.entries(project))
  test(`a project’s ${name} fits, is the one on its page, and what it starts answers a client`, async t => {
    const text = readFileSync(here(`../../manifests/project/${name}`), 'utf8');
    const check = new Ajv({ strict: false }).compile(schema);
    assert.ok(check(JSON.parse(text)), JSON.stringify(check.errors));
    const blocks = [...readFileSync(here(`../../docs/hosts/${page}.md`), 'utf8').matchAll(/^```json\n([^]*?)^```/gm)].map(found => found[1]);
    assert.ok(blocks.includes(text), `docs/hosts/${page}.md has other text`);

    const world = await World.start(t);
    const person = { PATH: process.env.PATH, HOME: join(world.folder, 'home') };
    mkdirSync(person.HOME);
    const { mcpServers, servers: own } = JSON.parse(text);
    const { command, args } = (mcpServers ?? own)['tfy-pat-mcp'];
    const login = await runToEnd(command, ['login'], { env: person, input: `${world.upstream}\n${world.env.TFY_API_KEY}\n` });
    assert.equal(login.code, 0, login.stderr);
    const client = new Client({ name: 'a-host', version: '1' });
    t.after(() => client.close());
    await client.connect(new StdioClientTransport({ command, args, env: person, cwd: world.folder, stderr: 'ignore' }));
    const { structuredContent } = await client.callTool({ name: 'tfy_config_status', arguments: {} });
    assert.equal(structuredContent.connection, 'works', JSON.stringify(structuredContent));
  });
