// What `helm template` would make of our chart. Of Helm's language it knows what the chart uses, and throws at anything else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

function look(path, scope) {
  let value = scope;
  for (const name of path.slice(1).split('.')) {
    if (value === undefined || !Object.hasOwn(value, name)) throw new Error(`there is no ${path}`);
    value = value[name];
  }
  return value;
}

function source(text, scope, folder) {
  const file = /^\.Files\.Get "([\w.]+)"$/.exec(text);
  if (file) return readFileSync(join(folder, file[1]), 'utf8');
  const printed = /^printf "([^"%]*)%s" (\.[\w.]+)$/.exec(text);
  if (printed) return printed[1] + look(printed[2], scope);
  if (/^\.[A-Za-z.]+$/.test(text)) return look(text, scope);
  throw new Error(`not known here: {{ ${text} }}`);
}

const pipes = { quote: value => JSON.stringify(String(value)), toJson: value => JSON.stringify(value) };

function evaluate(expression, scope, folder) {
  const [first, ...rest] = expression.split(' | ');
  return rest.reduce((value, name) => {
    if (!pipes[name]) throw new Error(`not known here: ${name}`);
    return pipes[name](value);
  }, source(first, scope, folder));
}

/** The text of `templates/NAME` with `changes` to the chart's values. */
export function render(folder, name, changes = {}) {
  const chart = parse(readFileSync(join(folder, 'Chart.yaml'), 'utf8'));
  const Values = { ...parse(readFileSync(join(folder, 'values.yaml'), 'utf8')), ...changes };
  const scope = { Values, Chart: { Name: chart.name, AppVersion: chart.appVersion }, Release: { Name: 'tfy-pat-mcp', Namespace: 'default' } };
  const shown = [true]; // by each open `if`
  const lines = [];
  for (const line of readFileSync(join(folder, 'templates', name), 'utf8').split('\n')) {
    const condition = /^\{\{- if (\.[\w.]+) \}\}$/.exec(line);
    if (condition) shown.push(shown.at(-1) && Boolean(look(condition[1], scope)));
    else if (line === '{{- end }}') shown.pop();
    else if (shown.at(-1)) lines.push(line.replace(/\{\{ (.*?) \}\}/g, (_, expression) => evaluate(expression, scope, folder)));
  }
  if (shown.length !== 1) throw new Error('an if has no end');
  return lines.join('\n');
}
