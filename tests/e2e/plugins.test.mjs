// The plugins for Claude Code and Gemini CLI: they fit the published schemas, what they start answers, and no key is in them.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
const servers = { claude: plugin('claude/.mcp.json').mcpServers, gemini: plugin('gemini/gemini-extension.json').mcpServers };

test('the manifests fit the published schemas', { skip }, () => {
  fits(Ajv, 'claude-code-plugin-manifest.schema.json', claude);
  fits(Ajv, 'claude-code-plugin-manifest.schema.json', { ...claude, mcpServers: servers.claude });
  fits(Ajv, 'claude-code-marketplace.schema.json', plugin('.claude-plugin/marketplace.json'));
  const config = ({ $defs }) => ({ $defs, $ref: '#/$defs/MCPServerConfig' });
  for (const entry of Object.values(servers.gemini)) fits(Ajv2020, 'gemini-cli-settings.schema.json', entry, config);
});

test('they are of this version; address and key come from the person, and the key is a secret', async () => {
  const { stdout } = await runToEnd(binary, ['--version'], { env: { PATH: process.env.PATH } });
  const gemini = plugin('gemini/gemini-extension.json');
  for (const { version, name } of [claude, gemini]) assert.equal(`tfy-pat-mcp ${version}`, stdout.trim(), name);
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
