// What a suite's checks count for. Pure: checks in, numbers and lines out.

/** Checks that only log what was sent and received. */
const logs = new Set(['outgoing-request', 'incoming-response', 'incoming-sse-event', 'stream-closed']);

/** Checks of generic scenarios that call a tool which only a fixture has. */
const needFixture = new Set([
  'sep-2575-server-rejects-undeclared-capability',
  'sep-2575-missing-capability-http-400',
  'sep-2575-http-server-no-independent-requests-on-stream',
  'sep-2575-server-no-log-without-loglevel',
]);

/** Scenarios that also end well where what they are about never happened, and the checks that have to pass in them. */
const mustPass = new Map([['server-sse-polling', ['server-sse-disconnect-resume']]]);

/**
 * 'passed', 'failed', 'warned' (a SHOULD that is not kept), 'skipped' (nothing was tested) or 'log'. INFO on a check is
 * how the suites say that there was nothing to test.
 */
export function judge(check, server) {
  if (logs.has(check.id) && check.status === 'INFO') return 'log';
  if (server !== 'fixture' && needFixture.has(check.id) && check.status !== 'SUCCESS') return 'skipped';
  return { SUCCESS: 'passed', FAILURE: 'failed', WARNING: 'warned' }[check.status] ?? 'skipped';
}

/**
 * One scenario's result {server, suite, revision, scenario, checks} as a row of counts and a list of remarks.
 * `checks` is null where the scenario left none: it did not run to its end.
 */
export function countScenario({ server, suite, revision, scenario, checks }) {
  const row = { server, suite, revision, scenario, passed: 0, failed: 0, warned: 0, skipped: 0, remarks: [] };
  const remark = (outcome, check, message) => {
    row[outcome] += 1;
    row.remarks.push({ outcome, check, message });
  };
  for (const check of checks ?? []) {
    const outcome = judge(check, server);
    if (outcome === 'passed') row.passed += 1;
    else if (outcome !== 'log') remark(outcome, check.id, reasonOf(check));
  }
  for (const id of server === 'fixture' ? (mustPass.get(scenario) ?? []) : [])
    if (!checks?.some(check => check.id === id && check.status === 'SUCCESS'))
      remark('failed', id, 'was not tested, or did not pass');
  if (row.passed + row.failed + row.warned + row.skipped === 0)
    remark('failed', scenario, 'the scenario ran no check');
  return row;
}

function reasonOf(check) {
  return check.errorMessage ?? check.details?.message ?? check.details?.note ?? check.description ?? '';
}

/** Whether `entry` of the expected failures is about this remark of this row. */
function isAbout(entry, row, remark) {
  return (
    ['server', 'revision', 'scenario'].every(key => entry[key] === row[key]) &&
    row.suite.includes(entry.suite) &&
    entry.check === remark.check
  );
}

/**
 * Rows against the expected failures: {passed, failed, skipped, expected, warned, unexpected, stale}. A warning is a
 * failure: what the specification says a server SHOULD do, this one means to do. An expected failure that did not
 * happen is one, too.
 */
export function total(rows, expectedFailures) {
  const sums = { passed: 0, failed: 0, warned: 0, skipped: 0, expected: 0 };
  const used = new Set();
  for (const row of rows) {
    sums.passed += row.passed;
    sums.skipped += row.skipped;
    for (const remark of row.remarks) {
      if (remark.outcome === 'skipped') continue;
      const entry = expectedFailures.find(each => isAbout(each, row, remark));
      if (entry) used.add(entry);
      if (remark.outcome === 'warned') sums.warned += 1;
      if (entry) sums.expected += 1;
      else sums.failed += 1;
    }
  }
  const stale = expectedFailures.filter(entry => !used.has(entry));
  return { ...sums, failed: sums.failed + stale.length, stale };
}

/** The table of one server, revision and suite. */
export function* tableOf(rows) {
  const [{ server, suite, revision }] = rows;
  const width = Math.max(...rows.map(row => row.scenario.length));
  yield `${revision} · ${server} · ${suite}`;
  yield `  ${'scenario'.padEnd(width)}  passed  failed  warned  skipped`;
  for (const row of rows) {
    const numbers = [row.passed, row.failed, row.warned].map(n => String(n).padStart(6));
    yield `  ${row.scenario.padEnd(width)}  ${numbers.join('  ')}  ${String(row.skipped).padStart(7)}`;
    for (const { outcome, check, message } of row.remarks)
      yield `    ${outcome} ${check}: ${String(message).split('\n').join('\n      ')}`;
  }
  yield '';
}

/** One line a server, revision and suite. */
export function* summaryOf(tables) {
  yield 'revision    server       suite                                            passed  failed  warned  skipped';
  for (const rows of tables) {
    const [{ server, suite, revision }] = rows;
    const sum = key => rows.reduce((before, row) => before + row[key], 0);
    const numbers = ['passed', 'failed', 'warned'].map(key => String(sum(key)).padStart(6));
    yield `${revision}  ${server.padEnd(11)}  ${suite.padEnd(47)}  ${numbers.join('  ')}  ${String(sum('skipped')).padStart(7)}`;
  }
  yield '';
}
