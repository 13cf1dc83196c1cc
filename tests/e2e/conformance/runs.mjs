// What is run: which scenarios of which suite, at which revision, against which server.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const modules = new URL('../node_modules/', import.meta.url).pathname;

function suite(folder) {
  const { name, version } = JSON.parse(readFileSync(join(modules, folder, 'package.json'), 'utf8'));
  return { name: `${name} ${version}`, program: join(modules, folder, 'dist/index.js') };
}

export const suites = {
  newest: suite('@modelcontextprotocol/conformance'),
  stable: suite('conformance-stable'),
};

/** The scenarios that the suite has for a revision. */
function scenariosOf({ program }, revision) {
  const printed = execFileSync(process.execPath, [program, 'list', '--server', '--spec-version', revision], {
    encoding: 'utf8',
  });
  return [...printed.matchAll(/^ +- (\S+)/gm)].map(([, name]) => name);
}

/** The scenarios of the tasks extension, which have no revision of their own. */
function taskScenariosOf({ program }) {
  const printed = execFileSync(process.execPath, [program, 'list', '--server'], { encoding: 'utf8' });
  return [...printed.matchAll(/^ +- (tasks-\S+) \[extension\]/gm)].map(([, name]) => name);
}

/**
 * Scenarios that ask nothing of a server but the protocol, by the revision at which they are run. The others need tools,
 * prompts and resources that only the fixture server has; http-custom-header-server-validation needs a tool with an
 * x-mcp-header.
 */
const generic = {
  '2025-03-26': ['server-session-lifecycle'],
  '2025-06-18': [
    'server-initialize',
    'server-session-lifecycle',
    'ping',
    'logging-set-level',
    'tools-list',
    'prompts-list',
    'resources-list',
  ],
  '2025-11-25': [
    'server-initialize',
    'server-session-lifecycle',
    'ping',
    'logging-set-level',
    'tools-list',
    'prompts-list',
    'resources-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
  ],
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'prompts-list',
    'resources-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
    'http-header-validation',
    'caching',
    'sep-2164-resource-not-found',
    'input-required-result-unsupported-methods',
  ],
};

/** Scenarios of the skills extension, which have no revision of their own. */
const skills = ['sep-2640-skills-enumeration', 'sep-2640-skills-manifest'];

/** Capabilities without which a generic scenario has nothing to test. */
const needs = {
  'logging-set-level': ['logging'],
  'prompts-list': ['prompts'],
  'resources-list': ['resources'],
  'sep-2164-resource-not-found': ['resources'],
  'sep-2640-skills-enumeration': ['resources', 'extensions'],
  'sep-2640-skills-manifest': ['resources', 'extensions'],
  caching: ['tools', 'prompts', 'resources'],
};

/**
 * {server, suite, revision, scenarios, args, needs}: one process of a suite. `scenarios` are those that have to come out of
 * it; `needs` the capabilities without which it is skipped.
 * Against the fixture server each process runs all that its suite has for a revision; the suites cannot be told to run
 * some, only one.
 */
export function runs() {
  const { newest, stable } = suites;
  const all = (suite, revision) => ({
    server: 'fixture',
    suite,
    revision,
    scenarios: scenariosOf(suite, revision),
    args: ['--suite', 'all', '--spec-version', revision],
    needs: [],
  });
  const modern = {
    ...all(newest, '2026-07-28'),
    // The revision's requirements are the one way to run its extensions along with it.
    args: ['--requirements', '2026-07-28'],
  };
  modern.scenarios.push(...taskScenariosOf(newest));
  const one = (revision, scenario) => ({
    server: 'tfy-pat-mcp',
    suite: newest,
    revision,
    scenarios: [scenario],
    args: ['--scenario', scenario, '--spec-version', revision],
    needs: needs[scenario] ?? [],
  });
  return [
    modern,
    all(newest, '2025-11-25'),
    all(stable, '2025-11-25'),
    all(newest, '2025-06-18'),
    all(stable, '2025-06-18'),
    all(newest, '2025-03-26'),
    ...skills.map(scenario => ({ ...one('2026-07-28', scenario), args: ['--scenario', scenario] })),
    ...Object.entries(generic).flatMap(([revision, names]) => names.map(name => one(revision, name))),
  ];
}
