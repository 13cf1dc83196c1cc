// The hosts' own files: where they are, how each host reads its own, what may be in them; and an account that has them.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { parse as parseJsonc } from 'jsonc-parser';
import { parse as tomlTables } from 'smol-toml';
import { parse as parseYaml } from 'yaml';

import { binary, Process, runToEnd } from './process.mjs';

/** As plain objects. */
export const parseToml = text => JSON.parse(JSON.stringify(tomlTables(text)));

const jsonc = text => {
  const errors = [];
  const value = parseJsonc(text, errors, { allowTrailingComma: true });
  assert.deepEqual(errors, [], text);
  return value;
};

const json = (section, before) => ({ section, before, parse: JSON.parse });
/** With another server, whose secret is not to be shown. */
export const others = '{\n  "mcpServers": {\n    "other": {"command": "x", "env": {"SECRET": "do-not-show"}}\n  },\n  "n": 1.50\n}';

/** Of each host the file, its parser, and what may be in it. */
export const hosts = {
  'claude-code': { file: '.claude.json', ...json('mcpServers', ['{}', others, '{"numStartups":1,"mcpServers":{}}']) },
  'claude-desktop': { file: '.config/Claude/claude_desktop_config.json', ...json('mcpServers', [others]) },
  cursor: { file: '.cursor/mcp.json', ...json('mcpServers', [others, others.replaceAll('\n', '\r\n')]) },
  vscode: {
    file: '.config/Code/User/mcp.json',
    section: 'servers',
    parse: jsonc,
    before: ['{\n\t// mine\n\t"inputs": [],\n\t"servers": {\n\t\t"a": {"url": "u"}, // last\n\t}\n}\n', ''],
  },
  codex: {
    file: '.codex/config.toml',
    section: 'mcp_servers',
    parse: parseToml,
    before: ['model = "m" # mine\n\n[mcp_servers.other]\ncommand = "x"', '[a]\nb = 1\n\n\n# end\n'],
  },
  gemini: { file: '.gemini/settings.json', section: 'mcpServers', parse: jsonc, before: ['{ "ui": {"theme": "x"} } // mine\n'] },
  goose: {
    file: '.config/goose/config.yaml',
    section: 'extensions',
    parse: parseYaml,
    before: ['# mine\nGOOSE_MODEL: m\nextensions:\n  memory:\n    enabled: true\n    type: builtin\nother:\n- 1\n', 'extensions: {}\n'],
  },
  zed: {
    file: '.config/zed/settings.json',
    section: 'context_servers',
    parse: jsonc,
    before: ['// Zed settings\n{\n  "theme": {\n    "mode": "system", // or dark\n  },\n}\n'],
  },
  windsurf: { file: '.codeium/windsurf/mcp_config.json', ...json('mcpServers', [others]) },
};

/** What `setup` runs in. */
export class Home {
  constructor(t) {
    this.folder = mkdtempSync(join(tmpdir(), 'tfy-setup-'));
    this.processes = [];
    t.after(async () => {
      for (const each of this.processes) await each.stop();
      rmSync(this.folder, { recursive: true, force: true });
    });
    this.env = { PATH: process.env.PATH, HOME: this.folder };
  }

  path(name) {
    return join(this.folder, name);
  }

  put(name, text) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text, { mode: 0o640 });
  }

  text(name) {
    return readFileSync(this.path(name), 'utf8');
  }

  /** The program, until the test ends. */
  start(args) {
    const started = new Process(binary, args, { env: this.env, cwd: this.folder });
    this.processes.push(started);
    return started;
  }

  setup(args, env = {}) {
    return runToEnd(binary, ['setup', ...args], { env: { ...this.env, ...env } });
  }

  async done(args, env) {
    const { code, stdout, stderr } = await this.setup(args, env);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  }

  async refused(args, env) {
    const { code, stdout, stderr } = await this.setup(args, env);
    assert.notEqual(code, 0, stdout);
    return stderr;
  }
}
