// Prometheus' own tool, where `./dev test` has put it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const promtool = [join(root, 'build/.programs/usr/bin/promtool'), '/usr/bin/promtool'].find(existsSync);
export const skip = !promtool && 'promtool is not here';
