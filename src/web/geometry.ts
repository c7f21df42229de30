// SPDX-License-Identifier: AGPL-3.0-or-later
// The little geometry a page needs: boxes, a point to show for a shape, distances.

import type { Geometry, Position } from 'geojson';
import type { Box, LonLat } from './types';

const EARTH_RADIUS_M = 6371008.8;

function* positions(geometry: Geometry): Generator<Position> {
  if (geometry.type === 'GeometryCollection') {
    for (const part of geometry.geometries) {
      yield* positions(part);
    }
    return;
  }
  yield* flat(geometry.coordinates);
}

function* flat(coordinates: unknown[]): Generator<Position> {
  if (typeof coordinates[0] === 'number') {
    yield coordinates as Position;
    return;
  }
  for (const part of coordinates) {
    yield* flat(part as unknown[]);
  }
}

export function boxOf(geometry: Geometry): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of positions(geometry) as Generator<LonLat>) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

export function centreOf(box: Box): LonLat {
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

/** Where a shape is pointed at: a position of the shape itself, the middle one. */
export function anchorOf(geometry: Geometry): LonLat {
  if (geometry.type === 'Polygon' || geometry.type === 'MultiPolygon') {
    return centreOf(boxOf(geometry));
  }
  const all = [...positions(geometry)] as LonLat[];
  const middle = all[Math.floor((all.length - 1) / 2)];
  return middle ? [middle[0], middle[1]] : [0, 0];
}

export function overlaps(a: Box, b: Box): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

export function contains(outer: Box, inner: Box): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

/** The box grown by a share of its size on every side, within the range of coordinates. */
export function pad(box: Box, share: number): Box {
  const width = (box[2] - box[0]) * share;
  const height = (box[3] - box[1]) * share;
  return [
    Math.max(-180, box[0] - width),
    Math.max(-90, box[1] - height),
    Math.min(180, box[2] + width),
    Math.min(90, box[3] + height),
  ];
}

/** The four quarters of a box. */
export function quarters(box: Box): Box[] {
  const [lon, lat] = centreOf(box);
  return [
    [box[0], box[1], lon, lat],
    [lon, box[1], box[2], lat],
    [box[0], lat, lon, box[3]],
    [lon, lat, box[2], box[3]],
  ];
}

/** Great-circle distance in metres (haversine). */
export function distanceM(a: LonLat, b: LonLat): number {
  const radians = Math.PI / 180;
  const lat = ((b[1] - a[1]) * radians) / 2;
  const lon = ((b[0] - a[0]) * radians) / 2;
  const chord =
    Math.sin(lat) ** 2 + Math.cos(a[1] * radians) * Math.cos(b[1] * radians) * Math.sin(lon) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(chord));
}

/** Six decimals: a tenth of a metre, finer than any phone knows where it is. */
export function round(position: LonLat): LonLat {
  return [Number(position[0].toFixed(6)), Number(position[1].toFixed(6))];
}
