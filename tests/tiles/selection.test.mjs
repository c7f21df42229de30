// SPDX-License-Identifier: AGPL-3.0-or-later
// Random selections of the demo map: lists, clusters, statistics and tiles count the same. JALON is
// the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve, stop } from '../server.mjs';
import { chance, countDrawn, inTurns, tilesOver } from './reading.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-selection-'));
const AREA = [3.79, 43.55, 3.96, 43.67]; // around everything of the demo map
const ROUNDS = 60;
let server;
let map;

before(async () => {
  execFileSync(jalon, ['demo', '--data', data], { stdio: 'ignore' });
  server = await serve(jalon, data);
  map = `http://127.0.0.1:${server.port}/maps/montpellier`;
});

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

async function ask(where, selection) {
  const query = new URLSearchParams(selection);
  const answer = await fetch(`${map}/${where}${where.includes('?') ? '&' : '?'}${query}`);
  assert.equal(answer.status, 200, `${where} ${query}: ${answer.status}`);
  return answer.json();
}

async function drawn(collection, selection, z) {
  const query = new URLSearchParams(selection);
  const tiles = await inTurns(tilesOver(AREA, z), async ({ row, column }) => {
    const answer = await fetch(`${map}/collections/${collection}/tiles/WebMercatorQuad/${z}/${row}/${column}?${query}`);
    assert.ok(answer.status === 200 || answer.status === 204, `${answer.status} ${query}`);
    return { bytes: Buffer.from(await answer.arrayBuffer()) };
  });
  const clusters = await ask(`clusters?zoom=${z}&collections=${collection}`, selection);
  return countDrawn(tiles, clusters.features);
}

test('every answer counts what the list counts', async () => {
  const random = chance(7);
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const territories = (await ask('territories', {})).features.map((f) => f.properties.key);
  const words = {};
  for (const collection of ['accessibility', 'initiatives', 'pavements']) {
    const list = await ask(`collections/${collection}/items?limit=500`, {});
    words[collection] = list.features.flatMap((f) =>
      `${f.properties.title ?? ''} ${f.properties.description ?? ''}`.split(/[^\p{L}]+/u).filter((w) => w.length > 2));
  }
  words.pavements.push('oui', 'bon');
  const plain = (word) => word.normalize('NFD').replace(/\p{M}/gu, '');
  const parameters = {
    q: (collection) => {
      const word = pick(words[collection]);
      return pick([word, word.toUpperCase(), plain(word), word.slice(0, 3), word.slice(0, 2), `"${word}"`]);
    },
    near: () => `${3.8 + 0.12 * random()},${43.57 + 0.08 * random()}`,
    within: () => pick(territories),
    updated: () => pick(['2020-01-01/..', '../2120-01-01', '../2020-01-01', '2020-01-01T00:00:00Z/2120-01-01T00:00:00Z']),
    stale: () => pick(['false', 'false', 'true']),
    campaign: () => pick(['', '', 'printemps']),
    author: () => '',
    category: (collection) => ({ accessibility: 'restaurants', initiatives: 'domain-culture' })[collection],
    filter: () => pick(["created > DATE('2020-01-01')", 'S_INTERSECTS(geometry,BBOX(3.85,43.59,3.89,43.62))', "CASEI(title) LIKE '%a%'"]),
  };
  let some = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const collection = pick(['accessibility', 'initiatives', 'accessibility', 'initiatives', 'pavements']);
    const selection = {};
    for (const [name, make] of Object.entries(parameters)) {
      const value = random() < 0.35 ? make(collection) : undefined;
      if (value !== undefined) selection[name] = value;
    }
    if ('near' in selection) selection.radius = Math.round(10 ** (2 + 1.8 * random()));
    const about = `${collection} ${new URLSearchParams(selection)}`;
    const { numberMatched } = await ask(`collections/${collection}/items?limit=1`, selection);
    const zoom = below(19);
    const clusters = await ask(`clusters?zoom=${zoom}&collections=${collection}`, selection);
    const sum = clusters.features.reduce((total, f) => total + (f.properties.point_count ?? 1), 0);
    const stats = await ask(`stats?by=collection&collections=${collection}`, selection);
    const z = pick([0, 5, 9, 11, 12, 13]);
    assert.equal(clusters.numberMatched, numberMatched, `clusters ${zoom} ${about}`);
    assert.equal(sum, numberMatched, `clusters ${zoom} ${about}`);
    assert.equal(stats.numberMatched, numberMatched, `stats ${about}`);
    assert.equal(await drawn(collection, selection, z), numberMatched, `tiles ${z} ${about}`);
    some += numberMatched > 0;
  }
  assert.ok(some > ROUNDS / 3, `${some} of ${ROUNDS} find something`);
});
