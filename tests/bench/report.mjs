// Tables of what was measured: medians, and in brackets the least and the most of the rounds.
const median = values => [...values].sort((a, b) => a - b)[values.length >> 1];

/** "0.21 (0.19–0.23)" */
export const spread = (values, digits = 2) => {
  const text = value => value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
};

const shares = (row, of, what = 'per_second') => row.ours.map((each, round) => each[what] / row[of][round][what]);

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)));
  return rows.map(row => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
}

export function withHead(head, rows) {
  const [first, ...others] = aligned([head, ...rows]);
  return [first, first.replace(/[^|]/g, '-'), ...others].join('\n');
}

const callsTable = rows =>
  withHead(
    ['calls', 'a second', 'share of the ceiling', 'times the TypeScript SDK', 'p99, times the ceiling’s'],
    rows.map(row => [
      row.name,
      spread(row.ours.map(each => each.per_second), 0),
      spread(shares(row, 'ceiling'), 3),
      row.peer ? spread(shares(row, 'peer'), 1) : '',
      spread(shares(row, 'ceiling', 'p99_us'), 1),
    ]),
  );

const countsTable = counts => {
  const names = ['kiloinstructions', 'megainstructions', 'allocations', 'throws', 'syscalls', 'getrandom', 'futex', 'fcntl', 'fdatasync'];
  const cell = value => (value === undefined ? '' : value.toLocaleString('en'));
  return withHead(['one', ...names], Object.entries(counts).map(([name, each]) => [name, ...names.map(count => cell(each[count]))]));
};

const startTable = starts =>
  withHead(
    ['start to first answer', 'ms', 'times the C++ program that answers', 'share of the TypeScript SDK’s'],
    [
      [
        'stdio --sandbox',
        spread(starts.ours.map(each => each.first_us / 1000), 1),
        spread(shares(starts, 'ceiling', 'first_us'), 1),
        spread(shares(starts, 'peer', 'first_us'), 2),
      ],
    ],
  );

const memoryTable = ({ idle, after }) =>
  withHead(
    ['memory of serve, kB', 'resident', 'private and written'],
    [
      ['after its start', String(idle.resident_kb), String(idle.private_dirty_kb)],
      ['after the load', String(after.resident_kb), String(after.private_dirty_kb)],
    ],
  );

const createsTable = rows =>
  withHead(
    ['creates under a standing permission', 'a second', 'share of a bare SQLite loop', 'p50, ms', 'p99, ms', 'the disk’s fdatasync, ms'],
    rows.map(row => [
      row.name,
      spread(row.ours.map(each => each.per_second), 0),
      spread(shares(row, 'ceiling'), 3),
      spread(row.ours.map(each => each.p50_ms), 1),
      spread(row.ours.map(each => each.p99_ms), 1),
      spread(row.ceiling.map(each => each.sync_us / 1000), 2),
    ]),
  );

export function table({ ratios, creates, starts, memory, counts }) {
  const parts = [];
  if (ratios) parts.push(callsTable(ratios), startTable(starts), memoryTable(memory));
  if (creates) parts.push(createsTable(creates));
  if (counts) parts.push(countsTable(counts));
  return parts.join('\n\n');
}
