// SPDX-License-Identifier: AGPL-3.0-or-later
// Reads that need SQL go to a standby when it has the event that the client has seen, and where it has
// not, stands still or is gone, nobody is told less, nor has to wait for it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Pair, Site, until } from './machines.mjs';

const MAPS = ['m1', 'm2'];
let site;
let pair;
let server;

before(async () => {
  site = await Site.make();
  pair = await Pair.make(site);
  // Nobody waits for the standby: it may be behind.
  await pair.primary.sql("ALTER SYSTEM SET synchronous_standby_names = ''", 'postgres');
  await pair.primary.sql('SELECT pg_reload_conf()', 'postgres');
  for (const map of MAPS) await site.jalon('a', ['map', 'create', map, '--template', 'cartomobilite']);
  server = await site.startJalon('a');
});

after(async () => {
  await pair?.end();
  await site?.end();
});

const itemsOf = (map) => `${server.url}/maps/${map}/collections/needs/items`;

async function ask(url, options = {}) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(20000), ...options });
  const text = await answer.text();
  return { status: answer.status, seq: Number(answer.headers.get('jalon-seq')), etag: answer.headers.get('etag'),
    json: text && /json/.test(answer.headers.get('content-type')) ? JSON.parse(text) : text };
}

async function contribute(map, title) {
  const made = await ask(itemsOf(map), { method: 'POST', headers: { 'Content-Type': 'application/geo+json' },
    body: JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] }, properties: { title } }) });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  return { url: `${itemsOf(map)}/${made.json.id}`, secret: made.json.edit_secret, etag: made.etag, seq: made.seq };
}

async function change(one, title) {
  const done = await ask(one.url, { method: 'PATCH', body: JSON.stringify({ properties: { title } }),
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': one.etag, 'Jalon-Edit-Secret': one.secret } });
  assert.equal(done.status, 200, JSON.stringify(done.json));
  return { ...one, etag: done.etag, seq: done.seq };
}

/** Transactions that were begun on the standby. */
async function standbyReads() {
  const { json } = await ask(`${server.url}/metrics`);
  return Number(/^jalon_store_transactions_total\{mode="standby"\} (\d+)$/m.exec(json)[1]);
}

/** The standby has all that the primary has. */
const caughtUp = () => until('the standby has caught up', async () =>
  await pair.standby.sql('SELECT coalesce(max(seq), 0) FROM event', 'jalon').catch(() => '') ===
    await pair.primary.sql('SELECT coalesce(max(seq), 0) FROM event', 'jalon'));

const versions = async (one) => {
  const history = await ask(`${one.url}/revisions`, { headers: { 'Jalon-Seq': one.seq } });
  assert.equal(history.status, 200, JSON.stringify(history.json));
  return history.json.items.map((revision) => revision.version);
};

/** A history read so often, each time on the standby: which is passed over when it was late just before. */
const readOnStandby = (times, one, expected) => until(`${times} times it is read on the standby`, async () => {
  const before = await standbyReads();
  for (let i = 0; i < times; i++) assert.deepEqual(await versions(one), expected);
  return await standbyReads() - before === times;
});

test('history is read on a standby that has it', async () => {
  let one = await contribute('m1', 'Un');
  one = await change(one, 'Deux');
  await caughtUp();
  await readOnStandby(5, one, [2, 1]);
});

test('a map is loaded from a standby, and is whole', async () => {
  for (let i = 0; i < 20; i++) await contribute('m2', `Point ${i}`);
  await caughtUp();
  assert.equal(await site.stop(server), 0);
  server = await site.startJalon('a');
  const list = await ask(`${itemsOf('m2')}?limit=100`);
  assert.equal(list.json.numberMatched, 20);
  assert.ok(await standbyReads() > 0);
});

test('what a standby has not got is read where it was written', async () => {
  await pair.standby.sql('SELECT pg_wal_replay_pause()', 'postgres');
  let one = await contribute('m1', 'Avant');
  for (const title of ['Pendant', 'Après']) {
    one = await change(one, title);
    assert.equal((await versions(one))[0], title === 'Pendant' ? 2 : 3);
  }
  await pair.standby.sql('SELECT pg_wal_replay_resume()', 'postgres');
  await caughtUp();
  await readOnStandby(1, one, [3, 2, 1]);
});

test('a standby that stands still is not waited for twice', async () => {
  const one = await contribute('m1', 'Seul');
  await caughtUp();
  assert.deepEqual(await versions(one), [1]);
  await pair.standby.freeze();
  assert.deepEqual(await versions(one), [1]); // the first one finds out
  const start = performance.now();
  for (let i = 0; i < 10; i++) assert.deepEqual(await versions(one), [1]);
  // It is given two seconds, which each of them would wait.
  assert.ok(performance.now() - start < 20000, `${performance.now() - start} ms`);
  pair.standby.thaw();
});

test('a standby that is gone is not missed, and used again when it is back', async () => {
  await pair.standby.stop('immediate');
  const one = await contribute('m1', 'Sans');
  for (let i = 0; i < 3; i++) assert.deepEqual(await versions(one), [1]);
  await pair.standby.start();
  await caughtUp();
  const before = await standbyReads();
  await until('it is used again', async () => {
    assert.deepEqual(await versions(one), [1]);
    return await standbyReads() > before;
  });
});
