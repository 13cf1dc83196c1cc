// The .mcpb bundle and server.json as ./dev package makes them: the official validator takes the one, the registry's schema
// the other, and the program in the bundle answers; that of another processor by an emulator (./dev package check).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

import { processor, program, started, strip } from './lib/packed_program.mjs';
import { binary } from './lib/process.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const schema = here('../../../shared/schemas/server-json/server-2025-12-11.schema.json');
const folder = mkdtempSync(join(tmpdir(), 'tfy-bundle-'));
const unpacked = join(folder, 'unpacked');
const run = (command, args, options = {}) => execFileSync(command, args, { encoding: 'utf8', ...options });
const version = run(binary, ['--version']).trim().split(' ')[1];
const image = 'ghcr.io/someone/tfy-pat-mcp:1';
let bundle, manifest, registry;

before(() => {
  const env = { ...process.env, TFY_REGISTRY_NAME: 'io.github.someone/tfy-pat-mcp', TFY_RELEASE_URL: 'https://github.com/someone/tfy-pat-mcp/releases/download/v1', TFY_IMAGE: image };
  // As if it were for two processors: what is in the bundle for its own is tried, and server.json has both.
  for (const each of ['x86_64', 'aarch64'])
    run('cmake', [`-DPROGRAM=${program}`, `-DVERSION=${version}`, `-DOUT=${folder}`, `-DPROCESSOR=${each}`, `-DSTRIP=${strip}`, '-P', here('../../manifests/package/bundle.cmake')], { env });
  bundle = readdirSync(folder).find(name => name.endsWith(`${processor}.mcpb`));
  mkdirSync(unpacked);
  run('cmake', ['-E', 'tar', 'xf', join(folder, bundle)], { cwd: unpacked });
  manifest = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8'));
  registry = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the official validator takes the bundle’s manifest', () => {
  const mcpb = here('node_modules/@anthropic-ai/mcpb/dist/cli/cli.js');
  assert.match(run(process.execPath, [mcpb, 'validate', join(unpacked, 'manifest.json')]), /passes/);
  assert.equal(manifest.version, version);
});

test('what the manifest starts answers a client; the key is a secret of the host’s', async () => {
  for (const name of ['LICENSE', 'libssl-dev', 'libsqlite3-dev']) assert.ok(existsSync(join(unpacked, 'licences', name)), name);
  const { command, args, env } = manifest.server.mcp_config;
  assert.deepEqual(Object.keys(env).sort(), ['TFY_API_KEY', 'TFY_BASE_URL']);
  assert.ok(manifest.user_config.api_key.sensitive);
  const [first, ...more] = started(command.replace('${__dirname}', unpacked));
  const client = new Client({ name: 'a-host', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: first,
      args: [...more, ...args, '--sandbox'],
      env: { PATH: process.env.PATH, HOME: folder },
      stderr: 'ignore',
    })
  );
  const { tools } = await client.listTools();
  assert.ok(tools.some(tool => tool.name === 'tfy_access_tokens_list'));
  await client.close();
});

test('server.json names the bundle for each processor, and the image, under the name and at the address that were given', () => {
  assert.equal(registry.name, 'io.github.someone/tfy-pat-mcp');
  assert.equal(registry.version, version);
  const bundles = readdirSync(folder).filter(name => name.endsWith('.mcpb'));
  assert.equal(bundles.length, 2);
  const [entries, inContainers] = [registry.packages.slice(0, -1), registry.packages.at(-1)];
  assert.deepEqual(
    entries.map(({ registryType, identifier, fileSha256 }) => [registryType, identifier, fileSha256]).sort(),
    bundles.sort().map(name => ['mcpb', `https://github.com/someone/tfy-pat-mcp/releases/download/v1/${name}`, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')])
  );
  assert.deepEqual([inContainers.registryType, inContainers.identifier, inContainers.packageArguments.map(({ value }) => value)], ['oci', image, ['stdio']]);
  for (const { environmentVariables } of registry.packages) assert.ok(environmentVariables.find(({ name }) => name === 'TFY_API_KEY').isSecret);
  assert.ok(registry.description.length <= 100);
});

test('server.json fits the registry’s schema', { skip: !existsSync(schema) && `${schema} is not here` }, () => {
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  const fits = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')));
  assert.ok(fits(registry), JSON.stringify(fits.errors));
});
