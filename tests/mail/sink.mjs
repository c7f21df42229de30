// SPDX-License-Identifier: AGPL-3.0-or-later
// A mail relay for tests: real SMTP (RFC 5321) on a free port of loopback, which keeps what it takes and
// misbehaves when told to. AUTH PLAIN and 8BITMIME, no TLS.
import net from 'node:net';

/**
 * Starts a relay. `options`: user and password (then AUTH is asked for), behave(stage, context): what to do
 * at 'connect', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'message', with {from, to, count}: undefined (as
 * usual), a reply such as '451 4.3.0 later', 'hang' (never answers), 'drop' (closes the connection).
 * Resolves with {port, url, mails, lines, connections, behave, take(count, ms), close()}.
 */
export function startSink(options = {}) {
  const sink = { mails: [], lines: [], connections: 0, behave: options.behave ?? (() => undefined) };
  const sockets = new Set();
  const waiting = new Set();
  const server = net.createServer((socket) => {
    sink.connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    converse(socket, sink, options, () => waiting.forEach((check) => check()));
  });
  /** Resolves once so many mails are there; rejects after `ms`. */
  sink.take = (count, ms = 60000) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(check);
      reject(new Error(`${sink.mails.length} of ${count} mails came; ${sink.lines.slice(-10).join(' | ')}`));
    }, ms);
    const check = () => {
      if (sink.mails.length < count) return;
      clearTimeout(timer);
      waiting.delete(check);
      resolve(sink.mails);
    };
    waiting.add(check);
    check();
  });
  sink.close = () => new Promise((resolve) => {
    sockets.forEach((socket) => socket.destroy());
    server.close(resolve);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      sink.port = server.address().port;
      sink.url = `smtp://127.0.0.1:${sink.port}`;
      resolve(sink);
    });
  });
}

function converse(socket, sink, options, changed) {
  let rest = Buffer.alloc(0);
  let mail = null;
  let data = null; // lines of the message, while it comes
  let isKnown = options.user === undefined;
  let hangs = false;
  let answers = null; // takes the next line: a secret
  const say = (line) => socket.write(`${line}\r\n`);
  /** Does what the test wants; false: it is as usual. */
  const differs = (stage) => {
    const what = sink.behave(stage, { from: mail?.from, to: mail?.to, count: sink.mails.length });
    if (what === 'hang') hangs = true;
    else if (what === 'drop') socket.destroy();
    else if (what !== undefined) say(what);
    return what !== undefined;
  };
  const check = (secret) => {
    isKnown = Buffer.from(secret, 'base64').toString() === `\0${options.user}\0${options.password}`;
    say(isKnown ? '235 2.7.0 welcome' : '535 5.7.8 not known');
  };
  const commands = {
    EHLO: () => say(options.user === undefined ? '250-sink\r\n250 8BITMIME' : '250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME'),
    HELO: () => say('250 sink'),
    AUTH: (line) => {
      const [, , secret] = line.split(' ');
      if (secret === undefined) { answers = (reply) => check(reply); say('334 '); } else check(secret);
    },
    MAIL: (line) => {
      if (!isKnown) { say('530 5.7.0 who are you?'); return; }
      mail = { from: /<(.*?)>/.exec(line)[1], to: [], command: line };
      say('250 2.1.0 ok');
    },
    RCPT: (line) => { mail.to.push(/<(.*?)>/.exec(line)[1]); say('250 2.1.5 ok'); },
    DATA: () => { data = []; say('354 go on'); },
    RSET: () => { mail = null; say('250 ok'); },
    NOOP: () => say('250 ok'),
    QUIT: () => { say('221 bye'); socket.end(); },
  };
  const command = (line) => {
    const verb = line.slice(0, 4).toUpperCase();
    sink.lines.push(verb === 'AUTH' ? 'AUTH' : line);
    if (commands[verb] === undefined) say('502 5.5.1 what?');
    else if (!differs(verb)) commands[verb](line);
  };
  const message = (line) => {
    if (line.toString('latin1') !== '.') {
      data.push(line[0] === 0x2e ? line.subarray(1) : line); // RFC 5321, 4.5.2
      return;
    }
    const bytes = Buffer.concat(data.flatMap((one) => [one, Buffer.from('\r\n')]));
    data = null;
    if (differs('message')) return;
    sink.mails.push({ ...mail, bytes, ...parse(bytes) });
    say('250 2.0.0 taken');
    changed();
  };
  socket.on('data', (piece) => {
    rest = Buffer.concat([rest, piece]);
    for (let end = rest.indexOf('\r\n'); end >= 0 && !hangs; end = rest.indexOf('\r\n')) {
      const line = rest.subarray(0, end);
      rest = rest.subarray(end + 2);
      if (answers !== null) {
        const take = answers;
        answers = null;
        take(line.toString());
      } else if (data === null) command(line.toString());
      else message(line);
    }
  });
  if (!differs('connect')) say('220 sink ESMTP');
}

/* --- Messages --- */

function decodeWords(text) {
  return text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?B\?([^?]*)\?=/gi,
    (_, word) => Buffer.from(word, 'base64').toString('latin1'));
}

function decodeQuoted(text) {
  return Buffer.from(text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g,
    (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();
}

/** Header fields (names in lower case, lists of values), the subject and text as people read them. */
export function parse(bytes) {
  const whole = bytes.toString('latin1');
  const at = whole.indexOf('\r\n\r\n');
  const headers = {};
  for (const field of whole.slice(0, at).replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon).toLowerCase();
    (headers[name] ??= []).push(field.slice(colon + 1).trim());
  }
  const body = whole.slice(at + 4);
  return {
    headers,
    subject: Buffer.from(decodeWords(headers.subject?.[0] ?? ''), 'latin1').toString(),
    text: headers['content-transfer-encoding']?.[0] === 'quoted-printable' ? decodeQuoted(body) : body,
  };
}
