// Text that is safe on a terminal: nothing moves the cursor, turns the line round or hides.
import assert from 'node:assert/strict';

// Unicode's own classes, and those that draw nothing; a line feed ends a line.
const unsafe = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** A text with one of each kind: bidi, zero-width, cursor, C1, tag, line separator, DEL. */
export const tricks = 'safe\u202egnp.exe \u2066x\u2069 a\u200bb \u001b[2J\u001b]0;title\u0007 \u009b31m \u{e0041}\u2028\u007f\ufeff';

export function assertPlain(text, what) {
  const found = unsafe.exec(text);
  assert.ok(
    !found,
    found &&
      `U+${found[0].codePointAt(0).toString(16)} in ${what}: ${JSON.stringify(text.slice(Math.max(0, found.index - 80), found.index + 40))}`
  );
}
