// A file that is compressed cannot be searched, and is never called clean.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { binary, runToEnd } from './lib/process.mjs';
import { World } from './lib/world.mjs';

const base64 = text => Buffer.from(text, 'base64');
const files = {
  gzip: gzipSync('tfy-sandbox-key-0000-not-a-secret\n'),
  bzip2: base64('QlpoOTFBWSZTWXdLsBQAAAAAgABAIAAhGEaC7kinChIO6XYCgA=='),
  xz: base64('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAAeAAAAABFru+D+O4WCgABGQGlLIHMH7bzfQEAAAAABFla'),
  zstd: base64('KLUv/QRYCQAAeCMRBIM='),
  zip: base64(
    'UEsDBBQAAAAAAEOMfF2DFtyMAQAAAAEAAAABAAAAYXhQSwECFAMUAAAAAABDjHxdgxbcjAEAAAABAAAAAQAAAAAAAAAAAAAAgAEAAAAAYVBLBQYAAAAAAQABAC8AAAAgAAAAAAA='
  ),
};
const empty = { bzip2: base64('QlpoORdyRThQkAAAAAA='), zip: Buffer.from('PK\x05\x06' + '\0'.repeat(18), 'latin1') };

/** A world whose one known token is the key: no server has run in it. */
async function keyAlone(t) {
  const world = await World.start(t);
  delete world.env.TFY_PAT_MCP_STATE_DIR;
  return world;
}

/** `bytes` through `redact` in pieces: {code, out, err}. */
async function through(world, args, pieces) {
  const child = spawn(binary, ['redact', ...args], { env: world.env });
  const out = [];
  let err = '';
  child.stdout.on('data', piece => out.push(piece));
  child.stderr.on('data', piece => (err += piece));
  for (const piece of pieces) await new Promise(written => child.stdin.write(piece, written));
  child.stdin.end();
  const code = await new Promise(resolve => child.on('close', resolve));
  return { code, out: Buffer.concat(out), err };
}

test('the check ends with 2 and says which file was not searched, and searches the others', async t => {
  const world = await keyAlone(t);
  const put = (name, bytes) => {
    writeFileSync(join(world.folder, name), bytes);
    return join(world.folder, name);
  };
  const check = (...names) => runToEnd(binary, ['redact', '--check', ...names], { env: world.env });
  for (const [kind, bytes] of [...Object.entries(files), ...Object.entries(empty)]) {
    const done = await check(put('log', bytes));
    assert.equal(done.code, 2, kind);
    assert.match(done.stderr, new RegExp(`log: compressed: not searched \\(${kind}\\)`));
    const piped = await through(world, ['--check'], [bytes.subarray(0, 1), bytes.subarray(1)]);
    assert.equal(piped.code, 2, kind);
    assert.match(piped.err, /Standard input: compressed: not searched/);
  }
  const both = await check(put('log.gz', files.gzip), put('plain', `${world.env.TFY_API_KEY}\n`));
  assert.equal(both.code, 2);
  assert.match(both.stdout, /plain:1: plain: TFY_API_KEY/);
  for (const text of ['BZh9 is no archive\n', 'PK\n', '\x1f', '', 'plain words\n']) {
    const clean = await check(put('plain', text));
    assert.deepEqual([clean.code, clean.stdout, clean.stderr], [0, '', ''], JSON.stringify(text));
  }
});

test('the filter lets it through byte for byte, says so, and does not end with 0', async t => {
  const world = await keyAlone(t);
  for (const [kind, bytes] of Object.entries(files)) {
    const done = await through(world, [], [bytes.subarray(0, 3), bytes.subarray(3)]);
    assert.equal(done.code, 1, kind);
    assert.deepEqual(done.out, bytes, kind);
    assert.match(done.err, /Standard input: compressed: not searched .* It was written as it is/);
  }
});
