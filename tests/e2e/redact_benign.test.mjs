// `redact --check` on text that looks like secrets and holds none.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { open } from './lib/clients.mjs';
import { binary, runToEnd } from './lib/process.mjs';
import { wholeStory } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const corpus = process.env.TFY_LEAK_CORPUS ?? new URL('../../build/dev/leak_corpus', import.meta.url).pathname;

test('a check of twenty thousand lines that look like secrets and are none finds nothing', async t => {
  const world = await World.start(t);
  await wholeStory(world, await open('modern stdio', world), 'ci-pipeline');
  await world.closeAll();
  const file = join(world.folder, 'benign.log');
  assert.equal((await runToEnd(corpus, ['benign', file], { env: {}, input: '' })).code, 0);
  assert.ok(readFileSync(file, 'utf8').split('\n').length > 20_000);
  const checked = await runToEnd(binary, ['redact', '--check', file], { env: world.env });
  assert.deepEqual([checked.code, checked.stdout, checked.stderr], [0, '', '']);
});
