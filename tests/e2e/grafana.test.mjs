// The dashboard and the alerts ask for what the server tells: no metric, label or value in them is another's.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parse, stringify } from 'yaml';

import { promtool, skip } from './lib/promtool.mjs';
import { RawHttp, toolCall } from './lib/raw.mjs';
import { rules, World } from './lib/world.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = name => readFileSync(join(root, 'manifests/deploy', name), 'utf8');
const dashboard = JSON.parse(read('grafana/dashboard.json'));
const targets = dashboard.panels.flatMap(panel => panel.targets);
/** As Prometheus gets it. */
const filledIn = expr => expr.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '6h').replaceAll('$instance', '.*');

/** What a server tells while a request waits: {name: {label: Set of values}}. */
async function told(t) {
  const world = await World.start(t, { policy: rules({ assurance: null }), hold: '0s' });
  const server = await world.serve();
  await new RawHttp(world, server.endpoint).exchange(toolCall(1, 'tfy_access_tokens_create', { payload: { name: 'ci-pipeline-2' } }));
  const page = await (await fetch(new URL('/metrics', server.endpoint))).text();
  const all = {};
  for (const line of page.split('\n').filter(each => each && !each.startsWith('#'))) {
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line);
    const known = (all[name] ??= { instance: null, job: null }); // Prometheus' own
    for (const [, label, value] of labels.matchAll(/(\w+)="([^"]*)"/g)) (known[label] ??= new Set()).add(value);
  }
  return all;
}

function check(expr, metrics) {
  const words = [...expr.matchAll(/\b(tfy_pat_mcp_\w+|process_\w+)(?:\{([^}]*)\})?/g)];
  for (const [, name, matchers = ''] of words) {
    assert.ok(name in metrics, `${name} is not told: ${expr}`);
    for (const [, label, values] of matchers.matchAll(/(\w+)=~?"([^"]*)"/g)) {
      assert.ok(label in metrics[name], `${name} has no label ${label}: ${expr}`);
      if (!values.startsWith('$'))
        for (const value of values.split('|')) assert.ok(metrics[name][label].has(value), `${name}{${label}} is never ${value}: ${expr}`);
    }
  }
  if (words.length === 0) return 0;
  const labels = new Set(words.flatMap(([, name]) => Object.keys(metrics[name])));
  for (const [, list] of expr.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/g))
    for (const label of list.split(', ')) assert.ok(labels.has(label), `no metric has ${label}: ${expr}`);
  return words.length;
}

let asked;
const metricsOf = t => (asked ??= told(t));

test('every panel has a title, a place of its own, and the data source that is chosen above', () => {
  assert.deepEqual(dashboard.templating.list.map(each => each.name), ['datasource', 'instance']);
  assert.equal(dashboard.templating.list[0].type, 'datasource');
  assert.ok(dashboard.panels.length > 10);
  const titles = new Set();
  const ids = new Set();
  const taken = new Set();
  for (const { id, title, type, datasource, gridPos: at, targets: asked } of dashboard.panels) {
    assert.ok(title && !titles.has(title), title);
    titles.add(title);
    assert.ok(Number.isInteger(id) && !ids.has(id), title);
    ids.add(id);
    assert.match(type, /^(stat|timeseries)$/);
    for (const source of [datasource, ...asked.map(each => each.datasource)]) assert.deepEqual(source, { type: 'prometheus', uid: '${datasource}' }, title);
    assert.ok(asked.length > 0 && at.x + at.w <= 24, title);
    for (let x = at.x; x < at.x + at.w; ++x)
      for (let y = at.y; y < at.y + at.h; ++y) {
        assert.ok(!taken.has(`${x} ${y}`), `${title} covers another panel`);
        taken.add(`${x} ${y}`);
      }
  }
});

test('every expression of the dashboard is over metrics that the server has', async t => {
  const metrics = await metricsOf(t);
  for (const { expr } of targets) assert.ok(check(expr, metrics) > 0, expr);
  const all = targets.map(each => each.expr).join('\n');
  const families = new Set(Object.keys(metrics).map(name => name.replace(/_(bucket|sum|count)$/, '')));
  for (const family of families) assert.ok(all.includes(family), `no panel shows ${family}`);
  const { query } = dashboard.templating.list[1].query;
  const [, name, label] = /^label_values\((\w+), (\w+)\)$/.exec(query);
  assert.ok(label in metrics[name]);
});

test('so is every alert', async t => {
  const metrics = await metricsOf(t);
  const { groups } = parse(read('prometheus/rules.yml'));
  const over = groups[0].rules.filter(({ expr }) => check(expr, metrics) > 0);
  assert.equal(over.length, 4);
});

test('promtool reads every expression of the dashboard', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tfy-dashboard-'));
  try {
    const rules = targets.map(({ expr }, i) => ({ record: `panel:${i}`, expr: filledIn(expr) }));
    writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'dashboard', rules }] }));
    const done = spawnSync(promtool, ['check', 'rules', 'rules.yml'], { cwd: folder, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stdout + done.stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('docs/operations.md names every metric, with its labels', async t => {
  const metrics = await metricsOf(t);
  const docs = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  for (const [name, labels] of Object.entries(metrics)) {
    const family = name.replace(/_(bucket|sum|count)$/, '');
    const own = Object.keys(labels).filter(each => !['instance', 'job', 'le'].includes(each));
    const named = own.length ? `\`${family}{${own.join(', ')}}\`` : `\`${family}\``;
    assert.ok(docs.includes(named), named);
  }
});
