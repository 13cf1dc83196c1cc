// `setup HOST`: each host's own file, as its own parser reads it; the command in it answers a real client; taken out
// again, the file has the same bytes as before.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { Home, hosts, others } from './lib/host_files.mjs';
import { runToEnd } from './lib/process.mjs';
import { World } from './lib/world.mjs';

const upstream = { TFY_BASE_URL: 'https://tfy.example.com', TFY_API_KEY_FILE: '/keys/mine' };

async function answers(command, args, env) {
  const client = new Client({ name: 'a-host', version: '1' });
  await client.connect(new StdioClientTransport({ command, args, env }));
  try {
    const { tools } = await client.listTools();
    assert.ok(tools.some(tool => tool.name === 'tfy_access_tokens_list'));
    const listed = await client.callTool({ name: 'tfy_access_tokens_list', arguments: {} });
    assert.ok(!listed.isError, JSON.stringify(listed));
  } finally {
    await client.close();
  }
}

for (const [host, { file, section, parse, before }] of Object.entries(hosts)) {
  test(`${host}: its own parser reads the entry, the command in it answers, and the file comes back byte for byte`, async t => {
    const home = new Home(t);
    for (const text of [undefined, ...before]) {
      if (text !== undefined) home.put(file, text);
      const first = text?.trim() ? parse(text) : {};
      const said = await home.done([host, '--sandbox']);
      assert.doesNotMatch(said, /do-not-show/);
      const { [section]: servers, ...rest } = parse(home.text(file));
      const { 'tfy-pat-mcp': own, ...otherServers } = servers;
      const { [section]: serversBefore, ...restBefore } = first;
      assert.deepEqual(rest, restBefore);
      assert.deepEqual(otherServers, serversBefore ?? {});
      assert.deepEqual(own.args, ['stdio', '--sandbox']);
      await answers(own.command ?? own.cmd, own.args, home.env);
      assert.match(await home.done([host, '--sandbox']), /Is set up already; nothing was changed/);
      if (text !== undefined) {
        assert.equal(readFileSync(`${home.path(file)}.before-tfy-pat-mcp`, 'utf8'), text);
        assert.equal(statSync(`${home.path(file)}.before-tfy-pat-mcp`).mode & 0o777, 0o600);
        assert.equal(statSync(home.path(file)).mode & 0o777, 0o640);
      }
      await home.done([host, '--remove']);
      assert.equal(existsSync(home.path(file)), text !== undefined);
      if (text !== undefined) assert.equal(home.text(file), text);
      assert.equal(existsSync(`${home.path(file)}.before-tfy-pat-mcp`), false);
    }
  });

  test(`${host}: the address and the key's file are written, and never a key`, async t => {
    const home = new Home(t);
    await home.done([host], upstream);
    const own = parse(home.text(file))[section]['tfy-pat-mcp'];
    assert.deepEqual(own.env ?? own.envs, upstream);
    await home.done([host, '--remove'], {});
    const said = await home.done([host], { TFY_BASE_URL: upstream.TFY_BASE_URL, TFY_API_KEY: 'tfy-key-that-stays-out-0123456789' });
    assert.doesNotMatch(home.text(file) + said, /stays-out/);
    assert.match(said, /umask 077/);
    const again = parse(home.text(file))[section]['tfy-pat-mcp'];
    assert.equal((again.env ?? again.envs).TFY_API_KEY_FILE, home.path('.config/tfy-pat-mcp/key'));
  });

  test(`${host}: --dry-run shows what would change, and changes nothing`, async t => {
    const home = new Home(t);
    const text = before[0];
    home.put(file, text);
    assert.match(await home.done([host, '--sandbox', '--dry-run']), /^ {2}\+ .*tfy-pat-mcp.*\n[^]*Nothing was written/m);
    assert.equal(home.text(file), text);
    await home.done([host, '--sandbox']);
    const added = home.text(file);
    assert.match(await home.done([host, '--remove', '--dry-run']), /^ {2}- .*tfy-pat-mcp.*\n[^]*Nothing was written/m);
    assert.equal(home.text(file), added);
  });
}

/** The server that Cursor starts reaches TrueFoundry with its key. */
async function hasItsKey(home) {
  const { command, args, env } = JSON.parse(home.text('.cursor/mcp.json')).mcpServers['tfy-pat-mcp'];
  const client = new Client({ name: 'a-host', version: '1' });
  await client.connect(new StdioClientTransport({ command, args, env: { ...home.env, ...env }, cwd: home.folder, stderr: 'ignore' }));
  try {
    const { structuredContent } = await client.callTool({ name: 'tfy_config_status', arguments: {} });
    assert.equal(structuredContent.connection, 'works', JSON.stringify(structuredContent));
  } finally {
    await client.close();
  }
}

test('with the key in a variable alone, each of the two ways that are printed gives the server its key', async t => {
  const { env } = await World.start(t);
  const { TFY_BASE_URL, TFY_API_KEY } = env;
  const printed = async home => {
    const said = await home.done(['cursor'], { TFY_BASE_URL, TFY_API_KEY });
    assert.match(said, /login\n[^]*umask 077/, 'the login comes first');
    return pattern => [...said.matchAll(pattern)].map(([, line]) => line);
  };
  const typed = (home, line, more = {}) => runToEnd('sh', ['-c', line], { env: { ...home.env, ...more }, cwd: home.folder, input: `${TFY_API_KEY}\n` });

  const byFile = new Home(t);
  const [line, ...no] = (await printed(byFile))(/^ {2}(\(umask .*\))$/gm);
  assert.deepEqual(no, []);
  const put = await typed(byFile, line);
  assert.equal(put.code, 0, put.stderr);
  assert.equal(statSync(byFile.path('.config/tfy-pat-mcp/key')).mode & 0o777, 0o600);
  await hasItsKey(byFile);

  const byLogin = new Home(t);
  const commands = (await printed(byLogin))(/^ {2}(\S*tfy-pat-mcp .*)$/gm);
  assert.equal(commands.length, 3, commands.join());
  for (const command of commands) {
    const done = await typed(byLogin, command, { TFY_BASE_URL, TFY_API_KEY });
    assert.equal(done.code, 0, command + done.stdout + done.stderr);
    assert.ok(!(done.stdout + done.stderr).includes(TFY_API_KEY));
  }
  await hasItsKey(byLogin);
});

test('a login for another address is told, and not named as the file of a key', async t => {
  const home = new Home(t);
  home.put('.config/tfy-pat-mcp/login', 'https://other.example.com\ntfy-key-of-another-address-0123456789\n');
  chmodSync(home.path('.config/tfy-pat-mcp/login'), 0o600);
  const { TFY_BASE_URL } = upstream;
  assert.match(await home.done(['cursor'], { TFY_BASE_URL }), /kept login is for another address/);
  assert.deepEqual(JSON.parse(home.text('.cursor/mcp.json')).mcpServers['tfy-pat-mcp'].env, { TFY_BASE_URL });
});

test('without a host all are listed, with their files', async t => {
  const home = new Home(t);
  await home.done(['gemini', '--sandbox']);
  home.put('.cursor/mcp.json', '{');
  home.put('.codeium/windsurf/mcp_config.json', '{}');
  const said = await home.done([]);
  for (const [host, { file }] of Object.entries(hosts)) assert.match(said, new RegExp(`^${host} .*`, 'm'), file);
  assert.match(said, /^gemini +set up: /m);
  assert.match(said, /^windsurf +not set up: /m);
  assert.match(said, /^zed +no file yet: /m);
  assert.match(said, /^cursor +\S+mcp\.json is not JSON: line 1/m);

  const told = JSON.parse(await home.done(['--json'])).hosts;
  assert.deepEqual(told.map(each => each.host).sort(), Object.keys(hosts).sort());
  const state = host => told.find(each => each.host === host);
  assert.deepEqual(['gemini', 'windsurf', 'zed', 'cursor'].map(host => state(host).state), ['set_up', 'not_set_up', 'no_file', 'unreadable']);
  assert.match(state('cursor').why, /mcp\.json is not JSON: line 1/);
  assert.ok(state('gemini').file.endsWith('/.gemini/settings.json'), state('gemini').file);
  assert.match(await home.refused(['gemini', '--json']), /--json/);
});

test('what is changed in the meantime stays; only the entry is taken out', async t => {
  const home = new Home(t);
  home.put('.cursor/mcp.json', others);
  await home.done(['cursor', '--sandbox']);
  home.put('.cursor/mcp.json', home.text('.cursor/mcp.json').replace('1.50', '2'));
  assert.match(await home.done(['cursor', '--remove']), /has changed since setup/);
  assert.equal(home.text('.cursor/mcp.json'), others.replace('1.50', '2'));
  assert.match(await home.done(['cursor', '--remove']), /Has no entry tfy-pat-mcp; nothing was changed/);

  // An entry that a person wrote: there was no setup since which the file could have changed.
  const { file, section } = hosts.zed;
  home.put(file, JSON.stringify({ [section]: { 'tfy-pat-mcp': { command: 'x' } }, theme: 'dark' }));
  rmSync(`${home.path(file)}.before-tfy-pat-mcp`, { force: true });
  assert.match(await home.done(['zed', '--remove']), /Taken out\. The rest of the file stays as it is\.\n/);
  assert.equal(JSON.parse(home.text(file)).theme, 'dark');
});

test('errors say what is wrong, that nothing was changed, and what to do', async t => {
  const home = new Home(t);
  const file = '.cursor/mcp.json';
  assert.match(await home.refused(['cursor']), /Which TrueFoundry\? Nothing was written\. Log in first: \S+ login\. Or set TFY_BASE_URL/);
  assert.match(await home.refused(['cursor'], { TFY_BASE_URL: 'http://tfy.example.com' }), /Nothing was written/);
  for (const [typed, meant] of [
    ['curser', 'cursor'],
    ['claude', 'claude-code or claude-desktop'],
    ['Claude Code', 'claude-code'],
    ['VSCode', 'vscode'],
    ['gemini-cli', 'gemini'],
    ['Zed', 'zed'],
  ])
    assert.match(await home.refused([typed, '--sandbox']), new RegExp(`Unknown host .*Did you mean ${meant}\\?`), typed);
  assert.doesNotMatch(await home.refused(['notepad', '--sandbox']), /Did you mean/);
  assert.match(await home.refused(['--remove']), /Which host\?/);

  home.put(file, '{"mcpServers": }');
  assert.match(await home.refused(['cursor', '--sandbox']), /mcp\.json is not JSON: line 1 cannot be read\. Nothing was changed\./);
  assert.equal(home.text(file), '{"mcpServers": }');

  home.put(file, '{"mcpServers": {"tfy-pat-mcp": {"command": "mine"}}}');
  assert.match(await home.refused(['cursor', '--sandbox']), /already, and it differs .* setup cursor --remove/);

  home.put(file, '{}');
  chmodSync(home.path(file), 0o400);
  assert.match(await home.refused(['cursor', '--sandbox']), /read-only|Cannot write/);
  assert.equal(home.text(file), '{}');

  rmSync(home.path(file));
  symlinkSync('nowhere', home.path(file));
  assert.match(await home.refused(['cursor', '--sandbox']), /is a link that leads nowhere\. Nothing was changed/);
  assert.equal(existsSync(home.path('.cursor/nowhere')), false);

  home.put('dotfiles/mcp.json', others);
  rmSync(home.path(file));
  symlinkSync('../dotfiles/mcp.json', home.path(file));
  await home.done(['cursor', '--sandbox']);
  assert.ok(JSON.parse(home.text('dotfiles/mcp.json')).mcpServers['tfy-pat-mcp']);
  await home.done(['cursor', '--remove']);
  assert.equal(home.text('dotfiles/mcp.json'), others);

  mkdirSync(home.path('.gemini/settings.json'), { recursive: true });
  assert.match(await home.refused(['gemini', '--sandbox']), /is not a regular file/);
});
