// SPDX-License-Identifier: AGPL-3.0-or-later
// Jalon and supercluster draw the same contributions: before anything is timed.
//
//   node agree.mjs CSV JALON-URL PEER-URL SAMPLES
//
// Both merge points, each in its own way, so what is compared is what clusters hold:
//  - all tiles of zooms 5 to 8 together, and the list of the whole world at zooms 0 to 6: each
//    contribution exactly once, on both sides;
//  - random tiles and boxes of zooms 5 to 14: no more than there are contributions within three
//    radii of it, no less than lie that deep inside. So far may a cluster stand from its points.
// The tiles are asked for as the map's, those that are timed as the collection's.
import { VectorTile } from '@mapbox/vector-tile';
import Pbf from 'pbf';
import { chance, fail, get, getJson, latOf, lonOf, readPoints, tileOf, xOf, yOf } from './points.mjs';

const MARGIN = (3.2 * 40) / 512; // of a tile
const [csv, jalon, peer, samples] = process.argv.slice(2);
const points = readPoints(csv);
const random = chance(4);
const places = points.map((point) => ({ x: xOf(point.lon), y: yOf(point.lat) }))
  .sort((a, b) => a.x - b.x);

const tileUrls = ({ z, row, column }) => ({
  jalon: `${jalon}/maps/bench/tiles/WebMercatorQuad/${z}/${row}/${column}`,
  peer: `${peer}/tiles/${z}/${row}/${column}`,
});
const listUrls = (query) => ({
  jalon: `${jalon}/maps/bench/clusters?collections=accessibility&${query}`,
  peer: `${peer}/clusters?${query}`,
});

/** The contributions that a tile without its margin shows. */
async function countTile(url) {
  const layer = new VectorTile(new Pbf(await get(url))).layers.accessibility;
  let sum = 0;
  for (let i = 0; layer !== undefined && i < layer.length; i++) {
    const feature = layer.feature(i);
    const { x, y } = feature.loadGeometry()[0][0];
    if (x >= 0 && y >= 0 && x < layer.extent && y < layer.extent) {
      sum += feature.properties.point_count ?? 1;
    }
  }
  return sum;
}

async function countList(url) {
  const { features } = await getJson(url);
  return features.reduce((sum, { properties }) => sum + (properties.point_count ?? 1), 0);
}

/** How many points lie in a rectangle of the square. */
function countPlaces([west, north, east, south]) {
  let low = 0;
  for (let high = places.length; low < high;) {
    const middle = (low + high) >> 1;
    if (places[middle].x < west) { low = middle + 1; } else { high = middle; }
  }
  let count = 0;
  for (let i = low; i < places.length && places[i].x <= east; i++) {
    count += places[i].y >= north && places[i].y <= south;
  }
  return count;
}

/** The least and the most that may be seen in a rectangle at a zoom. */
function bounds([west, north, east, south], zoom) {
  const by = MARGIN / 2 ** zoom;
  return [
    countPlaces([west + by, north + by, east - by, south - by]),
    countPlaces([west - by, north - by, east + by, south + by]),
  ];
}

function compare(what, [least, most], counts) {
  for (const side of ['jalon', 'peer']) {
    if (counts[side] < least || counts[side] > most) {
      fail(`${side} shows ${counts[side]} in ${what}, and not from ${least} to ${most}`);
    }
  }
}

async function countBoth(count, urls) {
  return { jalon: await count(urls.jalon), peer: await count(urls.peer) };
}

async function compareZoom(z) {
  const tiles = new Map();
  for (const point of points) {
    const { row, column } = tileOf(point, z);
    for (let i = -1; i <= 1; i++) {
      for (let j = -1; j <= 1; j++) { // a cluster may stand in the next tile
        tiles.set(`${row + i}/${column + j}`, { z, row: row + i, column: column + j });
      }
    }
  }
  const sums = { jalon: 0, peer: 0 };
  for (const tile of tiles.values()) {
    const counts = await countBoth(countTile, tileUrls(tile));
    sums.jalon += counts.jalon;
    sums.peer += counts.peer;
  }
  compare(`all tiles of zoom ${z}`, [points.length, points.length], sums);
}

async function compareRandom() {
  const zoom = 5 + Math.floor(random() * 10);
  const tile = tileOf(points[Math.floor(random() * points.length)], zoom);
  const side = 1 / 2 ** zoom;
  const square = [tile.column * side, tile.row * side, (tile.column + 1) * side, (tile.row + 1) * side];
  const allowed = bounds(square, zoom);
  const box = [lonOf(square[0]), latOf(square[3]), lonOf(square[2]), latOf(square[1])];
  const query = `bbox=${box.map((value) => value.toFixed(8)).join(',')}&zoom=${zoom}`;
  compare(`tile ${zoom}/${tile.row}/${tile.column}`, allowed, await countBoth(countTile, tileUrls(tile)));
  compare(`clusters?${query}`, allowed, await countBoth(countList, listUrls(query)));
}

for (let zoom = 5; zoom <= 8; zoom++) {
  await compareZoom(zoom);
}
for (let zoom = 0; zoom <= 6; zoom++) {
  const query = `bbox=-180,-85,180,85&zoom=${zoom}`;
  compare(`clusters?${query}`, [points.length, points.length], await countBoth(countList, listUrls(query)));
}
for (let i = 0; i < Number(samples); i++) {
  await compareRandom();
}
