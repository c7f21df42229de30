// SPDX-License-Identifier: AGPL-3.0-or-later
// Tiles of the demo map as other programs read them: decoded by @mapbox/vector-tile and by GDAL,
// held against the lists of the same server; and what one write changes. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { serve, stop } from '../server.mjs';
import { chance, columnOf, countDrawn, decode, inTurns, isOwn, latOf, lonOf, rowOf, tilesOver } from './reading.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-tiles-'));
const AREA = [3.79, 43.55, 3.96, 43.67]; // around everything of the demo map
const MERGE_BELOW = 14;
let server;
let map;

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] });

before(async () => {
  run(jalon, 'demo', '--data', data);
  server = await serve(jalon, data);
  map = `http://127.0.0.1:${server.port}/maps/montpellier`;
});

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

async function fetchTile({ z, row, column }, query = '', base = map) {
  const answer = await fetch(`${base}/tiles/WebMercatorQuad/${z}/${row}/${column}${query && `?${query}`}`);
  assert.ok(answer.status === 200 || answer.status === 204, `${answer.status} ${z}/${row}/${column}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status === 204, bytes.length === 0);
  return { etag: answer.headers.get('etag'), bytes };
}

async function matched(collection, query) {
  const answer = await (await fetch(`${map}/collections/${collection}/items?limit=1&${query}`)).json();
  return answer.numberMatched;
}

test('at every zoom the tiles together hold what the list holds, under the same filters', async () => {
  const territories = await (await fetch(`${map}/territories`)).json();
  const quarter = territories.features.find((f) => f.properties.parent !== null).properties.key;
  const cases = [
    ['accessibility', `within=${quarter}`],
    ['accessibility', ''], ['initiatives', ''], ['pavements', ''],
    ['accessibility', 'wheelchair=yes'], ['initiatives', 'category=domain-culture'],
    ['accessibility', 'bbox=3.87,43.6,3.89,43.62'], ['initiatives', 'author='],
    ['accessibility', `filter=${encodeURIComponent("wheelchair = 'limited' AND S_INTERSECTS(geometry, BBOX(3.86, 43.6, 3.88, 43.62))")}`],
  ];
  for (const [collection, query] of cases) {
    const expected = await matched(collection, query);
    assert.ok(expected > 0, `${collection} ${query}`);
    for (const z of [0, 3, 7, 10, 12, 13, 14, 15]) {
      const base = `${map}/collections/${collection}`;
      const tiles = await inTurns(tilesOver(AREA, z), (tile) => fetchTile(tile, query, base));
      assert.equal(countDrawn(tiles), expected, `${collection} ${query} at zoom ${z}`);
    }
  }
});

test('from the merging zoom on, a tile holds each contribution where the list says it is', async () => {
  const random = chance(1);
  for (let i = 0; i < 40; i++) {
    const z = MERGE_BELOW + Math.floor(random() * 9);
    const lon = 3.86 + 0.03 * random();
    const lat = 43.6 + 0.02 * random();
    const tile = { z, row: Math.floor(rowOf(lat, z)), column: Math.floor(columnOf(lon, z)) };
    const box = [lonOf(tile.column, z), latOf(tile.row + 1, z), lonOf(tile.column + 1, z), latOf(tile.row, z)];
    const features = decode((await fetchTile(tile)).bytes);
    for (const collection of ['accessibility', 'initiatives']) {
      const list = await (await fetch(`${map}/collections/${collection}/items?limit=10000&bbox=${box.join(',')}`)).json();
      const drawn = new Map(features
        .filter((f) => f.layer === collection && isOwn(f.lines[0][0]))
        .map((f) => [f.properties.id, f]));
      assert.equal(drawn.size, list.features.length, `${collection} ${JSON.stringify(tile)}`);
      // The list has 7 decimals, the tile is made from all of them.
      const near = 1 + (2 ** z * 4096 * 1e-7) / 360;
      for (const item of list.features) {
        const feature = drawn.get(item.id);
        const [{ x, y }] = feature.lines[0];
        assert.ok(Math.abs((columnOf(item.geometry.coordinates[0], z) - tile.column) * 4096 - x) <= near);
        assert.ok(Math.abs((rowOf(item.geometry.coordinates[1], z) - tile.row) * 4096 - y) <= near);
        assert.equal(feature.properties.title, item.properties.title);
        assert.equal(feature.properties.categories, item.properties.categories?.join(','));
        assert.equal(feature.properties.wheelchair, item.properties.wheelchair);
        assert.ok(feature.number > 0);
      }
    }
  }
});

test('lines are where the list says they are', async () => {
  const z = 17;
  const list = await (await fetch(`${map}/collections/pavements/items?limit=30&bbox=3.87,43.6,3.89,43.62`)).json();
  for (const item of list.features) {
    const lines = item.geometry.type === 'LineString' ? [item.geometry.coordinates] : item.geometry.coordinates;
    const [lon, lat] = lines[0][0];
    const tile = { z, row: Math.floor(rowOf(lat, z)), column: Math.floor(columnOf(lon, z)) };
    const feature = decode((await fetchTile(tile)).bytes).find((f) => f.properties.id === item.id);
    assert.equal(feature.type, 2);
    const x = (columnOf(lon, z) - tile.column) * 4096;
    const y = (rowOf(lat, z) - tile.row) * 4096;
    assert.ok(feature.lines.some((line) => line.some((p) => Math.hypot(p.x - x, p.y - y) < 2)));
    for (const p of feature.lines.flat()) {
      assert.ok(p.x >= -64 && p.x <= 4160 && p.y >= -64 && p.y <= 4160);
    }
  }
});

test('one write changes the tags of the tiles whose bytes it changes, and of no other', async () => {
  const tiles = Array.from({ length: 18 }, (_, z) => tilesOver(AREA, z)).flat();
  assert.ok(tiles.length > 4000, `${tiles.length} tiles`);
  const earlier = await inTurns(tiles, (tile) => fetchTile(tile));
  const [lon, lat] = [3.8771234, 43.6111234];
  const answer = await fetch(`${map}/collections/needs/items`, {
    method: 'POST', headers: { 'Content-Type': 'application/geo+json' },
    body: JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { title: 'Un banc' } }),
  });
  assert.equal(answer.status, 201, await answer.text());
  const later = await inTurns(tiles, (tile) => fetchTile(tile));
  const zooms = new Set();
  let changed = 0;
  tiles.forEach(({ z, row, column }, i) => {
    const same = earlier[i].bytes.equals(later[i].bytes);
    assert.equal(earlier[i].etag === later[i].etag, same, `${z}/${row}/${column}`);
    const near = Math.abs(columnOf(lon, z) - column - 0.5) <= 0.5 + 64 / 4096 &&
      Math.abs(rowOf(lat, z) - row - 0.5) <= 0.5 + 64 / 4096;
    assert.equal(same, !near, `${z}/${row}/${column}`);
    if (!same) {
      changed++;
      zooms.add(z);
    }
  });
  assert.equal(zooms.size, 18);
  assert.ok(changed < 40, `${changed} tiles changed`);
});

test('whoever asks for a tile at the same time gets the same bytes', async () => {
  const tile = { z: 12, row: 1495, column: 2092 };
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) =>
    fetchTile(tile, `bbox=3.8,43.5,3.9,43.${60 + (i % 4)}`)));
  answers.forEach(({ etag, bytes }, i) => {
    assert.equal(etag, answers[i % 4].etag);
    assert.ok(bytes.equals(answers[i % 4].bytes));
  });
  assert.notEqual(answers[0].etag, answers[3].etag);
});

test('GDAL reads the tiles and counts the same features', async () => {
  for (const tile of [{ z: 12, row: 1495, column: 2092 }, { z: 15, row: 11964, column: 16737 }]) {
    const { bytes } = await fetchTile(tile);
    const file = path.join(data, `${tile.row}.mvt`);
    fs.writeFileSync(file, bytes);
    const place = ['-oo', `X=${tile.column}`, '-oo', `Y=${tile.row}`, '-oo', `Z=${tile.z}`, '-oo', 'CLIP=NO'];
    const features = decode(bytes);
    for (const layer of new Set(features.map((f) => f.layer))) {
      const text = run('ogrinfo', '-ro', '-so', `MVT:${file}`, layer, ...place);
      const count = features.filter((f) => f.layer === layer).length;
      assert.match(text, new RegExp(`^Feature Count: ${count}$`, 'm'), layer);
      const [west, south, east, north] = /Extent: \(([^,]+), ([^)]+)\) - \(([^,]+), ([^)]+)\)/.exec(text).slice(1).map(Number);
      const side = 40075016.6855785 / 2 ** tile.z;
      const [x, y] = [tile.column * side - 20037508.3427892, 20037508.3427892 - tile.row * side];
      const margin = side * (66 / 4096);
      assert.ok(west >= x - margin && east <= x + side + margin && north <= y + margin && south >= y - side - margin, text);
    }
  }
});

test('the styles are MapLibre styles whose layers are in the tiles', async () => {
  const tilejson = await (await fetch(`${map}/tilejson`)).json();
  const layers = tilejson.vector_layers.map((layer) => layer.id);
  for (const name of ['collections', 'categories']) {
    const style = await (await fetch(`${map}/styles/${name}`)).json();
    assert.deepEqual(validateStyleMin(style), []);
    assert.deepEqual([...new Set(style.layers.map((layer) => layer['source-layer']))].sort(), [...layers].sort());
  }
});
