// SPDX-License-Identifier: AGPL-3.0-or-later
// HTTP/1.1 over a socket: sends what a case says, byte by byte, and reads one answer.
import {execFileSync} from 'node:child_process';
import net from 'node:net';
import zlib from 'node:zlib';

const TIME_LIMIT_MS = 60000;

const decoders = {
  gzip: zlib.gunzipSync,
  br: zlib.brotliDecompressSync,
  /* Node knows it from 22 on. */
  zstd: zlib.zstdDecompressSync ??
      ((bytes) => execFileSync('zstd', ['--decompress', '--stdout'], {input: bytes})),
};

/** Builds the bytes of a request; `raw` in a case replaces it altogether. */
export function compose({ method = 'GET', path, headers = {}, body, host }) {
  const lines = [`${method} ${path} HTTP/1.1`];
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const add = (name, value) => {
    if (!given.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  };
  add('Host', host);
  add('Connection', 'close');
  if (body !== undefined) add('Content-Length', Buffer.byteLength(body));
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) continue; // a default that the case does without
    for (const one of Array.isArray(value) ? value : [value]) lines.push(`${name}: ${one}`);
  }
  return Buffer.concat([Buffer.from(lines.join('\r\n') + '\r\n\r\n'), Buffer.from(body ?? '')]);
}

function parseHead(text) {
  const [first, ...lines] = text.split('\r\n');
  const match = /^HTTP\/1\.1 (\d{3})/.exec(first);
  if (!match) throw new Error(`not an HTTP answer: ${JSON.stringify(first)}`);
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return { status: Number(match[1]), headers };
}

function unchunk(bytes) {
  const parts = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return null;
    const size = parseInt(bytes.toString('latin1', at, end), 16);
    if (size === 0) return Buffer.concat(parts);
    if (bytes.length < end + 2 + size + 2) return null;
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

/** The whole answer when `bytes` holds it, else null. Interim answers (1xx) are passed over. */
export function parseAnswer(bytes, method, ended = false) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const answer = parseHead(bytes.toString('utf8', 0, end));
  const rest = bytes.subarray(end + 4);
  if (answer.status >= 100 && answer.status < 200) return parseAnswer(rest, method, ended);
  let raw;
  if (method === 'HEAD' || answer.status === 204 || answer.status === 304) {
    raw = Buffer.alloc(0);
  } else if (/chunked/i.test(answer.headers['transfer-encoding'] ?? '')) {
    raw = unchunk(rest);
  } else if ('content-length' in answer.headers) {
    const length = Number(answer.headers['content-length']);
    raw = rest.length < length ? null : rest.subarray(0, length);
  } else {
    raw = ended ? rest : null;
  }
  if (raw === null) return null;
  answer.raw = raw;
  const decode = decoders[answer.headers['content-encoding']];
  answer.body = decode && raw.length > 0 ? decode(raw) : raw;
  return answer;
}

/** Sends bytes on a connection of their own and reads one answer. */
export function exchange(port, bytes, method = 'GET') {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    let broken = null;
    const timer = setTimeout(() => finish(new Error('no whole answer in time')), TIME_LIMIT_MS);
    function finish(error, answer) {
      clearTimeout(timer);
      socket.destroy();
      if (error) reject(error);
      else resolve(answer);
    }
    function look(ended) {
      try {
        const answer = parseAnswer(received, method, ended);
        if (answer) finish(null, answer);
        else if (ended) finish(broken ?? new Error(`the connection ended after ${received.length} bytes`));
      } catch (error) {
        finish(error);
      }
    }
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      look(false);
    });
    socket.on('error', (error) => { broken = error; });
    socket.on('close', () => look(true));
  });
}
