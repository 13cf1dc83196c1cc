// Looks for a token's value, and for what it looks like in the common encodings, in files and texts.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const floor = 24; // characters in a row that must not be found in any encoding

/** Pieces of the value that would betray it: its secret part, cut so that a half of it is found as well. */
function pieces(value) {
  const jwt = /^eyJ[\w-]*\.(.+)$/.exec(value);
  const secret = jwt ? jwt[1] : value; // a JWT's first part is the same in all
  if (secret.length <= floor) return [secret];
  const found = [];
  for (let at = 0; at + floor <= secret.length; at += floor) found.push(secret.slice(at, at + floor));
  found.push(secret.slice(-floor));
  return found;
}

/** A piece in base64 at each of its three phases, without the characters that depend on its neighbours. */
function base64Forms(piece) {
  return [0, 1, 2].flatMap(phase => {
    const text = Buffer.from('\0'.repeat(phase) + piece).toString('base64');
    const inner = text.slice(phase === 0 ? 0 : 4, -4);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function encodings(piece) {
  const bytes = Buffer.from(piece);
  const percent = [...bytes].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const escaped = [...bytes].map(byte => `\\u${byte.toString(16).padStart(4, '0')}`).join('');
  const wide = Buffer.from(piece, 'utf16le').toString('latin1');
  const plain = [bytes.toString('hex'), percent, escaped, wide, [...piece].reverse().join('')];
  return [...plain, ...plain.map(text => text.toUpperCase()), ...base64Forms(piece)];
}

function count(text, part) {
  return text.split(part).length - 1;
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map(name => join(folder, name))
    .filter(file => statSync(file).isFile());
}

/**
 * {plainOnWire: how often the value is in `texts` and in recorded traffic, places: where, elsewhere: every other trace}.
 * `folders`: the state first (nothing may be there), then recorded traffic.
 */
export function findLeaks(value, { folders: [state, ...wires], texts }) {
  const all = [
    ...filesBelow(state).map(file => ({ name: file, text: readFileSync(file, 'latin1'), stored: true })),
    ...wires.flatMap(filesBelow).map(file => ({ name: file, text: readFileSync(file, 'latin1') })),
    ...texts.map((text, index) => ({ name: `captured text ${index}`, text })),
  ];
  const places = [];
  const elsewhere = [];
  let plainOnWire = 0;
  for (const { name, text, stored } of all) {
    const times = stored ? 0 : count(text, value);
    if (times > 0) places.push(`${name} ×${times}`);
    plainOnWire += times;
    for (const piece of pieces(value)) {
      const expected = times * (value.split(piece).length - 1);
      if (count(text, piece) !== expected) elsewhere.push(`a part of it in ${name}`);
      if (encodings(piece).some(form => text.includes(form))) elsewhere.push(`an encoding of it in ${name}`);
    }
  }
  return { plainOnWire, places, elsewhere: [...new Set(elsewhere)] };
}
