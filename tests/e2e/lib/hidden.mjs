// A value with characters inside that cannot be seen, and what a reader still takes from a text.
import assert from 'node:assert/strict';

export const hide = value => value.replace(/.{3}/g, '$&\u200b');

/** Without marks, escapes and characters that cannot be seen. */
const read = text => text.replace(/⟨(?:U\+|0x)[0-9A-F]+⟩|\\u200b|\p{Cf}/gu, '');

export function assertSealed(text, value, what) {
  assert.ok(text.length > 0, `${what} says something`);
  const seen = read(text);
  for (let at = 0; at + 24 <= value.length; at += 1)
    assert.ok(!seen.includes(value.slice(at, at + 24)), `${what}: ${text.slice(0, 2000)}`);
}
