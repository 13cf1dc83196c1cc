// The Debian package of the program under test, made and unpacked.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { binary } from './process.mjs';

/** Makes the package in `folder`: its path. */
export function makeDeb(folder) {
  execFileSync('cpack', ['--config', join(dirname(binary), 'CPackConfig.cmake'), '-B', folder], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  return join(folder, readdirSync(folder).find(name => name.endsWith('.deb')));
}

/** What is in it, below `root`. */
export const unpackDeb = (deb, root) => execFileSync('dpkg-deb', ['-x', deb, root]);
