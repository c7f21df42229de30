// SPDX-License-Identifier: AGPL-3.0-or-later
// A server beside somebody who works in the same PostgreSQL database by hand: who is in its way, or
// cuts its connections, costs its clients time and no answer. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sharedCluster } from '../postgres/cluster.mjs';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'postgres', 'cluster');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-outsider-'));
const cluster = sharedCluster();
const database = cluster.createDatabase();
const name = /^\w+:\/\/[^/]*\/([^?]+)/.exec(database)[1];
let server;
let token;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const ask = (statement) => cluster.sql(name, statement);

async function send(method, target, body, headers = {}) {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/geo+json';
  const answer = await fetch(`http://127.0.0.1:${server.port}/maps/${target}`, {
    method, body: JSON.stringify(body),
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': type, ...headers },
  });
  return { status: answer.status, etag: answer.headers.get('etag'), json: await answer.json() };
}

const post = (map, title) => send('POST', `${map}/collections/obstacles/items`, {
  type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
  properties: { title, obstacle_type: 'surface' },
});

/** A statement that ends when the server waits for what its transaction keeps. */
const UNTIL_WAITED_FOR = `DO $$ BEGIN
      WHILE NOT EXISTS (SELECT 1 FROM pg_stat_activity
                        WHERE datname = '${name}' AND wait_event_type = 'Lock') LOOP
        PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
      END LOOP;
    END $$`;

/** Statements of somebody else in one transaction; resolves once they sleep, ends with psql's code. */
async function interfere(statements) {
  const child = spawn(script, ['sql', cluster.folder, name, '-c', `BEGIN; ${statements}; COMMIT`],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  const end = once(child, 'exit');
  const sleeps = `SELECT count(*) FROM pg_stat_activity
    WHERE datname = '${name}' AND wait_event = 'PgSleep'`;
  while (ask(sleeps) === '0') {
    assert.equal(child.exitCode, null);
    await pause(20);
  }
  return async () => (await end)[0];
}

before(async () => {
  const options = ['--data', folder, '--database', database];
  const run = (...args) => execFileSync(jalon, [...args, ...options], { encoding: 'utf8', stdio: 'pipe' }).trim();
  run('map', 'create', 'one', '--template', 'cartomobilite');
  run('map', 'create', 'two', '--template', 'cartomobilite');
  run('account', 'create', 'ada');
  token = run('account', 'token', 'ada');
  server = await serve(jalon, folder, ['--database', database]);
});

after(async () => {
  assert.equal(await stop(server), 0, server.output());
  fs.rmSync(folder, { recursive: true });
  cluster.dropDatabase(database);
});

test('a map that somebody keeps for a moment is waited for', async () => {
  const end = await interfere("SELECT 1 FROM map WHERE slug = 'one' FOR UPDATE; " + UNTIL_WAITED_FOR);
  const answers = await Promise.all(['one', 'two', 'one', 'two'].map((map) => post(map, 'Attente')));
  assert.deepEqual(answers.map((answer) => answer.status), [201, 201, 201, 201]);
  assert.equal(await end(), 0);
});

test('who would wait for ever is tried again, and done once', async () => {
  const { json: { id }, etag: first } = await post('one', 'Avant');
  const deadlocks = () => ask(`SELECT deadlocks FROM pg_stat_database WHERE datname = '${name}'`);
  const before = deadlocks();
  let etag = first;
  let hasGivenWay = false;
  let [rounds, done] = [0, 0];
  for (; !hasGivenWay && rounds < 10; rounds++) {
    /* Takes what the server has once the server waits for what is taken here; the server looks first,
       but on a machine that stands still it may look before there is anything to see. */
    const end = await interfere(`SET LOCAL deadlock_timeout = '20s';
      UPDATE contribution SET author = author WHERE id = '${id}'; ${UNTIL_WAITED_FOR};
      SELECT 1 FROM map WHERE slug = 'one' FOR UPDATE`);
    const answer = await send('PATCH', `one/collections/obstacles/items/${id}`,
      { properties: { title: `Après ${rounds}` } }, { 'If-Match': etag });
    const code = await end();
    if (answer.status === 503) continue; // it has stood still longer than it has patience
    assert.equal(answer.status, 200, JSON.stringify(answer.json));
    etag = answer.etag;
    done++;
    hasGivenWay = code === 0;
  }
  assert.ok(hasGivenWay, `not in ${rounds} rounds`);
  assert.equal(ask(`SELECT count(*), max(version) FROM revision WHERE contribution =
    (SELECT number FROM contribution WHERE id = '${id}')`), `${done + 1}|${done + 1}`);
  /* They did meet: the database counts it when the connection is idle. */
  for (let i = 0; i < 600 && deadlocks() === before; i++) await pause(50);
  assert.notEqual(deadlocks(), before);
});

test('connections that were cut while nobody used them cost nothing', async () => {
  for (let round = 0; round < 3; round++) {
    ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = '${name}' AND application_name = 'jalon'`);
    assert.equal((await post('one', `Coupure ${round}`)).status, 201);
  }
});

test('every answer is an event, once and in order', () => {
  for (const map of ['one', 'two']) {
    const [events, last, written] = ask(`SELECT count(*), max(seq), (SELECT count(*) FROM revision
      WHERE revision.map = map.number) FROM event JOIN map ON map.number = event.map
      WHERE slug = '${map}' GROUP BY map.number`).split('|').map(Number);
    assert.equal(last, events);
    assert.equal(written, events);
  }
});
