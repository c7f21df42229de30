// SPDX-License-Identifier: AGPL-3.0-or-later
// Who may ask for what: every route, by everybody, in maps of every policy, cell by cell against
// matrix.json; and that what only some may see is in nobody else's answers. JALON is the program.
//
// A request of a cell is one that is refused for another reason once it is allowed (a state that is
// not the current one, a body that says nothing), so that asking changes nothing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const here = path.dirname(fileURLToPath(import.meta.url));
const matrix = JSON.parse(fs.readFileSync(path.join(here, 'matrix.json'), 'utf8'));
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-matrix-'));
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
const tokens = {};
let server;

const run = async (...args) =>
  (await promisify(execFile)(jalon, [...args, '--data', data])).stdout.trim();

function send(method, target, { headers = {}, type, body, text: whole } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({
      agent, method, path: target, host: '127.0.0.1', port: server.port,
      headers: { ...headers, ...(type ? { 'Content-Type': type } : {}) },
    }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => { text += piece; })
        .on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on('error', reject);
    request.end(whole ?? (body === undefined ? undefined : JSON.stringify(body)));
  });
}

/** The routes of the program's tables: "GET /maps/{map}". */
function routes() {
  const api = path.join(here, '../../src/api');
  const row = /\{JALON_(GET|POST|PUT|PATCH|DELETE),\s*"(\/[^"]*)"/g;
  return fs.readdirSync(api).filter((name) => /^routes.*\.c$/.test(name))
    .flatMap((name) => [...fs.readFileSync(path.join(api, name), 'utf8').matchAll(row)])
    .map(([, method, at]) => `${method} ${at}`);
}

/** Who may: the entry of the class that says most about this map. */
function allowed(name, map) {
  const words = [map.policy, map.reading, map.edits, 'any', ...(map.account_needed ? ['account_needed'] : [])];
  const fitting = Object.entries(matrix.classes[name])
    .map(([key, roles]) => ({ words: key.split(', '), roles }))
    .filter((entry) => entry.words.every((word) => words.includes(word)))
    .sort((a, b) => b.words.length - a.words.length);
  assert.ok(fitting.length > 0, `${name} says nothing of ${map.slug}`);
  return fitting[0].roles;
}

const device = { 'Jalon-Device': 'of-who-has-no-account-0001' };
const who = (role, map) => (role === 'nobody' ? device
  : role === 'secret' ? { ...device, 'Jalon-Edit-Secret': map.secret }
    : { Authorization: `Bearer ${tokens[role]}` });
const itemOf = (role, map) => (role === 'secret' ? map.anonymous : map.authored);

function target(row, role, map) {
  if (row.absolute) return row.absolute;
  const at = row.path ?? row.route.split(' ')[1].replace('/maps/{map}', '')
    .replace('/collections/{collection}/items/{id}', '{item}').replace('{collection}', 'places');
  return `/maps/${map.slug}${at.replace('{item}', itemOf(role, map))}${row.query ?? ''}`;
}

/** What is wrong with this cell, or null. */
async function cell(row, role, map) {
  const method = row.route.split(' ')[0];
  const may = allowed(row.who, map).includes(role);
  const answer = await send(method, target(row, role, map),
    { headers: { ...who(role, map), ...row.headers }, type: row.type, body: row.body });
  const refusals = row.refused ?? [401, 403, 404];
  const good = may ? (row.allowed?.includes(answer.status) ?? answer.status < 300)
    : refusals.includes(answer.status) &&
      !(role === 'nobody' && answer.status === 403) && !(tokens[role] && answer.status === 401);
  return good || (row.blind && answer.status === 404) ? null
    : `${row.route} by ${role} in ${map.slug}: ${answer.status}, ${may ? 'allowed' : 'to be refused'} ${answer.text.slice(0, 160)}`;
}

// Neither is what any of them reads.
const WRONG_BODIES = ['{"a":', '{"nothing_of_this":1}', '[]'];

/** Who may not send this is told that, whatever the body; null, or what is wrong. */
async function wrongBody(row, role, map, text) {
  if (allowed(row.who, map).includes(role)) return null;
  const answer = await send(row.route.split(' ')[0], target(row, role, map),
    { headers: { ...who(role, map), ...row.headers }, type: row.type, text });
  return (row.refused ?? [401, 403, 404]).includes(answer.status) ? null
    : `${row.route} by ${role} in ${map.slug}, who may not, with ${text}: ${answer.status} ${answer.text.slice(0, 160)}`;
}

async function makeAccounts() {
  for (const role of matrix.roles.filter((name) => !['nobody', 'secret', 'scopeless'].includes(name))) {
    await run('account', 'create', role, ...(role === 'operator' ? ['--operator'] : []));
    tokens[role] = await run('account', 'token', role);
  }
  tokens.scopeless = await run('account', 'token', 'admin', '--scope', 'account');
}

async function giveRoles(slug) {
  await run('member', slug, 'member', 'member');
  await run('member', slug, 'inside', 'moderator', '--category', 'culture');
  await run('member', slug, 'outside', 'moderator', '--category', 'sport');
  await run('member', slug, 'moderator', 'moderator');
  await run('member', slug, 'admin', 'admin');
}

const feature = (title) => ({
  type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
  properties: { title, categories: ['culture'], open_word: 'mot' },
});

/** Made while everybody may add; then the map gets its policy. */
async function fill(map) {
  const add = async (headers) => {
    const made = await send('POST', `/maps/${map.slug}/collections/places/items`,
      { headers, type: 'application/geo+json', body: feature(map.slug) });
    assert.equal(made.status, 201, made.text);
    return JSON.parse(made.text);
  };
  const authored = await add(who('author', map));
  const anonymous = await add({});
  Object.assign(map, {
    authored: `/collections/places/items/${authored.id}`,
    anonymous: `/collections/places/items/${anonymous.id}`, secret: anonymous.edit_secret,
  });
  const charter = await send('POST', `/maps/${map.slug}/charter`, {
    headers: who('admin', map), type: 'application/json', body: { text: { fr: 'Oui', en: 'Yes' } },
  });
  assert.equal(charter.status, 201, charter.text);
  const { policy, account_needed: account, edits, reading } = map;
  const set = await send('PATCH', `/maps/${map.slug}/settings`, {
    headers: who('admin', map), type: 'application/merge-patch+json',
    // Many report it below: it stays where it is.
    body: { policy, account_needed: account, edits, reading, report_threshold: 0 },
  });
  assert.equal(set.status, 200, set.text);
}

before(async () => {
  await makeAccountsAndMaps();
  server = await serve(jalon, data);
  for (const map of matrix.maps) await fill(map);
});

async function makeAccountsAndMaps() {
  const template = path.join(here, 'matrix.template.json');
  for (const { slug } of [...matrix.maps, { slug: 'seen' }]) {
    await run('map', 'create', slug, '--template', template);
  }
  await makeAccounts();
  for (const { slug } of [...matrix.maps, { slug: 'seen' }]) await giveRoles(slug);
  const { member_word: m, moderator_word: d, inner, vault } = matrix.visibility;
  const files = {
    places: `title,lon,lat,open_word,member_word,moderator_word\nA,3.87,43.61,mot,${m.word},${d.word}\n`,
    inner: `title,lon,lat\n${inner.word},3.87,43.61\n`,
    vault: `title,lon,lat\n${vault.word},3.87,43.61\n`,
  };
  for (const [collection, text] of Object.entries(files)) {
    const file = path.join(data, `${collection}.csv`);
    fs.writeFileSync(file, text);
    await run('import', 'seen', collection, file, '--source', collection, '--quiet');
  }
}

after(async () => {
  agent.destroy();
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

test('every route of the program has its row, or says where else it is asserted', () => {
  const known = new Set([...matrix.rows.map((row) => row.route), ...Object.keys(matrix.elsewhere)]);
  assert.deepEqual(routes().filter((route) => !known.has(route)), []);
  assert.equal(new Set(matrix.rows.map((row) => row.route)).size, matrix.rows.length);
});

for (const map of matrix.maps) {
  test(`${map.policy}, ${map.account_needed ? 'with' : 'without'} accounts, ${map.edits}, read by ${map.reading}`, async () => {
    const there = new Set(routes());
    const cells = matrix.rows.filter((row) => there.has(row.route))
      .flatMap((row) => matrix.roles.map((role) => cell(row, role, map)));
    const wrong = (await Promise.all(cells)).filter((found) => found !== null);
    assert.deepEqual(wrong, []);
  });
}

test('the right is asked before the body', async () => {
  const rows = matrix.rows.filter((row) => row.body !== undefined);
  const asked = matrix.maps.filter(({ slug }) => /strict|closed/.test(slug)).flatMap((map) =>
    rows.flatMap((row) => matrix.roles.flatMap((role) =>
      WRONG_BODIES.map((text) => wrongBody(row, role, map, text)))));
  assert.ok(rows.length > 20);
  assert.deepEqual((await Promise.all(asked)).filter((found) => found !== null), []);
});

test('what only some may see is in nobody else\'s answers', async () => {
  const map = { slug: 'seen', secret: 'of-something-else' };
  const list = JSON.parse((await send('GET', '/maps/seen/collections/places/items')).text);
  const item = `/collections/places/items/${list.features[0].id}`;
  const wrong = [];
  for (const role of matrix.roles) {
    const answers = await Promise.all(matrix.shown_by.map((at) =>
      send('GET', `/maps/seen${at.replace('{item}', item)}`, { headers: who(role, map) })));
    const text = answers.map((answer) => answer.text).join('\n');
    for (const [what, { word, who: seers }] of Object.entries(matrix.visibility)) {
      if (text.includes(word) !== seers.includes(role)) {
        wrong.push(`${what} is ${seers.includes(role) ? 'hidden from' : 'shown to'} ${role}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('nor are its names in what describes the map', async () => {
  const map = { slug: 'seen', secret: 'of-something-else' };
  const wrong = [];
  for (const role of matrix.roles) {
    for (const at of matrix.described_by) {
      const answer = await send('GET', `/maps/seen${at}`, { headers: who(role, map) });
      for (const [name, { who: seers }] of Object.entries(matrix.visibility)) {
        const named = new RegExp(`["/.]${name}["/]`).test(answer.text);
        if (named && !seers.includes(role)) wrong.push(`${name} is named to ${role} by ${at}`);
        if (!named && seers.includes(role) && matrix.names_all.includes(at)) wrong.push(`${name} is kept from ${role} by ${at}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('what cannot be seen cannot be asked for either', async () => {
  const wrong = [];
  const map = { slug: 'seen', secret: 'of-something-else' };
  for (const [field, { word, who: seers }] of Object.entries(matrix.visibility).filter(([name]) => name.endsWith('_word'))) {
    for (const role of matrix.roles) {
      for (const query of [`filter=${field}%3D%27${word}%27`, `sortby=${field}`, `${field}=${word}`, `properties=${field}`]) {
        const answer = await send('GET', `/maps/seen/collections/places/items?${query}`, { headers: who(role, map) });
        if ((answer.status === 200) !== seers.includes(role)) wrong.push(`${role} ?${query}: ${answer.status}`);
      }
      const search = JSON.parse((await send('GET', `/maps/seen/collections/places/items?q=${word}`, { headers: who(role, map) })).text);
      if ((search.numberMatched === 1) !== seers.includes(role)) wrong.push(`${role} ?q=${word}: ${search.numberMatched}`);
    }
  }
  assert.deepEqual(wrong, []);
});
