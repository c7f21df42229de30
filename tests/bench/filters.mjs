// SPDX-License-Identifier: AGPL-3.0-or-later
// What filters cost over a whole large map, one request at a time.
//
//   node filters.mjs CSV URL
//
// Each filter is counted by a few lines of JavaScript over the same rows; the list, the clusters and
// the tiles have to say the same before their times count. Prints "name value unit ratio" lines: the
// first time a filter is asked (clusters of all of France at zoom 6), the median of clusters and of
// tiles that follow; the ratio is the time without a filter divided by that.
import { VectorTile } from '@mapbox/vector-tile';
import Pbf from 'pbf';
import { chance, fail, get, getJson, readPoints, tileOf } from './points.mjs';

const AROUND = [-6, 41, 10, 52];
const AGAIN = 7;
const EATING = ['restaurant', 'cafe', 'fast-food'];
const [csv, url] = process.argv.slice(2);
const points = readPoints(csv);
const random = chance(6);
const map = `${url}/maps/bench`;

const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const triangle = [[1, 45], [7, 45], [4, 49.5]];
/** On the left of all sides, which run counter-clockwise; none of the points lies on one. */
const inTriangle = ({ lon, lat }) => triangle.every(([x, y], i) => {
  const [x2, y2] = triangle[(i + 1) % 3];
  return (x2 - x) * (lat - y) - (y2 - y) * (lon - x) > 0;
});
const wkt = `POLYGON((${[...triangle, triangle[0]].map((corner) => corner.join(' ')).join(', ')}))`;

// All were created when they were imported.
const filters = {
  category: { query: { category: 'eating' }, matches: ({ category }) => EATING.includes(category) },
  equal: { filter: "wheelchair = 'yes'", matches: ({ wheelchair }) => wheelchair === 'yes' },
  range: {
    filter: 'entrance_steps BETWEEN 1 AND 2',
    matches: ({ entrance_steps: steps }) => steps >= 1 && steps <= 2,
  },
  list: {
    filter: "wheelchair IN ('limited', 'no')",
    matches: ({ wheelchair }) => wheelchair === 'limited' || wheelchair === 'no',
  },
  null: { filter: 'wheelchair IS NULL', matches: ({ wheelchair }) => wheelchair === '' },
  like_start: { filter: "title LIKE 'Mairie%'", matches: ({ title }) => title.startsWith('Mairie') },
  like_inside: { filter: "title LIKE '%7, Paris'", matches: ({ title }) => title.endsWith('7, Paris') },
  folded: {
    filter: "CASEI(ACCENTI(title)) LIKE CASEI(ACCENTI('%ÉPICERIE%'))",
    matches: ({ title }) => fold(title).includes('epicerie'),
  },
  search: { query: { q: 'pharmacie' }, matches: ({ title }) => title.startsWith('Pharmacie') },
  date: { filter: "created > TIMESTAMP('2020-01-01T00:00:00Z')", matches: () => true },
  polygon: { filter: `S_INTERSECTS(geometry, ${wkt})`, matches: inTriangle },
  arithmetic: {
    filter: 'entrance_steps * 2 + 1 > 4',
    matches: ({ entrance_steps: steps }) => steps * 2 + 1 > 4,
  },
  mixed: {
    filter: "(wheelchair = 'yes' AND entrance_steps < 2) OR (title LIKE 'Mairie%' AND NOT "
      + `S_INTERSECTS(geometry, ${wkt}))`,
    matches: (point) => (point.wheelchair === 'yes' && point.entrance_steps < 2)
      || (point.title.startsWith('Mairie') && !inTriangle(point)),
  },
};

const toQuery = ({ query, filter }) => `&${new URLSearchParams(query ?? { filter })}`;

async function timed(work) {
  const start = performance.now();
  const result = await work();
  return { result, took: performance.now() - start };
}

const sumOf = (features) =>
  features.reduce((sum, { properties }) => sum + (properties.point_count ?? 1), 0);

async function askClusters(zoom, box, query) {
  const target = `${map}/clusters?collections=accessibility&zoom=${zoom}&bbox=${box.join(',')}${query}`;
  const { result, took } = await timed(() => get(target));
  return { took, sum: sumOf(JSON.parse(new TextDecoder().decode(result)).features) };
}

async function askTile({ z, row, column }, query) {
  const target = `${map}/tiles/WebMercatorQuad/${z}/${row}/${column}?collections=accessibility${query}`;
  const { result, took } = await timed(() => get(target));
  const layer = new VectorTile(new Pbf(result)).layers.accessibility;
  let sum = 0;
  for (let i = 0; layer !== undefined && i < layer.length; i++) {
    const feature = layer.feature(i);
    const { x, y } = feature.loadGeometry()[0][0];
    const inside = x >= 0 && y >= 0 && x < layer.extent && y < layer.extent;
    sum += inside ? (feature.properties.point_count ?? 1) : 0;
  }
  return { took, sum };
}

/** All tiles of zoom 5 over the points, in which each matching one is once. */
function someTiles() {
  const tiles = new Map();
  for (const point of points) {
    const { row, column } = tileOf(point, 5);
    tiles.set(`${row}/${column}`, { z: 5, row, column });
  }
  for (const { row, column } of [...tiles.values()]) { // where a cluster may stand beyond its points
    for (let i = -1; i <= 1; i++) {
      for (let j = -1; j <= 1; j++) {
        tiles.set(`${row + i}/${column + j}`, { z: 5, row: row + i, column: column + j });
      }
    }
  }
  return [...tiles.values()];
}

/** Random windows of zoom 6 to 10 around contributions, never the same. */
function someBoxes() {
  return Array.from({ length: AGAIN }, () => {
    const { lon, lat } = points[Math.floor(random() * points.length)];
    const zoom = 6 + Math.floor(random() * 5);
    const half = 360 / 2 ** zoom;
    return { zoom, box: [lon - half, lat - half / 2, lon + half, lat + half / 2] };
  });
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const tiles = someTiles();
const boxes = someBoxes();

async function measure(name, query, expected) {
  const first = await askClusters(6, AROUND, query);
  const again = [];
  for (const { zoom, box } of boxes) {
    again.push((await askClusters(zoom, box, query)).took);
  }
  const drawn = [];
  let sum = 0;
  for (const tile of tiles) {
    const { took, sum: inside } = await askTile(tile, query);
    if (inside > 0) { drawn.push(took); }
    sum += inside;
  }
  const list = await getJson(`${map}/collections/accessibility/items?limit=1&f=json${query}`);
  const counts = { clusters: first.sum, tiles: sum, list: list.numberMatched };
  for (const [what, count] of Object.entries(counts)) {
    if (count !== expected) { fail(`${name}: ${what} show ${count}, there are ${expected}`); }
  }
  return { first: first.took, clusters: median(again), tile: median(drawn), worst: Math.max(...drawn) };
}

function report(name, value, ratio) {
  process.stdout.write(`${name} ${value.toFixed(2)} ms ${ratio}\n`);
}

const nothing = { filter: "title = 'nowhere'", matches: () => false };
await measure('warming up', toQuery(nothing), 0); // not the tiles that are then drawn without a filter
const plain = await measure('no filter', '', points.length);
let worst = 0;
for (const [name, filter] of Object.entries(filters)) {
  const expected = points.filter(filter.matches).length;
  const times = await measure(name, toQuery(filter), expected);
  for (const what of ['first', 'clusters', 'tile']) {
    report(`filter_${name}_${what}`, times[what], (plain[what] / times[what]).toPrecision(2));
    worst = Math.max(worst, times[what]);
  }
  worst = Math.max(worst, times.worst);
}
report('filter_worst', worst, '-');
