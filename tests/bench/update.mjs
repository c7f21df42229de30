// SPDX-License-Identifier: AGPL-3.0-or-later
// What a contribution that comes changes, and how soon it is seen.
//
//   node update.mjs CSV URL WRITES TILES
//
// Each write is followed at once by the four answers that have to show it: the list, the clusters, the
// tile and the statistics; one that does not ends this. Then the ETags of random tiles of zooms 5
// to 14 are compared over one more write: a new ETag for the same bytes, an old one for others, or a
// change in a tile far from the write, ends this too.
//
// Prints "name value unit -" lines; times are medians, the write (durable) and one answer each.
import { createHash } from 'node:crypto';
import http from 'node:http';
import { VectorTile } from '@mapbox/vector-tile';
import Pbf from 'pbf';
import { chance, fail, readPoints, tileOf, xOf, yOf } from './points.mjs';

const [csv, url, writes, tileCount] = process.argv.slice(2);
const points = readPoints(csv);
const random = chance(5);
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const map = `${url}/maps/bench`;

function ask(target, body) {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const headers = body === undefined ? {} : { 'Content-Type': 'application/geo+json' };
    http.request(target, { agent, method, headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const bytes = Buffer.concat(parts);
        if (answer.statusCode >= 300) { fail(`${answer.statusCode} for ${target}: ${bytes}`); }
        resolve({ bytes, etag: answer.headers.etag });
      });
    }).on('error', reject).end(body);
  });
}

const askJson = async (target) => JSON.parse((await ask(target)).bytes);
const tileUrl = ({ z, row, column }) => `${map}/tiles/WebMercatorQuad/${z}/${row}/${column}`;
const anyPoint = () => points[Math.floor(random() * points.length)];

/** Near another one, and where none was before. */
function newPlace() {
  const { lon, lat } = anyPoint();
  const near = (side) => Number((side + (random() - 0.5) / 500).toFixed(7));
  return { lon: near(lon), lat: near(lat) };
}

const toFeature = ({ lon, lat }) => JSON.stringify({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [lon, lat] },
  properties: { title: 'Bench', categories: ['cafe'], wheelchair: 'yes' },
});

async function countTile(tile) {
  const layer = new VectorTile(new Pbf((await ask(tileUrl(tile))).bytes)).layers.accessibility;
  let sum = 0;
  for (let i = 0; layer !== undefined && i < layer.length; i++) {
    sum += layer.feature(i).properties.point_count ?? 1;
  }
  return sum;
}

/** The four answers about a place, as counts. */
function questions({ lon, lat }) {
  const by = 1e-5;
  const box = [lon - by, lat - by, lon + by, lat + by].map((side) => side.toFixed(7)).join(',');
  const zoomed = tileOf({ lon, lat }, 18); // nothing is merged there: one more is one more
  return {
    items: async () =>
      (await askJson(`${map}/collections/accessibility/items?bbox=${box}&limit=1000&f=json`)).numberMatched,
    clusters: async () =>
      (await askJson(`${map}/clusters?collections=accessibility&zoom=3`)).features
        .reduce((sum, { properties }) => sum + (properties.point_count ?? 1), 0),
    tile: () => countTile(zoomed),
    stats: async () => (await askJson(`${map}/stats?collections=accessibility&by=collection`)).numberMatched,
  };
}

async function measureWrite(times) {
  const place = newPlace();
  const asked = questions(place);
  const before = {};
  for (const [name, count] of Object.entries(asked)) { before[name] = await count(); }
  let start = performance.now();
  await ask(`${map}/collections/accessibility/items`, toFeature(place));
  times.write.push(performance.now() - start);
  for (const [name, count] of Object.entries(asked)) {
    start = performance.now();
    const after = await count();
    times[name].push(performance.now() - start);
    if (after !== before[name] + 1) {
      fail(`${name} says ${after} after a write, ${before[name]} before`);
    }
  }
}

function drawTiles() {
  const found = new Map();
  for (let tries = 0; found.size < Number(tileCount) && tries < 20 * tileCount; tries++) {
    const tile = tileOf(anyPoint(), 5 + Math.floor(random() * 10));
    found.set(tileUrl(tile), tile);
  }
  return [...found.values()];
}

async function readTiles(tiles) {
  const states = [];
  let next = 0;
  const work = async () => {
    while (next < tiles.length) {
      const i = next++;
      const { bytes, etag } = await ask(tileUrl(tiles[i]));
      states[i] = { etag, digest: createHash('sha256').update(bytes).digest('hex') };
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return states;
}

/** In tiles: how far the write is from the tile's edge; 0: inside. */
function distance({ z, row, column }, { lon, lat }) {
  const beyond = (place, first) => Math.max(0, first - place, place - first - 1);
  return Math.max(beyond(xOf(lon) * 2 ** z, column), beyond(yOf(lat) * 2 ** z, row));
}

async function compareTiles() {
  const place = newPlace();
  // Those the write is in, and random ones.
  const tiles = [...drawTiles(), ...Array.from({ length: 10 }, (_, i) => tileOf(place, 5 + i))];
  const before = await readTiles(tiles);
  await ask(`${map}/collections/accessibility/items`, toFeature(place));
  const after = await readTiles(tiles);
  let changed = 0;
  tiles.forEach((tile, i) => {
    const [newTag, newBytes] = ['etag', 'digest'].map((name) => before[i][name] !== after[i][name]);
    if (newTag !== newBytes) { fail(`${tileUrl(tile)}: ETag and bytes do not change together`); }
    if (newTag && distance(tile, place) > 1) { fail(`${tileUrl(tile)} changed, far from the write`); }
    changed += newTag;
  });
  return { changed, kept: tiles.length - changed };
}

const times = { write: [], items: [], clusters: [], tile: [], stats: [] };
for (let i = 0; i < Number(writes); i++) {
  await measureWrite(times);
}
const { changed, kept } = await compareTiles();
agent.destroy();
for (const [name, list] of Object.entries(times)) {
  const median = list.sort((a, b) => a - b)[list.length >> 1];
  process.stdout.write(`update_${name} ${median.toFixed(3)} ms -\n`);
}
process.stdout.write(`update_tiles_changed ${changed} tiles -\nupdate_tiles_kept ${kept} tiles -\n`);
