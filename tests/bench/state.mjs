// The product as it is after a while: 10,000 tokens known, 1,000 listed upstream, a request open (or as `makeState` is
// told), rules from a file.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeCreates } from './creates.mjs';
import { built, here, inScratch, overStdio, product, run } from './processes.mjs';
import { call, line } from './requests.mjs';

export const known = 10_000;
export const listed = 1_000;

const rules = join(here, '../../manifests/policy.toml');

const create = call('tfy_access_tokens_create', {
  payload: { name: 'ci-runner', expirationDate: '90 days' },
  reason: 'for the bench',
});

/** Made in memory, where a commit waits for no disk, and then copied to where it is measured. */
function fill(dir, settings, { known, listed, open }) {
  const quick = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tfy-bench-'));
  try {
    const command = [product, 'stdio', ...settings, '--state-dir', join(quick, 'state'), '--hold', '1s'];
    overStdio(command, inScratch('create.json', line(create)), { calls: 1, expect: 'pending' });
    run([join(built, 'fill_state'), join(quick, 'state'), ...[known, listed, open].map(String)]);
    run(['cp', '-a', join(quick, 'state'), dir]);
  } finally {
    rmSync(quick, { recursive: true, force: true });
  }
}

let made = 0;

export function makeState(sizes = { known, listed, open: 1 }) {
  const dir = inScratch(`state-${++made}`);
  const file = inScratch('rules.toml');
  copyFileSync(rules, file);
  const common = ['--sandbox', '--sandbox-tokens', 'none', '--log-level', 'info'];
  const settings = [...common, '--policy', file];
  fill(dir, settings, sizes);
  let creates;
  return {
    creates: () => (creates ??= makeCreates(dir, common)),
    stdio: [product, 'stdio', ...settings, '--state-dir', dir],
    http: [product, 'serve', ...settings, '--caller-calls', '256', '--state-dir', dir, '--listen', '127.0.0.1:0'],
    fresh: name => [product, 'stdio', '--sandbox', '--state-dir', inScratch(name)],
  };
}
