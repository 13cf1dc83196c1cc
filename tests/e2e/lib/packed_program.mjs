// The program that the tests of tarball, bundle and npm's packages pack. `./dev package check` gives that of another processor, which an
// emulator runs: then `binary` is a script that does so.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { binary } from './process.mjs';

const run = (command, args) => execFileSync(command, args, { encoding: 'utf8' });

export const program = process.env.TFY_EMULATED ?? binary;
export const processor = /AArch64/.test(run('readelf', ['--file-header', program])) ? 'aarch64' : 'x86_64';
export const isNative = processor === run('uname', ['-m']).trim();
export const strip = isNative ? 'strip' : `${processor}-linux-gnu-strip`;
export const emulator = fileURLToPath(new URL('../../../build/.programs/usr/bin/qemu-aarch64-static', import.meta.url));

/** [command, ...arguments] that start a copy of the program, unpacked as `file`. */
export const started = file => (isNative ? [file] : [emulator, '-L', `/usr/${processor}-linux-gnu`, file]);
