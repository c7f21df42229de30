// SPDX-License-Identifier: AGPL-3.0-or-later
// Lists of Jalon and of a peer hold the same contributions with the same properties and places.
//
//   node same.mjs JALON-URL PATHS PEER
//
// PATHS holds a path a line, PEER the GeoJSON of the same box a line.
import fs from 'node:fs';
import { fail, getJson } from './points.mjs';

const [jalon, paths, peer] = process.argv.slice(2);
const lines = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
const DEGREES = 1e6;

/** What both know of a contribution, as one text. */
function describe({ geometry, properties }) {
  const { title, description, wheelchair, opening_hours: hours, entrance_steps: steps } = properties;
  return JSON.stringify([
    String(properties.source_id), title, description || null, wheelchair || null, hours || null, Number(steps),
    geometry.coordinates.slice(0, 2).map((side) => Math.round(side * DEGREES)),
  ]);
}

const theirs = lines(peer);
for (const [i, path] of lines(paths).slice(0, theirs.length).entries()) {
  const sides = [await getJson(jalon + path), JSON.parse(theirs[i])]
    .map(({ features }) => features.map(describe).sort());
  const other = sides[0].findIndex((text, j) => text !== sides[1][j]);
  if (other >= 0 || sides[0].length !== sides[1].length) {
    fail(`${path}: ${sides[0].length} and ${sides[1].length}; ${sides[0][other]} is ${sides[1][other]}`);
  }
}
