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
import { chance, columnOf, decode, inTurns, isOwn, latOf, lonOf, rowOf, tilesOver } from './reading.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-tiles-'));
const AREA = [3.79, 43.55, 3.96, 43.67]; // around everything of the demo map
const LAST_MERGING = 16;
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

const json = async (path, base = map) => (await fetch(`${base}/${path}`)).json();

/** Where a position is drawn, in units of the whole world. */
const unitOf = ([lon, lat], z) => [columnOf(lon, z) * 4096, rowOf(lat, z) * 4096];

/** The tiles of a zoom as one: clusters, points and shapes, each with what it says. */
async function drawnAt(collection, query, z, base, area) {
  const tiles = tilesOver(area, z);
  const answers = await inTurns(tiles, (tile) => fetchTile(tile, query, `${base}/collections/${collection}`));
  const drawn = { clusters: new Map(), points: new Map(), shapes: new Map() };
  answers.forEach(({ bytes }, i) => {
    for (const feature of decode(bytes)) {
      const { properties } = feature;
      if (feature.type !== 1 || feature.lines.length > 1) {
        drawn.shapes.set(properties.id, properties);
        continue;
      }
      const [place] = feature.lines[0];
      if (isOwn(place)) {
        const of = properties.cluster_id === undefined ? drawn.points : drawn.clusters;
        const id = properties.cluster_id ?? properties.id;
        assert.ok(!of.has(id), `${id} is in two tiles`);
        of.set(id, { ...properties, at: [tiles[i].column * 4096 + place.x, tiles[i].row * 4096 + place.y] });
      }
    }
  });
  return drawn;
}

function assertNear(at, coordinates, z, what) {
  const [x, y] = unitOf(coordinates, z);
  const near = 1 + (2 ** z * 4096 * 1e-7) / 360; // written with 7 decimals, drawn from all of them
  assert.ok(Math.abs(at[0] + 0.5 - x) <= near + 0.5 && Math.abs(at[1] + 0.5 - y) <= near + 0.5, what);
}

/** The tiles against the clusters of the same filter, and both against the list. */
async function compare(collection, query, z, base = map, area = AREA) {
  const what = `${collection} ${query} at zoom ${z}`;
  const drawn = await drawnAt(collection, query, z, base, area);
  const list = await json(`clusters?zoom=${z}&collections=${collection}&${query}`, base);
  let sum = 0;
  const seen = { clusters: 0, points: 0 };
  for (const { id, properties, geometry } of list.features) {
    sum += properties.point_count ?? 1;
    const of = properties.cluster ? drawn.clusters : drawn.points;
    if (geometry.type !== 'Point') {
      assert.ok(drawn.shapes.has(id), `${what}: ${id}`);
      continue;
    }
    const feature = of.get(id);
    assert.ok(feature, `${what}: ${id}`);
    assertNear(feature.at, geometry.coordinates, z, what);
    assert.equal(feature.point_count, properties.point_count);
    assert.equal(feature.expansion_zoom, properties.expansion_zoom);
    assert.equal(feature.title, properties.title);
    seen[properties.cluster ? 'clusters' : 'points']++;
    if (properties.cluster) {
      const [first, ...others] = Object.entries(properties.category_counts);
      const alike = first !== undefined && others.length === 0 && first[1] === properties.point_count;
      assert.equal(feature.category, alike ? first[0] : undefined, what);
      const status = Object.entries(properties.status_counts).find(([, n]) => n === properties.point_count);
      assert.equal(feature.status, status?.[0], what);
    }
  }
  assert.deepEqual(seen, { clusters: drawn.clusters.size, points: drawn.points.size }, what);
  assert.equal(sum, list.numberMatched);
  if (!query.includes('bbox')) { // which is a window on the clusters, not a filter of what they hold
    const placed = `${query}&bbox=-180,-90,180,90`;
    const items = await json(`collections/${collection}/items?limit=1&${placed}`, base);
    assert.equal(sum, items.numberMatched, what);
  }
  return drawn;
}

test('at every zoom the tiles together hold what clusters and list hold, under the same filters', async () => {
  const territories = await json('territories');
  const quarter = territories.features.find((f) => f.properties.parent !== null).properties.key;
  const cases = [
    ['accessibility', `within=${quarter}`],
    ['accessibility', ''], ['initiatives', ''], ['pavements', ''],
    ['accessibility', 'wheelchair=yes'], ['initiatives', 'category=domain-culture'],
    ['accessibility', 'bbox=3.87,43.6,3.89,43.62'], ['initiatives', 'author='],
    ['accessibility', `filter=${encodeURIComponent("wheelchair = 'limited' AND S_INTERSECTS(geometry, BBOX(3.86, 43.6, 3.88, 43.62))")}`],
  ];
  for (const [collection, query] of cases) {
    for (const z of [0, 3, 7, 10, 12, 14, 15]) {
      const drawn = await compare(collection, query, z);
      assert.ok(query.startsWith('bbox') || drawn.clusters.size + drawn.points.size + drawn.shapes.size > 0);
    }
  }
});

/** What is as wide or high as the radius, in pixels; null: too near to it to say. */
function isLarge({ coordinates }, radius, z) {
  const pixels = coordinates.flat(Infinity);
  const xs = pixels.filter((_, i) => i % 2 === 0).map((lon) => columnOf(lon, z) * 512);
  const ys = pixels.filter((_, i) => i % 2 === 1).map((lat) => rowOf(lat, z) * 512);
  const extent = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  return Math.abs(extent - radius) < 0.05 ? null : extent > radius;
}

test('shapes are drawn from the zoom on at which they can be seen, whatever counts them', async () => {
  const list = await json('collections/pavements/items?limit=10000');
  for (const z of [9, 11, 12, 13]) { // the last zoom that merges them
    const { shapes } = await drawnAt('pavements', '', z, map, AREA);
    let large = 0;
    for (const { id, geometry } of list.features) {
      const expected = isLarge(geometry, 40, z);
      if (expected !== null) {
        assert.equal(shapes.has(id), expected, `${id} at zoom ${z}`);
        large += expected;
      }
    }
    assert.ok(z < 12 || large > 0);
  }
});

test('beyond the merging zooms a tile holds each contribution where the list says it is', async () => {
  const random = chance(1);
  for (let i = 0; i < 40; i++) {
    const z = LAST_MERGING + 1 + Math.floor(random() * 6);
    const lon = 3.86 + 0.03 * random();
    const lat = 43.6 + 0.02 * random();
    const tile = { z, row: Math.floor(rowOf(lat, z)), column: Math.floor(columnOf(lon, z)) };
    const box = [lonOf(tile.column, z), latOf(tile.row + 1, z), lonOf(tile.column + 1, z), latOf(tile.row, z)];
    const features = decode((await fetchTile(tile)).bytes);
    for (const collection of ['accessibility', 'initiatives']) {
      const list = await json(`collections/${collection}/items?limit=10000&bbox=${box.join(',')}`);
      const drawn = new Map(features
        .filter((f) => f.layer === collection && isOwn(f.lines[0][0]))
        .map((f) => [f.properties.id, f]));
      assert.equal(drawn.size, list.features.length, `${collection} ${JSON.stringify(tile)}`);
      for (const item of list.features) {
        const feature = drawn.get(item.id);
        const [{ x, y }] = feature.lines[0];
        assertNear([tile.column * 4096 + x, tile.row * 4096 + y], item.geometry.coordinates, z, item.id);
        assert.equal(feature.properties.title, item.properties.title);
        assert.equal(feature.properties.categories, item.properties.categories?.join(','));
        assert.equal(feature.properties.wheelchair, item.properties.wheelchair);
        assert.ok(feature.number > 0);
      }
    }
  }
});

// --- Collections with settings of their own ---

const SMALL = [3.86, 43.6, 3.89, 43.62];

function geometryAt(random, [lon, lat]) {
  const size = 10 ** (-4 + 2.3 * random());
  if (random() < 0.6) {
    return { type: 'Point', coordinates: [lon, lat] };
  }
  if (random() < 0.5) {
    return { type: 'LineString', coordinates: [[lon, lat], [lon + size * (random() - 0.5), lat + size]] };
  }
  const ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size * random()], [lon, lat]];
  return { type: 'Polygon', coordinates: [ring] };
}

function makePlaces(random, count) {
  const towns = Array.from({ length: 12 }, () => [3.862 + 0.02 * random(), 43.602 + 0.012 * random()]);
  const features = Array.from({ length: count }, (_, i) => {
    const [lon, lat] = towns[Math.floor(random() * towns.length)];
    const spread = random() < 0.2 ? 0 : 0.004 * random() ** 2;
    return {
      type: 'Feature', id: `p${i}`,
      geometry: geometryAt(random, [lon + spread * random(), lat + spread * random()]),
      properties: {
        title: `Lieu ${i}`, level: Math.floor(random() * 5), remark: `mot ${i % 7}`,
        category: random() < 0.7 ? 'nature' : random() < 0.5 ? 'water' : undefined,
        services: random() < 0.5 ? 'wifi|toilets' : 'wifi',
      },
    };
  });
  return JSON.stringify({ type: 'FeatureCollection', features });
}

const label = (text) => ({ fr: text, en: text });

/** The template, and the settings its collections have. */
function makeTemplate() {
  const fields = [
    { key: 'level', type: 'integer', label: label('Level') },
    { key: 'remark', type: 'string', label: label('Remark') },
    {
      key: 'services', type: 'multi_enum', label: label('Services'),
      choices: [{ key: 'wifi', label: label('Wi-Fi') }, { key: 'toilets', label: label('Toilets') }],
    },
  ];
  const settings = {
    narrow: { cluster_radius: 10, cluster_max_zoom: 18, tile_fields: ['remark', 'services'] },
    wide: { cluster_radius: 85, cluster_min_points: 5, cluster_max_zoom: 15, tile_fields: [] },
    odd: { cluster_radius: 31, cluster_min_points: 9, cluster_max_zoom: 14 },
  };
  const template = {
    name: 'settings', title: label('Settings'), licence: 'CC0-1.0', policy: 'contributory',
    account_needed: false, box: SMALL,
    categories: ['nature', 'water'].map((key) => ({ key, label: label(key), color: '#00aa00' })),
    collections: Object.entries(settings).map(([key, setting]) => ({
      key, title: label(key), color: '#112233', geometry: ['Point', 'LineString', 'Polygon'],
      categories: ['nature', 'water'], fields,
      statuses: [{ key: 'open', label: label('open') }, { key: 'done', label: label('done'), closes: true }],
      ...setting,
    })),
  };
  return { template, settings };
}

function makeSettled() {
  const { template, settings } = makeTemplate();
  const file = path.join(data, 'settings.json');
  const random = chance(3);
  fs.writeFileSync(file, JSON.stringify(template));
  run(jalon, 'map', 'create', 'settled', '--data', data, '--template', file);
  for (const key of Object.keys(settings)) {
    const places = path.join(data, `${key}.geojson`);
    fs.writeFileSync(places, makePlaces(random, 1500));
    run(jalon, 'import', 'settled', key, places, '--data', data, '--source', 'random');
  }
  return settings;
}

test('a collection is drawn and described by its own settings', async () => {
  const settings = makeSettled();
  const base = map.replace('montpellier', 'settled');
  const random = chance(4);
  const filters = ['', 'category=nature', 'level=2', 'q=lieu', 'remark=mot%203', 'status=open',
    `filter=${encodeURIComponent('level > 1')}`, `bbox=3.865,43.602,3.875,43.61`];
  const shown = { narrow: ['remark', 'services'], wide: [], odd: ['level'] };
  const { vector_layers: layers } = await json('tilejson', base);
  for (const [key, setting] of Object.entries(settings)) {
    const described = await json(`collections/${key}`, base);
    assert.equal(described.cluster_radius, setting.cluster_radius);
    assert.equal(described.cluster_min_points, setting.cluster_min_points ?? 2);
    assert.equal(described.cluster_max_zoom, setting.cluster_max_zoom);
    assert.deepEqual(described.tile_fields, shown[key]);
    const { fields } = layers.find((layer) => layer.id === key);
    assert.deepEqual(['level', 'remark', 'services'].filter((field) => field in fields), shown[key]);
    const last = setting.cluster_max_zoom;
    for (const z of [0, 11, 13, 14, 15, last, Math.floor(random() * last)]) {
      const query = filters[Math.floor(random() * filters.length)];
      const area = z > 15 ? [3.86, 43.6, 3.91, 43.64] : [3.8, 43.55, 3.95, 43.7];
      const drawn = await compare(key, z <= last ? query : '', Math.min(z, last), base, area);
      for (const cluster of drawn.clusters.values()) {
        assert.ok(cluster.point_count >= (setting.cluster_min_points ?? 2));
      }
      for (const properties of [...drawn.points.values(), ...drawn.shapes.values()]) {
        assert.deepEqual(['level', 'remark', 'services'].filter((field) => field in properties), shown[key]);
      }
    }
    const services = [...(await drawnAt(key, '', last, base, SMALL)).points.values()].map((p) => p.services);
    assert.equal(services.includes('wifi,toilets'), key === 'narrow');
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

test('amid others a write changes tiles as far as merging reaches, at most', async () => {
  const base = map.replace('montpellier', 'settled');
  const zooms = [0, 6, 10, 11, 12, 13, 14, 15];
  const tiles = zooms.flatMap((z) => tilesOver([3.83, 43.58, 3.92, 43.64], z));
  let beside = 0; // tiles that the point is not in, nor in their margins
  for (const [collection, radius] of [['narrow', 10], ['wide', 85], ['odd', 31]]) {
    const url = `${base}/collections/${collection}`;
    const cell = 512 / Math.floor(1024 / (3 * radius));
    let earlier = await inTurns(tiles, (tile) => fetchTile(tile, '', url));
    for (const point of [[3.8681234, 43.6061234], [3.8711111, 43.6081111], [3.8645555, 43.6041555], [3.8751, 43.6045]]) {
      const answer = await fetch(`${url}/items`, {
        method: 'POST', headers: { 'Content-Type': 'application/geo+json' },
        body: JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: point }, properties: { title: 'Un banc' } }),
      });
      assert.equal(answer.status, 201, await answer.text());
      const later = await inTurns(tiles, (tile) => fetchTile(tile, '', url));
      const changed = new Set(); // zooms: what counts the point may stand in the next tile
      tiles.forEach(({ z, row, column }, i) => {
        const what = `${collection} ${z}/${row}/${column}`;
        const same = earlier[i].bytes.equals(later[i].bytes);
        assert.equal(earlier[i].etag === later[i].etag, same, what);
        const x = Math.abs(columnOf(point[0], z) - column - 0.5) * 512 - 256;
        const y = Math.abs(rowOf(point[1], z) - row - 0.5) * 512 - 256;
        const away = Math.max(x, y); // pixels beyond the tile's edge
        assert.ok(same || away <= 8 + 6 * cell, `${what} is ${away} pixels away`);
        beside += !same && away > 8;
        if (!same) {
          changed.add(z);
        }
      });
      assert.equal(changed.size, zooms.length, collection);
      earlier = later;
    }
  }
  assert.ok(beside > 0);
});

test('settings that change while the map is served change what is drawn', async () => {
  const base = map.replace('montpellier', 'settled');
  run(jalon, 'map', 'set', 'settled', 'narrow.cluster_radius=70', 'narrow.cluster_min_points=4',
    'narrow.tile_fields=level', '--data', data);
  let described;
  for (let i = 0; i < 600 && described?.cluster_radius !== 70; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    described = await json('collections/narrow', base);
  }
  assert.equal(described.cluster_radius, 70);
  assert.deepEqual(described.tile_fields, ['level']);
  for (const z of [0, 9, 13, 15]) {
    const drawn = await compare('narrow', '', z, base, [3.8, 43.55, 3.95, 43.7]);
    assert.ok([...drawn.clusters.values()].every((cluster) => cluster.point_count >= 4));
    assert.ok([...drawn.points.values()].every((point) => !('remark' in point)));
  }
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
