// SPDX-License-Identifier: AGPL-3.0-or-later
// A database server behind a network that does everything a network can do, while writers write and
// readers read: history.mjs knows every write. Reads of what is in memory are answered all the time,
// every request within a bound, and when the network is well again so is the server, without a restart.
//
//   tests/fault/cut [--rounds 60] [--writers 6] [--seed N] [--fault NAME]      JALON names the program
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

import { startCluster } from '../postgres/cluster.mjs';
import { History, makeChance, REVISIONS, Writer } from './history.mjs';

const run = promisify(execFile);
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    writers: { type: 'string', default: '6' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    fault: { type: 'string' },
  },
});
const jalon = process.env.JALON ?? 'build/bin/jalon';
const chance = makeChance(Number(options.seed));
const data = await mkdtemp(join(tmpdir(), 'jalon-cut-'));
const cluster = startCluster();
const direct = cluster.createDatabase({ tcp: true, name: 'cut' });

/** Every wait of the program is shorter, also on a machine that has other things to do. */
const LIMIT_MS = 30000;

/* --- The network --- */

const links = new Set();
let weather = 'fine';

/** How many bytes still pass until it happens: what is swallowed is so soon for all that go on. */
const soon = () => Math.floor(weather === 'swallowed' ? chance() * 500 : chance() ** 3 * 20000);

class Link {
  constructor(client) {
    this.client = client;
    this.server = net.connect(cluster.port, '127.0.0.1');
    this.dead = false; // swallows all there is, for ever
    this.left = Infinity;
    links.add(this);
    for (const [from, to] of [[client, this.server], [this.server, client]]) {
      from.on('error', () => {});
      from.on('close', () => { to.destroy(); links.delete(this); });
      from.on('data', (bytes) => this.pass(bytes, from, to));
    }
  }

  async pass(bytes, from, to) {
    if (this.dead) return;
    if (weather === 'slow') {
      from.pause();
      await sleep(chance() * 60);
      from.resume();
    }
    if (bytes.length <= this.left) {
      this.left -= bytes.length;
      to.write(bytes);
      return;
    }
    /* In the middle of a message, as it falls. */
    to.write(bytes.subarray(0, this.left));
    if (weather === 'garbled') {
      if (from === this.server) to.write(randomBytes(1 + Math.floor(chance() * 3000)));
      to.end();
    } else if (weather === 'cut') {
      this.cut();
    }
    this.dead = true;
  }

  cut() {
    this.client.destroy();
    this.server.destroy();
  }
}

const proxy = net.createServer((client) => {
  if (weather === 'closed') {
    client.destroy();
    return;
  }
  const link = new Link(client);
  if (['cut', 'swallowed', 'garbled'].includes(weather)) link.left = soon();
});
proxy.listen(0, '127.0.0.1');
await new Promise((resolve) => proxy.once('listening', resolve));
const url = direct.replace(`:${cluster.port}/`, `:${proxy.address().port}/`);

function strike(name) {
  weather = name;
  for (const link of links) link.left = soon();
}

/** The postmaster and all of its children, by their numbers. */
function processes() {
  const root = readFileSync(join(cluster.folder, 'data/postmaster.pid'), 'utf8').split('\n')[0];
  const children = readFileSync(`/proc/${root}/task/${root}/children`, 'utf8').trim().split(' ');
  return [root, ...children].map(Number);
}

const others = "pid != pg_backend_pid() AND datname = 'cut'";
const faults = {
  cut: () => strike('cut'),
  garbled: () => strike('garbled'),
  swallowed: () => strike('swallowed'),
  slow: () => { weather = 'slow'; },
  closed: async () => {
    weather = 'closed';
    for (const link of links) link.cut();
    let answer;
    do { // and says why
      answer = await fetch(`${base}/ready`, { signal: AbortSignal.timeout(LIMIT_MS) });
      await sleep(50);
    } while (answer.status === 200);
    const { detail } = await answer.json();
    if (!/store has not answered/.test(detail)) history.fault(`/ready says ${detail}`);
  },
  one: () => { const [link] = [...links].sort(() => chance() - 0.5); link?.cut(); },
  terminated: () => { cluster.sql('cut', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`); },
  cancelled: async () => {
    for (let i = 0; i < 10; i++) {
      cluster.sql('cut', `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${others}`);
      await sleep(50);
    }
  },
  restarted: () => { cluster.halt('fast'); cluster.resume(); },
  crashed: () => { cluster.halt('immediate'); cluster.resume(); },
  frozen: async () => {
    const numbers = processes();
    for (const pid of numbers) { try { process.kill(pid, 'SIGSTOP'); } catch { /* it has ended */ } }
    await sleep(2000 + chance() * 6000);
    for (const pid of numbers) { try { process.kill(pid, 'SIGCONT'); } catch { /* it has ended */ } }
  },
  readonly: async () => {
    cluster.sql('postgres', 'ALTER DATABASE cut SET default_transaction_read_only = on');
    cluster.sql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'");
    await sleep(500);
    cluster.sql('postgres', 'ALTER DATABASE cut RESET default_transaction_read_only');
  },
};

/* --- The server --- */

for (const words of [['map', 'create', 'm', '--template', 'cartomobilite'],
  ['account', 'create', 'anne']]) {
  await run(jalon, [...words, '--database', direct]);
}
const token = (await run(jalon, ['account', 'token', 'anne', '--database', direct])).stdout.trim();
const server = spawn(jalon, ['serve', '--data', data, '--listen', '127.0.0.1:0',
  '--write-rate-limit', '0', '--log-level', 'error'], { env: { ...process.env, JALON_DATABASE: url } });
let log = '';
let ended = null;
server.on('exit', (code, signal) => { ended = signal ?? code; });
server.stderr.on('data', (bytes) => { log += bytes; });
const base = await new Promise((resolve, reject) => {
  server.stdout.once('data', (bytes) => resolve(String(bytes).trim()));
  server.once('exit', () => reject(new Error(`the server does not start: ${log}`)));
});
const map = `${base}/maps/m`;
const items = `${map}/collections/needs/items`;

const history = new History({
  chance,
  token,
  limitMs: LIMIT_MS,
  /* Done or not: whose answer to COMMIT was lost does not know. After that the client's ETag may be old. */
  answers: (status, method) => (status === 503 ? 'unknown'
    : status === 412 || (status === 404 && method !== 'POST') ? 'refused' : undefined),
});
const problems = new Set();
let stopped = false;

async function write(writer) {
  while (!stopped) {
    if (!await writer.look(items) || !await writer.write(items)) await sleep(50);
  }
}

/** What is in memory is there in any weather. */
let reads = 0;
async function read() {
  while (!stopped) {
    const answer = await fetch(`${items}?limit=5`, { signal: AbortSignal.timeout(LIMIT_MS) });
    await answer.arrayBuffer();
    if (answer.status !== 200) history.fault(`a list is answered with ${answer.status}`);
    reads++;
    await sleep(20);
  }
}

/** What a 503 says, and that it says when to come back. */
async function watch() {
  while (!stopped) {
    const answer = await fetch(items, { method: 'POST', body: history.feature('nobody'),
      headers: { 'Content-Type': 'application/geo+json', Authorization: 'Bearer nobody' },
      signal: AbortSignal.timeout(LIMIT_MS) });
    const body = await answer.text();
    if (answer.status === 503) {
      const problem = JSON.parse(body);
      problems.add(problem.detail);
      if (!(Number(answer.headers.get('retry-after')) > 0)) history.fault('a 503 without Retry-After');
      if (/SELECT|INSERT|postgres|libpq|127\.0\.0\.1|\bcut\b/i.test(body)) {
        history.fault(`a client is told ${body}`);
      }
    } else if (answer.status !== 401) {
      history.fault(`a wrong token is answered with ${answer.status}: ${body}`);
    }
    await sleep(30);
  }
}

async function isReady() {
  const answer = await fetch(`${base}/ready`, { signal: AbortSignal.timeout(LIMIT_MS) });
  await answer.arrayBuffer();
  return answer.status === 200;
}

/* From now on the map is in memory. */
await (await fetch(items)).arrayBuffer();
const writers = Array.from({ length: Number(options.writers) },
  (_, i) => new Writer(history, `w${i + 1}`));
const work = Promise.allSettled([...writers.map(write), read(), watch()].map(
  (one) => one.catch((error) => history.fault(String(error.stack)))));

async function recover(name) {
  weather = 'fine';
  for (const link of links) if (!link.dead) link.left = Infinity;
  const before = history.count('acknowledged');
  const until = Date.now() + LIMIT_MS;
  while (!(await isReady()) || history.count('acknowledged') < before + 5) {
    if (Date.now() > until || ended !== null) {
      history.fault(`after ${name} nothing is written any more`);
      return;
    }
    await sleep(50);
  }
}

const names = options.fault ? [options.fault] : Object.keys(faults);
const rounds = Number(options.rounds);
const counts = {};
for (let round = 0; round < rounds && history.faults.length === 0 && ended === null; round++) {
  const name = names[round % names.length];
  const begun = Date.now();
  await sleep(100 + chance() * 300);
  await faults[name]();
  await sleep(chance() * 1500);
  await recover(name);
  counts[name] = Math.max(counts[name] ?? 0, Date.now() - begun);
}
stopped = true;
await work;

/* --- Afterwards --- */

if (ended !== null) {
  history.fault(`the server ended by itself with ${ended}: ${log.slice(-3000)}`);
} else {
  const rows = JSON.parse(cluster.sql('cut', `SELECT json_agg(one) FROM (${REVISIONS}) AS one`));
  history.checkWrites(rows);
  const stored = JSON.parse(cluster.sql('cut',
    "SELECT json_agg(one) FROM (SELECT id, title FROM contribution WHERE moderation = 'published') AS one"));
  await history.checkView(map, items, stored);
  const gaps = cluster.sql('cut', `SELECT map FROM event GROUP BY map
    HAVING count(*) != max(seq) OR min(seq) != 1`);
  if (gaps !== '') history.fault(`the events of map ${gaps} have gaps`);
  const metrics = await (await fetch(`${base}/metrics`)).text();
  const measure = (name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(metrics)[1]);
  const lost = measure('jalon_store_connections_lost_total');
  const regained = measure('jalon_store_reconnections_total');
  const failed = measure('jalon_store_connect_failures_total');
  if (regained > lost || (regained === 0 && lost > 0)) history.fault(`${regained} of ${lost} connections came back`);
  for (const text of [metrics, log]) {
    if (text.includes(cluster.password)) history.fault('the password is shown');
  }
  await run(jalon, ['check', '--json'], { maxBuffer: 1 << 26, env: { ...process.env, JALON_DATABASE: direct } })
    .catch((error) => history.fault(`jalon check: ${error.stdout}${error.stderr}`));
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  if (ended !== 0) history.fault(`the server ends with ${ended}: ${log.slice(-3000)}`);
  console.log(`${rounds} rounds, seed ${options.seed}: ${history.count('acknowledged')} acknowledged, ` +
    `${history.count('refused')} refused, ${history.count('unknown')} unknown; ${rows.length} are there; ` +
    `${reads} reads; ${lost} connections lost, ${regained} made anew, ${failed} attempts failed; ` +
    `${history.faults.length} faults`);
  console.log(`longest rounds: ${JSON.stringify(counts)}`);
  console.log(`said: ${[...problems].join(' | ')}`);
}
for (const link of links) link.cut();
proxy.close();
cluster.stop();
await rm(data, { recursive: true });
process.exitCode = history.faults.length > 0 ? 1 : 0;
