// SPDX-License-Identifier: AGPL-3.0-or-later
// An association for a month: sixty people of whom few write much, vandalism, two edit wars, a merge, a
// redaction, somebody who leaves. What everybody did is also kept here; in the end the map is compared
// with that, its history is played again, its counts are compared with each other, and what is private is
// looked for everywhere. JALON is the program; SEED is for another month.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-month-'));
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
const PEOPLE = 60;
const DAYS = 30;
const DEEDS_A_DAY = 16;
const SECRET_FIELD = 'Téléphone 04 99 77 66 55 de Mme Durand';
const tokens = {};
const expected = new Map(); // id -> what it is, as far as people have said
let server;
let map;
let items;

const run = async (...args) =>
  (await promisify(execFile)(jalon, [...args, '--data', data], { maxBuffer: 1 << 26 })).stdout;

// --- Chance, the same each time ---
let state = Number(process.env.SEED ?? 20261121) >>> 0;
function chance() { // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(chance() * list.length)];
const person = (n) => `p${String(n).padStart(2, '0')}`;

/** Ten people write most of it: the n-th in proportion to n to the power of -1.3. */
const weights = Array.from({ length: PEOPLE }, (_, n) => (n + 1) ** -1.3);
const sum = weights.reduce((a, b) => a + b);
function somebody() {
  let left = chance() * sum;
  return person(weights.findIndex((weight) => (left -= weight) < 0) + 1);
}

// --- Asking ---
function send(method, url, { as, body, type = 'application/json', headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const request = http.request(url, { agent, method, headers: { ...headers,
      ...(bytes ? { 'Content-Type': type, 'Content-Length': bytes.length } : {}),
      ...(as ? { Authorization: `Bearer ${tokens[as]}` } : {}) } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part)).on('end', () => {
        const text = Buffer.concat(parts).toString();
        const isJson = /json/.test(answer.headers['content-type'] ?? '');
        resolve({ status: answer.statusCode, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined });
      });
    });
    request.on('error', reject);
    request.end(bytes);
  });
}
const well = (answer, ...codes) => {
  assert.ok((codes.length ? codes : [200, 201, 204]).includes(answer.status), `${answer.status} ${answer.text}`);
  return answer;
};
const page = async (url, options) => {
  const all = [];
  for (let at = url; at;) {
    const { json } = well(await send('GET', at, options));
    all.push(...(json.features ?? json.items));
    at = json.links?.find((link) => link.rel === 'next')?.href;
  }
  return all;
};

// --- What people do ---
const WORDS = 'Boulangerie Librairie Mairie Gare Musée Poste Pharmacie École Marché Piscine Jardin Fontaine'.split(' ');
let named = 0;
const newName = () => `${pick(WORDS)} ${pick(['du Nord', 'des Arts', 'Victor', 'de la Place', 'Neuve'])} ${++named}`;
const anywhere = () => [Number((3.80 + chance() / 8).toFixed(6)), Number((43.57 + chance() / 10).toFixed(6))];

async function add(who, title = newName(), at = anywhere(), more = {}) {
  const properties = { title, categories: ['cafe'], wheelchair: 'yes', ...more };
  const answer = await send('POST', items, { as: who, type: 'application/geo+json',
    body: { type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties } });
  if (answer.status === 201) {
    expected.set(answer.json.id, { title, author: who, description: more.description, wheelchair: 'yes',
      etag: answer.headers.etag, supports: new Set(), comments: 0, shown: answer.json.properties.moderation === undefined });
  }
  return answer;
}
const shown = () => [...expected].filter(([, one]) => one.shown).map(([id]) => id);

async function edit(who, id, change, etag) {
  const known = expected.get(id);
  const answer = await send('PATCH', `${items}/${id}`, { as: who, type: 'application/merge-patch+json',
    body: { properties: change }, headers: { 'If-Match': etag ?? known.etag, Prefer: 'merge' } });
  if (answer.status === 200) Object.assign(known, change, { etag: answer.headers.etag });
  return answer;
}

const deeds = {
  async add(who) { well(await add(who)); },
  async edit(who) {
    const id = pick(shown());
    const change = pick([{ description: `Vu par ${who} ${named++}` }, { wheelchair: pick(['yes', 'no', 'limited']) }]);
    const answer = await edit(who, id, change);
    if (answer.status === 412) { // somebody has changed the same: read, and say it again
      assert.ok(answer.json.current && answer.json.base, answer.text);
      const now = well(await send('GET', `${items}/${id}`));
      well(await edit(who, id, change, now.headers.etag));
    } else {
      well(answer, 200);
    }
  },
  async support(who) {
    const id = pick(shown());
    well(await send('PUT', `${items}/${id}/supports/mine`, { as: who }));
    expected.get(id).supports.add(who);
  },
  async comment(who) {
    const id = pick(shown());
    well(await send('POST', `${items}/${id}/comments`, { as: who, body: { kind: 'information', text: `Merci @${somebody()} ! ${named++}` } }), 201);
    expected.get(id).comments++;
  },
  async confirm(who) {
    well(await send('POST', `${items}/${pick(shown())}/confirmations`, { as: who, body: { still: true } }));
  },
  async report(who) {
    well(await send('POST', `${items}/${pick(shown())}/reports`, { as: who, body: { kind: 'wrong', text: 'Pas tout à fait' } }), 201, 200, 409);
  },
};
const mix = ['add', 'add', 'add', 'add', 'edit', 'edit', 'edit', 'edit', 'support', 'support', 'comment', 'comment', 'confirm', 'report'];

before(async () => {
  await run('map', 'create', 'asso', '--template', 'cartomobilite');
  await run('map', 'set', 'asso', 'policy=contributory', 'report_threshold=0');
  const names = [...Array.from({ length: PEOPLE }, (_, n) => person(n + 1)), 'mona', 'vandal'];
  for (const name of names) {
    await run('account', 'create', name, '--email', `${name}@asso.example`);
    tokens[name] = /\S{20,}/.exec(await run('account', 'token', name))[0];
  }
  await run('member', 'asso', 'mona', 'moderator');
  server = await serve(jalon, data);
  map = `http://127.0.0.1:${server.port}/maps/asso`;
  items = `${map}/collections/accessibility/items`;
});
after(async () => {
  agent.destroy();
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

async function vandalise() {
  const victims = shown().slice(0, 12);
  const kept = new Map(victims.map((id) => [id, { ...expected.get(id) }]));
  for (const id of victims) {
    const now = well(await send('GET', `${items}/${id}`));
    well(await edit('vandal', id, { title: 'VANDALISED' }, now.headers.etag), 200);
  }
  for (let n = 0; n < 5; n++) well(await add('vandal', `RUBBISH ${n}`));
  const done = well(await send('POST', `${map}/reverts`, { as: 'mona', body: { account: 'vandal', hours: 1, reason: 'Vandalisme' } }));
  assert.equal(done.json.items.filter(({ result }) => result === 'restored').length, 12);
  assert.equal(done.json.items.filter(({ result }) => result === 'hidden').length, 5);
  well(await send('POST', `${map}/blocks`, { as: 'mona', body: { account: 'vandal', reason: 'Vandalisme' } }), 201);
  well(await add('vandal', 'RUBBISH again'), 403);
  for (const [id, was] of kept) {
    Object.assign(expected.get(id), { title: was.title });
    expected.get(id).etag = well(await send('GET', `${items}/${id}`)).headers.etag;
  }
  for (const one of expected.values()) if (one.author === 'vandal') one.shown = false;
}

async function fight(one, other) {
  const id = pick(shown());
  for (let round = 0; round < 10; round++) {
    const who = round % 2 ? one : other;
    const stale = expected.get(id).etag;
    const answer = await edit(who, id, { description: `La vérité de ${who} ${round}` }, stale);
    well(answer, 200);
    const late = await send('PATCH', `${items}/${id}`, { as: round % 2 ? other : one, type: 'application/merge-patch+json',
      body: { properties: { description: 'Trop tard' } }, headers: { 'If-Match': stale, Prefer: 'merge' } });
    assert.equal(late.status, 412);
    assert.equal(late.json.current.properties.description, `La vérité de ${who} ${round}`);
  }
  const history = await page(`${items}/${id}/revisions`);
  const first = history.find(({ changes }) => changes.some(({ field, after: to }) => field === 'description' && /vérité/.test(to ?? '')
    && !history.some((older) => older.version < 0)));
  assert.ok(first);
  const oldest = history.filter(({ changes }) => changes.some(({ after: to }) => /vérité/.test(String(to)))).at(-1).version - 1;
  const now = well(await send('GET', `${items}/${id}`));
  const was = well(await send('GET', `${items}/${id}/revisions/${oldest}`));
  const restored = well(await send('POST', `${items}/${id}/revisions/${oldest}/restore`,
    { as: 'mona', body: { reason: 'Fin de la dispute' }, headers: { 'If-Match': now.headers.etag } }));
  const state = was.json.state ?? was.json.feature;
  Object.assign(expected.get(id), { description: state?.properties?.description, title: state?.properties?.title ?? expected.get(id).title,
    wheelchair: state?.properties?.wheelchair ?? expected.get(id).wheelchair, etag: restored.headers.etag });
}

async function merge() {
  const at = anywhere();
  const kept = well(await add('p01', 'Café de la Comédie', at), 201).json.id;
  const twin = well(await add('p02', 'cafe comédie', at), 201);
  assert.equal(twin.json.possible_duplicates[0].id, kept);
  well(await send('PUT', `${items}/${twin.json.id}/supports/mine`, { as: 'p03' }));
  well(await send('PUT', `${items}/${kept}/supports/mine`, { as: 'p03' }));
  well(await send('PUT', `${items}/${twin.json.id}/supports/mine`, { as: 'p04' }));
  well(await send('POST', `${items}/${twin.json.id}/comments`, { as: 'p04', body: { kind: 'information', text: 'Terrasse de plain-pied' } }), 201);
  well(await send('POST', `${map}/moderation/${twin.json.id}`, { as: 'mona', body: { decision: 'merge', into: kept, reason: 'Le même café' } }));
  const led = await send('GET', `${items}/${twin.json.id}`);
  assert.equal(led.status, 308);
  assert.ok(led.headers.location.endsWith(kept));
  expected.get(twin.json.id).shown = false;
  Object.assign(expected.get(kept), { supports: new Set(['p03', 'p04']), comments: expected.get(kept).comments + 1,
    etag: well(await send('GET', `${items}/${kept}`)).headers.etag });
}

async function redact() {
  const id = well(await add('p05', newName(), anywhere(), { description: SECRET_FIELD }), 201).json.id;
  well(await edit('p06', id, { description: 'Sonner à la porte' }), 200);
  well(await send('POST', `${items}/${id}/revisions/1/redact`, { as: 'mona', body: { fields: ['description'], reason: 'Donnée personnelle' } }));
  const now = well(await send('GET', `${items}/${id}`));
  Object.assign(expected.get(id), { description: now.json.properties.description, etag: now.headers.etag });
}

async function leave(who) {
  const mine = [...expected.values()].filter(({ author }) => author === who);
  assert.ok(mine.length > 2);
  well(await send('DELETE', `${new URL(map).origin}/accounts/me`, { as: who, body: { name: who, contributions: 'anonymise' } }), 200, 202, 204);
  well(await send('GET', `${new URL(map).origin}/accounts/me`, { as: who }), 401);
  // What takes long is finished behind the answer.
  const left = async () => (await page(`${items}?limit=100`)).some(({ properties }) => properties.author === who);
  for (const until = Date.now() + 60000; Date.now() < until && await left();) await new Promise((resolve) => { setTimeout(resolve, 100); });
  for (const one of mine) one.author = null;
}

const LEAVES = 'p07';
test('a month goes by', async () => {
  const days = { 10: vandalise, 14: () => fight('p01', 'p08'), 18: merge, 20: () => fight('p02', 'p09'), 22: redact, 26: () => leave(LEAVES) };
  for (let n = 0; n < 20; n++) await deeds.add(person(1 + n % 12));
  for (let day = 1; day <= DAYS; day++) {
    for (let n = 0; n < DEEDS_A_DAY; n++) {
      let who = somebody();
      while (day > 26 && who === LEAVES) who = somebody();
      await deeds[pick(mix)](who);
    }
    await days[day]?.();
  }
  assert.ok(expected.size > 100);
});

test('everything is as people left it', async () => {
  const all = new Map((await page(`${items}?limit=100`)).map((feature) => [feature.id, feature]));
  assert.deepEqual([...all.keys()].sort(), shown().sort());
  for (const [id, one] of expected) {
    if (!one.shown) continue;
    const { properties } = all.get(id);
    assert.deepEqual([properties.title, properties.description, properties.wheelchair, properties.supports ?? 0, properties.comments ?? 0],
      [one.title, one.description, one.wheelchair, one.supports.size, one.comments], id);
    if (one.author) assert.equal(properties.author, one.author);
    else assert.notEqual(properties.author, LEAVES);
  }
});

test('history, played again, leads to the present', async () => {
  for (const id of shown()) {
    const history = (await page(`${items}/${id}/revisions?limit=100`)).reverse();
    assert.deepEqual(history.map(({ version }) => version), history.map((_, n) => n + 1), id);
    const { json: now } = await send('GET', `${items}/${id}`);
    const present = { ...now.properties, geometry: now.geometry };
    const played = {};
    const unknown = new Set();
    for (const { changes } of history) {
      for (const { field, before: from, after: to, redacted } of changes) {
        if (redacted) { unknown.add(field); continue; }
        if (!unknown.has(field)) assert.deepEqual(played[field], from, `${id} ${field}`);
        unknown.delete(field);
        played[field] = to;
      }
    }
    for (const field of Object.keys(played)) {
      if (unknown.has(field) || field === 'moderation') continue;
      assert.deepEqual(present[field], played[field], `${id} ${field}`);
    }
  }
  await run('check'); // fails when history does not lead to what there is
});

test('counts agree everywhere', async () => {
  const count = shown().length;
  const { json: list } = await send('GET', `${items}?limit=1`);
  assert.equal(list.numberMatched, count);
  for (const zoom of [0, 5, 11, 14, 19]) {
    const { json: clusters } = await send('GET', `${map}/clusters?bbox=-180,-85,180,85&zoom=${zoom}&collections=accessibility`);
    assert.equal(clusters.features.reduce((all, { properties }) => all + (properties.point_count ?? 1), 0), count, `zoom ${zoom}`);
  }
  const { json: collection } = await send('GET', `${map}/collections/accessibility`);
  assert.ok(JSON.stringify(collection).includes(String(count)));
  const { json: stats } = await send('GET', `${map}/stats?collections=accessibility`);
  assert.ok(JSON.stringify(stats).includes(`:${count}`), JSON.stringify(stats).slice(0, 500));
  const csv = await run('export', 'asso', 'accessibility', '--format', 'csv');
  assert.equal(csv.trim().split('\n').length - 1, count);
  const writers = new Map();
  for (const one of expected.values()) if (one.shown && one.author) writers.set(one.author, (writers.get(one.author) ?? 0) + 1);
  for (const [name, number] of [...writers].slice(0, 12)) {
    assert.equal((await send('GET', `${items}?author=${name}&limit=1`)).json.numberMatched, number, name);
  }
  const sorted = [...writers.values()].sort((a, b) => b - a);
  const share = sorted.slice(0, 10).reduce((a, b) => a + b) / sorted.reduce((a, b) => a + b);
  assert.ok(share > 0.5, `ten people wrote ${share} of it`);
});

test('nothing private is to be found', async () => {
  const hidden = [...expected.values()].filter(({ shown: isShown }) => !isShown).map(({ title }) => title);
  const secrets = ['99 77 66 55', 'Durand', 'asso.example', 'RUBBISH', ...Object.values(tokens)];
  const urls = [`${items}?limit=1000`, `${items}?f=csv&limit=1000`, `${items}?f=html`, `${items}?f=kml&limit=1000`, map, `${map}?f=html`,
    `${map}/stats`, `${map}/stats?f=html`, `${map}/clusters?bbox=-180,-85,180,85&zoom=19`, `${map}/tiles/WebMercatorQuad/14/5962/8369`,
    `${map}/api`, `${map}/collections`, `${map}/zones`];
  for (const id of expected.keys()) {
    urls.push(`${items}/${id}`, `${items}/${id}/revisions?limit=100`);
    if (expected.get(id).shown) urls.push(`${items}/${id}/comments`, `${items}/${id}/confirmations`, `${items}/${id}/supports`, `${items}/${id}/links`);
  }
  for (const url of urls) {
    const answer = await send('GET', url);
    const said = answer.text + JSON.stringify(answer.headers);
    for (const secret of secrets) assert.ok(!said.includes(secret), `${secret} in ${url}`);
    assert.ok(!said.includes(`"${LEAVES}"`), `${LEAVES} in ${url}`);
  }
  for (const asked of ['q=rubbish', 'q=durand', `filter=${encodeURIComponent("description LIKE '%Durand%'")}`, `author=${LEAVES}`]) {
    assert.equal((await send('GET', `${items}?${asked}`)).json.numberMatched, 0, asked);
  }
  assert.ok(hidden.length >= 5);
});
