// SPDX-License-Identifier: AGPL-3.0-or-later
// What keeps a map usable: limits that grow with trust, a proof of work under pressure, closed zones,
// blocks, and undoing what somebody did. JALON is the program.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readFile, readServer } from '../moving/rows.mjs';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-abuse-'));
const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8' });
const tokens = {};
let server;
let map;
const inHours = (n) => new Date(Date.now() + n * 3600e3).toISOString();

async function send(method, url, body, headers = {}) {
  const answer = await fetch(url, { method, headers: { 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, json: text ? JSON.parse(text) : undefined };
}
const as = (name) => ({ Authorization: `Bearer ${tokens[name]}` });
let places = 0;
const place = (title, at = [3.8 + (places++) / 1e3, 43.6]) => ({ type: 'Feature',
  geometry: { type: 'Point', coordinates: at },
  properties: { title, categories: ['cafe'], wheelchair: 'yes' } });
const add = (slug, body, headers = {}) =>
  send('POST', `${map}/${slug}/collections/accessibility/items`, body, headers);
const item = (slug, id) => `${map}/${slug}/collections/accessibility/items/${id}`;

async function start(...options) {
  server = await serve(jalon, data, options);
  map = `http://127.0.0.1:${server.port}/maps`;
}

before(async () => {
  for (const slug of ['calm', 'pressed', 'wiki']) run('map', 'create', slug, '--template', 'cartomobilite');
  run('map', 'set', 'wiki', 'policy=contributory');
  for (const name of ['mona', 'newby', 'vandal', 'other']) {
    run('account', 'create', name);
    tokens[name] = /\S{20,}/.exec(run('account', 'token', name))[0];
  }
  for (const slug of ['calm', 'pressed', 'wiki']) run('member', slug, 'mona', 'moderator');
  await start('--account-writes', '6', '--anonymous-writes', '10', '--map-pressure', '4');
});
after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

function solve({ challenge, bits }) {
  for (let nonce = 0; ; nonce++) {
    const proof = `${challenge}:${nonce}`;
    const hash = createHash('sha256').update(proof).digest();
    if (hash.readUInt32BE(0) >>> (32 - bits) === 0) return proof;
  }
}

test('a map under pressure asks the anonymous for a proof, which is good once', async () => {
  assert.equal((await send('GET', `${map}/pressed/challenge`)).json.needed, false);
  for (let n = 0; n < 4; n++) assert.equal((await add('pressed', place(`One ${n}`))).status, 201);
  const refused = await add('pressed', place('Five'));
  assert.equal(refused.status, 429);
  assert.match(refused.json.detail, /Jalon-Proof/);
  const { json: puzzle } = await send('GET', `${map}/pressed/challenge`);
  assert.equal(puzzle.needed, true);
  const proof = solve(puzzle);
  const other = await send('GET', `${map}/calm/challenge`);
  for (const wrong of [`${puzzle.challenge}:none`, solve(other.json)]) { // each counts against the address
    assert.equal((await add('pressed', place('Wrong'), { 'Jalon-Proof': wrong })).status, 429, wrong);
  }
  assert.equal((await add('pressed', place('Proven'), { 'Jalon-Proof': proof })).status, 201);
  assert.equal((await add('pressed', place('Again'), { 'Jalon-Proof': proof })).status, 429);
  assert.equal((await add('pressed', place('Signed in'), as('other'))).status, 201, 'an account needs none');
});

test('an address and an account may write so much, a trusted account more, a member any', async () => {
  let taken = 0;
  for (let n = 0; n < 12; n++) taken += (await add('pressed', place(`More ${n}`))).status === 201;
  assert.equal(taken, 0);
  const last = await add('pressed', place('Last'));
  assert.match(last.json.detail, /from this address without an account: wait \d+ seconds/);
  assert.equal(last.headers.get('retry-after'), /wait (\d+)/.exec(last.json.detail)[1]);
  assert.match((await add('pressed', place('Last'), { 'Accept-Language': 'fr' })).json.detail,
    /^trop de contributions sont venues de cette adresse sans compte : attendez \d+ s$/);
  const results = [];
  for (let n = 0; n < 8; n++) results.push((await add('calm', place(`Newby ${n}`), as('newby'))).status);
  assert.deepEqual(results.slice(0, 6), Array(6).fill(201));
  assert.ok(results.slice(6).includes(201), 'six that were accepted made it trusted for a few more');
  for (let n = 0; n < 12; n++) assert.equal((await add('calm', place(`Mona ${n}`), as('mona'))).status, 201);
});

test('where a zone is closed nobody writes without an account, until it ends', async () => {
  await stop(server);
  await start('--account-writes', '0', '--anonymous-writes', '0', '--map-pressure', '0');
  const square = { type: 'Polygon', coordinates: [[[4, 44], [4.1, 44], [4.1, 44.1], [4, 44.1], [4, 44]]] };
  const zone = { reason: 'Vandalism in the old town', ends: inHours(5), geometry: square };
  assert.equal((await send('POST', `${map}/calm/zones`, zone)).status, 401);
  assert.equal((await send('POST', `${map}/calm/zones`, zone, as('newby'))).status, 403);
  const wrong = await send('POST', `${map}/calm/zones`,
    { reason: ' ', ends: inHours(-1), geometry: { type: 'Point', coordinates: [4, 44] } }, as('mona'));
  assert.equal(wrong.status, 400);
  assert.deepEqual(wrong.json.errors.map((e) => e.pointer).sort(), ['/ends', '/geometry', '/reason']);
  const closed = await send('POST', `${map}/calm/zones`, zone, as('mona'));
  assert.equal(closed.status, 201);
  const { json: list } = await send('GET', `${map}/calm/zones`);
  assert.equal(list.items[0].reason, zone.reason);
  assert.deepEqual(list.items[0].geometry, square);
  const inside = await add('calm', place('Inside', [4.05, 44.05]), { 'Accept-Language': 'fr' });
  assert.equal(inside.status, 403);
  assert.equal(inside.json.detail,
    `ici, personne ne peut écrire sans compte jusqu’au ${list.items[0].ends} : Vandalism in the old town`);
  assert.equal((await add('calm', place('Beside', [4.15, 44.05]))).status, 201);
  assert.equal((await add('calm', place('Inside', [4.05, 44.05]), as('newby'))).status, 201);
  const moved = await add('calm', place('Moves in', [4.2, 44.05]));
  const into = await send('PATCH', item('calm', moved.json.id),
    { geometry: { type: 'Point', coordinates: [4.06, 44.05] } },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': moved.headers.get('etag'),
      'Jalon-Edit-Secret': moved.json.edit_secret });
  assert.equal(into.status, 403, 'nor is anything moved in');
  const at = closed.headers.get('location');
  assert.equal((await send('DELETE', at, undefined, as('newby'))).status, 403);
  assert.equal((await send('DELETE', at, undefined, as('mona'))).status, 204);
  assert.equal((await send('DELETE', at, undefined, as('mona'))).status, 404);
  assert.equal((await add('calm', place('Inside again', [4.05, 44.05]))).status, 201);
});

test('who is blocked reads why and until when, and writes again afterwards', async () => {
  const ends = inHours(48);
  assert.equal((await send('POST', `${map}/wiki/blocks`, { account: 'vandal', reason: 'x' }, as('other'))).status, 403);
  assert.equal((await send('POST', `${map}/wiki/blocks`, { account: 'nobody-here', reason: 'x' }, as('mona'))).status, 404);
  assert.equal((await send('POST', `${map}/wiki/blocks`, { account: 'mona', reason: 'x' }, as('mona'))).status, 403);
  const wrong = await send('POST', `${map}/wiki/blocks`, { account: 'vandal', reason: '', ends: inHours(-2) }, as('mona'));
  assert.deepEqual(wrong.json.errors.map((e) => e.pointer).sort(), ['/ends', '/reason']);
  assert.equal((await send('POST', `${map}/wiki/blocks`, { account: 'vandal', reason: 'x', server: true }, as('mona'))).status, 403);
  const blocked = await send('POST', `${map}/wiki/blocks`, { account: 'vandal', reason: 'Insults', ends }, as('mona'));
  assert.equal(blocked.status, 201);
  const refused = await add('wiki', place('Insult'), as('vandal'));
  assert.equal(refused.status, 403);
  assert.match(refused.json.detail, /Insults/);
  assert.ok(refused.json.detail.includes(ends.slice(0, 19)), refused.json.detail);
  assert.equal((await add('calm', place('Elsewhere'), as('vandal'))).status, 201, 'in this map only');
  assert.equal((await send('GET', `${map}/wiki/blocks`, undefined, as('other'))).status, 403);
  assert.equal((await send('GET', `${map}/wiki/blocks`, undefined, as('mona'))).json.items.length, 1);
  assert.equal((await send('DELETE', blocked.headers.get('location'), undefined, as('mona'))).status, 204);
  assert.equal((await add('wiki', place('Sorry'), as('vandal'))).status, 201);
});

test('what somebody did in the last hours is undone, but not what others built upon it', async () => {
  const kept = (await add('wiki', place('As it was'), as('other'))).json;
  const built = (await add('wiki', place('To be built upon'), as('other'))).json;
  const patch = async (id, title, name) => {
    const now = await fetch(item('wiki', id));
    const answer = await send('PATCH', item('wiki', id), { properties: { title } },
      { 'Content-Type': 'application/merge-patch+json', 'If-Match': now.headers.get('etag'), ...as(name) });
    assert.equal(answer.status, 200, JSON.stringify(answer.json));
  };
  await patch(kept.id, 'Defaced', 'vandal');
  await patch(kept.id, 'Defaced twice', 'vandal');
  await patch(built.id, 'Defaced as well', 'vandal');
  await patch(built.id, 'Mended by hand', 'other');
  const made = (await add('wiki', place('Rubbish'), as('vandal'))).json;
  const command = { account: 'vandal', hours: 2, reason: 'A wave of vandalism' };
  assert.equal((await send('POST', `${map}/wiki/reverts`, command, as('other'))).status, 403);
  assert.equal((await send('POST', `${map}/wiki/reverts`, { ...command, hours: 0 }, as('mona'))).status, 400);
  assert.deepEqual((await send('POST', `${map}/wiki/reverts`, { ...command, reason: ' ', after: 'x' }, as('mona'))).json.errors
    .map(({ pointer }) => pointer), ['/after']);
  assert.equal((await send('POST', `${map}/wiki/reverts`, { ...command, reason: ' ' }, as('mona'))).json.errors[0].pointer, '/reason');
  const dry = await send('POST', `${map}/wiki/reverts`, { ...command, reason: undefined, dry_run: true }, as('mona'));
  const expected = { [kept.id]: 'restored', [built.id]: 'changed_by_others', [made.id]: 'hidden' };
  const told = (answer) => Object.fromEntries(answer.json.items.filter(({ id }) => id in expected)
    .map(({ id, result }) => [id, result]));
  assert.deepEqual(told(dry), expected);
  const first = dry.json.items.find(({ id }) => id === kept.id);
  assert.deepEqual([first.collection, first.title], ['accessibility', 'Defaced twice']);
  const behind = await send('POST', `${map}/wiki/reverts`, { ...command, dry_run: true, after: kept.id }, as('mona'));
  assert.deepEqual(Object.keys(told(behind)).sort(), [built.id, made.id].sort(), 'in the order in which they were made');
  assert.equal((await send('GET', item('wiki', kept.id))).json.properties.title, 'Defaced twice');
  const done = await send('POST', `${map}/wiki/reverts`, command, as('mona'));
  assert.equal(done.status, 200);
  assert.deepEqual(told(done), expected);
  assert.equal((await send('GET', item('wiki', kept.id))).json.properties.title, 'As it was');
  assert.equal((await send('GET', item('wiki', built.id))).json.properties.title, 'Mended by hand');
  assert.equal((await send('GET', item('wiki', made.id))).status, 404);
  const { json: history } = await send('GET', `${item('wiki', kept.id)}/revisions`);
  assert.deepEqual([history.items[0].action, history.items[0].author, history.items[0].reason],
    ['restore', 'mona', 'A wave of vandalism']);
  const again = await send('POST', `${map}/wiki/reverts`, command, as('mona'));
  assert.ok(again.json.items.every(({ result }) => result !== 'restored' && result !== 'hidden'));
});

test('a device or an address is kept out, and undone, without being told to anybody', async () => {
  const devices = ['device-of-a-vandal-0001', 'device-of-a-neighbour'];
  const from = (n) => ({ 'Jalon-Device': devices[n] });
  const bad = (await add('wiki', place('Scribble'), from(0))).json;
  const good = (await add('wiki', place('Bench'), from(1))).json;
  const shown = [];
  const ask = async (...request) => {
    const answer = await send(...request);
    shown.push(JSON.stringify([answer.json ?? null, [...answer.headers]]));
    return answer;
  };
  const block = async (what, id = bad.id) => ask('POST', `${map}/wiki/blocks`, { contribution: id, what, reason: 'Scribbles' }, as('mona'));
  const lift = async (made) => assert.equal((await ask('DELETE', made.headers.get('location'), undefined, as('mona'))).status, 204);
  assert.equal((await block('nose')).status, 400);
  assert.equal((await block('device', '0190f3c2-0000-7000-8000-000000000000')).status, 404);
  const device = await block('device');
  assert.equal(device.status, 201, JSON.stringify(device.json));
  const refused = await add('wiki', place('Scribble again'), from(0));
  assert.equal(refused.status, 403);
  assert.match(refused.json.detail, /Scribbles/);
  assert.equal((await add('wiki', place('Second bench'), from(1))).status, 201, 'another device');
  const list = await ask('GET', `${map}/wiki/blocks`, undefined, as('mona'));
  assert.equal(list.json.items.length, 1);
  await lift(device);
  const address = await block('address');
  assert.equal(address.status, 201, JSON.stringify(address.json));
  assert.equal((await add('wiki', place('Third bench'), from(1))).status, 403, 'the same address');
  assert.equal((await add('wiki', place('With an account'), as('other'))).status, 201);
  await ask('GET', `${map}/wiki/blocks`, undefined, as('mona'));
  await lift(address);
  const undone = await ask('POST', `${map}/wiki/reverts`, { contribution: bad.id, hours: 1, reason: 'Scribbles' }, as('mona'));
  assert.equal(undone.status, 200, JSON.stringify(undone.json));
  const of = Object.fromEntries(undone.json.items.map(({ id, result }) => [id, result]));
  assert.equal(of[bad.id], 'hidden');
  assert.ok(!(good.id in of), 'of this device alone');
  for (const at of ['audit', 'moderation?limit=100', 'blocks', 'zones', 'members', `collections/accessibility/items/${bad.id}`,
    `collections/accessibility/items/${bad.id}/moderation`, `collections/accessibility/items/${bad.id}/revisions`,
    `collections/accessibility/items/${good.id}`, 'collections/accessibility/items?limit=100']) {
    await ask('GET', `${map}/wiki/${at}`, undefined, as('mona'));
  }
  const rows = process.env.JALON_DATABASE ? await readServer(process.env.JALON_DATABASE)
    : await readFile(path.join(data, 'jalon.sqlite'));
  const kept = new Set(rows.origin.flatMap((row) => { const { device: d, address: a } = JSON.parse(row); return [d, a]; })
    .filter((one) => one));
  assert.ok(kept.size >= 3, 'two devices and an address');
  for (const secret of [...kept, ...devices, '127.0.0.1']) {
    const plain = shown.map((one) => one.replaceAll(`127.0.0.1:${server.port}`, 'here'));
    assert.ok(!plain.some((one) => one.includes(secret)), `${secret} is told`);
    assert.ok(secret === '127.0.0.1' || kept.has(secret) || !JSON.stringify(rows).includes(secret), `${secret} is kept as it is`);
  }
});

test('what looks like advertising waits for a moderator', async () => {
  const advert = place('Cheap pills');
  advert.properties.description = 'Best prices http://a.example http://b.example www.c.example today';
  const held = await add('calm', advert);
  assert.equal(held.status, 201);
  assert.equal((await send('GET', item('calm', held.json.id))).status, 404);
  const honest = place('Bakery');
  honest.properties.description = 'Opening hours at https://bakery.example';
  const shown = await add('calm', honest);
  assert.equal((await send('GET', item('calm', shown.json.id))).status, 200);
});
