// SPDX-License-Identifier: AGPL-3.0-or-later
// Random tiles and cluster lists around contributions, as requests for Jalon and for its peer.
//
//   node requests.mjs CSV FOLDER TILES BOXES PARTS
//
// A zoom from 5 to 14, then a contribution: what is asked for lies where people look. No tile is
// asked for twice, so of the low zooms there are as many as they have. Writes PART-tiles.jalon,
// PART-tiles.peer, PART-clusters.jalon and PART-clusters.peer for each part, of the same size; and
// low-tiles.jalon and low-tiles.peer, all tiles of zooms 5 to 8. Those are asked for as tiles of two
// collections, the other empty, because then nothing is known of them yet.
import fs from 'node:fs';
import path from 'node:path';
import { chance, latOf, lonOf, readPoints, tileOf, xOf, yOf } from './points.mjs';

const ZOOMS = [5, 14];
const LOW_ZOOM = 8;
const WINDOW = [1024, 768]; // pixels
const [csv, folder, ...numbers] = process.argv.slice(2);
const [tileCount, boxCount, parts] = numbers.map(Number);
const points = readPoints(csv);
const random = chance(3);

const anyZoom = () => ZOOMS[0] + Math.floor(random() * (ZOOMS[1] - ZOOMS[0] + 1));
const anyPoint = () => points[Math.floor(random() * points.length)];

function drawTiles() {
  const found = new Set();
  for (let i = 0; i < tileCount; i++) {
    const { z, row, column } = tileOf(anyPoint(), anyZoom());
    found.add(`/tiles/${z}/${row}/${column}`);
  }
  return [...found].map((tile) => ({
    jalon: `/maps/bench/collections/accessibility${tile.replace('/tiles/', '/tiles/WebMercatorQuad/')}`,
    peer: tile,
  }));
}

/** A window as large as a screen, the point anywhere in it. */
function drawBox() {
  const point = anyPoint();
  const zoom = anyZoom();
  const [width, height] = WINDOW.map((pixels) => pixels / 512 / 2 ** zoom);
  const west = xOf(point.lon) - random() * width;
  const north = yOf(point.lat) - random() * height;
  const box = [lonOf(west), latOf(north + height), lonOf(west + width), latOf(north)];
  const query = `bbox=${box.map((side) => side.toFixed(6)).join(',')}&zoom=${zoom}`;
  return { jalon: `/maps/bench/clusters?collections=accessibility&${query}`, peer: `/clusters?${query}` };
}

function lowTiles() {
  const found = new Set();
  for (const point of points) {
    for (let zoom = ZOOMS[0]; zoom <= LOW_ZOOM; zoom++) {
      const { z, row, column } = tileOf(point, zoom);
      found.add(`${z}/${row}/${column}`);
    }
  }
  return [...found].map((tile) => ({
    jalon: `/maps/bench/tiles/WebMercatorQuad/${tile}?collections=accessibility,needs`,
    peer: `/tiles/${tile}`,
  }));
}

function write(name, requests) {
  for (const side of ['jalon', 'peer']) {
    const lines = requests.map((request) => `${request[side]}\n`).join('');
    fs.writeFileSync(path.join(folder, `${name}.${side}`), lines);
  }
}

function writeParts(name, requests) {
  const size = Math.floor(requests.length / parts);
  for (let part = 0; part < parts; part++) {
    write(`${part + 1}-${name}`, requests.slice(part * size, (part + 1) * size));
  }
}

/** Low zooms would all be asked first otherwise, being found first. */
function shuffle(list) {
  for (let i = list.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [list[i], list[other]] = [list[other], list[i]];
  }
  return list;
}

write('low-tiles', shuffle(lowTiles()));
writeParts('tiles', shuffle(drawTiles()));
writeParts('clusters', Array.from({ length: boxCount }, drawBox));
