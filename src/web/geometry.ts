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

/** Great-circle distance in metres (haversine). */
export function distanceM(a: LonLat, b: LonLat): number {
  const radians = Math.PI / 180;
  const lat = ((b[1] - a[1]) * radians) / 2;
  const lon = ((b[0] - a[0]) * radians) / 2;
  const chord =
    Math.sin(lat) ** 2 + Math.cos(a[1] * radians) * Math.cos(b[1] * radians) * Math.sin(lon) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(chord));
}

/** Metres from a place to the nearest part of a shape; nothing within a surface. */
export function distanceTo(place: LonLat, geometry: Geometry): number {
  switch (geometry.type) {
    case 'GeometryCollection':
      return Math.min(...geometry.geometries.map((each) => distanceTo(place, each)));
    case 'Point':
      return distanceM(place, geometry.coordinates as LonLat);
    case 'MultiPoint':
      return Math.min(...geometry.coordinates.map((each) => distanceM(place, each as LonLat)));
    case 'LineString':
      return distanceToLine(place, geometry.coordinates as LonLat[]);
    case 'MultiLineString':
      return Math.min(...geometry.coordinates.map((each) => distanceToLine(place, each as LonLat[])));
    case 'Polygon':
      return distanceToSurface(place, geometry.coordinates as LonLat[][]);
    case 'MultiPolygon':
      return Math.min(...geometry.coordinates.map((each) => distanceToSurface(place, each as LonLat[][])));
  }
}

function distanceToLine(place: LonLat, line: LonLat[]): number {
  // Degrees of longitude are shorter than those of latitude; near enough for what a window shows.
  const narrow = Math.cos((place[1] * Math.PI) / 180);
  let least = Infinity;
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1] as LonLat, line[i] as LonLat];
    const [x, y] = [(b[0] - a[0]) * narrow, b[1] - a[1]];
    const along = ((place[0] - a[0]) * narrow * x + (place[1] - a[1]) * y) / (x * x + y * y || 1);
    const share = Math.min(1, Math.max(0, along));
    least = Math.min(least, distanceM(place, [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]));
  }
  return least;
}

/** A ray to the east crosses the rings an odd number of times: inside. */
function distanceToSurface([lon, lat]: LonLat, rings: LonLat[][]): number {
  let inside = false;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [a, b] = [ring[i - 1] as LonLat, ring[i] as LonLat];
      if (a[1] > lat !== b[1] > lat && lon < ((b[0] - a[0]) * (lat - a[1])) / (b[1] - a[1]) + a[0]) {
        inside = !inside;
      }
    }
  }
  return inside ? 0 : Math.min(...rings.map((ring) => distanceToLine([lon, lat], ring)));
}

/** Six decimals: a tenth of a metre, finer than any phone knows where it is. */
export function round(position: LonLat): LonLat {
  return [Number(position[0].toFixed(6)), Number(position[1].toFixed(6))];
}
