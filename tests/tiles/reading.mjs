// SPDX-License-Identifier: AGPL-3.0-or-later
// What the tests of tiles share: where tiles lie, what is in one, chance.
import assert from 'node:assert/strict';
import { VectorTile } from '@mapbox/vector-tile';
import Pbf from 'pbf';

/** The same numbers at each run: mulberry32. */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const columnOf = (lon, z) => ((lon + 180) / 360) * 2 ** z;
export const rowOf = (lat, z) => ((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z;
export const lonOf = (x, z) => (x / 2 ** z) * 360 - 180;
export const latOf = (y, z) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI;

/** Every tile of a zoom that meets the area. */
export function tilesOver([west, south, east, north], z) {
  const tiles = [];
  for (let row = Math.floor(rowOf(north, z)); row <= Math.floor(rowOf(south, z)); row++) {
    for (let column = Math.floor(columnOf(west, z)); column <= Math.floor(columnOf(east, z)); column++) {
      tiles.push({ z, row, column });
    }
  }
  return tiles;
}

export function decode(bytes) {
  const { layers } = new VectorTile(new Pbf(bytes));
  return Object.values(layers).flatMap((layer) => {
    assert.equal(layer.version, 2);
    assert.equal(layer.extent, 4096);
    return Array.from({ length: layer.length }, (_, i) => {
      const feature = layer.feature(i);
      return { layer: layer.name, properties: feature.properties, type: feature.type, number: feature.id, lines: feature.loadGeometry() };
    });
  });
}

export const isOwn = ({ x, y }) => x >= 0 && x < 4096 && y >= 0 && y < 4096;

/** All tasks, a few at a time. */
export async function inTurns(items, task, width = 8) {
  const results = [];
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await task(items[at]);
    }
  }));
  return results;
}

/**
 * How many contributions whole tiles stand for, beside the clusters of their zoom: shapes once,
 * wherever they are cut, and only when no cluster counts them.
 */
export function countDrawn(tiles, clusters) {
  const alone = new Set(clusters.filter((f) => f.geometry.type !== 'Point').map((f) => f.id));
  let points = 0;
  const drawn = new Set();
  for (const feature of tiles.flatMap(({ bytes }) => decode(bytes))) {
    if (feature.type === 1 && feature.lines.length === 1 && isOwn(feature.lines[0][0])) {
      points += feature.properties.point_count ?? 1;
    } else if (feature.type !== 1 && alone.has(feature.properties.id)) {
      drawn.add(feature.properties.id);
    }
  }
  return points + drawn.size;
}
