// Commands, most of them `tfy-pat-mcp approvals`, in a pseudo-terminal, and the person who types into it.
import { binary, Process } from './process.mjs';

const quoted = words => words.map(word => `'${word}'`).join(' ');

/**
 * `approvals` or another `verb`, started and left running: {process, type(text), done(): {code, text}}. `wrap` makes another
 * shell command of it.
 */
export function terminalOf(world, args, { env = {}, verb = 'approvals', wrap = command => command } = {}) {
  const command = `exec ${wrap(quoted([binary, verb, ...args]))}`; // no shell that Ctrl-C would end
  const process = new Process('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...world.env, SHELL: '/bin/sh', TERM: 'xterm', ...env },
  });
  world.processes.push(process);
  return {
    process,
    says: pattern => process.says(pattern),
    type: text => process.child.stdin.write(text),
    async done() {
      const { code } = await process.ended;
      return { code, text: process.stdout };
    },
  };
}

/** `dialogue`: [prompt, what is typed after it]. */
export async function atTerminal(world, args, dialogue, options = { env: { TERM: 'dumb' } }) {
  const terminal = terminalOf(world, args, options);
  for (const [prompt, line] of dialogue) {
    await terminal.says(prompt);
    terminal.type(`${line}\r`);
  }
  return terminal.done();
}
