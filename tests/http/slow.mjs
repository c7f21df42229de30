// SPDX-License-Identifier: AGPL-3.0-or-later
// Slow clients by the hundred, while others are served: they get the right answers, in good time.
//
//   node tests/http/slow.mjs JALON BENCH_LOAD [--clients 500] [--seconds 34] [OPTION OF SERVE…]
//
// A quarter each sends its head byte by byte, its body, takes no answers, or says nothing at all;
// whoever is hung up on comes back. Prints "name value unit"; ends with 1 when others were answered
// wrongly, the slow ones were not refused, or the server did not stop. Times are printed, not judged.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { serve, stop } from '../server.mjs';
import { compose, exchange } from './wire.mjs';

const [jalon, load, ...rest] = process.argv.slice(2);
const own = { clients: 500, seconds: 34 };
const options = [];
for (let i = 0; i < rest.length; i++) {
  const name = rest[i].replace(/^--/, '');
  if (name in own) own[name] = Number(rest[++i]);
  else options.push(rest[i]);
}

const ITEMS = '/maps/montpellier/collections/accessibility/items';
const LIST = [`${ITEMS}?limit=20`, '/maps/montpellier', '/maps/montpellier/clusters?zoom=12', `${ITEMS}?limit=100`];
const BIG = `GET ${ITEMS}?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n`;
const DRIP_MS = 1500;

const KINDS = [
  { name: 'head', first: 'GET / HTTP/1.1\r\nHost: x\r\nX: ', drip: 'y' },
  {
    name: 'body',
    first: `POST ${ITEMS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/geo+json\r\n` +
           'Transfer-Encoding: chunked\r\n\r\n',
    drip: '1\r\n \r\n',
  },
  { name: 'reader', first: BIG.repeat(24), drip: 'G' }, // so that it notices that it is over
  { name: 'silent' },
];
const ended = Object.fromEntries(KINDS.map(({ name }) => [name, { closed: 0, refused: 0 }]));

const sockets = [];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-slow-'));
let attacking = true;
let comparing = true;
let attached = 0;

function attack(port, kind) {
  let said = '';
  let timer = null;
  const socket = net.connect(port, '127.0.0.1', () => {
    attached++;
    if (kind.first) socket.write(kind.first);
    if (kind.drip) timer = setInterval(() => socket.write(kind.drip), DRIP_MS);
    if (kind.name === 'reader') socket.pause();
  });
  if (kind.name !== 'reader') socket.on('data', (bytes) => { said += bytes.toString('latin1'); });
  socket.on('error', () => {});
  socket.on('close', () => {
    attached--;
    clearInterval(timer);
    if (!attacking) return;
    ended[kind.name].closed++;
    if (said.startsWith('HTTP/1.1 408')) ended[kind.name].refused++;
    setTimeout(() => attacking && attack(port, kind), 100);
  });
  sockets.push(socket);
  return socket;
}
/**
 * What others ask, timed by a program of its own: this one is busy with being slow. New connections
 * every two seconds, as some of them are idle all the time.
 */
async function measure(port, seconds) {
  const list = path.join(folder, 'list');
  fs.writeFileSync(list, LIST.join('\n') + '\n');
  const spans = [];
  for (let left = seconds; left > 0; left -= 2) {
    const { stdout } = await promisify(execFile)(load, [String(port), list, '2', '--rate', '400',
      '--connections', '16']);
    const [rate, p50, p99] = stdout.trim().split(' ').map(Number);
    spans.push({ rate, p50: p50 / 1000, p99: p99 / 1000 });
  }
  const sorted = (name) => spans.map((span) => span[name]).sort((a, b) => a - b);
  const middle = (name) => sorted(name)[spans.length >> 1];
  return { rate: middle('rate'), p50: middle('p50'), p99: middle('p99'), worst: sorted('p99').at(-1) };
}

/** Answers are the same as without anybody slow, and writes are kept. */
async function check(port, expected) {
  let asked = 0;
  while (comparing) {
    for (const target of LIST.slice(1, 3)) {
      const answer = await exchange(port, compose({ path: target, host: 'x' }));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.etag, expected.get(target).headers.etag, target);
      assert.deepEqual(answer.raw, expected.get(target).raw, target);
      asked++;
    }
    await wait(100);
  }
  return asked;
}

let server;

async function main() {
  execFileSync(jalon, ['demo', '--data', folder, '--quiet']);
  server = await serve(jalon, folder, ['--log-level', 'error', ...options]);
  const { port } = server;
  const expected = new Map();
  for (const target of LIST) {
    expected.set(target, await exchange(port, compose({ path: target, host: 'x' })));
    assert.equal(expected.get(target).status, 200, target);
  }
  const print = (name, value, unit) => console.log(`${name} ${Number(value.toFixed(2))} ${unit}`);
  const quiet = await measure(port, Math.max(1, Math.floor(own.seconds / 6)));
  for (let i = 0; i < own.clients; i++) attack(port, KINDS[i % KINDS.length]);
  while (attached < own.clients) await wait(20);
  let failure;
  const checking = check(port, expected).catch((error) => { failure = error; });
  const busy = await measure(port, own.seconds);
  comparing = false; // what is written next changes what is read
  const asked = await checking;
  if (failure) throw failure;
  const body = JSON.stringify({
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] }, properties: { title: 'Rampe' },
  });
  const made = await exchange(port, compose({
    method: 'POST', path: ITEMS, host: 'x', headers: { 'Content-Type': 'application/geo+json' }, body,
  }));
  assert.equal(made.status, 201, made.body.toString('utf8'));
  const attachedAtEnd = attached;
  attacking = false;
  const began = Date.now();
  const code = await stop(server);
  const stopped = (Date.now() - began) / 1000;

  print('slow_clients', attachedAtEnd, 'connections');
  print('others_alone_p99', quiet.p99, 'ms');
  print('others_p50', busy.p50, 'ms');
  print('others_p99', busy.p99, 'ms');
  print('others_p99_worst_two_seconds', busy.worst, 'ms');
  print('others_rate', busy.rate, 'requests/s');
  print('others_compared', asked, 'answers');
  for (const { name } of KINDS) print(`${name}_hung_up_on`, ended[name].closed, 'connections');
  print('stop', stopped, 's');
  assert.equal(code, 0, 'the server stops by itself');
  for (const { name } of KINDS) assert.ok(ended[name].closed > 0, `${name}: nobody was hung up on`);
  /* One that sends at the very moment may see the end before it sees the answer. */
  for (const { refused, closed } of [ended.head, ended.body]) {
    assert.ok(refused > closed / 2, `only ${refused} of ${closed} are told 408`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  attacking = comparing = false;
  for (const socket of sockets) socket.destroy();
  if (server) await stop(server);
  fs.rmSync(folder, { recursive: true, force: true });
}
