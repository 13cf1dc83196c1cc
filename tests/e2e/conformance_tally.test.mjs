// What the conformance runner counts as what: a run must not look better than it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countScenario, tableOf, total } from './conformance/tally.mjs';

const row = (checks, more = {}) =>
  countScenario({
    server: 'fixture',
    suite: 'suite 1.0',
    revision: '2025-11-25',
    scenario: 'ping',
    checks,
    ...more,
  });
const check = (status, id = 'check', more = {}) => ({ id, status, ...more });
const sums = ({ passed, failed, warned, skipped }) => [passed, failed, warned, skipped];

const cases = [
  ['each check counts', [check('SUCCESS'), check('SUCCESS'), check('FAILURE')], [2, 1, 0, 0]],
  ['a SHOULD that is not kept is a warning', [check('SUCCESS'), check('WARNING')], [1, 0, 1, 0]],
  ['skipped is neither passed nor failed', [check('SKIPPED')], [0, 0, 0, 1]],
  ['INFO on a check means that nothing was tested', [check('SUCCESS'), check('INFO')], [1, 0, 0, 1]],
  [
    'what was only logged does not count',
    [check('INFO', 'incoming-response'), check('SUCCESS')],
    [1, 0, 0, 0],
  ],
  ['a status that nobody knows is not passed', [check('FINE')], [0, 0, 0, 1]],
  ['a scenario without a check failed', [], [0, 1, 0, 0]],
  ['a scenario that only logged failed', [check('INFO', 'outgoing-request')], [0, 1, 0, 0]],
  ['a scenario that did not run failed', null, [0, 1, 0, 0]],
];
for (const [name, checks, expected] of cases) test(name, () => assert.deepEqual(sums(row(checks)), expected));

test('polling that never closed its stream has failed, whatever else passed', () => {
  const scenario = 'server-sse-polling';
  const resumed = check('SUCCESS', 'server-sse-disconnect-resume');
  assert.deepEqual(sums(row([check('SUCCESS')], { scenario })), [1, 1, 0, 0]);
  assert.deepEqual(sums(row([check('SUCCESS'), resumed], { scenario })), [2, 0, 0, 0]);
});

test('checks that call a fixture’s tool are skipped on the real server, and only there', () => {
  const checks = [check('FAILURE', 'sep-2575-server-no-log-without-loglevel'), check('FAILURE', 'other')];
  assert.deepEqual(sums(row(checks, { server: 'tfy-pat-mcp' })), [0, 1, 0, 1]);
  assert.deepEqual(sums(row(checks)), [0, 2, 0, 0]);
});

test('the total fails for failures, warnings, and expected failures that did not happen', () => {
  const rows = [
    row([check('SUCCESS'), check('FAILURE', 'known'), check('WARNING', 'loud'), check('SKIPPED')]),
  ];
  const entry = { server: 'fixture', suite: 'suite', revision: '2025-11-25', scenario: 'ping' };
  const counted = entries => {
    const { passed, failed, skipped, expected } = total(rows, entries);
    return { passed, failed, skipped, expected };
  };
  assert.deepEqual(counted([]), { passed: 1, failed: 2, skipped: 1, expected: 0 });
  assert.deepEqual(counted([{ ...entry, check: 'known' }]), {
    passed: 1,
    failed: 1,
    skipped: 1,
    expected: 1,
  });
  const healed = { ...entry, check: 'check' };
  assert.deepEqual(counted([healed]), { passed: 1, failed: 3, skipped: 1, expected: 0 });
  const elsewhere = { ...entry, check: 'known', revision: '2025-06-18' };
  assert.deepEqual(counted([elsewhere]), { passed: 1, failed: 3, skipped: 1, expected: 0 });
});

test('a table names each failed check with its message', () => {
  const lines = [...tableOf([row([check('FAILURE', 'pong', { errorMessage: 'no answer' })])])];
  assert.equal(lines[0], '2025-11-25 · fixture · suite 1.0');
  assert.ok(lines.includes('    failed pong: no answer'), lines.join('\n'));
});
