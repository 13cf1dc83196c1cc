// A mail server as its operator would run it: SMTP with STARTTLS under a certificate of its own, and a sign-in.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';

import { until } from './process.mjs';

function selfSigned(folder) {
  const [file, keyFile] = [join(folder, 'mail-cert.pem'), join(folder, 'mail-key.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', file],
    { stdio: 'ignore' }
  );
  return { file, context: createSecureContext({ cert: readFileSync(file), key: readFileSync(keyFile) }) };
}

/** An encoded subject as a mail program reads it. */
export const readSubject = header =>
  header.startsWith('=?')
    ? Buffer.concat([...header.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)].map(([, word]) => Buffer.from(word, 'base64'))).toString()
    : header;

function readMail(raw) {
  const end = raw.indexOf('\r\n\r\n');
  const headers = {};
  for (const line of raw.slice(0, end).replace(/\r\n[ \t]/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2);
  }
  const text = Buffer.from(raw.slice(end + 4), 'base64').toString('utf8');
  return { raw, headers, subject: readSubject(headers.subject), text };
}

export class MailServer {
  /**
   * `replies`: what a command is answered with instead of the usual, by its first word or the address that it names, such
   * as {AUTH: '535 5.7.8 no'}. `tls` false: STARTTLS is not offered. `silent`: it takes the connection and says nothing.
   */
  static async listen(t, folder, { user = 'tfy', password = 'mail-password-1', replies = {}, tls = true, silent = false } = {}) {
    const server = new MailServer({ user, password, replies, tls, silent, certificate: selfSigned(folder) });
    await new Promise(resolve => server.server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    return server;
  }

  constructor(options) {
    Object.assign(this, options);
    this.got = []; // {from, to, raw, headers, subject, text, secure, signedIn}
    this.heard = []; // every command
    this.thinks = undefined; // a promise that a mail's answer waits for
    this.watchers = new Set();
    this.sockets = new Set();
    this.server = createServer(socket => {
      this.sockets.add(socket);
      socket.on('error', () => {});
      if (this.silent) return;
      this.talk(socket, { secure: false });
      socket.write('220 mail.test ESMTP\r\n');
    });
  }

  get port() {
    return this.server.address().port;
  }

  talk(socket, state) {
    let pending = '';
    const take = bytes => {
      pending += bytes.toString('latin1');
      for (;;) {
        if (state.data) {
          const end = pending.indexOf('\r\n.\r\n');
          if (end < 0) return;
          this.taken(state, pending.slice(0, end + 2));
          pending = pending.slice(end + 5);
          state.data = false;
          const answer = () => socket.write(this.replies.END ?? '250 2.0.0 queued as T1\r\n');
          if (this.thinks) this.thinks.then(answer);
          else answer();
          continue;
        }
        const end = pending.indexOf('\r\n');
        if (end < 0) return;
        const line = pending.slice(0, end);
        pending = pending.slice(end + 2);
        if (/^STARTTLS/i.test(line) && !state.secure && this.tls && !this.replies.STARTTLS) {
          this.heard.push(line);
          socket.removeListener('data', take);
          socket.write('220 go ahead\r\n');
          const secure = new TLSSocket(socket, { isServer: true, secureContext: this.certificate.context });
          secure.on('error', () => {});
          this.talk(secure, { secure: true });
          return;
        }
        this.answer(socket, state, line);
      }
    };
    socket.on('data', take);
  }

  answer(socket, state, line) {
    this.heard.push(line);
    const [verb] = line.toUpperCase().split(' ');
    const special = Object.entries(this.replies).find(([key]) => verb === key || line.includes(`<${key}>`));
    const say = text => socket.write(`${text}\r\n`);
    if (special) return say(special[1]);
    if (verb === 'EHLO') {
      const auth = state.secure ? ['AUTH PLAIN'] : [];
      const offered = ['mail.test', 'SIZE 1000000', ...(this.tls && !state.secure ? ['STARTTLS'] : []), ...auth];
      return say(offered.map((each, i) => `250${i === offered.length - 1 ? ' ' : '-'}${each}`).join('\r\n'));
    }
    if (verb === 'AUTH' || state.authenticating) {
      const words = state.authenticating ? line : line.split(' ')[2];
      state.authenticating = !words;
      if (!words) return say('334 ');
      const given = Buffer.from(words, 'base64').toString().split('\0');
      state.signedIn = given[1] === this.user && given[2] === this.password;
      return say(state.signedIn ? '235 2.7.0 welcome' : '535 5.7.8 wrong user or password');
    }
    if (verb === 'MAIL') Object.assign(state, { from: /<(.*)>/.exec(line)[1], to: [] });
    if (verb === 'RCPT') state.to.push(/<(.*)>/.exec(line)[1]);
    if (verb === 'DATA') {
      state.data = true;
      return say('354 go ahead');
    }
    if (verb === 'QUIT') return socket.end('221 bye\r\n');
    return say('250 ok');
  }

  taken({ from, to, secure, signedIn }, raw) {
    this.got.push({ from, to, secure, signedIn: Boolean(signedIn), ...readMail(raw.replace(/^\.\./gm, '.')) });
    for (const look of [...this.watchers]) look();
  }

  /** The first mail that `matches`, once it is there. */
  mail(matches) {
    return until(() => this.got.find(matches), {
      what: () => `a mail; there are ${JSON.stringify(this.got.map(each => each.subject))}, heard ${JSON.stringify(this.heard)}`,
      change: look => this.watchers.add(look),
    });
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    return new Promise(resolve => this.server.close(resolve));
  }
}
