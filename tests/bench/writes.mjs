// SPDX-License-Identifier: AGPL-3.0-or-later
// Requests for bench_load: what people ask for, and new contributions beside others.
//
//   node writes.mjs CSV FOLDER
//
// Writes FOLDER/reads (tiles and windows of zooms 5 to 14, and lists, in equal parts) and
// FOLDER/posts.
import fs from 'node:fs';
import path from 'node:path';
import { chance, latOf, lonOf, readPoints, tileOf, xOf, yOf } from './points.mjs';

const COUNT = 6000;
const [csv, folder] = process.argv.slice(2);
const points = readPoints(csv);
const random = chance(7);
const anyPoint = () => points[Math.floor(random() * points.length)];

/** A window as large as a tile at a zoom, as a bbox. */
function boxAround({ lon, lat }, zoom) {
  const half = 0.5 / 2 ** zoom;
  const [x, y] = [xOf(lon), yOf(lat)];
  return [lonOf(x - half), latOf(y + half), lonOf(x + half), latOf(y - half)]
    .map((side) => side.toFixed(6)).join(',');
}

const reads = Array.from({ length: COUNT }, (_, i) => {
  const zoom = 5 + Math.floor(random() * 10);
  const point = anyPoint();
  const { row, column } = tileOf(point, zoom);
  return [
    `/maps/bench/tiles/WebMercatorQuad/${zoom}/${row}/${column}`,
    `/maps/bench/clusters?bbox=${boxAround(point, zoom)}&zoom=${zoom + 1}`,
    `/maps/bench/collections/accessibility/items?bbox=${boxAround(point, zoom)}&limit=100&f=json`,
  ][i % 3];
});
const posts = Array.from({ length: COUNT }, () => {
  const { lon, lat } = anyPoint();
  const near = (side) => Number((side + (random() - 0.5) / 500).toFixed(6));
  const feature = {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [near(lon), near(lat)] },
    properties: { title: 'Bench', categories: ['cafe'], wheelchair: 'limited', entrance_steps: 1 },
  };
  return `POST /maps/bench/collections/accessibility/items\t${JSON.stringify(feature)}`;
});
fs.writeFileSync(path.join(folder, 'reads'), `${reads.join('\n')}\n`);
fs.writeFileSync(path.join(folder, 'posts'), `${posts.join('\n')}\n`);
