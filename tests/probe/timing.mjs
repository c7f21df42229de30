// SPDX-License-Identifier: AGPL-3.0-or-later
// How long the two requests of each pair of pairs.mjs take, sampled by turns in random order on one
// connection. timing FILE says what is printed. JALON is the program.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { open, pairs } from './pairs.mjs';

const LIKELY = new RegExp('^(sign_in|sign_up|link|secret|token|edit_secret|coarse)\\.|^field\\..*ada$|' +
  '^(pending|hidden|unseen|club|closed)\\.\\w+\\.(GET\\.|GET\\.revisions|GET\\.comments|GET\\.moderation|GET\\.reports|' +
  'PATCH\\.|POST\\.comments|POST\\.reports|POST\\.secret)$');
const [seconds, only] = [Number(process.argv[2]), process.argv[3]];
const WARM = 5;
// By chance alone one comparison in so many is told apart.
const CERTAIN_Z = 4;

/**
 * The chance that one of a took longer than one of b (0.5: they cannot be told apart), and how many
 * standard deviations of that chance it is away from a half. H. B. Mann and D. R. Whitney, On a test of
 * whether one of two random variables is stochastically larger than the other (1947).
 */
function rank(a, b) {
  const all = [...a.map((x) => [x, true]), ...b.map((x) => [x, false])].sort((x, y) => x[0] - y[0]);
  let sum = 0;
  for (let i = 0; i < all.length;) {
    let end = i;
    while (end < all.length && all[end][0] === all[i][0]) end++;
    for (let k = i; k < end; k++) if (all[k][1]) sum += (i + 1 + end) / 2;
    i = end;
  }
  const u = sum - (a.length * (a.length + 1)) / 2;
  const z = (u - (a.length * b.length) / 2) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  return { chance: u / (a.length * b.length), z };
}

const median = (list) => [...list].sort((x, y) => x - y)[list.length >> 1];

async function measure(server, table) {
  const took = new Map(table.map((pair) => [pair, { a: [], b: [] }]));
  const end = performance.now() + seconds * 1000;
  for (let round = -WARM; round <= 0 || performance.now() < end; round++) {
    const order = table.map((pair) => [pair, Math.random()]).sort((x, y) => x[1] - y[1]);
    for (const [pair] of order) {
      for (const side of Math.random() < 0.5 ? ['a', 'b'] : ['b', 'a']) {
        const { took_us } = await server.ask(pair[side]());
        if (round >= 0) took.get(pair)[side].push(took_us);
      }
    }
  }
  return took;
}

const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-timing-'));
const server = await open(process.env.JALON, data, ['--sign-in-tries', '0', '--write-rate-limit', '0']);
const wanted = only ? new RegExp(only) : LIKELY;
const all = await pairs(server);
// May be told apart, and should be, as only one asks the database: else the others were sampled
// too briefly to say anything.
const listed = await server.ask({ path: '/maps/open/collections/spots/items?limit=1' });
const item = `/maps/open/collections/spots/items/${JSON.parse(listed.text).features[0].id}`;
const control = { name: 'control.asks_the_database', a: () => ({ path: `${item}/supports` }), b: () => ({ path: item }) };
const table = [...all.filter((pair) => wanted.test(pair.name)), control];
let told = 0, farthest = 0, samples = 0;
for (const [pair, { a, b }] of await measure(server, table)) {
  const { chance, z } = rank(a, b);
  samples = a.length;
  if (pair !== control) told += Math.abs(z) > CERTAIN_Z;
  if (pair !== control) farthest = Math.max(farthest, Math.abs(chance - 0.5));
  console.log(`${pair.name} ${median(a).toFixed(0)} us ${(median(a) / median(b)).toFixed(3)} ${chance.toFixed(3)} ${z.toFixed(1)}`);
}
console.log(`samples ${samples} of_each 1.00`);
console.log(`told_apart ${told} pairs ${(told / table.length).toFixed(3)}`);
console.log(`farthest_chance ${(0.5 + farthest).toFixed(3)} chance ${(2 * farthest + 1).toFixed(3)}`);
const code = await server.close();
fs.rmSync(data, { recursive: true });
process.exit(code);
