// SPDX-License-Identifier: AGPL-3.0-or-later
// A server that is killed at any moment while writers write to it; history.mjs knows every write.
//
//   tests/fault/kill [--rounds 200] [--writers 8] [--seed N]        JALON names the program
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { History, makeChance, REVISIONS, Writer } from './history.mjs';

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
const chance = makeChance(Number(options.seed));

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

/* --- The checker --- */

async function sql(query) {
  const { stdout } = await run('sqlite3', ['-json', database, query],
    { maxBuffer: 1 << 30 });
  return stdout.trim() === '' ? [] : JSON.parse(stdout);
}

async function checkDatabase() {
  try {
    await run(jalon, ['check', '--data', data, '--json'], { maxBuffer: 1 << 26 });
  } catch (error) {
    history.fault(`jalon check ends with ${error.code}:\n${error.stdout}${error.stderr}`);
  }
}

/* --- Rounds --- */

/** Writes until the server does not answer any more. */
async function write(writer, items) {
  while (await writer.look(items) && await writer.write(items));
}

await run(jalon, ['map', 'create', 'm', '--template', 'cartomobilite', '--data', data]);
await run(jalon, ['account', 'create', 'anne', '--data', data]);
const history = new History({
  chance,
  token: (await run(jalon, ['account', 'token', 'anne', '--data', data])).stdout.trim(),
  answers: (status) => status === 503 ? 'refused' : undefined,
});
const writers = Array.from({ length: Number(options.writers) }, (_, i) => new Writer(history, `w${i + 1}`));
let stored = [];
let revisions = [];
for (let round = 1; round <= rounds && history.faults.length === 0; round++) {
  if (chance() < 0.15) { // killed while it starts
    const early = await start(chance() * 60);
    if (early) await early.ended;
  }
  server = await start();
  if (round % 10 === 1 || rounds < 20) await history.checkView(server.map, server.items, stored);
  const killer = sleep(30 + chance() * 700).then(() => server.child.kill('SIGKILL'));
  await Promise.all([killer, ...writers.map((writer) => write(writer, server.items))]);
  const end = await server.ended;
  if (end !== 'SIGKILL') history.fault(`the server ended by itself with ${end}: ${server.output()}`);
  await checkDatabase();
  revisions = await sql(REVISIONS);
  history.checkWrites(revisions);
  stored = await sql("SELECT id, title FROM contribution WHERE moderation = 'published'");
  if (process.stdout.isTTY || round % 20 === 0) console.log(`round ${round}: ${revisions.length} writes`);
}
if (history.faults.length === 0) {
  server = await start();
  await Promise.all(writers.map((writer) => writer.look(server.items)));
  await history.checkView(server.map, server.items, stored);
  server.child.kill('SIGKILL');
  await server.ended;
}
console.log(`${rounds} rounds, seed ${options.seed}: ${history.count('acknowledged')} acknowledged, ` +
  `${history.count('refused')} refused, ${history.count('unknown')} without an answer; ${revisions.length} are there; ` +
  `${history.faults.length} faults`);
if (history.faults.length > 0) {
  console.error(`the data is kept in ${data}`);
  process.exitCode = 1;
} else {
  await rm(data, { recursive: true });
}
