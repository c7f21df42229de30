// SPDX-License-Identifier: AGPL-3.0-or-later
// Looks for what it must not find: fields and collections that are not public, exact places on a map of
// coarse ones, what is not published, a map that is not open. It reads every path that the description
// of the API names, in every format, and asks in every way that could tell. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const here = path.dirname(fileURLToPath(import.meta.url));
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-probe-'));
const SECRETS = ['Hortensia', 'QuatreVingt', 'Mandragore', 'Belladone', 'Cigue', '424242', 'Entre membres',
  'Among members', 'Bureau', 'The desk', 'keys_at', '"weight"', 'weight,', 'whisper', 'Clés chez', 'Keys at'];
const EXACT = [3.8765432, 43.6123456];
const GRID_M = 1000;
const NOT_THERE = '0190f3c2-0000-7000-8000-000000000000';
const tokens = {};
const ids = {};
let server;

async function ask(target, { as, method = 'GET', body, headers = {} } = {}) {
  const answer = await fetch(`http://127.0.0.1:${server.port}${target}`, {
    method,
    redirect: 'manual',
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: {
      ...(as ? { Authorization: `Bearer ${tokens[as]}` } : {}),
      ...(body === undefined ? {} : { 'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/geo+json' }),
      ...headers,
    },
  });
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: answer.status, headers: answer.headers, etag: answer.headers.get('etag'), text, json };
}

async function add(map, collection, as, properties, geometry = { type: 'Point', coordinates: EXACT }, headers = {}) {
  const made = await ask(`/maps/${map}/collections/${collection}/items`,
    { as, method: 'POST', body: { type: 'Feature', geometry, properties }, headers });
  assert.ok(made.status === 201 || made.status === 202, made.text);
  return made;
}

async function change(item, as, body) {
  const { etag } = await ask(item, { as });
  const changed = await ask(item, { as, method: 'PATCH', body, headers: { 'If-Match': etag } });
  assert.equal(changed.status, 200, changed.text);
  return changed;
}

const items = (map, collection = 'spots') => `/maps/${map}/collections/${collection}/items`;
const item = (map, id, collection = 'spots') => `${items(map, collection)}/${id}`;

before(async () => {
  const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
  const template = path.join(here, 'fixtures', 'audience.template');
  for (const map of ['open', 'coarse', 'closed', 'pre']) {
    run('map', 'create', map, '--template', template);
  }
  run('map', 'set', 'coarse', `location_grid_m=${GRID_M}`);
  run('map', 'set', 'closed', 'reading=members');
  run('map', 'set', 'pre', 'moderation=pre');
  for (const name of ['ada', 'mem', 'mod']) {
    run('account', 'create', name);
    tokens[name] = /(\S{20,})\s*$/.exec(run('account', 'token', name))[1];
  }
  for (const map of ['open', 'coarse', 'closed', 'pre']) {
    run('member', map, 'mem', 'member');
    run('member', map, 'mod', 'moderator');
  }
  server = await serve(jalon, data);
  for (const map of ['open', 'coarse', 'closed']) {
    const made = await add(map, 'spots', 'mod', { title: map === 'closed' ? 'Hortensia' : 'Statue', size: 3, keys_at: 'QuatreVingt',
      weight: 424242, whisper: 'Mandragore', categories: ['culture'] });
    ids[map] = made.json.id;
    await add(map, 'spots', 'mem', { title: map === 'closed' ? 'Hortensia' : 'Fontaine', size: 5, weight: 7 },
      { type: 'Point', coordinates: [3.81, 43.55] });
    ids[`${map}-club`] = (await add(map, 'club', 'mem', { title: 'Belladone', size: 1 })).json.id;
    await add(map, 'desk', 'mod', { title: 'Cigue', size: 2 });
    await change(item(map, ids[map]), 'mem', { properties: { keys_at: 'QuatreVingt 2' } });
    await change(item(map, ids[map]), 'mem', { properties: { size: 4 } });
  }
});

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

// Every path below the map that the description names, with what its variables may be.
async function paths(map, id) {
  const variables = { map: [map], collection: ['spots', 'club', 'desk'], id: [id], cluster: ['0', '1', '2-0'], style: ['map'],
    tileMatrix: ['0', '13'], tileRow: ['0', '2984'], tileCol: ['0', '4184'], n: ['1', '2'], version: ['1', '2'], name: ['mem'] };
  const description = await ask('/maps/open/api', { as: 'mod' });
  assert.equal(description.status, 200);
  const found = [];
  for (const [route, methods] of Object.entries(description.json.paths)) {
    if (!methods.get) {
      continue;
    }
    let list = [route.replace('/maps/open', `/maps/${map}`)];
    for (let at; (at = list.findIndex((one) => one.includes('{'))) >= 0;) {
      const [whole, name] = /\{(\w+)\}/.exec(list[at]);
      const values = variables[name] ?? [id];
      list = list.flatMap((one) => (one.includes(whole) ? values.map((value) => one.replace(whole, value)) : [one]));
    }
    found.push(...list);
  }
  const base = `/maps/${map}`;
  const whole = found.map((one) => (one.startsWith('/maps/') ? one : `${base}${one === '/' ? '' : one}`));
  return [...new Set([base, ...whole])];
}

const QUERIES = ['', 'f=json', 'f=geojson', 'f=html', 'f=csv', 'f=kml', 'f=gpx', 'limit=1', 'q=QuatreVingt', 'q=Mandragore',
  'weight=424242', 'filter=weight%3D424242', 'filter=size%3D4', 'sortby=-size', 'sortby=weight', 'properties=weight',
  'by=weight', 'by=category', 'collections=club', 'collections=spots,club', 'near=3.8765,43.6123&radius=50', 'zoom=12&bbox=3,43,4,44',
  'bbox=3.8,43.5,3.9,43.7', 'category=culture', 'author=mod', 'status=none', 'version=1', 'since=0', 'before=9'];

// In every way that could tell where contributions are asked for; elsewhere in each form.
const queriesFor = (target) => (/(items|clusters|stats)$|\/tiles\/.*\d$/.test(target) && !/club|desk/.test(target) ? QUERIES : QUERIES.slice(0, 4));

test('nobody finds a secret in any answer', async () => {
  let read = 0;
  const answered = new Set();
  for (const map of ['open', 'coarse']) {
    for (const target of await paths(map, ids[map])) {
      for (const query of queriesFor(target)) {
        const { text, headers, status } = await ask(`${target}${query ? `?${query}` : ''}`);
        const said = decodeURIComponent(query.replace(/%(?![0-9a-f]{2})/gi, ''));
        const all = `${text}\n${[...headers].map((one) => one.join(': ')).join('\n')}`;
        for (const secret of SECRETS) {
          // What was asked for may be said back.
          const mine = said.includes(secret.replace(/["',]/g, '')) || target.includes(secret);
          assert.ok(mine || !all.includes(secret), `${map} ${target}?${query}: ${status} says ${secret}`);
        }
        if (map === 'coarse') {
          assert.ok(!/3\.8765432|43\.6123456/.test(all), `${target}?${query} says where it is`);
        }
        read++;
        if (status === 200) {
          answered.add(target);
        }
      }
    }
  }
  assert.ok(read > 400 && answered.size > 30, `${read} answers of ${answered.size} places`);
  // A moderator finds them so: the probe would see them.
  const theirs = [];
  for (const target of await paths('open', ids.open)) {
    theirs.push((await ask(target, { as: 'mod' })).text);
  }
  for (const secret of ['QuatreVingt', 'Mandragore', 'Among members', 'The desk', '424242', 'Keys at', 'Belladone', 'Cigue']) {
    assert.ok(theirs.some((text) => text.includes(secret)), secret);
  }
});

test('what is secret is refused as what is not there', async () => {
  const alike = async (there, absent, options = {}, also = {}) => {
    const a = await ask(there, options), b = await ask(absent, { ...options, ...also });
    const plain = (answer) => answer.text.replaceAll('weight', 'NAME').replaceAll('weighs', 'NAME')
      .replaceAll('club', 'NAME').replaceAll('clus', 'NAME').replaceAll(ids['open-club'], 'ID')
      .replaceAll(NOT_THERE, 'ID').replace(/"instance":"[^"]*"/, '');
    assert.equal(a.status, b.status, there);
    assert.equal(plain(a), plain(b), there);
    const names = (answer) => [...answer.headers.keys()].join();
    assert.equal(names(a), names(b), there);
  };
  for (const query of ['NAME=1', 'filter=NAME%3D1', 'filter=NAME%20IS%20NULL', 'sortby=NAME', 'sortby=-NAME', 'properties=NAME', 'properties=size,NAME']) {
    for (const as of [undefined, 'ada']) {
      await alike(`${items('open')}?${query.replace('NAME', 'weight')}`, `${items('open')}?${query.replace('NAME', 'weighs')}`, { as });
    }
  }
  for (const below of ['', '/items', '/schema', '/queryables', '/sortables', '/tiles', `/items/${ids['open-club']}`, `/items/${ids['open-club']}/revisions`]) {
    await alike(`/maps/open/collections/club${below}`, `/maps/open/collections/clus${below.replace(ids['open-club'], NOT_THERE)}`);
  }
  await alike('/maps/open/clusters?zoom=3&bbox=3,43,4,44&collections=club', '/maps/open/clusters?zoom=3&bbox=3,43,4,44&collections=clus');
  await alike('/maps/open/stats?collections=club', '/maps/open/stats?collections=clus');
  const feature = (name) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [3.8, 43.6] }, properties: { title: 'x', [name]: 3 } });
  await alike(items('open'), items('open'), { as: 'ada', method: 'POST', body: feature('weight') }, { body: feature('weighs') });
  const { etag } = await ask(item('open', ids.open), { as: 'ada' });
  const patch = { as: 'ada', method: 'PATCH', headers: { 'If-Match': etag } };
  await alike(item('open', ids.open), item('open', ids.open), { ...patch, body: { properties: { weight: 3 } } },
    { body: { properties: { weighs: 3 } } });
});

test('each audience reads, finds, sorts and writes what is theirs', async () => {
  const seen = async (as, query = '') => (await ask(`${items('open')}?${query}`, { as })).json;
  assert.deepEqual((await seen('mem', 'weight=424242')).features.map((one) => one.properties.keys_at), ['QuatreVingt 2']);
  assert.deepEqual((await seen('mem', 'sortby=weight')).features.map((one) => one.properties.weight), [7, 424242]);
  assert.equal((await seen('mem', 'filter=weight%3E100')).numberMatched, 1);
  assert.equal((await seen('mem', 'q=quatrevingt')).numberMatched, 1);
  assert.equal((await seen(undefined, 'q=quatrevingt')).numberMatched, 0);
  assert.equal((await seen('ada', 'q=quatrevingt')).numberMatched, 0);
  assert.ok(!JSON.stringify(await seen('mem')).includes('Mandragore'));
  assert.equal((await seen('mem', 'q=mandragore')).numberMatched, 0);
  assert.equal((await seen('mod', 'q=mandragore')).numberMatched, 1);
  assert.equal((await ask(`${items('open')}?whisper=x`, { as: 'mem' })).status, 400);
  assert.equal((await ask(items('open', 'club'), { as: 'mem' })).json.numberMatched, 1);
  assert.equal((await ask(items('open', 'desk'), { as: 'mem' })).status, 404);
  assert.equal((await ask(items('open', 'desk'), { as: 'mod' })).json.numberMatched, 1);
  const schema = (await ask('/maps/open/collections/spots/schema', { as: 'mem' })).json;
  assert.ok(schema.properties.properties ? true : 'weight' in schema.properties || JSON.stringify(schema).includes('"weight"'));
  assert.ok(!JSON.stringify(schema).includes('whisper'));
  // What a member writes leaves alone what only moderators see, and shows at once to everybody who may.
  await change(item('open', ids.open), 'mem', { properties: { weight: 424242, keys_at: 'QuatreVingt 3' } });
  const after = (await ask(item('open', ids.open), { as: 'mod' })).json.properties;
  assert.equal(after.whisper, 'Mandragore');
  assert.equal(after.keys_at, 'QuatreVingt 3');
  const history = (await ask(`${item('open', ids.open)}/revisions`, { as: 'mem' })).json.items;
  assert.ok(JSON.stringify(history).includes('QuatreVingt') && !JSON.stringify(history).includes('Mandragore'));
});

test('caches and tags keep audiences apart', async () => {
  for (const target of [item('open', ids.open), items('open'), '/maps/open/stats', '/maps/open/tiles/WebMercatorQuad/0/0/0', '/maps/open']) {
    const theirs = await ask(target, { as: 'mem' });
    const mine = await ask(target);
    assert.match(theirs.headers.get('cache-control'), /private|no-store/);
    assert.match(mine.headers.get('vary'), /Authorization/);
    assert.match(mine.headers.get('vary'), /Cookie/);
    assert.notEqual(theirs.etag, mine.etag, target);
    assert.equal((await ask(target, { headers: { 'If-None-Match': theirs.etag } })).status, 200, target);
  }
  const tile = '/maps/open/tiles/WebMercatorQuad/13/2984/4184';
  const before = await ask(tile), item_before = await ask(item('open', ids.open));
  await change(item('open', ids.open), 'mem', { properties: { keys_at: 'QuatreVingt 4' } });
  const after = await ask(tile), item_after = await ask(item('open', ids.open));
  assert.equal(after.etag, before.etag);
  // That it was changed is told: by the version and the time. What, is not.
  const { version, updated, ...same } = item_before.json.properties;
  const { version: next, updated: later, ...now } = item_after.json.properties;
  assert.deepEqual(now, same);
  assert.ok(next === version + 1 && later > updated);
  const history = (await ask(`${item('open', ids.open)}/revisions?limit=1`)).json.items;
  assert.deepEqual(history[0].changes, []);
});

test('a change of what is private is a revision that does not say of what', async () => {
  const target = item('open', ids.open);
  const shown = ({ version, time, ...rest }) => rest;
  const seen = [];
  for (const properties of [{ weight: 1 }, { whisper: 'Mandragore 2' }, { keys_at: null, weight: 424242 }]) {
    await change(target, 'mod', { properties });
    const { json: list } = await ask(`${target}/revisions?limit=1`);
    const { json: one, headers } = await ask(`${target}/revisions/${list.items[0].version}`);
    seen.push(JSON.stringify([shown(list.items[0]), one.changes, one.action, one.author, one.reason, Object.keys(one),
      [...headers.keys()]]));
  }
  assert.deepEqual(seen.slice(1), [seen[0], seen[0]]);
  const { json: history } = await ask(`${target}/revisions?limit=1000`);
  assert.deepEqual(history.items.map(({ version }) => version), history.items.map((_, i) => history.items.length - i));
  await change(target, 'mod', { properties: { whisper: 'Mandragore', keys_at: 'QuatreVingt' } });
});

const DEGREE_M = 111195.0797343643;
// The middle of the square that the position is in, as include/jalon/geo.h says.
function middle([lon, lat]) {
  const rows = Math.floor((180 * DEGREE_M) / GRID_M);
  const row = Math.floor(((lat + 90) / 180) * rows);
  const y = ((row + 0.5) * 180) / rows - 90;
  const columns = Math.floor((360 * DEGREE_M * Math.cos((y * Math.PI) / 180)) / GRID_M);
  const column = Math.floor(((lon + 180) / 360) * columns);
  const round = (degrees) => Math.round(degrees * 1e7) / 1e7;
  return [round(((column + 0.5) * 360) / columns - 180), round(y)];
}

test('a coarse place is the middle of its square, however it is looked for', async () => {
  const target = middle(EXACT);
  const one = (await ask(item('coarse', ids.coarse))).json;
  assert.deepEqual(one.geometry, { type: 'Point', coordinates: target });
  assert.equal(one.properties.accuracy_m, GRID_M);
  const found = async (query) => (await ask(`${items('coarse')}?limit=1&author=mod&${query}`)).json.numberMatched === 1;
  const halve = async (low, high, test) => {
    for (let i = 0; i < 36; i++) {
      const half = (low + high) / 2;
      if (await test(half)) { high = half; } else { low = half; }
    }
    return high;
  };
  const east = await halve(3.7, 4, (lon) => found(`bbox=3.7,43.5,${lon},43.7`));
  const north = await halve(43.5, 43.7, (lat) => found(`filter=${encodeURIComponent(`S_INTERSECTS(geometry,BBOX(3.7,43.5,4,${lat}))`)}`));
  assert.ok(Math.abs(east - target[0]) < 1e-6 && Math.abs(north - target[1]) < 1e-6, `${east} ${north}`);
  const radius = await halve(0, 5000, (metres) => found(`near=${EXACT.join()}&radius=${metres}`));
  const exactly = await halve(0, 5000, (metres) => found(`near=${target.join()}&radius=${metres}`));
  assert.ok(radius > 50 && exactly < 0.02, `${radius} ${exactly}`);
  const tile = ([lon, lat], zoom) => {
    const size = 2 ** zoom, angle = (lat * Math.PI) / 180;
    return `/maps/coarse/tiles/WebMercatorQuad/${zoom}/${Math.floor(((1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2) * size)}/${Math.floor(((lon + 180) / 360) * size)}`;
  };
  assert.equal((await ask(tile(EXACT, 18))).status, 204);
  assert.equal((await ask(tile(target, 18))).status, 200);
  assert.equal((await ask(tile(EXACT, 18), { as: 'mem' })).status, 200);
  assert.deepEqual((await ask(item('coarse', ids.coarse), { as: 'mem' })).json.geometry.coordinates, EXACT);
  const csv = (await ask(`${items('coarse')}?f=csv`)).text;
  assert.ok(csv.includes(String(target[0])) && csv.includes('accuracy_m'));
});

test('shapes are points there, and moving within a square is no change', async () => {
  const line = [[3.8712345, 43.6112345], [3.8722345, 43.6122345]];
  const made = await add('coarse', 'spots', 'ada', { title: 'Ruelle' }, { type: 'LineString', coordinates: line });
  assert.deepEqual(made.json.geometry.coordinates, line); // its author is shown where it is
  const target = item('coarse', made.json.id);
  const seen = await ask(target);
  assert.equal(seen.json.geometry.type, 'Point');
  assert.deepEqual((await ask(target, { as: 'ada' })).json.geometry.coordinates, line);
  const moved = await change(target, 'ada', { geometry: { type: 'LineString', coordinates: [line[0], [3.8722346, 43.6122346]] } });
  assert.deepEqual(moved.json.geometry.coordinates[1], [3.8722346, 43.6122346]);
  const history = (await ask(`${target}/revisions`)).json.items;
  assert.deepEqual(history[0].changes, []);
  const first = history[1].changes.find((one) => one.field === 'geometry');
  assert.deepEqual(first, { field: 'geometry', after: seen.json.geometry });
  const theirs = (await ask(`${target}/revisions`, { as: 'mem' })).json.items;
  assert.equal(theirs[0].changes[0].after.type, 'LineString');
});

test('sending the coarse place back leaves the exact one', async () => {
  const { json: theirs } = await ask(item('coarse', ids.coarse));
  const target = item('coarse', ids.coarse);
  const { etag } = await ask(target, { as: 'ada' });
  const put = await ask(target, { as: 'ada', method: 'PUT', headers: { 'If-Match': etag },
    body: { type: 'Feature', geometry: theirs.geometry, properties: { ...theirs.properties, title: 'Statue 2' } } });
  assert.equal(put.status, 200, put.text);
  assert.deepEqual(put.json.geometry, theirs.geometry);
  const changed = await change(target, 'ada', { properties: { size: 6 } });
  assert.deepEqual(changed.json.geometry, theirs.geometry);
  const exact = (await ask(target, { as: 'mem' })).json;
  assert.deepEqual(exact.geometry.coordinates, EXACT);
  assert.equal(exact.properties.weight, 424242);
  assert.equal(exact.properties.title, 'Statue 2');
});

test('a map for members says nothing to others', async () => {
  for (const target of await paths('closed', ids.closed)) {
    for (const query of ['', '?f=html']) {
      for (const [as, statuses] of [[undefined, [401, 404, 400, 406]], ['ada', [403, 404, 400, 406]]]) {
        const { status, text, headers } = await ask(`${target}${query}`, { as });
        // What somebody is there may be asked, and the client's empty pages are anybody's.
        const own = /\/(me|charter|challenge)$/.test(target) 
          || (/html/.test(headers.get('content-type')) && !/Publics|Audiences/.test(text));
        assert.ok(own || statuses.includes(status) || !target.startsWith('/maps/closed'), `${target}${query}: ${status}`);
        for (const secret of [...SECRETS, 'QuatreVingt', 'Statue']) {
          assert.ok(!text.includes(secret) || target.includes(secret), `${target}${query} says ${secret}`);
        }
      }
    }
  }
  assert.equal((await ask(items('closed'))).status, 401);
  assert.equal((await ask(items('closed'), { as: 'ada' })).status, 403);
  assert.equal((await ask(items('closed'), { as: 'mem' })).json.numberMatched, 2);
  // Nor how much has happened there.
  assert.equal((await ask(items('closed'), { headers: { 'Jalon-Seq': '999999' } })).status, 401);
  assert.equal((await ask(items('closed'), { headers: { 'Jalon-Seq': '1' } })).status, 401);
  const listed = async (as) => (await ask('/maps?f=json', { as })).json.items.map((one) => one.id);
  assert.ok(!(await listed()).includes('closed') && !(await listed('ada')).includes('closed'));
  assert.ok((await listed('mem')).includes('closed') && (await listed()).includes('open'));
});

test('what is not published is there for its author and moderators alone', async () => {
  const made = await add('pre', 'spots', undefined, { title: 'Hortensia', size: 1 });
  const secret = made.json.edit_secret;
  const target = item('pre', made.json.id);
  const own = await ask(target, { headers: { 'Jalon-Edit-Secret': secret } });
  assert.equal(own.status, 200);
  assert.equal(own.json.properties.moderation, 'pending');
  assert.deepEqual(own.json.geometry.coordinates, EXACT);
  assert.match(own.headers.get('cache-control'), /private|no-store/);
  assert.equal((await ask(`${target}/revisions`, { headers: { 'Jalon-Edit-Secret': secret } })).json.items.length, 1);
  assert.equal((await ask(target, { as: 'mod' })).status, 200);
  const other = item('pre', NOT_THERE);
  for (const options of [{}, { as: 'ada' }, { as: 'mem' }, { headers: { 'Jalon-Edit-Secret': 'x'.repeat(43) } },
    { headers: { 'If-None-Match': own.etag } }]) {
    for (const below of ['', '/revisions', '?f=html']) {
      const hidden = await ask(`${target}${below}`, options), absent = await ask(`${other}${below}`, options);
      assert.equal(hidden.status, 404, below);
      const plain = ({ text }) => text.replace(/"instance":"[^"]*"/, '').replaceAll(made.json.id, 'ID').replaceAll(NOT_THERE, 'ID');
      assert.equal(plain(hidden), plain(absent));
    }
  }
  for (const target2 of await paths('pre', made.json.id)) {
    for (const query of ['', 'f=html', 'q=hortensia']) {
      const { text } = await ask(`${target2}${query ? `?${query}` : ''}`);
      assert.ok(!text.includes('Hortensia'), `${target2}?${query}`);
    }
  }
  assert.equal((await ask(items('pre'))).json.numberMatched, 0);
});
