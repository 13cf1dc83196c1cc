// The table "What the agent is told last" of docs/approvals.md: its rows, and the cases that they stand for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const page = new URL('../../../docs/approvals.md', import.meta.url);
const columns = [
  'tool',
  'decided',
  'meanwhile the agent',
  'value goes to',
  'client',
  'then the agent',
  'status',
  'the last word names',
];
const attributes = ['tool', 'answer', 'where', 'meanwhile', 'destination', 'client'];

const listed = cell => cell.split(', ');

/** "reveals, and the person says no" is one step; "hears, calls again" are two. */
const steps = cell => cell.split(/, (?!and |without )/);

function readRow(line) {
  const cells = line.split('|').slice(1, -1).map(cell => cell.trim());
  assert.equal(cells.length, columns.length, line);
  const [tool, decided, meanwhile, destination, client, then, status, names] = cells;
  const [, answer, where] = /^(yes|no): (.+)$/.exec(decided) ?? assert.fail(line);
  return {
    line,
    tool: listed(tool),
    answer: [answer],
    where: listed(where),
    meanwhile: listed(meanwhile),
    destination: listed(destination),
    client: listed(client),
    then: steps(then),
    status,
    names: listed(names),
  };
}

export function readTable() {
  const lines = readFileSync(page, 'utf8').split('\n');
  const head = lines.indexOf(`| ${columns.join(' | ')} |`);
  assert.ok(head > 0, 'docs/approvals.md has the table');
  const body = lines.slice(head + 2);
  return body.slice(0, body.findIndex(line => !line.startsWith('|'))).map(readRow);
}

/** What the page says under "What cannot be". */
export function isPossible({ where, meanwhile, client }) {
  if (where === 'form') return client === 'forms' && meanwhile === 'waits';
  if (where === 'task') return client === 'tasks' && meanwhile === 'waits';
  return client !== 'open form' || meanwhile === 'waits';
}

function product(row) {
  return attributes.reduce(
    (all, name) => all.flatMap(each => row[name].map(value => ({ ...each, [name]: value }))),
    [{}]
  );
}

/** [{tool, answer, where, meanwhile, destination, client, steps: {step: {status, names, line}}}], each case once. */
export function casesOf(table) {
  const cases = new Map();
  for (const row of table) {
    const possible = product(row).filter(isPossible);
    assert.ok(possible.length > 0, `this row cannot be: ${row.line}`);
    for (const each of possible) {
      const key = JSON.stringify(each);
      if (!cases.has(key)) cases.set(key, { ...each, steps: {} });
      const known = cases.get(key);
      for (const step of row.then) {
        assert.ok(!known.steps[step], `two rows for one case: ${row.line}`);
        known.steps[step] = row;
      }
    }
  }
  return [...cases.values()];
}
