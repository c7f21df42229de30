// SPDX-License-Identifier: AGPL-3.0-or-later
// Are duplicates found, and only they? Measured on real restaurants and shops of Montpellier.
//
//   JALON=… node duplicates.mjs
//
// For each place with a name, variants are made by a generator with a seed: how another person might
// write the same name, a little beside the place. Each is asked for as a form would before sending.
// Found is a variant whose place is among the candidates; every other candidate is false. So that
// places which are no duplicates count as well, each place is also asked for as it is, as often as
// there are variants: there all candidates but itself are false.
//
// Prints "name value unit -" lines: recall and precision, and what each manner of writing comes to.
// Fails below a recall of 0.95 or a precision of 0.9.
import fs from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';
import { chance } from './points.mjs';

const jalon = process.env.JALON;
const sources = path.join(path.dirname(fileURLToPath(import.meta.url)), '../data/montpellier');
const FILES = ['OSM_MTP_Restaurants.geojson', 'OSM_MTP_Commerces.geojson'];
const RECALL_LEAST = 0.95;
const PRECISION_LEAST = 0.9;
const BESIDE_M = 30; // how far off somebody puts the same place
const random = chance(20261121);
const one = (list) => list[Math.floor(random() * list.length)];

// --- How others write it ---
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function slip(word) {
  const at = 1 + Math.floor(random() * (word.length - 2));
  const [before, after] = [word.slice(0, at), word.slice(at + 1)];
  return one([
    () => before + after,
    () => before + word[at] + word[at] + after,
    () => before + one(LETTERS) + after,
    () => before.slice(0, -1) + word[at] + before.slice(-1) + after,
  ])();
}

/** One word of at least six letters with a slip; the name as it is when there is none. */
function typo(name) {
  const words = name.split(' ');
  const long = words.map((word, i) => (/^\p{L}{6,}$/u.test(word) ? i : -1)).filter((i) => i >= 0);
  if (long.length === 0) return name;
  const at = one(long);
  return words.map((word, i) => (i === at ? slip(word) : word)).join(' ');
}

const manners = {
  'as it is': (name) => name,
  capitals: (name) => name.toUpperCase(),
  'no accents': (name) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase(),
  'no article': (name) => name.replace(/^(?:(?:le|la|les|au|aux) |l['’])(?=\p{L}{3})/iu, ''),
  'other order': (name) => {
    const words = name.split(' ');
    return words.length < 2 ? name : [...words.slice(1), words[0]].join(' ');
  },
  typo,
  'with its kind': (name, kind) => `${kind} ${name}`,
  'with the city': (name) => `${name} Montpellier`,
  'spaces apart': (name) => name.replace(/['’-]/g, ' '),
  'typo in capitals': (name) => typo(name).toUpperCase(),
};

function move([lon, lat]) {
  const angle = random() * 2 * Math.PI;
  const far = Math.sqrt(random()) * BESIDE_M;
  return [lon + far * Math.cos(angle) / (111320 * Math.cos(lat * Math.PI / 180)),
    lat + far * Math.sin(angle) / 111320].map((side) => Number(side.toFixed(7)));
}

// --- Asking ---
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

function post(url, body) {
  return new Promise((resolve, reject) => {
    http.request(url, { agent, method: 'POST', headers: { 'Content-Type': 'application/geo+json' } },
      (answer) => {
        let text = '';
        answer.on('data', (part) => { text += part; });
        answer.on('end', () => (answer.statusCode === 200
          ? resolve(JSON.parse(text)) : reject(new Error(`${answer.statusCode}: ${text}`))));
      }).on('error', reject).end(JSON.stringify(body));
  });
}

const feature = (title, coordinates) =>
  ({ type: 'Feature', properties: { title }, geometry: { type: 'Point', coordinates } });

/** Calls `ask` for all, a few at a time. */
async function inTurns(list, ask) {
  let next = 0;
  await Promise.all(Array.from({ length: 4 }, async () => {
    while (next < list.length) await ask(list[next++]);
  }));
}

const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-duplicates-'));
let server;
try {
  execFileSync(jalon, ['map', 'create', 'bench', '--template', 'demo', '--data', data]);
  for (const file of FILES) {
    const { status, stderr } = spawnSync(jalon, ['import', 'bench', 'accessibility',
      path.join(sources, file), '--map', 'type=category', '--quiet', '--data', data]);
    if (status > 1) throw new Error(`import of ${file}: ${stderr}`); // 1: some rows are refused
  }
  server = await serve(jalon, data);
  const collection = `http://127.0.0.1:${server.port}/maps/bench/collections/accessibility`;
  const places = [];
  for (let url = `${collection}/items?limit=1000`; url;) {
    const page = await (await fetch(url)).json();
    places.push(...page.features.filter((place) => place.properties.title));
    url = page.links.find((link) => link.rel === 'next')?.href;
  }
  const kindOf = JSON.parse(fs.readFileSync(path.join(sources, FILES[0]))).features
    .concat(JSON.parse(fs.readFileSync(path.join(sources, FILES[1]))).features)
    .reduce((kinds, { properties }) => kinds.set(properties.name, properties.type), new Map());

  const tally = new Map(Object.keys(manners).map((manner) => [manner, { asked: 0, found: 0 }]));
  const missed = [];
  const wrong = [];
  let found = 0;
  let asked = 0;
  let falseOnes = 0;
  const variants = places.flatMap((place) => Object.entries(manners).map(([manner, write]) => {
    const name = place.properties.title;
    return { place, manner, title: write(name, kindOf.get(name) ?? ''),
      at: move(place.geometry.coordinates) };
  }));
  await inTurns(variants, async ({ place, manner, title, at }) => {
    const { items } = await post(`${collection}/duplicates`, feature(title, at));
    const isFound = items.some(({ id }) => id === place.id);
    const others = items.filter(({ id }) => id !== place.id);
    asked++;
    found += isFound;
    falseOnes += others.length;
    tally.get(manner).asked++;
    tally.get(manner).found += isFound;
    if (!isFound) missed.push(`${title} <> ${place.properties.title}`);
    for (const other of others) wrong.push(`${title} <> ${other.title} ${other.distance_m} m ${other.similarity}`);
  });
  let falseOfPlaces = 0;
  await inTurns(places, async (place) => {
    const { items } = await post(`${collection}/duplicates`,
      feature(place.properties.title, place.geometry.coordinates));
    falseOfPlaces += items.filter(({ id }) => id !== place.id).length;
  });
  falseOnes += falseOfPlaces * Object.keys(manners).length;
  const recall = found / asked;
  const precision = found / (found + falseOnes);
  console.log(`duplicates_places ${places.length} - -`);
  for (const [manner, { asked: all, found: right }] of tally) {
    console.log(`duplicates_recall_${manner.replaceAll(' ', '_')} ${(right / all).toFixed(4)} - -`);
  }
  console.log(`duplicates_recall ${recall.toFixed(4)} - -`);
  console.log(`duplicates_precision ${precision.toFixed(4)} - -`);
  if (process.env.DUPLICATES_SHOW) {
    console.log([...new Set(missed)].slice(0, 60).join('\n'));
    console.log('--');
    console.log([...new Set(wrong)].slice(0, 80).join('\n'));
  }
  if (recall < RECALL_LEAST || precision < PRECISION_LEAST) process.exitCode = 1;
} finally {
  agent.destroy();
  if (server) await stop(server);
  fs.rmSync(data, { recursive: true });
}
