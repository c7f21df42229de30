// SPDX-License-Identifier: AGPL-3.0-or-later
// The peer of clusters and tiles: supercluster and vt-pbf behind node:http.
//
//   node --expose-gc supercluster.mjs CSV PORT   serves; PORT 0: ends once it is loaded
//
// It says how long loading took and what it keeps in memory, in GET /ready and as a line of JSON.
// Clusters are configured as Jalon's: 40 pixels of tiles of 512, from 2 points, up to zoom 16. Its
// radius is a share of its extent, so 320 of 4096 is the same clusters, in units as fine as Jalon's.
import http from 'node:http';
import Supercluster from 'supercluster';
import vtPbf from 'vt-pbf';
import { readPoints } from './points.mjs';

const EXTENT = 4096;
const [csv, port] = process.argv.slice(2);

/** What Jalon's tiles say of one contribution. */
function toFeature(point) {
  const properties = { id: point.source_id, title: point.title, categories: point.category };
  if (point.wheelchair !== '') { properties.wheelchair = point.wheelchair; }
  properties.entrance_steps = point.entrance_steps;
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [point.lon, point.lat] }, properties };
}

function used() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let features = readPoints(csv).map(toFeature);
const index = new Supercluster({
  radius: (40 * EXTENT) / 512, extent: EXTENT, minPoints: 2, maxZoom: 16, generateId: true,
});
const before = used();
const start = performance.now();
index.load(features);
const seconds = (performance.now() - start) / 1000;
const figures = { points: features.length, seconds, bytes_a_point: (used() - before) / features.length };
features = null;

function tile(response, z, row, column) {
  const found = index.getTile(z, column, row);
  if (found === null) {
    response.writeHead(204).end();
    return;
  }
  const bytes = vtPbf.fromGeojsonVt({ accessibility: found }, { version: 2, extent: EXTENT });
  response.setHeader('Content-Type', 'application/vnd.mapbox-vector-tile');
  response.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function clusters(response, query) {
  const box = query.get('bbox').split(',').map(Number);
  const found = index.getClusters(box, Number(query.get('zoom')));
  response.setHeader('Content-Type', 'application/geo+json');
  response.end(JSON.stringify({ type: 'FeatureCollection', features: found }));
}

function answer(request, response) {
  const parts = request.url.split('/');
  if (parts[1] === 'tiles') {
    tile(response, Number(parts[2]), Number(parts[3]), Number(parts[4]));
  } else if (request.url.startsWith('/clusters?')) {
    clusters(response, new URLSearchParams(request.url.slice(10)));
  } else {
    response.end(JSON.stringify(figures));
  }
}

process.stdout.write(`${JSON.stringify(figures)}\n`);
if (port !== '0') {
  http.createServer({ keepAliveTimeout: 60000 }, answer).listen(Number(port), '127.0.0.1');
}
