// SPDX-License-Identifier: AGPL-3.0-or-later
// Jalon and supercluster draw the same contributions: before anything is timed.
//
//   node agree.mjs CSV JALON-URL PEER-URL SAMPLES
//
// Both merge points, each in its own way, so what is compared is what clusters hold:
//  - all tiles of zooms 5 to 8 together, and the list of the whole world at zooms 0 to 6: each
//    contribution exactly once, on both sides, and the middle of all clusters, each counted as often
//    as it holds contributions, is the middle of all contributions;
//  - random tiles of zoom 17, where nothing is merged: the same places;
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

/** What a tile without its margin shows: places on the square of web maps, each with a count. */
async function readTile(url, { z, row, column }) {
  const layer = new VectorTile(new Pbf(await get(url))).layers.accessibility;
  const shown = [];
  for (let i = 0; layer !== undefined && i < layer.length; i++) {
    const feature = layer.feature(i);
    const { x, y } = feature.loadGeometry()[0][0];
    if (x >= 0 && y >= 0 && x < layer.extent && y < layer.extent) {
      const side = layer.extent * 2 ** z;
      shown.push({
        x: column / 2 ** z + x / side, y: row / 2 ** z + y / side, count: feature.properties.point_count ?? 1,
      });
    }
  }
  return shown;
}

async function readList(url) {
  const { features } = await getJson(url);
  return features.map(({ geometry: { coordinates: [lon, lat] }, properties }) =>
    ({ x: xOf(lon), y: yOf(lat), count: properties.point_count ?? 1 }));
}

const sumOf = (list, value) => list.reduce((sum, each) => sum + value(each), 0);
const countOf = (shown) => sumOf(shown, ({ count }) => count);

/** All of it, and in the right places: `within` is what one may be drawn beside its place. */
function compareAll(what, shown, within) {
  for (const side of ['jalon', 'peer']) {
    const count = countOf(shown[side]);
    if (count !== points.length) {
      fail(`${side} shows ${count} in ${what}, there are ${points.length}`);
    }
    for (const axis of ['x', 'y']) {
      const middle = sumOf(shown[side], (each) => each[axis] * each.count) / count;
      const expected = sumOf(places, (place) => place[axis]) / count;
      if (Math.abs(middle - expected) > within) {
        fail(`the middle of what ${side} shows in ${what} is ${axis} ${middle}, not ${expected}`);
      }
    }
  }
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

function compare(what, [least, most], shown) {
  for (const side of ['jalon', 'peer']) {
    const count = countOf(shown[side]);
    if (count < least || count > most) {
      fail(`${side} shows ${count} in ${what}, and not from ${least} to ${most}`);
    }
  }
}

async function readTiles(tile) {
  const urls = tileUrls(tile);
  return { jalon: await readTile(urls.jalon, tile), peer: await readTile(urls.peer, tile) };
}

async function readLists(query) {
  const urls = listUrls(query);
  return { jalon: await readList(urls.jalon), peer: await readList(urls.peer) };
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
  const shown = { jalon: [], peer: [] };
  for (const tile of tiles.values()) {
    const some = await readTiles(tile);
    shown.jalon.push(...some.jalon);
    shown.peer.push(...some.peer);
  }
  compareAll(`all tiles of zoom ${z}`, shown, 1 / (4096 * 2 ** z));
}

async function compareUnmerged() {
  const tile = tileOf(points[Math.floor(random() * points.length)], 17);
  const shown = await readTiles(tile);
  // supercluster looks for places in single precision: near the border it may take the next tile's.
  const unit = 1 / (4096 * 2 ** 17);
  const border = 64 * unit;
  const isWithin = (at, cell) => at > cell * 4096 * unit + border && at < (cell + 1) * 4096 * unit - border;
  const isSame = (one, other) => Math.abs(one.x - other.x) < 2 * unit && Math.abs(one.y - other.y) < 2 * unit;
  const hasAll = (some, others) => some
    .filter(({ x, y }) => isWithin(x, tile.column) && isWithin(y, tile.row))
    .every((one) => others.some((other) => isSame(one, other)));
  const same = hasAll(shown.jalon, shown.peer) && hasAll(shown.peer, shown.jalon);
  if (!same) {
    fail(`tile 17/${tile.row}/${tile.column}: ${JSON.stringify(shown)}`);
  }
}

async function compareRandom() {
  const zoom = 5 + Math.floor(random() * 10);
  const tile = tileOf(points[Math.floor(random() * points.length)], zoom);
  const side = 1 / 2 ** zoom;
  const square = [tile.column * side, tile.row * side, (tile.column + 1) * side, (tile.row + 1) * side];
  const allowed = bounds(square, zoom);
  const box = [lonOf(square[0]), latOf(square[3]), lonOf(square[2]), latOf(square[1])];
  const query = `bbox=${box.map((value) => value.toFixed(8)).join(',')}&zoom=${zoom}`;
  compare(`tile ${zoom}/${tile.row}/${tile.column}`, allowed, await readTiles(tile));
  compare(`clusters?${query}`, allowed, await readLists(query));
}

for (let zoom = 5; zoom <= 8; zoom++) {
  await compareZoom(zoom);
}
for (let zoom = 0; zoom <= 6; zoom++) {
  const query = `bbox=-180,-85,180,85&zoom=${zoom}`;
  compareAll(`clusters?${query}`, await readLists(query), 1e-8);
}
for (let i = 0; i < Number(samples); i++) {
  await compareRandom();
  await compareUnmerged();
}
