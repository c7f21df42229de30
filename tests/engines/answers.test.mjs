// SPDX-License-Identifier: AGPL-3.0-or-later
// The demo map from a file and from a database server: the same rows, brought from the one into the
// other by backup and restore, are the same bytes in every answer, headers too. Not compared are Date
// and the request's id, and what the server measures of itself. Then both are written to alike.
// JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compose, exchange } from '../http/wire.mjs';
import { freePort } from '../ports.mjs';
import { sharedCluster } from '../postgres/cluster.mjs';
import { stop } from '../server.mjs';
import { Names, difference, essence } from './compare.mjs';

const { JALON } = process.env;
const here = path.dirname(fileURLToPath(import.meta.url));
const cases = path.join(here, '../http');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-answers-'));
const M = '/maps/montpellier';
const COLLECTIONS = ['accessibility', 'pavements', 'initiatives', 'needs'];
const servers = [];
let database;
let token;

const run = (...args) => execFileSync(JALON, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** A server that says to all that it is map.example: both make the same links. */
async function start(...place) {
  const port = await freePort();
  const child = spawn(JALON, ['serve', ...place, '--listen', `127.0.0.1:${port}`, '--public-url', 'http://map.example', '--log-level', 'error'], { stdio: 'inherit' });
  for (let tries = 0; tries < 1200; tries++) {
    assert.equal(child.exitCode, null, 'the server has ended');
    const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null);
    if (answer?.status === 200) return { child, port };
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  child.kill('SIGKILL');
  throw new Error('the server is not ready in time');
}

before(async () => {
  const [file, other, backup] = ['file', 'other', 'backup'].map((name) => path.join(work, name));
  database = sharedCluster().createDatabase({ tcp: true });
  run('demo', '--data', file, '--quiet');
  run('import', 'montpellier', 'needs', path.join(here, '../ogc/observed.csv'), '--source', 'walk', '--quiet', '--data', file);
  run('map', 'create', 'test', '--template', 'cartomobilite', '--data', file);
  run('import', 'test', 'accessibility', path.join(cases, 'fixtures/places.geojson'), '--source', 'places', '--quiet', '--data', file);
  run('account', 'create', 'ada', '--data', file);
  token = run('account', 'token', 'ada', '--data', file).split(/\s+/).pop();
  await stop(await start('--data', file)); // makes the secret that signs what leads to the next page
  run('backup', backup, '--data', file);
  run('restore', backup, '--data', other, '--database', database);
  servers.push(await start('--data', file));
  servers.push(await start('--data', other, '--database', database));
});

after(async () => {
  for (const server of servers) assert.equal(await stop(server), 0);
  sharedCluster().dropDatabase(database);
  fs.rmSync(work, { recursive: true });
});

/** Both answers to a request; each with its own If-Match, if they are given. */
const ask = (request, tags) => Promise.all(servers.map(({ port }, i) => {
  const headers = tags ? { ...request.headers, 'If-Match': tags[i] } : request.headers;
  return exchange(port, compose({ host: 'map.example', ...request, headers }), request.method);
}));

/** Asks both and compares; answers the first one's answer. */
async function same(target, headers = {}) {
  const request = typeof target === 'string' ? { path: target, headers } : target;
  const [one, other] = await ask(request);
  const words = difference(essence(one), essence(other));
  assert.equal(words, null, `${request.method ?? 'GET'} ${request.path} ${JSON.stringify(request.headers)}\n${words}`);
  return one;
}

/** Asks both to do it; the answers are the same but for what each draws by itself. */
async function alike(names, request, tags) {
  const answers = await ask(request, tags);
  const words = difference(...answers.map((answer, i) => essence(answer, names[i])));
  assert.equal(words, null, `${request.method} ${request.path}\n${words}`);
  return answers;
}

/** Along the links of rel "next" to the end; answers the features. */
async function walk(target) {
  const features = [];
  for (let next = target; next !== undefined;) {
    const answer = await same(next);
    assert.equal(answer.status, 200, next);
    const page = JSON.parse(answer.body);
    features.push(...page.features);
    next = page.links.find((link) => link.rel === 'next')?.href.replace('http://map.example', '');
  }
  return features;
}

/** GET paths of all HTTP cases that need nothing saved before; those of its map are asked of the demo too. */
function pathsOfCases() {
  const found = new Set();
  const gather = (value) => {
    if (Array.isArray(value)) value.forEach(gather);
    else if (value !== null && typeof value === 'object') {
      const { path: at, method = 'GET' } = value.request ?? {};
      for (const entry of value.request ? value.for ?? [{}] : []) {
        const filled = at?.replace(/\$\{(\w+)\}/g, (whole, name) => entry[name] ?? whole);
        if (filled?.startsWith('/') && method === 'GET' && !filled.includes('${')) found.add(filled);
      }
      Object.values(value).forEach(gather);
    }
  };
  for (const area of fs.readdirSync(cases)) {
    for (const name of fs.statSync(path.join(cases, area)).isDirectory() ? fs.readdirSync(path.join(cases, area)) : []) {
      if (name.endsWith('.json')) gather(JSON.parse(fs.readFileSync(path.join(cases, area, name), 'utf8')));
    }
  }
  return [...found].filter((one) => !/\/metrics|\/ready|\s/.test(one))
    .flatMap((one) => (one.startsWith('/maps/test') ? [one, one.replace('/maps/test', M)] : [one]));
}

test('what a map says of itself, in every form and both languages', async () => {
  const targets = ['/', '/maps', '/health', '/tileMatrixSets', '/tileMatrixSets/WebMercatorQuad', M,
    ...['api', 'conformance', 'territories', 'stats', 'functions', 'collections', 'tiles', 'tiles/WebMercatorQuad', 'tilejson', 'styles/montpellier', 'clusters?zoom=3'].map((name) => `${M}/${name}`),
    ...COLLECTIONS.flatMap((c) => ['', '/schema', '/queryables', '/sortables', '/tiles', '/tiles/WebMercatorQuad', '/items'].map((name) => `${M}/collections/${c}${name}`))];
  for (const target of targets) {
    for (const form of ['', 'f=json', 'f=html', 'f=geojson', 'f=csv', 'f=kml', 'f=gpx', 'f=ndjson']) {
      await same(form ? `${target}${target.includes('?') ? '&' : '?'}${form}` : target);
    }
    await same(target, { 'Accept-Language': 'en', 'Accept-Encoding': 'gzip' });
    await same(target, { Accept: 'text/html', 'Accept-Language': 'fr' });
    await same({ method: 'HEAD', path: target });
    await same({ method: 'OPTIONS', path: target });
  }
});

test('every list to its end, each feature and its history', async () => {
  const all = [];
  for (const collection of COLLECTIONS) {
    const features = await walk(`${M}/collections/${collection}/items?limit=1000`);
    all.push(...features.map(({ id }) => `${M}/collections/${collection}/items/${id}`));
  }
  assert.ok(all.length > 15000, `${all.length}`);
  for (let i = 0; i < all.length; i += 151) {
    const { headers } = await same(all[i]);
    assert.equal((await same(all[i], { 'If-None-Match': headers.etag })).status, 304);
    await same(`${all[i]}?f=html`);
    await same(`${all[i]}/revisions`);
  }
  const few = await walk(`${M}/collections/needs/items?limit=2`);
  assert.equal((await walk(`${M}/collections/needs/items?limit=2&sortby=-title`)).length, few.length);
});

test('orders, boxes, systems of coordinates and forms', async () => {
  const { properties } = JSON.parse((await same(`${M}/collections/accessibility/sortables`)).body);
  const items = `${M}/collections/accessibility/items`;
  assert.ok(Object.keys(properties).length > 5);
  for (const name of Object.keys(properties)) {
    for (const sign of ['', '-']) {
      const first = await same(`${items}?limit=300&sortby=${sign}${encodeURIComponent(name)}`);
      const next = JSON.parse(first.body).links?.find((link) => link.rel === 'next');
      if (next) await same(next.href.replace('http://map.example', ''));
    }
  }
  for (const srid of ['2154', '3857', '4326', '3943']) {
    await same(`${items}?limit=1000&crs=${encodeURIComponent(`http://www.opengis.net/def/crs/EPSG/0/${srid}`)}`);
  }
  for (let i = 0; i < 60; i++) {
    const [west, south] = [3.80 + (i % 10) * 0.015, 43.56 + Math.floor(i / 10) * 0.015];
    await same(`${items}?limit=1000&bbox=${west},${south},${west + 0.03},${south + 0.02}`);
  }
  for (const form of ['geojson', 'csv', 'html', 'json']) {
    assert.equal((await same(`${items}?limit=10000&f=${form}`)).status, 200, form);
  }
  // A GeoPackage says when it was made.
  const packages = await alike([new Names(), new Names()], { method: 'GET', path: `${items}?limit=1000&f=gpkg` });
  assert.equal(packages[0].status, 200);
});

test('tiles, groups of places and figures at many scales', async () => {
  const [lon, lat] = [3.8767, 43.6108];
  for (let z = 0; z <= 19; z++) {
    const scale = 2 ** z;
    const column = Math.floor(((lon + 180) / 360) * scale);
    const row = Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * scale);
    for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [-1, -1]]) {
      const [x, y] = [column + dx, row + dy];
      if (x < 0 || y < 0 || x >= scale || y >= scale) continue;
      await same(`${M}/tiles/WebMercatorQuad/${z}/${y}/${x}`);
      await same(`${M}/collections/pavements/tiles/WebMercatorQuad/${z}/${y}/${x}`);
    }
    const answer = await same(`${M}/clusters?zoom=${z}&bbox=3.7,43.5,4.1,43.7`);
    const cluster = JSON.parse(answer.body).features?.find((one) => one.properties.cluster_id !== undefined || one.properties.cluster === true);
    if (cluster) {
      const id = cluster.properties.cluster_id ?? cluster.id;
      await same(`${M}/clusters/${id}/leaves?limit=500`);
      await same(`${M}/clusters/${id}/children`);
    }
  }
  const { features } = JSON.parse((await same(`${M}/territories`)).body);
  for (const one of features ?? []) await same(`${M}/stats?territory=${encodeURIComponent(one.id)}`);
});

test('what the cases ask, of their map and of the demo', async () => {
  const targets = pathsOfCases();
  assert.ok(targets.length > 400, `${targets.length}`);
  const states = new Set();
  for (const target of targets) states.add((await same(target)).status);
  for (const state of [200, 400, 404]) assert.ok(states.has(state), `${state}`);
});

test('writes, refusals and what is seen after them', async () => {
  const names = [new Names(), new Names()];
  const items = '/maps/test/collections/accessibility/items';
  const json = { 'Content-Type': 'application/geo+json' };
  const feature = (title, more = {}) => JSON.stringify({
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] }, properties: { title, ...more },
  });
  const id = (n) => `01930000-0000-7000-8000-00000000${(0x1000 + n).toString(16)}`;
  const seen = new Set();
  const send = async (method, target, headers, body, tags) => {
    const answers = await alike(names, { method, path: target, headers, body }, tags);
    seen.add(answers[0].status);
    return answers;
  };
  for (let n = 0; n < 20; n++) {
    const at = `${items}/${id(n)}`;
    const mine = n % 4 ? { ...json, Authorization: `Bearer ${token}` } : json;
    await send('PUT', at, { ...mine, 'If-None-Match': '*' }, feature(`Rampe ${n}`));
    await send('PUT', at, { ...mine, 'If-None-Match': '*' }, feature(`Rampe ${n}`));
    await send('PUT', at, mine, feature('Sans rien'));
    await send('PUT', at, { ...mine, 'If-Match': '"99"' }, feature('Trop tard'));
    const tags = async () => (await send('GET', at)).map((answer) => answer.headers.etag);
    await send('PATCH', at, { ...mine, 'Content-Type': 'application/merge-patch+json' },
      JSON.stringify({ properties: { title: `Rampe refaite ${n}`, ...(n % 3 ? {} : { wheelchair: 'perhaps' }) } }), await tags());
    if (n % 2) await send('DELETE', at, mine, undefined, await tags());
    await send('GET', `${at}/revisions`);
  }
  for (let n = 0; n < 10; n++) {
    const key = { ...json, 'Idempotency-Key': `key-${n}` };
    await send('POST', items, key, feature(`Place ${n}`));
    await send('POST', items, key, feature(`Place ${n}`));
    await send('POST', items, key, feature('Une autre'));
    await send('POST', items, { ...json, Authorization: `Bearer ${token}` }, feature(`À elle ${n}`));
  }
  await send('POST', items, json, '{');
  await send('POST', items, json, feature('x', { wheelchair: 7, nothing: 'of this name' }));
  await send('POST', items, { 'Content-Type': 'text/plain' }, 'x');
  await send('POST', items, { ...json, Authorization: 'Bearer wrong' }, feature('x'));
  await send('POST', '/maps/nowhere/collections/accessibility/items', json, feature('x'));
  await send('PUT', M, json, '{}');
  for (const state of [200, 201, 204, 400, 401, 404, 405, 412, 415, 422, 428]) {
    assert.ok(seen.has(state), `${state} among ${[...seen]}`);
  }
  const lists = await send('GET', `${items}?limit=1000`);
  const [one, other] = lists.map((answer) => JSON.parse(answer.body).features.map((each) => each.properties.title));
  assert.deepEqual(one, other);
  assert.ok(one.filter((title) => title.startsWith('Place ')).length === 10);
});
