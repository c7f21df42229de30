// SPDX-License-Identifier: AGPL-3.0-or-later
// The write-ahead log of a server that is written to without a pause, while others hold an old state
// open, back up and import: it stays below 64 MB, nobody is refused, and backups are sound.
//
//   tests/fault/log [--seconds 60] [--rate 1000] [--hold 2000] [--rows 200000] [--backups no]
//
// `hold` is how many milliseconds another program (QGIS, say) keeps a read transaction open, again
// and again; `rows` how many an import brings; 0: none. JALON names the program.
import { execFile, spawn } from 'node:child_process';
import { writeFile, stat, mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { serve, stop } from '../server.mjs';

const run = promisify(execFile);
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
    hold: { type: 'string', default: '2000' },
    rows: { type: 'string', default: '200000' },
    backups: { type: 'string', default: 'yes' },
  },
});
const LIMIT = 64 * 2 ** 20;
const WRITERS = 16;
const jalon = process.env.JALON ?? 'build/bin/jalon';
const work = await mkdtemp(join(tmpdir(), 'jalon-log-'));
const data = join(work, 'data');
const database = join(data, 'jalon.sqlite');
const faults = [];
const fault = (words) => { faults.push(words); console.error(words); };
let going = true;

/* --- Writers --- */

const agent = new Agent({ keepAlive: true, maxSockets: WRITERS });
const codes = {};
let slowestMs = 0;

function post(port, title) {
  const body = JSON.stringify({ type: 'Feature', geometry: { type: 'Point',
    coordinates: [3 + Math.random(), 43 + Math.random()] }, properties: { title } });
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, host: '127.0.0.1', method: 'POST',
      path: '/maps/m/collections/needs/items',
      headers: { 'Content-Type': 'application/geo+json', 'Content-Length': Buffer.byteLength(body) },
    }, (answer) => { answer.resume(); answer.on('end', () => resolve(answer.statusCode)); });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Writes at its share of the rate, and as fast as it is answered when it has fallen behind. */
async function write(port, number) {
  const everyMs = 1000 * WRITERS / Number(options.rate);
  let next = performance.now() + Math.random() * everyMs;
  for (let i = 0; going; i++) {
    const start = performance.now();
    if (next > start) await sleep(next - start);
    const began = performance.now();
    const code = await post(port, `w${number}-${i}`);
    codes[code] = (codes[code] ?? 0) + 1;
    slowestMs = Math.max(slowestMs, performance.now() - began);
    next = Math.max(next + everyMs, performance.now() - 1000);
  }
}

/* --- Those beside them --- */

/** A program that has the file open, and reads an old state for a while. */
async function hold() {
  while (going) {
    const reader = spawn('sqlite3', [database], { stdio: ['pipe', 'ignore', 'inherit'] });
    reader.stdin.write('BEGIN; SELECT count(*) FROM map;\n');
    await sleep(Number(options.hold));
    reader.stdin.end('COMMIT;\n');
    await new Promise((resolve) => reader.on('exit', resolve));
    await sleep(Number(options.hold) / 4);
  }
}

async function backUp() {
  let count = 0;
  for (; going; count++) {
    const file = join(work, `backup-${count}`);
    try {
      await run(jalon, ['backup', file, '--data', data]);
    } catch (error) {
      fault(`jalon backup ends with ${error.code}: ${error.stdout}${error.stderr}`);
    }
    await rm(file, { force: true });
    await sleep(500);
  }
  return count;
}

async function importRows() {
  const lines = ['title,lon,lat,source_id'];
  for (let i = 0; i < Number(options.rows); i++) {
    lines.push(`row ${i},${3 + Math.random()},${43 + Math.random()},${i}`);
  }
  const file = join(work, 'rows.csv');
  await writeFile(file, lines.join('\n'));
  for (let i = 0; going; i++) {
    await run(jalon, ['import', 'm', 'accessibility', file, '--source', `s${i}`, '--data', data,
      '--quiet']).catch((error) => fault(`jalon import ends with ${error.code}: ${error.stderr}`));
    await sleep(1000);
  }
}

let longest = 0;
async function watch() {
  while (going) {
    const size = await stat(`${database}-wal`).then((info) => info.size, () => 0);
    longest = Math.max(longest, size);
    await sleep(20);
  }
}

/* --- */

await run(jalon, ['map', 'create', 'm', '--template', 'cartomobilite', '--data', data]);
const server = await serve(jalon, data, ['--log-level', 'error', '--write-rate-limit', '0']);
const started = performance.now();
const all = [watch(), options.hold !== '0' && hold(), options.backups === 'yes' && backUp(),
  options.rows !== '0' && importRows(),
  ...Array.from({ length: WRITERS }, (_, i) => write(server.port, i))];
await sleep(1000 * Number(options.seconds));
going = false;
const backups = (await Promise.all(all))[2];
const seconds = (performance.now() - started) / 1000;
agent.destroy();
await stop(server);
await run(jalon, ['check', '--data', data]).catch((error) =>
  fault(`jalon check ends with ${error.code}: ${error.stdout}${error.stderr}`));
if (longest > LIMIT) fault(`the log had ${longest} bytes`);
for (const code of Object.keys(codes)) {
  if (code !== '201') fault(`${codes[code]} writes were answered with ${code}`);
}
console.log(`${codes[201] ?? 0} writes in ${seconds.toFixed(1)} s, the slowest answered after ` +
  `${slowestMs.toFixed(0)} ms; log up to ${(longest / 2 ** 20).toFixed(1)} MB; ${backups || 0} backups`);
await rm(work, { recursive: true });
process.exitCode = faults.length > 0 ? 1 : 0;
