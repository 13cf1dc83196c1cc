// `setup HOST --serve`: a client that reads the host's file as the host does is served, with a key if the server takes only
// keys; the key is in no file, and taken out again each file has the same bytes as before.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { Home, hosts, others, parseToml } from './lib/host_files.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { freePort } from './lib/sockets.mjs';

const overHttp = Object.keys(hosts).filter(host => host !== 'claude-desktop');
/** Where each host has the address. */
const addressOf = ({ httpUrl, serverUrl, uri, url }, host) => ({ gemini: httpUrl, windsurf: serverUrl, goose: uri })[host] ?? url;

const variable = 'TFY_PAT_MCP_TOKEN';
const replaced = pattern => (entry, key) => entry.headers.Authorization.replace(pattern, (_, name) => (name === variable ? key : ''));
/** The Authorization header that each host makes of its file and the key. */
const shows = {
  'claude-code': replaced(/\$\{(\w+)\}/),
  cursor: replaced(/\$\{env:(\w+)\}/),
  windsurf: replaced(/\$\{env:(\w+)\}/),
  gemini: replaced(/\$(\w+)/),
  codex: ({ bearer_token_env_var: name }, key) => (name === variable ? `Bearer ${key}` : ''),
  vscode: ({ headers }, key, { inputs }) =>
    headers.Authorization.replace(/\$\{input:(\w+)\}/, (_, id) => {
      const asked = inputs.filter(each => each.id === id);
      assert.deepEqual(asked.map(({ type, password }) => [type, password]), [['promptString', true]]);
      return key;
    }),
};

/** `serve --sandbox` of the home: --listen and its address. */
async function serve(home, ...args) {
  const listen = ['--listen', `127.0.0.1:${await freePort()}`];
  await home.start(['serve', '--sandbox', ...listen, ...args]).says(/^MCP endpoint: /m);
  return listen;
}

async function listsTools(url, authorization) {
  const client = new Client({ name: 'a-host', version: '1' });
  const requestInit = authorization ? { headers: { authorization } } : {};
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  try {
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'tfy_access_tokens_list'));
    const listed = await client.callTool({ name: 'tfy_access_tokens_list', arguments: {} });
    assert.ok(!listed.isError, JSON.stringify(listed));
  } finally {
    await client.close();
  }
}

/** Writes the entry into each text that the host's file may have, looks at it, and takes it out again. */
async function inEach(home, host, args, look, env) {
  const { file, section, parse, before } = hosts[host];
  for (const text of [undefined, ...before]) {
    if (text !== undefined) home.put(file, text);
    const same = () => (text === undefined ? assert.ok(!existsSync(home.path(file))) : assert.equal(home.text(file), text));
    assert.match(await home.done([host, ...args, '--dry-run'], env), /Nothing was written/);
    same();
    const said = await home.done([host, ...args], env);
    const all = parse(home.text(file));
    await look(all[section]['tfy-pat-mcp'], { said, all, text: home.text(file) });
    assert.match(await home.done([host, ...args], env), /Is set up already; nothing was changed/);
    await home.done([host, '--remove']);
    same();
    assert.ok(!existsSync(`${home.path(file)}.before-tfy-pat-mcp`));
  }
}

test('every host that takes addresses is served at the one in its file', async t => {
  const home = new Home(t);
  const listen = await serve(home);
  for (const host of overHttp)
    await t.test(host, () =>
      inEach(home, host, ['--serve', ...listen], async (entry, { said }) => {
        const url = addressOf(entry, host);
        assert.equal(url, `http://${listen[1]}/mcp`);
        assert.ok(!JSON.stringify(entry).includes(variable));
        assert.match(said, new RegExp(`The server has to run: \\S*tfy-pat-mcp serve --listen ${listen[1]}\n`));
        await listsTools(url);
      }));
});

test('if serve takes only keys, every host that can name one shows it, and the key is in no file', async t => {
  const home = new Home(t);
  const listen = await serve(home, '--callers', 'keys');
  const made = await runToEnd(binary, ['keys', 'create', '--sandbox', '--for', 'ada', '--out', home.path('key')], { env: home.env });
  assert.equal(made.code, 0, made.stderr);
  const key = readFileSync(home.path('key'), 'utf8').trim();
  const args = ['--serve', '--sandbox', ...listen, '--callers', 'keys'];
  for (const host of Object.keys(shows))
    await t.test(host, () =>
      inEach(
        home,
        host,
        args,
        async (entry, { said, all, text }) => {
          const url = addressOf(entry, host);
          const bare = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
          assert.equal(bare.status, 401);
          await assert.rejects(listsTools(url));
          assert.ok(!(said + text).includes(key));
          assert.match(said, new RegExp(`keys create --for PERSON --label ${host} --sandbox\\n`));
          assert.match(said, host === 'vscode' ? /VS Code asks for it/ : new RegExp(`set ${variable} to the key`));
          await listsTools(url, shows[host](entry, key, all));
        },
        { [variable]: key }
      ));
  for (const host of Object.keys(hosts).filter(each => !(each in shows))) {
    const { file, before } = hosts[host];
    home.put(file, before[0]);
    assert.match(await home.refused([host, ...args]), /Nothing was written\..*without --serve/);
    assert.equal(home.text(file), before[0]);
  }
});

test('the input by which VS Code asks for the key goes with the entry, in any layout, and one of its name stays', async t => {
  const home = new Home(t);
  const { file, parse } = hosts.vscode;
  const args = ['vscode', '--serve', '--callers', 'keys'];
  const id = 'tfy_pat_mcp_token';
  const other = '{"type": "promptString", "id": "other", "description": "d"}';
  const mine = `{"type": "pickString", "id": "${id}", "description": "mine", "options": ["a"],}`;
  const texts = [
    '{}',
    '{"servers":{"a":{"url":"u"}}}',
    '{"inputs":[],"servers":{}}',
    `{"inputs": [${other}], "servers": {"a": {"url": "u"}}}`,
    `{\r\n  "servers": {\r\n    "a": {}\r\n  },\r\n  "inputs": [\r\n    ${other}\r\n  ]\r\n}\r\n`,
    `{\n\t"inputs": [\n\t\t${other}, // mine\n\t],\n\t"servers": {}\n}`,
    `{\n    "inputs": [{\n        "id": "x"\n    }],\n    "servers": {}\n}`,
    '{\n  "inputs": [\n    // none yet\n  ],\n}',
    `{\n  "inputs": [\n    ${mine}\n  ],\n  "servers": {}\n}\n`,
  ];
  for (const text of texts) {
    home.put(file, text);
    const said = await home.done(args);
    const [was, is] = [parse(text), parse(home.text(file))];
    const asked = is.inputs.filter(each => each.id === id);
    assert.deepEqual(is.inputs.filter(each => each.id !== id), (was.inputs ?? []).filter(each => each.id !== id));
    assert.deepEqual([asked.length, asked[0].type], [1, text.includes(mine) ? 'pickString' : 'promptString'], home.text(file));
    assert.equal(/^ {2}\+ "inputs": /m.test(said), !text.includes(mine));
    await home.done(['vscode', '--remove']);
    assert.equal(home.text(file), text);
  }

  for (const inputs of ['', other, mine]) {
    const text = `{\n  "servers": {\n    "a": {"n": 1}\n  },\n  "inputs": [${inputs}]\n}\n`;
    home.put(file, text);
    await home.done(args);
    home.put(file, home.text(file).replace('"n": 1', '"n": 2'));
    assert.match(await home.done(['vscode', '--remove']), /has changed since setup/);
    assert.equal(home.text(file), text.replace('"n": 1', '"n": 2'));
  }
  home.put(file, '{"inputs": {}}');
  assert.match(await home.refused(args), /has something other than a list as its "inputs"\. Nothing was changed/);
  assert.equal(home.text(file), '{"inputs": {}}');
});

test('--serve names the address that is given, and how the host is known', async t => {
  const home = new Home(t);
  await home.done(['codex', '--serve']);
  assert.deepEqual(parseToml(home.text('.codex/config.toml')).mcp_servers['tfy-pat-mcp'], { url: 'http://127.0.0.1:8780/mcp' });
  await home.done(['cursor', '--serve', '--public-url', 'https://pat.example.com/x']);
  assert.deepEqual(JSON.parse(home.text('.cursor/mcp.json')).mcpServers['tfy-pat-mcp'], { url: 'https://pat.example.com/x/mcp' });
  await home.done(['zed', '--serve', '--listen', '[::1]:9000']);
  assert.deepEqual(JSON.parse(home.text('.config/zed/settings.json')).context_servers['tfy-pat-mcp'], { url: 'http://[::1]:9000/mcp' });
  await home.done(['zed', '--remove']);
  const said = await home.done(['zed', '--serve', '--public-url', 'https://pat.example.com', '--callers', 'keys,oauth']);
  assert.match(said, /serve --callers keys,oauth --public-url https:\/\/pat\.example\.com --oauth-registration\n/);
  assert.match(said, /Zed sends no key: it opens a page in your browser, where you sign in/);
  assert.deepEqual(JSON.parse(home.text('.config/zed/settings.json')).context_servers['tfy-pat-mcp'], { url: 'https://pat.example.com/mcp' });
});

test('by OAuth the serve that is printed starts, knows each host as it can, and is at the address in the host’s file', async t => {
  for (const host of overHttp) {
    const home = new Home(t);
    const port = await freePort();
    const said = await home.done([host, '--serve', '--sandbox', '--callers', 'oauth', '--listen', `127.0.0.1:${port}`]);
    const { file, section, parse } = hosts[host];
    const url = addressOf(parse(home.text(file))[section]['tfy-pat-mcp'], host);
    assert.equal(url, `http://localhost:${port}/mcp`);
    const [, args] = /The server has to run: \S*tfy-pat-mcp (serve .*)\n/.exec(said);
    await home.start(args.split(' ')).says(/^MCP endpoint: /m);
    const { resource, authorization_servers: [issuer] } = await (await fetch(url.replace('/mcp', '/.well-known/oauth-protected-resource/mcp'))).json();
    assert.equal(resource, url);
    const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
    const published = ['claude-code', 'codex', 'vscode'].includes(host); // https://claude.ai, https://chatgpt.com, https://vscode.dev
    assert.equal('registration_endpoint' in metadata, !published, host);
    if (host !== 'cursor') continue;
    const redirects = { redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'], token_endpoint_auth_method: 'none' };
    const registered = await fetch(metadata.registration_endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(redirects) });
    assert.equal(registered.status, 201, await registered.text());
  }
});

test('what cannot work is refused, and nothing is written', async t => {
  const home = new Home(t);
  home.put('.cursor/mcp.json', others);
  for (const [args, words] of [
    [['--listen', '127.0.0.1:0'], /--listen has to name the port/],
    [['--listen', 'localhost'], /--listen must be an IP address/],
    [['--public-url', 'ftp://x'], /--public-url must be/],
    [['--callers', 'loopback,keys'], /--callers loopback goes with no other word/],
    [['--callers', 'keys', '--public-url', 'http://tfy.example.com'], /--public-url is http and not on this machine/],
    [['--callers', 'keys', '--listen', '10.0.0.5:8780'], /does not listen on 10\.0\.0\.5 without TLS/],
    [['--listen', '0.0.0.0:8780'], /--listen 0\.0\.0\.0 means all addresses of this machine/],
    [['--callers', 'issuer'], /--issuer/],
    [['--tls-cert', '/nowhere/tfy.crt'], /--tls-key is missing/],
    [['--callers', 'oauth', '--listen', '10.0.0.5:8780'], /--callers oauth needs --public-url/],
    [['--callers', 'truefoundry'], /only through TrueFoundry's gateway/],
  ]) {
    const said = await home.refused(['cursor', '--serve', ...args]);
    assert.match(said, words);
    assert.match(said, /Nothing was written\./);
    assert.equal(home.text('.cursor/mcp.json'), others);
  }
  assert.match(await home.refused(['claude-desktop', '--serve']), /takes no addresses/);
});
