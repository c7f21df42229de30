// SPDX-License-Identifier: AGPL-3.0-or-later
// The made-up contributions as a peer reads them, and where tiles lie. Library of the benchmarks.
import fs from 'node:fs';

/** Ends the program: figures of what went wrong are none. */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** One row of a CSV file without line breaks in quotes. */
function splitRow(line) {
  const cells = [];
  for (let at = 0; at <= line.length;) {
    if (line[at] === '"') {
      let end = at + 1;
      while (line[end] !== '"' || line[end + 1] === '"') {
        end += line[end] === '"' ? 2 : 1;
      }
      cells.push(line.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 2;
    } else {
      const end = line.indexOf(',', at);
      cells.push(line.slice(at, end < 0 ? line.length : end));
      at = end < 0 ? line.length + 1 : end + 1;
    }
  }
  return cells;
}

/** Calls `take` for each line of a file, however large. */
function readLines(file, take) {
  const handle = fs.openSync(file, 'r');
  const buffer = Buffer.allocUnsafe(1 << 20);
  let kept = Buffer.alloc(0);
  for (let length; (length = fs.readSync(handle, buffer)) > 0;) {
    const bytes = Buffer.concat([kept, buffer.subarray(0, length)]);
    const end = bytes.lastIndexOf(10) + 1;
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      if (line !== '') { take(line); }
    }
    kept = bytes.subarray(end);
  }
  fs.closeSync(handle);
}

/** The rows of bench_generate csv as objects; lon, lat and entrance_steps are numbers. */
export function readPoints(file) {
  const points = [];
  let header = null;
  readLines(file, (line) => {
    const cells = splitRow(line);
    if (header === null) {
      header = cells;
      return;
    }
    const point = Object.fromEntries(header.map((name, i) => [name, cells[i]]));
    for (const name of ['lon', 'lat', 'entrance_steps']) {
      point[name] = Number(point[name]);
    }
    points.push(point);
  });
  return points;
}

/** The same numbers from 0 to 1 at each run: mulberry32. */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Places on the square of web maps, from 0 to 1. */
export const xOf = (lon) => (lon + 180) / 360;
export const yOf = (lat) => (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
export const lonOf = (x) => x * 360 - 180;
export const latOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/** The tile of a zoom that a point lies in. */
export function tileOf(point, z) {
  return { z, row: Math.floor(yOf(point.lat) * 2 ** z), column: Math.floor(xOf(point.lon) * 2 ** z) };
}

/** The body of a 2xx answer; of a 204 an empty one. */
export async function get(url) {
  const answer = await fetch(url);
  if (!answer.ok) {
    fail(`${answer.status} for ${url}: ${await answer.text()}`);
  }
  return new Uint8Array(await answer.arrayBuffer());
}

export async function getJson(url) {
  return JSON.parse(new TextDecoder().decode(await get(url)));
}
