// SPDX-License-Identifier: AGPL-3.0-or-later
// Every system that a collection offers, over its area of use: positions as cs2cs of PROJ gives them,
// within a centimetre and in the same order of axes; boxes as cs2cs decides point by point. JALON is
// the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-cs2cs-'));
const SIDE = 5; // points along each side of an area
const BELGIUM = 31370;
let server;
let items;
let systems;

const run = (command, args, input) => execFileSync(command, args, { encoding: 'utf8', input, maxBuffer: 64 << 20 });
const code = (crs) => Number(crs.split('/').pop());

/** west, south, east, north of where a system is meant to be used. */
function areaOf(srid) {
  const wkt = run('projinfo', ['-o', 'WKT2:2019', '--single-line', `EPSG:${srid}`]);
  const [south, west, north, east] = /BBOX\[([^\]]+)\]/.exec(wkt)[1].split(',').map(Number);
  return [west, south, west > east ? east + 360 : east, north];
}

/** A grid of points over the area, a little inside. */
function pointsOf([west, south, east, north]) {
  const points = [];
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      const lon = west + ((i + 0.5) / SIDE) * (east - west);
      points.push([(lon > 180 ? lon - 360 : lon).toFixed(6), (south + ((j + 0.5) / SIDE) * (north - south)).toFixed(6)]);
    }
  }
  return points;
}

/** [longitude, latitude] to what cs2cs says, in the system's own order of axes. */
function transform(srid, positions) {
  const input = positions.map(([lon, lat]) => `${lat} ${lon}`).join('\n');
  return run('cs2cs', ['-f', '%.9f', 'EPSG:4326', `EPSG:${srid}`], `${input}\n`)
    .trim().split('\n').map((line) => line.split(/\s+/).slice(0, 2).map(Number));
}

before(async () => {
  run(jalon, ['map', 'create', 'world', '--template', 'cartomobilite', '--data', data]);
  const bare = await serve(jalon, data, ['--crs', `EPSG:${BELGIUM}`]);
  const collection = await (await fetch(`http://127.0.0.1:${bare.port}/maps/world/collections/accessibility`)).json();
  await stop(bare);
  systems = collection.crs.map(code).filter(Number.isFinite);
  const rows = systems.flatMap((srid) => pointsOf(areaOf(srid)).map(([lon, lat]) => `EPSG ${srid},${lon},${lat}`));
  const file = path.join(data, 'points.csv');
  fs.writeFileSync(file, `title,longitude,latitude\n${rows.join('\n')}\n`);
  run(jalon, ['import', 'world', 'accessibility', file, '--data', data]);
  server = await serve(jalon, data, ['--crs', `EPSG:${BELGIUM}`]);
  items = `http://127.0.0.1:${server.port}/maps/world/collections/accessibility/items?limit=10000`;
});

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

const uri = (srid) => encodeURIComponent(`http://www.opengis.net/def/crs/EPSG/0/${srid}`);

async function features(query) {
  const answer = await fetch(`${items}&${query}`);
  assert.equal(answer.status, 200, `${query}: ${answer.status}`);
  return (await answer.json()).features;
}

test('positions are within a centimetre of cs2cs, with axes in the same order', async () => {
  assert.ok(systems.length > 40 && systems.includes(BELGIUM));
  for (const srid of systems) {
    const own = `filter=${encodeURIComponent(`title='EPSG ${srid}'`)}`;
    const [there, here] = [await features(`${own}&crs=${uri(srid)}`), await features(own)];
    assert.equal(there.length, SIDE * SIDE, `${srid}`);
    const expected = transform(srid, here.map((one) => one.geometry.coordinates));
    const isDegrees = expected.every((each) => Math.abs(each[0]) <= 180 && Math.abs(each[1]) <= 180);
    there.forEach((one, i) => {
      const [a, b] = one.geometry.coordinates;
      const off = Math.hypot(a - expected[i][0], b - expected[i][1]) * (isDegrees ? 111320 : 1);
      assert.ok(off < 0.01, `EPSG:${srid}: ${[a, b]} is ${off} m from ${expected[i]}`);
    });
  }
});

test('a box holds what cs2cs puts in it, and nothing else', async () => {
  const all = await features('');
  for (const srid of systems.filter((one) => ![4326, 4171, 4258].includes(one))) {
    const own = all.filter((one) => one.properties.title === `EPSG ${srid}`);
    const images = transform(srid, own.map((one) => one.geometry.coordinates));
    // Between the outer points: some are in, some are out.
    const ends = [0, 1].map((axis) => {
      const sorted = images.map((each) => each[axis]).sort((a, b) => a - b);
      return [sorted[SIDE], sorted[sorted.length - 1 - SIDE]];
    });
    const inside = own.filter((_, i) => [0, 1].every((axis) =>
      images[i][axis] >= ends[axis][0] && images[i][axis] <= ends[axis][1])).map((one) => one.id);
    const bbox = [ends[0][0], ends[1][0], ends[0][1], ends[1][1]].join(',');
    const found = (await features(`bbox=${bbox}&bbox-crs=${uri(srid)}`)).map((one) => one.id);
    const ids = new Set(own.map((one) => one.id));
    assert.ok(inside.length > 0 && inside.length < own.length, `${srid}`);
    assert.deepEqual(found.filter((id) => ids.has(id)).sort(), inside.sort(), `EPSG:${srid}: ${bbox}`);
  }
});
