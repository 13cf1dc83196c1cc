#!/usr/bin/env node
// Becomes the program of the package for this system; where Node.js cannot do that, starts it and ends as it ends.
'use strict';
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { readFileSync } = require('node:fs');

const name = `tfy-pat-mcp-${process.platform}-${process.arch}`;

function findProgram() {
  try {
    return require.resolve(`${name}/bin/tfy-pat-mcp`);
  } catch {
    process.stderr.write(
      `tfy-pat-mcp: the package ${name} is not installed. It exists for Linux on x64 and arm64. ` +
        'If this is such a system, install again without --omit=optional.\n',
    );
    process.exit(1);
  }
}

/** A terminal sends its signals to all programs in its foreground, so the child has this one already. */
function sentByTerminal() {
  const fields = readFileSync('/proc/self/stat', 'latin1').replace(/^.*\) /s, '').split(' ');
  const [, , group, , , foreground] = fields;
  return group === foreground;
}

function startAndFollow(program, args) {
  let child;
  // Before the child runs: Ctrl-C in its first moment would otherwise end this process alone.
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (!['SIGINT', 'SIGQUIT'].includes(signal) || !sentByTerminal()) child.kill(signal);
    });
  child = spawn(program, args, { stdio: 'inherit' });
  child.on('error', error => {
    process.stderr.write(`tfy-pat-mcp: ${program} cannot be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

const program = findProgram();
const args = process.argv.slice(2);
if (process.execve) process.execve(program, [program, ...args], process.env);
else startAndFollow(program, args);
