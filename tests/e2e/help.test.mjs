// What a person reads who does not know the command line yet: help, suggestions, and commands to copy.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { Page } from './lib/page.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { create, statusOf, textOf } from './lib/story.mjs';
import { rules, World } from './lib/world.mjs';

const bare = { PATH: process.env.PATH, HOME: '/nonexistent' };
const help = async verbs => {
  const { code, stdout, stderr } = await runToEnd(binary, [...verbs, '--help'], { env: bare });
  assert.equal(code, 0, stderr);
  return stdout;
};

/** The verbs below `verbs`, from their own help. */
const below = text => {
  const commands = /^Commands:\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? '';
  return [...commands.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(found => found[1]);
};

async function everyVerb(verbs = []) {
  const text = await help(verbs);
  const deeper = await Promise.all(below(text).map(verb => everyVerb([...verbs, verb])));
  return [[verbs, text], ...deeper.flat()];
}

test('each command lists its options, settings, defaults and variables, and gives two examples', async () => {
  const all = await everyVerb();
  const names = all.map(([verbs]) => verbs.join(' '));
  for (const wanted of ['stdio', 'serve', 'setup', 'sandbox', 'approvals list', 'approvals permit', 'audit export', 'policy explain', 'doctor', 'redact'])
    assert.ok(names.includes(wanted), names.join());
  for (const [verbs, text] of all) {
    const told = `${verbs.join(' ')}:\n${text}`;
    for (const line of text.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
    const examples = /^Examples:\n((?: {2}.*\n)+)/m.exec(text)?.[1].trimEnd().split('\n');
    assert.equal(examples?.length, 2, told);
    for (const example of examples) assert.ok(example.startsWith(`  tfy-pat-mcp ${verbs[0] ?? ''}`), told);
  }
  for (const [verbs, text] of all.filter(([verbs, text]) => /^List /.test(text) || /^(setup|redact|policy check|audit verify)$/.test(verbs.join(' '))))
    if (below(text).length === 0) assert.match(text, /^ {2}--json$/m, verbs.join(' '));
  const of = name => all.find(([verbs]) => verbs.join(' ') === name)[1];
  assert.match(of('serve'), /--listen ADDRESS:PORT\n.*\n +Default: 127\.0\.0\.1:8780\. Variable: TFY_PAT_MCP_LISTEN\n/);
  assert.match(of('serve'), /--hold TIME\n(?:.*\n){1,2} +Default: 45s\. Variable: TFY_PAT_MCP_HOLD\n/);
  assert.match(of('serve'), /TFY_API_KEY_FILE/);
  assert.doesNotMatch(of('serve'), /--open-browser/);
  for (const [, setting] of of('serve').matchAll(/^ {2}(--[a-z-]+)/gm))
    assert.ok(of('doctor').includes(`\n  ${setting}`), `doctor reads what serve reads: ${setting}`);
  assert.match(of('stdio'), /--open-browser, --no-open-browser\n/);
  assert.match(of('stdio'), /--listen ADDRESS:PORT\n(?:.*\n){1,3} +Default: a free loopback port, at the first approval\n/);
  assert.match(of('sandbox'), /Default: 127\.0\.0\.1:8790/);
  assert.match(of('approvals list'), /--state-dir DIR/);
  assert.match(of('approvals permit'), /--for TIME\n(?:.*\n){1,2} +Default: 60m\n/);
});

test('help COMMAND is COMMAND --help', async () => {
  for (const verbs of [[], ['approvals', 'list']]) {
    const done = await runToEnd(binary, ['help', ...verbs], { env: bare });
    assert.equal(done.code, 0, done.stderr);
    assert.equal(done.stdout, await help(verbs));
  }
  for (const settings of [['--sandbox'], ['--hold', '5s', '--sandbox'], ['--hold=5s']]) {
    const done = await runToEnd(binary, [...settings, 'help', 'stdio'], { env: bare });
    assert.equal(done.stdout, await help(['stdio']), done.stderr);
  }
});

test('a typing mistake gets a suggestion, and a wrong value what would be right', async () => {
  const rows = [
    [['aprovals', 'list'], 'Unknown command: aprovals. Did you mean approvals?', 'tfy-pat-mcp --help'],
    [['sreve'], 'Unknown command: sreve. Did you mean serve?', 'tfy-pat-mcp --help'],
    [['approvals', 'lst'], 'Unknown command: lst. Did you mean list?', 'tfy-pat-mcp approvals --help'],
    [['approvals', 'aprove', 'apr_1'], 'Unknown command: aprove. Did you mean approve?', 'tfy-pat-mcp approvals --help'],
    [['policy', 'chek'], 'Unknown command: chek. Did you mean check?', 'tfy-pat-mcp policy --help'],
    [['audit', 'exp'], 'Unknown command: exp. Did you mean export?', 'tfy-pat-mcp audit --help'],
    [['bananas'], 'Unknown command: bananas.', 'tfy-pat-mcp --help'],
    [['help', 'aprovals'], 'Unknown command: aprovals. Did you mean approvals?', 'tfy-pat-mcp --help'],
    [['help', 'approvals', 'aprove'], 'Unknown command: aprove. Did you mean approve?', 'tfy-pat-mcp approvals --help'],
    [['serve', '--holdd', '5s'], 'Unknown option: --holdd. Did you mean --hold?', 'tfy-pat-mcp serve --help'],
    [['approvals', 'deny', 'apr_1', '--raeson', 'x'], 'Unknown option: --raeson. Did you mean --reason?', 'tfy-pat-mcp approvals deny --help'],
    [['serve', '--sandbox', 'list'], 'Unexpected argument: list.', 'tfy-pat-mcp serve --help'],
    [['doctor', 'sandbox'], 'Unexpected argument: sandbox. Did you mean --sandbox?', 'tfy-pat-mcp doctor --help'],
    [['serve', '--sandbox', 'lisen'], 'Unexpected argument: lisen. Did you mean --listen?', 'tfy-pat-mcp serve --help'],
    [['serve', 'bananas'], 'Unexpected argument: bananas.', 'tfy-pat-mcp serve --help'],
    [['doctor', 'sandbox-token'], 'Unexpected argument: sandbox-token. Did you mean --sandbox-tokens?', 'tfy-pat-mcp doctor --help'],
    [['stdio', '--sandbox=maybe'], 'Invalid value for --sandbox: use true or false.', 'tfy-pat-mcp stdio --help'],
    [['serve', '--sandbox-tokens', 'all'], 'Invalid value for --sandbox-tokens: use examples or none.', 'tfy-pat-mcp serve --help'],
    [['serve', '--callers', 'foo'], 'Invalid value for --callers: use loopback, keys, oauth, issuer or truefoundry.', 'tfy-pat-mcp serve --help'],
    [['serve', '--caller-requests', '0'], 'Invalid value for --caller-requests: use a whole number from 1 to 1000000.', 'tfy-pat-mcp serve --help'],
    [['serve', '--caller-streams', 'x'], 'Invalid value for --caller-streams: use a whole number from 1 to 10000.', 'tfy-pat-mcp serve --help'],
    [['doctor', '--state-dir', ''], '--state-dir has an empty value. Give one, or leave the option out.', 'tfy-pat-mcp doctor --help'],
    [['serve', '--trusted-proxy', ''], '--trusted-proxy has an empty value. Give one, or leave the option out.', 'tfy-pat-mcp serve --help'],
  ];
  for (const [args, words, where] of rows) {
    const done = await runToEnd(binary, args, { env: bare });
    assert.equal(done.stderr, `tfy-pat-mcp: ${words}\nHelp: ${where}\n`, args.join(' '));
    assert.equal(done.code, 2);
  }
  const variable = await runToEnd(binary, ['serve'], { env: { ...bare, TFY_PAT_MCP_SANDBOX: 'banana' } });
  assert.match(variable.stderr, /^tfy-pat-mcp: Invalid value for --sandbox, from TFY_PAT_MCP_SANDBOX in the environment: use true or false\.\n/);
});

test('a command that fails says what to do next', async t => {
  const world = await World.start(t);
  const home = world.folder;
  mkdirSync(join(home, '.truefoundry'));
  writeFileSync(join(home, '.truefoundry', 'credentials.json'), '{');
  const [policy, unknown, log] = [join(home, 'bad.toml'), join(home, 'unknown.toml'), join(home, 'none', 'log')];
  writeFileSync(policy, '[[rule]\n');
  writeFileSync(unknown, '[[rule]]\nsay = "ask"\n');
  const env = { PATH: process.env.PATH, HOME: home };
  const begun = await runToEnd(binary, ['stdio', '--sandbox'], { env, input: '' });
  assert.equal(begun.code, 0, begun.stderr);
  const rows = [
    [[]],
    [['serve', '--holdd']],
    [['serve', '--hold', 'banana']],
    [['serve', '--listen', '0.0.0.0:0']],
    [['serve', '--ca-file', '/nowhere']],
    [['serve', '--policy', policy]],
    [['serve', '--config', '/nowhere']],
    [['serve', '--callers', 'issuer']],
    [['stdio', '--state-dir', '/proc/x']],
    [['stdio', '--sandbox', '--tools', 'tfy_nothing']],
    [['login']],
    [['login'], 'https://tfy.example.com\n\n'],
    [['login', '--from-truefoundry']],
    [['setup', '--remove']],
    [['setup', 'cursor']],
    [['setup', 'zed', '--serve', '--listen', '127.0.0.1:0']],
    [['sandbox', '--account', 'a', '--account', 'a']],
    [['sandbox', '--access-log', log]],
    [['approvals', 'list', '--state-dir', '/nowhere']],
    [['approvals', 'deny', 'apr_none', '--reason', 'no', '--sandbox']],
    [['approvals', 'freeze', 'stdio:x', '--sandbox']],
    [['approvals', 'notify', 'test', 'oncall']],
    [['people', 'first', '--sandbox']],
    [['people', 'invite', 'no name', '--sandbox']],
    [['keys', 'revoke', 'key_none', '--sandbox']],
    [['clients', 'add', '--name', 'x', '--redirect-uri', 'ftp://x', '--sandbox']],
    [['audit', 'begin-anew', '--sandbox']],
    [['policy', 'check', policy]],
    [['policy', 'check', unknown]],
    [['policy', 'explain', 'tfy_access_tokens_create', '{']],
    [['redact', '/nowhere', '--sandbox']],
    [['redact', '--check', '/nowhere', '--sandbox']],
    [['redact', '--json']],
    [['docs', 'nothing']],
  ];
  // A sentence that begins with what to do, or a command after a colon.
  const next = /(?:^|[.?:] )(?:Check|Correct|Create|Give|Listen on|Log in|One of|Run|Set|Use) |[a-z]: tfy-pat-mcp [a-z]|^Help: tfy-pat-mcp /m;
  for (const [args, input = ''] of rows) {
    const done = await runToEnd(binary, args, { env, cwd: home, input });
    const told = `${args.join(' ')}: ${done.stderr}`;
    assert.ok([1, 2].includes(done.code), told);
    assert.match(done.stderr.replace(/^tfy-pat-mcp: /, ''), next, told);
  }
});

test('./dev writes no colours into a pipe', async () => {
  const dev = new URL('../../dev', import.meta.url).pathname;
  const say = `eval "$(sed -n '/^say() {$/,/^}$/p' "$1")"; set -eu; say testing`;
  const done = await runToEnd('bash', ['-c', say, '_', dev], { env: bare });
  assert.deepEqual([done.code, done.stderr], [0, '==> testing\n']);
});

/** Each command in `text`, run in a shell with nothing but a home: it must find the state by itself. */
async function runsAsPrinted(world, text, count) {
  const commands = text.match(/tfy-pat-mcp (?:approvals|audit) .*$/gm) ?? [];
  if (count !== undefined) assert.equal(commands.length, count, text);
  for (const command of commands) {
    assert.ok(command.includes(' --state-dir '), command);
    const listed = command.replace(/^tfy-pat-mcp approvals \S+( ID| \S+_\S+)?/, `'${binary}' approvals list`);
    const env = { PATH: process.env.PATH, HOME: world.folder };
    const done = await runToEnd('sh', ['-c', listed], { env });
    assert.equal(done.code, 0, `${listed}: ${done.stderr}`);
  }
}

test('a printed command names the state directory, quoted for the shell, in every channel', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s' });
  world.state = join(world.folder, "it's the state");
  world.env.TFY_PAT_MCP_STATE_DIR = world.state;
  const server = await world.serve();
  const connection = await open('modern HTTP', world, { endpoint: server.endpoint, elicitation: null });
  const pending = await create(connection, 'ci-bot');
  assert.equal(statusOf(pending), 'approval_pending');
  await runsAsPrinted(world, textOf(pending), 1);
  const asked = await connection.call('tfy_approvals_get', { approval_id: pending.structuredContent.approval_id });
  await runsAsPrinted(world, textOf(asked)); // if it names one

  const page = new Page(world, server.page);
  const refused = await page.request('POST', '/api/sign-in', { code: 'AAAA-AAAA-AAAA' });
  await runsAsPrinted(world, refused.body.error.message, 1);
  const unknown = await world.terminal(['approvals', 'show', 'apr_none']);
  await runsAsPrinted(world, unknown.stderr, 1);
  const watch = world.spawn(['approvals', 'watch']);
  await watch.says(/ci-bot/);
  await watch.stop();
  await runsAsPrinted(world, watch.stderr, 1);
});

test('the default state directory is not named, under whichever name it was given', async t => {
  const world = await World.start(t, { policy: rules({ assurance: 'terminal' }), hold: '0s' });
  const usual = join(world.folder, '.local', 'state', 'tfy-pat-mcp');
  mkdirSync(join(usual, '..'), { recursive: true });
  for (const given of [undefined, usual, join(usual, '..', 'tfy-pat-mcp')]) {
    const { TFY_PAT_MCP_STATE_DIR: _, ...env } = world.env;
    world.env = given ? { ...env, TFY_PAT_MCP_STATE_DIR: given } : env;
    const connection = await open('modern stdio', world, { elicitation: null });
    const pending = await create(connection, 'ci-bot');
    assert.match(textOf(pending), /tfy-pat-mcp approvals approve apr_\w+$/m);
  }
});

test('an id may be cut to a beginning that is its own, in every verb that takes one', async t => {
  const world = await World.start(t, { hold: '0s' });
  const connection = await open('modern stdio', world, { elicitation: null });
  const ids = [];
  for (const name of ['ci-one', 'ci-two', 'ci-three'])
    ids.push((await create(connection, name)).structuredContent.approval_id);

  const several = await world.terminal(['approvals', 'show', 'apr_']);
  assert.equal(several.code, 1);
  assert.match(several.stderr, /^tfy-pat-mcp: More than one id begins with apr_\. Nothing was changed\. Type more of it:\n/);
  for (const id of ids) assert.ok(several.stderr.includes(id), several.stderr);
  assert.match(several.stderr, /Create ci-two/);

  const shortest = id => {
    let size = 5;
    while (ids.filter(other => other.startsWith(id.slice(0, size))).length > 1) size += 1;
    return id.slice(0, size);
  };
  const shown = await world.terminal(['approvals', 'show', shortest(ids[0])]);
  assert.match(shown.stdout, /ci-one/);
  const denied = await world.decide(['deny', shortest(ids[1]).slice(4), '--reason', 'no']);
  assert.equal(denied.code, 0, denied.stderr);
  const approved = await world.decide(['approve', shortest(ids[2])], ['ci-three', 'none']);
  assert.equal(approved.code, 0, approved.stderr);
  const all = JSON.parse((await world.terminal(['approvals', 'list', '--all', '--json'])).stdout).approvals;
  assert.deepEqual(all.map(each => [each.id, each.state]), [
    [ids[0], 'pending'],
    [ids[1], 'denied'],
    [ids[2], 'approved'],
  ]);
  const none = await world.decide(['approve', 'zzzz']);
  assert.match(none.stderr, /There is no request zzzz\./);

  const given = await world.decide(['permit', '--principal', `stdio:${all[0].call.caller.principal.slice(6)}`, '--names', 'ci-*', '--uses', '1', '--json'],
    ['ci-*'],
  );
  const permission = JSON.parse(given.stdout).id;
  const revoked = await world.decide(['revoke', permission.slice(4, 10)]);
  assert.equal(revoked.code, 0, revoked.stderr);
});

test('listings fit 80 columns and name tools in words; watch and list have one order', async t => {
  const world = await World.start(t, { hold: '0s' });
  const connection = await open('modern stdio', world, { elicitation: null });
  const names = ['z-first-name-that-is-as-long-as-allow', 'ci-second', 'a-third'].map(name => name.slice(0, 36));
  for (const name of names) assert.equal(statusOf(await create(connection, name)), 'approval_pending');

  const list = (await world.terminal(['approvals', 'list'])).stdout;
  for (const line of list.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  const order = text => [...text.matchAll(/^ +Create (\S+)$/gm)].map(found => found[1]);
  assert.deepEqual(order(list), names);
  assert.doesNotMatch(list, /tfy_access_tokens/);

  const watch = world.spawn(['approvals', 'watch']);
  await watch.says(/a-third(?:.*\n){2}/);
  await watch.stop();
  assert.deepEqual(order(watch.stdout), names);
  assert.equal(watch.stdout, list);
});

test('where a shell does not find the program by its name, printed commands give its path, and run as they stand', async t => {
  const world = await World.start(t);
  world.state = join(world.folder, "it's the state");
  const env = { ...world.env, PATH: '/usr/bin:/bin', TFY_PAT_MCP_STATE_DIR: world.state };
  const server = await world.serve(env);
  const [, printed] = await server.process.says(/in another terminal: (.*)\n/m);
  assert.ok(printed.startsWith(`${binary} people first --state-dir '`), printed);
  const looking = printed.replace('people first', 'people list'); // without a terminal
  const made = await runToEnd('sh', ['-c', looking], { env: { PATH: env.PATH, HOME: world.folder } });
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^No one is enrolled/);
  const wrong = await runToEnd(binary, ['serve', '--holdd'], { env });
  assert.match(wrong.stderr, new RegExp(`\\nHelp: ${binary} serve --help\\n$`));
});
