// SPDX-License-Identifier: AGPL-3.0-or-later
// The demo map as its users meet it: the README's tour line by line, GDAL's OGC API client, and the
// database file opened with GDAL and with SpatiaLite. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const readme = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../README.md');
const counts = { accessibility: 5310, pavements: 7654, initiatives: 2252, needs: 0 };
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-clients-'));
const isServed = process.env.JALON_DATABASE !== undefined;
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

test('GDAL lists the collections with the right counts and reads them', () => {
  for (const [collection, count] of Object.entries(counts)) {
    const layer = run('ogrinfo', '-so', `OAPIF:${map}`, collection);
    assert.match(layer, new RegExp(`^Feature Count: ${count}$`, 'm'), collection);
  }
  const box = run('ogrinfo', '-al', '-so', '-spat', '3.87', '43.60', '3.89', '43.62', `OAPIF:${map}`, 'initiatives');
  const inBox = Number(/^Feature Count: (\d+)$/m.exec(box)[1]);
  assert.ok(inBox > 100 && inBox < counts.initiatives, `${inBox} in the box`);
});

test('GDAL pages through everything, by box too, and puts it where our EPSG:2154 does', async () => {
  const uri = encodeURIComponent('http://www.opengis.net/def/crs/EPSG/0/2154');
  const ours = await (await fetch(`${map}/collections/initiatives/items?limit=10000&crs=${uri}`)).json();
  const read = (...more) => run('ogr2ogr', '-f', 'CSV', '/vsistdout/', '-lco', 'GEOMETRY=AS_XY', '-select', 'id',
    '-t_srs', 'EPSG:2154', '-oo', 'PAGE_SIZE=300', ...more, `OAPIF:${map}`, 'initiatives')
    .trim().split('\n').slice(1).map((line) => line.split(','));
  const places = new Map(read().map(([x, y, id]) => [id, [Number(x), Number(y)]]));
  assert.equal(places.size, counts.initiatives);
  for (const { id, geometry } of ours.features) {
    const [x, y] = geometry.coordinates;
    const [gdalX, gdalY] = places.get(id);
    assert.ok(Math.hypot(x - gdalX, y - gdalY) < 0.02, `${id}: ${[x, y]}, GDAL ${places.get(id)}`);
  }
  const box = [769000, 6278000, 772000, 6281000];
  const inside = await (await fetch(`${map}/collections/initiatives/items?limit=10000&bbox=${box}&bbox-crs=${uri}`)).json();
  assert.ok(inside.numberMatched > 100 && inside.numberMatched < counts.initiatives, `${inside.numberMatched}`);
  // GDAL asks for the box around it in degrees, and sorts out itself what is in the plane's.
  const gdal = read('-clipdst', ...box.map(String)).map(([, , id]) => id);
  assert.deepEqual(gdal.sort(), inside.features.map((one) => one.id).sort());
});

test('the log has a line for each request, or what is asked for only', async () => {
  for (const [level, expected] of [['info', 1], ['warning', 0]]) {
    const other = await serve(jalon, data, ['--log-level', level]);
    await (await fetch(`http://127.0.0.1:${other.port}/health`)).text();
    await stop(other);
    assert.equal(other.output().split(' info request ').length - 1, expected, level);
  }
  assert.throws(() => run(jalon, 'serve', '--data', data, '--log-level', 'loud'), (error) =>
    error.status > 0 && /must be info, warning or error/.test(error.stderr));
});

/** The box of a tile of WebMercatorQuad, in degrees, with a share of its size around it. */
function boxOfTile(z, row, column, around = 0) {
  const lon = (x) => (x / 2 ** z) * 360 - 180;
  const lat = (y) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI;
  return [lon(column - around), lat(row + 1 + around), lon(column + 1 + around), lat(row - around)];
}

async function list(collection, box) {
  const answer = await fetch(`${map}/collections/${collection}/items?f=json&limit=10000&bbox=${box.join(',')}`);
  return (await answer.json()).features.map((each) => each.id);
}

test('GDAL reads a vector tile at its address, and finds in it what the list has there', async () => {
  const [z, row, column] = [17, 47856, 66947];
  const tile = `MVT:${map}/tiles/WebMercatorQuad/${z}/${row}/${column}?f=mvt`;
  const place = ['-oo', `X=${column}`, '-oo', `Y=${row}`, '-oo', `Z=${z}`];
  for (const collection of ['accessibility', 'initiatives']) {
    const text = run('ogr2ogr', '-f', 'CSV', '/vsistdout/', '-select', 'id', tile, collection, ...place);
    const found = text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g);
    const listed = await list(collection, boxOfTile(z, row, column));
    // A tile holds a little more than its box: 64 of 4096 units on each side.
    const around = new Set(await list(collection, boxOfTile(z, row, column, 65 / 4096)));
    assert.ok(listed.length > 10, `${listed.length}`);
    assert.deepEqual(listed.filter((id) => !found.includes(id)), [], collection);
    assert.deepEqual(found.filter((id) => !around.has(id)), [], collection);
    assert.equal(new Set(found).size, found.length);
  }
});

test('GDAL copies a whole collection, page after page', () => {
  const copy = path.join(data, 'pavements.csv');
  run('ogr2ogr', '-f', 'CSV', copy, `OAPIF:${map}`, 'pavements', '-oo', 'PAGE_SIZE=1000');
  const lines = fs.readFileSync(copy, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, counts.pavements + 1);
  assert.equal(new Set(lines).size, lines.length);
});

test('the database file is a SpatiaLite file with geometry, spatial index and readable tables', { skip: isServed }, () => {
  const file = path.join(data, 'jalon.sqlite');
  const layer = run('ogrinfo', '-so', file, 'contribution');
  const all = Object.values(counts).reduce((sum, count) => sum + count);
  assert.match(layer, new RegExp(`^Feature Count: ${all}$`, 'm'));
  assert.match(layer, /Geometry Column = geometry/);
  const sql = "SELECT CheckSpatialIndex('contribution','geometry'), CheckSpatialIndex('territory','geometry');" +
    "SELECT count(*), min(GeometryType(geometry)), min(ST_IsValid(geometry)) FROM territory;" +
    "SELECT count(*) FROM revision; SELECT max(seq) FROM event;";
  const answers = run('spatialite', '-silent', '-noheader', file, sql).trim().split('\n');
  assert.deepEqual(answers.slice(0, 4), ['1|1', '39|MULTIPOLYGON|1', `${all}`, `${all}`]);
});

test('the database server has a PostGIS table with geometry, spatial index and readable tables', { skip: !isServed }, () => {
  const place = `PG:${process.env.JALON_DATABASE}`;
  const layer = run('ogrinfo', '-so', place, 'contribution');
  const all = Object.values(counts).reduce((sum, count) => sum + count);
  assert.match(layer, new RegExp(`^Feature Count: ${all}$`, 'm'));
  assert.match(layer, /Geometry Column = geometry/);
  const ask = (sql) => run('psql', '-AtX', '-d', process.env.JALON_DATABASE, '-c', sql).trim();
  assert.equal(ask('SELECT count(*), min(GeometryType(geometry)), bool_and(ST_IsValid(geometry)) FROM territory'), '39|MULTIPOLYGON|t');
  assert.equal(ask('SELECT count(*) FROM revision'), `${all}`);
  assert.equal(ask('SELECT max(seq) FROM event'), `${all}`);
  assert.equal(ask("SELECT count(*) FROM pg_indexes WHERE tablename IN ('contribution', 'territory') AND indexdef LIKE '%USING gist (geometry)%'"), '2');
});

/** The commands between the two marks of the README, continuation lines joined to their command. */
function tour() {
  const text = fs.readFileSync(readme, 'utf8');
  const block = /<!-- tour[^>]*-->\n```sh\n([^]*?)```\n<!-- \/tour -->/.exec(text)[1];
  return block.replace(/\n {2}/g, '\n').split(/\n(?=curl|M=)/).map((line) => line.trim());
}

test('the tour of the README works as it is written', () => {
  const [setting, ...commands] = tour();
  assert.equal(setting, 'M=http://127.0.0.1:8080/maps/montpellier');
  const expected = [
    (text) => assert.equal(JSON.parse(text).account_needed, false),
    (text) => assert.deepEqual(
      Object.fromEntries(JSON.parse(text).collections.map((c) => [c.id, c.item_count])), counts),
    (text) => assert.equal(JSON.parse(text).features.length, 2),
    (text) => assert.match(text, /^id,title,[^]*\r\n.*,restaurants,/),
    (text) => {
      const { features, numberMatched } = JSON.parse(text);
      assert.equal(features.length, 3);
      assert.ok(numberMatched > 3);
      const [lon, lat] = features[0].geometry.coordinates;
      assert.ok(Math.hypot((lon - 3.8767) * 80.6, (lat - 43.6108) * 111) < 0.5); // kilometres
    },
    (text) => assert.equal(JSON.parse(text).type, 'object'),
    (text) => assert.match(JSON.parse(text).edit_secret, /^[\w-]{43}$/),
    (text) => assert.equal(JSON.parse(text).features[0].properties.title, 'Un banc à l’ombre'),
    (text) => assert.equal(JSON.parse(text).openapi, '3.0.3'),
  ];
  assert.equal(commands.length, expected.length);
  for (const [index, command] of commands.entries()) {
    const output = run('bash', '-c', `M=${map}\n${command}`);
    assert.doesNotThrow(() => expected[index](output), `${command}\n${output.slice(0, 500)}`);
  }
});
