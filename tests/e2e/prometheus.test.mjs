// The alerts: Prometheus' own tool takes them, they fire when they should, and they ask for what the server answers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

import { promtool, skip } from './lib/promtool.mjs';
import { World } from './lib/world.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'manifests/deploy/prometheus');

for (const args of [['check', 'config', 'prometheus.yml'], ['check', 'rules', '--lint-fatal', 'rules.yml'], ['test', 'rules', 'rules_test.yml']])
  test(`promtool ${args.join(' ')}`, { skip }, () => {
    const done = spawnSync(promtool, args, { cwd: folder, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stdout + done.stderr);
  });

test('what is probed is answered, and every alert is tried', async t => {
  const world = await World.start(t);
  const server = await world.serve();
  const [job, metrics] = parse(readFileSync(join(folder, 'prometheus.yml'), 'utf8')).scrape_configs;
  const probes = job.static_configs[0].targets.map(each => new URL(each).pathname);
  assert.equal(probes.length, 2);
  for (const path of probes) assert.equal((await fetch(new URL(path, server.endpoint))).status, 200, path);
  const [{ targets }] = metrics.static_configs;
  assert.ok(!metrics.metrics_path && targets.every(each => each.startsWith('localhost:')), 'the default, /metrics, on its own machine');
  const { groups } = parse(readFileSync(join(folder, 'rules.yml'), 'utf8'));
  const tried = readFileSync(join(folder, 'rules_test.yml'), 'utf8');
  for (const { alert, expr } of groups[0].rules) {
    assert.ok(tried.includes(`alertname: ${alert}\n`), alert);
    for (const [, probe] of expr.matchAll(/probe="(\w+)"/g)) assert.ok(probes.includes(`/${probe}`), expr);
  }
});
