// A root folder in which dpkg finds the packages that a package depends on, and a program their shared libraries, and nothing else.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const user = process.getuid() === 0 ? [] : ['--map-root-user'];
const run = (command, args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C' }, maxBuffer: 64 << 20 });

const isDebian = spawnSync('dpkg-query', ['-s', 'libc6']).status === 0;
const able = spawnSync('unshare', [...user, '--mount', '--pid', '--fork', '--mount-proc', 'true']).status === 0;
/** Why no such folder can be used here, or false. */
export const skip = !isDebian ? 'dpkg does not know this machine’s packages' : !able && 'this account may not make a root folder of its own';

/** "a (>= 1), b | c:any" → [['a'], ['b', 'c']]. */
const alternatives = text => text.split(',').map(each => each.split('|').map(name => name.trim().split(/[ (:]/)[0]).filter(Boolean)).filter(each => each.length);

/** Names by which a package is depended on → {name, needs}: those that are installed here. */
function installed() {
  const packages = new Map();
  const ours = [run('dpkg', ['--print-architecture']).trim(), 'all'];
  const format = '${db:Status-Abbrev}\t${Architecture}\t${Package}\t${binary:Package}\t${Provides}\t${Pre-Depends}, ${Depends}\n';
  const provided = [];
  for (const line of run('dpkg-query', ['-W', `-f=${format}`]).split('\n')) {
    const [status, processor, short, name, provides, needs] = line.split('\t');
    if (!status.startsWith('ii') || !ours.includes(processor)) continue;
    packages.set(short, { name, needs });
    for (const other of alternatives(provides).flat()) provided.push([other, { name, needs }]);
  }
  for (const [other, each] of provided) if (!packages.has(other)) packages.set(other, each);
  return packages;
}

/** The installed packages that `depends`, a field of that name, leads to, by the names that dpkg-query takes. */
function closure(depends) {
  const known = installed();
  const found = new Set();
  const add = text => {
    for (const names of alternatives(text)) {
      const each = known.get(names.find(name => known.has(name)));
      assert.ok(each, `the package depends on ${names.join(' | ')}, which is not installed here`);
      if (found.has(each.name)) continue;
      found.add(each.name);
      add(each.needs);
    }
  };
  add(depends);
  return [...found];
}

const sharedLibrary = /^(\/usr)?\/lib(64)?\/([^/]+\/)?[^/]+\.so(\.[^/]+)?$/;

/**
 * Makes the folder `root`: {dpkg(…args), shut(…command): the command that runs there and sees nothing else,
 * loads(library): the command that ends with 0 if all that it needs is there, files()}.
 * `files` leaves out what dpkg and a program that ran keep for themselves.
 */
export function rootWith(root, depends) {
  for (const each of ['usr/lib', 'usr/lib64', 'home', 'tmp', 'proc', 'var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/dpkg/triggers']) mkdirSync(join(root, each), { recursive: true });
  for (const each of ['lib', 'lib64']) symlinkSync(`usr/${each}`, join(root, each));
  const packages = closure(depends);
  writeFileSync(join(root, 'var/lib/dpkg/status'), run('dpkg-query', ['-s', ...packages]));
  writeFileSync(join(root, 'var/lib/dpkg/available'), '');
  for (const each of packages) writeFileSync(join(root, `var/lib/dpkg/info/${each}.list`), '');
  const libraries = [...new Set(run('dpkg-query', ['-L', ...packages]).split('\n').filter(each => sharedLibrary.test(each)))];
  for (const each of libraries) {
    mkdirSync(dirname(join(root, each)), { recursive: true });
    cpSync(each, join(root, each), { verbatimSymlinks: true });
  }
  const path = name => libraries.find(each => each.endsWith(`/${name}`)) ?? name;
  const loader = libraries.find(each => /\/ld-linux[^/]*$/.test(each));
  const shut = (...command) => ['unshare', ...user, '--mount', '--pid', '--fork', '--kill-child', '--root', root, '--wd', '/', '--mount-proc', ...command];
  return {
    dpkg: (...args) => run('unshare', [...user, 'dpkg', `--root=${root}`, `--log=${root}/tmp/dpkg.log`, ...args]),
    shut,
    loads: name => shut(loader, '--list', path(name)),
    files: () => readdirSync(root, { recursive: true }).filter(each => !/^(var\/lib\/dpkg|home|tmp|proc)\//.test(each)).sort(),
  };
}
