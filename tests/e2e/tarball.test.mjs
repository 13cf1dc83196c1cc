// The tarball; and, if the program under test is the static one (./dev package check), that program in root folders that have no
// library but glibc, laid out as Debian's, as Ubuntu's and as a distroless image's: a client lists and creates tokens there; it
// reaches TrueFoundry's stand-in over TLS, knows the clocks of places, and finds tokens in odd letters. A program for another processor
// runs there by an emulator.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { open } from './lib/clients.mjs';
import { emulator, isNative, processor, program, strip } from './lib/packed_program.mjs';
import { secureUpstream } from './lib/secure_upstream.mjs';
import { createApproved, names } from './lib/story.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tfy-tarball-'));
const run = (command, args, options = {}) => execFileSync(command, args, { encoding: 'utf8', ...options });

const needed = [...run('readelf', ['--dynamic', program]).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
const glibc = /^(ld-linux-.*|lib(c|m|dl|pthread|rt))\.so\.\d+$/;
const isStatic = needed.every(name => glibc.test(name));
const version = /^project\(.* VERSION (\S+)/m.exec(readFileSync(here('../../CMakeLists.txt'), 'utf8'))[1];
const unpacked = `/opt/tfy-pat-mcp-${version}`;

const user = process.getuid() === 0 ? [] : ['--map-root-user'];
const able = spawnSync('unshare', [...user, '--mount', '--pid', '--fork', '--mount-proc', 'true']).status === 0;
const skip = !isStatic ? 'the program uses the system’s libraries; ./dev package check tries the one that does not' : !able && 'this account may not make a root folder of its own';

/** Where the loader of this processor looks for glibc, in this machine's files and in a root folder. */
const libraries = `lib/${processor}-linux-gnu`;
const ours = isNative ? `/${libraries}` : `/usr/${processor}-linux-gnu/lib`;
const loader = { x86_64: 'lib64/ld-linux-x86-64.so.2', aarch64: 'lib/ld-linux-aarch64.so.1' }[processor];

/** A root folder with the unpacked tarball and glibc; {at, shut}: a path in it, and a command that runs there and sees nothing else. */
function rootFolder(name, { merged = false, certificates } = {}) {
  const root = join(folder, name);
  for (const each of ['opt', 'tmp', 'home', 'proc', 'etc/ssl/certs']) mkdirSync(join(root, each), { recursive: true });
  if (merged)
    for (const each of ['lib', 'lib64']) {
      mkdirSync(join(root, 'usr', each), { recursive: true });
      symlinkSync(`usr/${each}`, join(root, each));
    }
  run('tar', ['xf', join(folder, readdirSync(folder).find(file => file.endsWith('.tar.gz'))), '-C', join(root, 'opt')]);
  for (const library of ['libc.so.6', 'libm.so.6', 'libresolv.so.2']) {
    mkdirSync(join(root, libraries), { recursive: true });
    copyFileSync(join(ours, library), join(root, libraries, library));
  }
  mkdirSync(dirname(join(root, loader)), { recursive: true });
  copyFileSync(isNative ? `/${loader}` : join(ours, basename(loader)), join(root, loader));
  if (!isNative) copyFileSync(emulator, join(root, 'emulator'));
  if (certificates) copyFileSync(certificates, join(root, 'etc/ssl/certs/ca-certificates.crt'));
  const started = [...(isNative ? [] : ['/emulator']), `${unpacked}/bin/tfy-pat-mcp`];
  const shut = (...args) => ['unshare', ...user, '--mount', '--pid', '--fork', '--kill-child', '--root', root, '--wd', '/', '--mount-proc', ...started, ...args];
  return { at: path => join(root, path), shut };
}

function runIn(root, args, options = {}) {
  const [command, ...rest] = root.shut(...args);
  return spawnSync(command, rest, { encoding: 'utf8', env: { HOME: '/home', PATH: '/usr/bin' }, ...options });
}

async function clientIn(t, root, args, env) {
  const [command, ...rest] = root.shut(...args);
  const world = { clients: [], stdioCommand: () => ({ command, args: rest, env: { HOME: '/home', PATH: process.env.PATH, ...env }, stderr: 'ignore' }) };
  t.after(() => Promise.all(world.clients.map(client => client.close())));
  return open('modern stdio', world);
}

before(() => {
  const linked = here(`../../build/linked/${processor}`);
  run('cmake', [`-DPROGRAM=${program}`, `-DVERSION=${version}`, `-DPROCESSOR=${processor}`, `-DSTRIP=${strip}`, ...(isStatic ? [`-DLINKED=${linked}`] : []),
    `-DOUT=${folder}`, '-P', here('../../manifests/package/tarball.cmake')]);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the tarball is the program, its manual page, and the licences of what is in it', () => {
  const tarball = readdirSync(folder).find(name => name.endsWith('.tar.gz'));
  assert.equal(tarball, `tfy-pat-mcp_${version}_linux-${processor}.tar.gz`);
  const out = join(folder, 'out');
  mkdirSync(out);
  run('tar', ['xf', join(folder, tarball), '-C', out]);
  const names = readdirSync(out, { recursive: true }).map(name => name.replace(/^[^/]*\/?/, '')).sort();
  assert.deepEqual(names.filter(name => name && !name.startsWith('licences/')), ['LICENSE', 'bin', 'bin/tfy-pat-mcp', 'licences', 'share', 'share/man', 'share/man/man1', 'share/man/man1/tfy-pat-mcp.1']);
  for (const library of ['libssl-dev', 'libicu-dev', 'libsqlite3-dev']) assert.ok(names.includes(`licences/${library}`), library);
  assert.ok(lstatSync(join(out, `tfy-pat-mcp-${version}/bin/tfy-pat-mcp`)).mode & 0o001, 'everyone may run it');
});

test('the program wants nothing but glibc, and none newer than Debian 12’s', { skip: !isStatic && skip }, () => {
  const versions = [...run('readelf', ['--version-info', program]).matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  assert.ok(versions.length > 0 && Math.max(...versions) <= 36, `2.${Math.max(...versions)}`);
  assert.ok(!needed.some(name => /curl|ssl|stdc/.test(name)), needed.join());
});

for (const [layout, options] of Object.entries({ 'as Debian’s': {}, 'as Ubuntu’s, with one folder for all libraries': { merged: true } }))
  test(`in a root folder ${layout}, with glibc and nothing else, a client lists tokens and creates one with a person’s approval`, { skip }, async t => {
    const root = rootFolder(options.merged ? 'ubuntu' : 'debian', options);
    assert.equal(runIn(root, ['--version']).stdout, `tfy-pat-mcp ${version}\n`);
    const client = await clientIn(t, root, ['stdio', '--sandbox']);
    assert.ok((await names(client)).length > 0);
    await createApproved(client, 'made-here', 'agent');
    assert.ok((await names(client)).includes('made-here'));
    const checks = runIn(root, ['doctor', '--sandbox', '--json']);
    assert.ok(Array.isArray(JSON.parse(checks.stdout).findings), checks.stderr);
  });

test('in one with certificates, as a distroless image has, it reaches TrueFoundry over TLS and HTTP/2', { skip }, async t => {
  const world = { folder: mkdtempSync(join(folder, 'world-')), env: {} };
  const { seen, certificate } = await secureUpstream(t, world, createSecureServer, { allowHTTP1: true });
  const root = rootFolder('distroless', { certificates: certificate.file });
  writeFileSync(root.at('home/key'), 'tfy-sandbox-key-0000-not-a-secret', { mode: 0o600 });
  const client = await clientIn(t, root, ['stdio', '--state-dir', '/home/state'], { TFY_BASE_URL: world.env.TFY_BASE_URL, TFY_API_KEY_FILE: '/home/key' });
  assert.deepEqual(await names(client), []);
  assert.deepEqual(seen.map(([method, http]) => `${method} ${http}`), ['GET 2.0']);
});

test('what is left of ICU’s data is all that is read of it: places, odd letters, emoji', { skip }, () => {
  const root = rootFolder('icu');
  const rules = when => writeFileSync(root.at('home/policy.toml'), `[[rule]]\ntools = ["tfy_access_tokens_*"]\nsays = "ask"\nwhen = "Mon-Fri 08:00-18:00 ${when}"\n`);
  rules('Europe/Berlin');
  assert.equal(runIn(root, ['policy', 'check', '/home/policy.toml']).status, 0);
  rules('Europe/Berlim');
  const wrong = runIn(root, ['policy', 'check', '/home/policy.toml']);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout + wrong.stderr, /Europe\/Berlin/);
  const value = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
  const wide = [...value].map(letter => String.fromCodePoint(letter.codePointAt(0) + 0xfee0)).join('');
  // U+2139 is a letter to Unicode, and by its data an emoji.
  for (const written of [wide, [...value].join('\u2139')]) {
    const cleaned = runIn(root, ['redact'], { input: `${written} 🙂\n`, env: { HOME: '/home', TFY_API_KEY: value } });
    assert.equal(cleaned.stdout, '[redacted:access-token TFY_API_KEY] 🙂\n', cleaned.stderr);
  }
});
