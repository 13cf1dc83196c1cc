// People who are enrolled: the first by `people first` in a terminal, others by invitation.
import assert from 'node:assert/strict';
import { userInfo } from 'node:os';

import { binary, Process, runToEnd } from './process.mjs';

export const me = userInfo().username;
export const passphrase = 'correct horse battery';

/** A passphrase that is set in this environment is cheap to check (light_passphrases.cpp), where that is built. */
const light = process.env.TFY_LIGHT_PASSPHRASES_LIBRARY;
export const lightPassphrases = light ? { LD_PRELOAD: light } : {};

/** `tfy-pat-mcp people …` in a pseudo-terminal: `dialogue` is [prompt, what is typed after it]. */
export async function peopleTerminal(world, args, dialogue, env = {}) {
  const command = `exec ${[binary, 'people', ...args].map(word => `'${word}'`).join(' ')}`;
  const terminal = new Process('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...world.env, SHELL: '/bin/sh', TERM: 'dumb', ...env },
  });
  world.processes.push(terminal);
  for (const [prompt, line] of dialogue) {
    await terminal.says(prompt);
    terminal.child.stdin.write(`${line}\r`);
  }
  const { code } = await terminal.ended;
  return { code, text: terminal.stdout };
}

/** The first person of the state directory. */
export function enrolFirst(world, name = me, env = {}) {
  return peopleTerminal(world, ['first'], [
    [/Your name/, name],
    [/New passphrase \(/, passphrase],
    [/New passphrase again/, passphrase],
  ], { ...lightPassphrases, ...env });
}

/** The first of `names` invites the others, and the second one confirms them. All have the same passphrase. */
export async function enrolPeople(world, [first, second, ...more]) {
  const done = async (args, lines) => {
    const ran = await runToEnd(binary, ['people', ...args], { env: { ...world.env, ...lightPassphrases }, input: lines.map(line => `${line}\n`).join('') });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    return ran.stdout;
  };
  const enrolled = await enrolFirst(world, first);
  assert.equal(enrolled.code, 0, enrolled.text);
  for (const name of [second, ...more].filter(Boolean)) {
    const { invitation } = JSON.parse(await done(['invite', name, '--as', first, '--json'], [passphrase]));
    await done(['join'], [invitation, passphrase, passphrase]);
    if (name !== second) await done(['confirm', name, '--as', second], [passphrase]);
  }
}

/** A sign-in code for an enrolled person. */
export async function signInCode(world, env = {}, person = undefined) {
  const options = { env: { ...world.env, ...env }, input: `${passphrase}\n` };
  const made = await runToEnd(binary, ['approvals', 'sign-in', '--json', ...(person ? ['--as', person] : [])], options);
  if (made.code !== 0) throw new Error(made.stderr);
  return JSON.parse(made.stdout).code;
}
