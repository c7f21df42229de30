// SPDX-License-Identifier: AGPL-3.0-or-later
// Writers over HTTP, a server that is killed at any moment, and a checker that knows every write: each
// acknowledged one is there exactly once, each refused one not at all, each that got no answer wholly
// or not at all; nothing else is there, and what the view shows is what the database has.
//
//   tests/fault/kill [--rounds 200] [--writers 8] [--seed N]        JALON names the program
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

const run = promisify(execFile);
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    writers: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
});
const jalon = process.env.JALON ?? 'build/bin/jalon';
const rounds = Number(options.rounds);
const data = await mkdtemp(join(tmpdir(), 'jalon-kill-'));
const database = join(data, 'jalon.sqlite');

/** Numbers of no particular order that the seed decides (mulberry32). */
let state = Number(options.seed);
function chance() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/* --- The server --- */

let server = null; // { child, items, ended }

async function start(killAfterMs) {
  const child = spawn(jalon, ['serve', '--data', data, '--listen', '127.0.0.1:0',
    '--log-level', 'error', '--write-rate-limit', '0']);
  let output = '';
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  const url = new Promise((resolve) => {
    const look = (bytes) => {
      output += bytes;
      const match = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (match) resolve(match[0]);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
  });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const base = await Promise.race([url, ended.then(() => null)]);
  if (base === null) {
    if (killAfterMs === undefined) throw new Error(`the server does not start:\n${output}`);
    return null;
  }
  return { child, ended, map: `${base}/maps/m`, items: `${base}/maps/m/collections/needs/items`,
    output: () => output };
}

/* --- Writers --- */

const operations = []; // { token, kind, outcome: 'acknowledged' | 'refused' | 'unknown', id, seq }
let token;

/** A client's own UUIDv7 (RFC 9562, 5.7). */
function makeId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

function feature(title) {
  return JSON.stringify({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [3 + chance(), 43 + chance()] },
    properties: { title },
  });
}

class Writer {
  constructor(number) {
    this.number = number;
    this.count = 0;
    this.mine = []; // { id, etag, title }: acknowledged, and as last seen
    this.again = null; // a request with an Idempotency-Key that got no answer
    this.unsure = []; // ids to be looked at before they are written to again
  }

  /** Sends it and records what came of it; null when there was no answer. */
  async send(method, url, headers, body, operation) {
    let answer;
    try {
      answer = await fetch(url, { method, body, headers: { ...headers,
        Authorization: `Bearer ${token}`, 'Jalon-Reason': operation.token,
        'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/geo+json',
      } });
      await answer.arrayBuffer(); // an answer counts when it is whole
    } catch {
      return null;
    }
    if (answer.ok) {
      operation.outcome = 'acknowledged';
      operation.seq = Number(answer.headers.get('jalon-seq'));
    } else if (answer.status === 503) {
      operation.outcome = 'refused';
    } else {
      throw new Error(`${method} ${url} is answered with ${answer.status}`);
    }
    return answer;
  }

  begin(kind) {
    const operation = { token: `w${this.number}-${++this.count}`, kind, outcome: 'unknown' };
    operations.push(operation);
    return operation;
  }

  keep(id, answer, title) {
    const etag = answer.headers.get('etag');
    this.mine = this.mine.filter((item) => item.id !== id);
    if (answer.status !== 204) this.mine.push({ id, etag, title });
    if (this.mine.length > 200) this.mine.shift();
  }

  async post(items) {
    const keyed = chance() < 0.5;
    const operation = this.again?.operation ?? this.begin('create');
    const body = this.again?.body ?? feature(operation.token);
    const headers = keyed || this.again ? { 'Idempotency-Key': `"${operation.token}"` } : {};
    this.again = null;
    const answer = await this.send('POST', items, headers, body, operation);
    if (answer?.ok) {
      operation.id = answer.headers.get('location').split('/').pop();
      this.keep(operation.id, answer, operation.token);
    } else if (headers['Idempotency-Key']) {
      operation.outcome = 'unknown';
      this.again = { operation, body };
    }
    return answer;
  }

  async put(items) {
    const operation = this.begin('create');
    operation.id = makeId();
    const answer = await this.send('PUT', `${items}/${operation.id}`, { 'If-None-Match': '*' },
      feature(operation.token), operation);
    if (answer?.ok) this.keep(operation.id, answer, operation.token);
    else this.unsure.push(operation.id);
    return answer;
  }

  async change(items, method) {
    const item = this.mine[Math.floor(chance() * this.mine.length)];
    const operation = this.begin(method === 'DELETE' ? 'delete' : 'update');
    operation.id = item.id;
    const body = method === 'PUT' ? feature(operation.token)
      : method === 'PATCH' ? JSON.stringify({ properties: { title: operation.token } }) : undefined;
    const answer = await this.send(method, `${items}/${item.id}`, { 'If-Match': item.etag }, body,
      operation);
    if (answer?.ok) {
      this.keep(item.id, answer, operation.token);
    } else {
      this.mine = this.mine.filter((other) => other.id !== item.id);
      this.unsure.push(item.id);
    }
    return answer;
  }

  /** Looks at what got no answer, as a client does that comes back. */
  async look(items) {
    while (this.unsure.length > 0) {
      const id = this.unsure[0];
      let answer;
      try {
        answer = await fetch(`${items}/${id}`);
        const body = await answer.json();
        if (answer.ok) this.keep(id, answer, body.properties.title);
        else if (answer.status !== 404) throw new Error(`GET is answered with ${answer.status}`);
      } catch (error) {
        if (answer && answer.status !== 200) throw error;
        return; // killed again
      }
      this.unsure.shift();
    }
  }

  /** Writes until the server does not answer any more. */
  async write(items) {
    await this.look(items);
    for (;;) {
      const what = chance();
      const answer = this.again || this.mine.length === 0 || what < 0.5 ? await this.post(items)
        : what < 0.65 ? await this.put(items)
        : await this.change(items, what < 0.85 ? 'PATCH' : what < 0.95 ? 'PUT' : 'DELETE');
      if (answer === null) return;
      if (!answer.ok) await sleep(20);
    }
  }
}

/* --- The checker --- */

async function sql(query) {
  const { stdout } = await run('sqlite3', ['-json', database, query],
    { maxBuffer: 1 << 30 });
  return stdout.trim() === '' ? [] : JSON.parse(stdout);
}

const faults = [];
function fault(words) {
  if (faults.push(words) <= 20) console.error(words);
}

/** Every write against every revision, and every revision against every write. */
async function checkWrites() {
  const rows = await sql(`SELECT revision.reason AS token, revision.action, revision.version,
      contribution.id, event.seq FROM revision
    JOIN contribution ON contribution.number = revision.contribution
    JOIN event ON event.map = revision.map AND event.contribution = revision.contribution
      AND event.version = revision.version`);
  const found = new Map();
  for (const row of rows) {
    if (found.has(row.token)) fault(`${row.token} is there twice`);
    found.set(row.token, row);
  }
  for (const operation of operations) {
    const row = found.get(operation.token);
    found.delete(operation.token);
    if (operation.outcome === 'acknowledged' && row === undefined) {
      fault(`${operation.token} was acknowledged and is lost`);
    } else if (operation.outcome === 'refused' && row !== undefined) {
      fault(`${operation.token} was refused and is there`);
    } else if (row !== undefined && (row.action !== operation.kind ||
        (operation.id !== undefined && row.id !== operation.id) ||
        (operation.seq !== undefined && row.seq !== operation.seq))) {
      fault(`${JSON.stringify(operation)} is there as ${JSON.stringify(row)}`);
    }
  }
  for (const token of found.keys()) fault(`${token} is there, and nobody wrote it`);
  return rows.length;
}

async function checkDatabase() {
  try {
    await run(jalon, ['check', '--data', data, '--json'], { maxBuffer: 1 << 26 });
  } catch (error) {
    fault(`jalon check ends with ${error.code}:\n${error.stdout}${error.stderr}`);
  }
}

/** Ids and titles as the view lists them, page by page, beside the table; and the clusters' sum. */
async function checkView(map, items, stored) {
  const shown = new Map();
  for (let url = `${items}?limit=10000`; url;) {
    const page = await (await fetch(url)).json();
    for (const item of page.features) shown.set(item.id, item.properties.title);
    url = page.links.find((link) => link.rel === 'next')?.href;
  }
  const clusters = await (await fetch(`${map}/clusters?zoom=6&bbox=2,42,5,45`)).json();
  const sum = clusters.features.reduce((n, one) => n + (one.properties.point_count ?? 1), 0);
  if (shown.size !== stored.length || sum !== stored.length) {
    fault(`the list has ${shown.size}, the clusters ${sum}, the database ${stored.length}`);
  }
  for (const row of stored) {
    if (shown.get(row.id) !== row.title) {
      fault(`${row.id} is '${row.title}' and shown as '${shown.get(row.id)}'`);
    }
  }
}

/* --- Rounds --- */

await run(jalon, ['map', 'create', 'm', '--template', 'cartomobilite', '--data', data]);
await run(jalon, ['account', 'create', 'anne', '--data', data]);
token = (await run(jalon, ['account', 'token', 'anne', '--data', data])).stdout.trim();
const writers = Array.from({ length: Number(options.writers) }, (_, i) => new Writer(i + 1));
let stored = [];
let revisions = 0;
for (let round = 1; round <= rounds && faults.length === 0; round++) {
  if (chance() < 0.15) { // killed while it starts
    const early = await start(chance() * 60);
    if (early) await early.ended;
  }
  server = await start();
  if (round % 10 === 1 || rounds < 20) await checkView(server.map, server.items, stored);
  const killer = sleep(30 + chance() * 700).then(() => server.child.kill('SIGKILL'));
  await Promise.all([killer, ...writers.map((writer) => writer.write(server.items))]);
  const end = await server.ended;
  if (end !== 'SIGKILL') fault(`the server ended by itself with ${end}: ${server.output()}`);
  await checkDatabase();
  revisions = await checkWrites();
  stored = await sql("SELECT id, title FROM contribution WHERE moderation = 'published'");
  if (process.stdout.isTTY || round % 20 === 0) console.log(`round ${round}: ${revisions} writes`);
}
if (faults.length === 0) {
  server = await start();
  await Promise.all(writers.map((writer) => writer.look(server.items)));
  await checkView(server.map, server.items, stored);
  server.child.kill('SIGKILL');
  await server.ended;
}
const count = (outcome) => operations.filter((operation) => operation.outcome === outcome).length;
console.log(`${rounds} rounds, seed ${options.seed}: ${count('acknowledged')} acknowledged, ` +
  `${count('refused')} refused, ${count('unknown')} without an answer; ${revisions} are there; ` +
  `${faults.length} faults`);
if (faults.length > 0) {
  console.error(`the data is kept in ${data}`);
  process.exitCode = 1;
} else {
  await rm(data, { recursive: true });
}
