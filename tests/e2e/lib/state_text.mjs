// A state directory as text that a review can read: {version, at, files: {path: hex}, databases: {name: SQL}}.
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const literal = value => {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
};

/** All statements that make the database again. */
export function sqlOf(file) {
  const database = new DatabaseSync(file, { readOnly: true });
  const lines = [`PRAGMA user_version = ${database.prepare('PRAGMA user_version').get().user_version};`];
  const objects = database.prepare("SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").all();
  for (const { sql } of objects.filter(each => each.type === 'table')) lines.push(`${sql};`);
  for (const { name } of objects.filter(each => each.type === 'table')) {
    const rows = database.prepare(`SELECT * FROM "${name}"`);
    rows.setReadBigInts(true);
    for (const row of rows.all())
      lines.push(`INSERT INTO "${name}" VALUES (${Object.values(row).map(literal).join(', ')});`);
  }
  for (const { sql } of objects.filter(each => each.type !== 'table')) lines.push(`${sql};`);
  database.close();
  return lines.join('\n') + '\n';
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map(name => join(folder, name))
    .filter(name => statSync(name).isFile());
}

/** Writes the state directory `state` as text into `folder`. */
export function writeStateText(state, folder, facts) {
  mkdirSync(folder, { recursive: true });
  const files = {};
  for (const file of filesBelow(state)) {
    const name = relative(state, file);
    if (/\.db$/.test(name)) writeFileSync(join(folder, `${name}.sql`), sqlOf(file));
    else if (/^keys\/|^approvers\//.test(name)) files[name] = readFileSync(file).toString('hex');
  }
  writeFileSync(join(folder, 'state.json'), JSON.stringify({ ...facts, files }, null, 2) + '\n');
}

/** Makes the state directory `state` again from the text in `folder`; gives its facts. */
export function readStateText(folder, state) {
  const { files, ...facts } = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
  mkdirSync(state, { mode: 0o700, recursive: true });
  chmodSync(state, 0o700);
  for (const [name, hex] of Object.entries(files)) {
    mkdirSync(dirname(join(state, name)), { mode: 0o700, recursive: true });
    writeFileSync(join(state, name), Buffer.from(hex, 'hex'), { mode: 0o600 });
  }
  for (const name of readdirSync(folder).filter(each => each.endsWith('.sql'))) {
    const file = join(state, name.replace(/\.sql$/, ''));
    const database = new DatabaseSync(file);
    database.exec(readFileSync(join(folder, name), 'utf8'));
    database.close();
    chmodSync(file, 0o600);
  }
  return facts;
}
