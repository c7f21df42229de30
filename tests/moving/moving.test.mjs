// SPDX-License-Identifier: AGPL-3.0-or-later
// Moving house: what is in a folder goes by a backup to a database server and back, is the same row
// by row and column by column, is served alike, and goes on where it stopped. And what cannot be
// moved says why and leaves nothing. JALON names the program; PostgreSQL is the tests' own.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile as readText, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sharedCluster } from '../postgres/cluster.mjs';
import { serve, stop } from '../server.mjs';
import { ask, paths } from './answers.mjs';
import { askOne, readBeside, readFile, readServer, withoutOwn } from './rows.mjs';

const run = promisify(execFile);
const jalon = process.env.JALON;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OPTIONS = ['--log-level', 'error', '--write-rate-limit', '0'];
const cluster = sharedCluster();

async function inFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), 'jalon-moving-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The exit code and the words of a command that fails. */
async function refusal(...args) {
  try {
    await run(jalon, args);
  } catch (error) {
    return [error.code, error.stderr];
  }
  return assert.fail(`jalon ${args.join(' ')} was not refused`);
}

/** A served database for as long as `work` runs. */
async function served(where, work) {
  const data = where.url === undefined ? where : `${where.folder}/served`;
  const options = where.url === undefined ? [] : ['--database', where.url];
  const server = await serve(jalon, data, [...OPTIONS, ...options]);
  try {
    await work(`http://127.0.0.1:${server.port}/maps`);
  } finally {
    await stop(server);
  }
}

async function send(method, address, body, headers = {}) {
  const answer = await fetch(address, { method, body: body && JSON.stringify(body), headers: {
    'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/geo+json',
    ...headers } });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text,
    json: text === '' ? undefined : JSON.parse(text) };
}

const feature = (title, geometry, more = {}) =>
  ({ type: 'Feature', properties: { title, ...more }, geometry });
const point = (n) => ({ type: 'Point', coordinates: [3.87 + n / 1e4, 43.61 - n / 3e4] });
const line = { type: 'LineString', coordinates: [[3.87, 43.61], [3.8712345, 43.6154321], [3.9, 43.6]] };

/** The request that was answered before the move, and is answered alike after it. */
const sendAgain = async (maps) => {
  const { status, headers, text } = await send('POST',
    `${maps}/montpellier/collections/needs/items`, feature('Once', point(7)), { 'Idempotency-Key': '"moving-1"' });
  return [status, headers.get('jalon-seq'), text.replaceAll(new URL(maps).host, 'host')];
};

/** The tables in which the life below leaves something; test `store.*.copy` has rows in all. */
const lived = ['map', 'category', 'collection', 'collection_category', 'field', 'choice',
  'workflow_status', 'transition', 'territory', 'contribution', 'revision', 'event', 'account',
  'token', 'secret', 'idempotency'];

/** A life before the move: what has a table of its own, and something deleted. */
async function live(data) {
  await run(jalon, ['demo', '--data', data, '--quiet']);
  for (const [slug, template] of [['rues', 'cartomobilite'], ['vide', 'signalement'], ['gone', 'initiatives']]) {
    await run(jalon, ['map', 'create', slug, '--template', template, '--data', data]);
  }
  await run(jalon, ['map', 'delete', 'gone', '--yes', '--data', data]);
  await run(jalon, ['account', 'create', 'zoe', '--email', 'zoe@example.org', '--operator',
    '--data', data]);
  const { stdout } = await run(jalon, ['account', 'token', 'zoe', '--data', data]);
  const token = /\S{20,}/.exec(stdout)[0];
  const secrets = {};
  await served(data, async (maps) => {
    const items = `${maps}/montpellier/collections/needs/items`;
    for (let n = 0; n < 12; n++) {
      const made = await send('POST', items, feature(`Besoin n° ${n} "d'été" 🌳`, point(n),
        { description: `\\ ${n}\n\t{}` }));
      assert.equal(made.status, 201, made.text);
      secrets[made.json.id] = made.json.edit_secret;
      if (n % 3 === 0) continue;
      const own = { 'Jalon-Edit-Secret': made.json.edit_secret, 'If-Match': made.headers.get('etag') };
      const changed = n % 3 === 1
        ? await send('PATCH', `${items}/${made.json.id}`, { properties: { description: `changé ${n}` } }, own)
        : await send('DELETE', `${items}/${made.json.id}`, undefined, own);
      assert.ok([200, 204].includes(changed.status), changed.text);
    }
    assert.equal((await sendAgain(maps))[0], 201);
    const drawn = await send('POST', `${maps}/rues/collections/obstacles/items`, 
      feature('Trottoir', line, { obstacle_type: 'ressaut' }), { Authorization: `Bearer ${token}` });
    assert.equal(drawn.status, 201, drawn.text);
  });
  return { token, secrets };
}

/** What is said of all maps; {path: answer}. */
async function answers(maps) {
  const all = {};
  for (const slug of ['montpellier', 'rues', 'vide']) {
    const said = await ask(`${maps}/${slug}`, await paths(`${maps}/${slug}`));
    for (const [path, answer] of Object.entries(said)) all[slug + path] = answer;
  }
  return all;
}

/** The same names (paths, tables) and under each the same list; says the first that is not. */
function assertSame(now, before) {
  assert.deepEqual(Object.keys(now).sort(), Object.keys(before).sort());
  for (const name of Object.keys(before)) {
    assert.equal(now[name].length, before[name].length, name);
    before[name].forEach((one, i) => {
      if (now[name][i] !== one) assert.equal(String(now[name][i]).slice(0, 5000), String(one).slice(0, 5000), name);
    });
  }
}

/** Life goes on: the next event, new numbers, and what was promised before the move still holds. */
async function goOn(where, before, { token, secrets }, letter) {
  const place = where.url === undefined ? ['--data', where] : ['--database', where.url];
  await served(where, async (maps) => {
    assert.deepEqual(await sendAgain(maps), letter);
    const items = `${maps}/montpellier/collections/needs/items`;
    const last = Math.max(...before.event.map((row) => JSON.parse(row))
      .filter((row) => row.map === 1).map((row) => row.seq));
    const made = await send('POST', items, feature('After', point(50)), { Authorization: `Bearer ${token}` });
    assert.equal(made.status, 201, made.text);
    assert.equal(Number(made.headers.get('jalon-seq')), last + 1);
    const [id, secret] = Object.entries(secrets)[0];
    const own = await fetch(`${items}/${id}`);
    const changed = await send('PATCH', `${items}/${id}`, { properties: { description: 'after' } },
      { 'Jalon-Edit-Secret': secret, 'If-Match': own.headers.get('etag') });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(Number(changed.headers.get('jalon-seq')), last + 2);
  });
  await run(jalon, ['map', 'create', 'next', '--template', 'cartomobilite', ...place]);
  await run(jalon, ['check', ...place]);
}

/** No number is given twice: `after` has what `before` has, and only greater ones beside it. */
function assertNewNumbers(before, after, gone) {
  const numbers = (all, table) => all[table].map((row) => JSON.parse(row).number);
  for (const table of ['map', 'collection', 'contribution', 'account']) {
    const old = numbers(before, table);
    const now = numbers(after, table);
    assert.equal(new Set(now).size, now.length, table);
    const least = Math.max(...old, gone[table] ?? 0);
    for (const number of now) assert.ok(old.includes(number) || number > least, `${table} ${number}`);
    if (table !== 'account') assert.ok(now.length > old.length, table);
  }
}

test('a folder moves to a server and back', () => inFolder(async (folder) => {
  const data = join(folder, 'data');
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  const back = join(folder, 'back');
  const url = cluster.createDatabase();
  const known = await live(data);
  let before, letter;
  await served(data, async (maps) => {
    letter = await sendAgain(maps);
    before = await answers(maps);
  });
  await run(jalon, ['backup', first, '--data', data]);
  const rows = await readFile(first);
  for (const table of lived) assert.ok(rows[table].length > 0, `${table} is empty`);

  await run(jalon, ['restore', first, '--database', url]);
  assertSame(withoutOwn(await readServer(url)), withoutOwn(rows));
  assert.equal(await askOne(url, 'SELECT count(*) FROM contribution WHERE ST_SRID(geometry) <> 4326'), '0');
  await run(jalon, ['check', '--database', url]);
  await served({ url, folder }, async (maps) => assertSame(await answers(maps), before));

  await run(jalon, ['backup', second, '--database', url]);
  assertSame(await readFile(second), rows);
  assert.deepEqual(await readBeside(second), await readBeside(first));
  assert.equal((await readBeside(second)).sound, 1);
  await run(jalon, ['restore', second, '--data', back]);
  assertSame(await readFile(join(back, 'jalon.sqlite')), rows);
  await served(back, async (maps) => assertSame(await answers(maps), before));

  const gone = { map: 4 };
  await goOn({ url, folder }, rows, known, letter);
  assertNewNumbers(rows, await readServer(url), gone);
  await goOn(back, rows, known, letter);
  assertNewNumbers(rows, await readFile(join(back, 'jalon.sqlite')), gone);
  cluster.dropDatabase(url);
}));

/** Runs jalon and kills it after so many milliseconds; whether it was still running then. */
async function killAfter(milliseconds, ...args) {
  const child = spawn(jalon, args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal)));
  await sleep(milliseconds);
  child.kill('SIGKILL');
  return await ended === 'SIGKILL';
}

/** How many maps there are, once the server has finished what it was doing for who was killed. */
async function mapsIn(url) {
  while (await askOne(url, `SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`) !== '0') await sleep(50);
  const isMade = await askOne(url, `SELECT to_regclass('map') IS NOT NULL`) === 't';
  return isMade ? Number(await askOne(url, 'SELECT count(*) FROM map')) : 0;
}

/** How long it takes to run it, in milliseconds. */
async function time(...args) {
  const start = performance.now();
  await run(jalon, args);
  return performance.now() - start;
}

test('a move that was killed left nothing, and is begun anew', () => inFolder(async (folder) => {
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  const [url, other] = [cluster.createDatabase(), cluster.createDatabase()];
  const data = ['--data', join(folder, 'data')];
  const lines = Array.from({ length: 5000 }, (_, i) => `row ${i},${3 + i / 5000},43.${i},${i}`);
  await writeFile(join(folder, 'rows.csv'), ['title,lon,lat,source_id', ...lines].join('\n'));
  await run(jalon, ['map', 'create', 'm', '--template', 'cartomobilite', ...data]);
  await run(jalon, ['import', 'm', 'accessibility', join(folder, 'rows.csv'), '--quiet', ...data]);
  await run(jalon, ['backup', first, ...data]);
  const rows = withoutOwn(await readFile(first));
  const restoring = await time('restore', first, '--database', url);
  for (let part = 0.1; part < 1; part += 0.2) {
    if (!await killAfter(restoring * part, 'restore', first, '--database', other)) break;
    if (await mapsIn(other) > 0) break; // killed behind its commit: whole, then, which is compared below
  }
  if (await mapsIn(other) === 0) {
    await run(jalon, ['restore', first, '--database', other]);
  }
  assertSame(withoutOwn(await readServer(other)), rows);

  const backing = await time('backup', join(folder, 'timed'), '--database', url);
  await rm(join(folder, 'timed'));
  for (let part = 0.1; part < 0.6; part += 0.2) {
    await killAfter(backing * part, 'backup', second, '--database', url);
    if ((await readdir(folder)).includes('second')) break; // it is whole, then
  }
  if (!(await readdir(folder)).includes('second')) {
    await run(jalon, ['backup', second, '--database', url]);
  }
  assertSame(withoutOwn(await readFile(second)), rows);
  assert.deepEqual((await readdir(folder)).sort(), ['data', 'first', 'rows.csv', 'second']);
  [url, other].forEach((one) => cluster.dropDatabase(one));
}));

/** A file as a program of schema 1 had written it. */
async function writeOld(file) {
  const schema = await readText(join(ROOT, 'schema/migrations/001_foundation.sqlite.sql'), 'utf8');
  const rows = await readText(join(ROOT, 'tests/store/version_1.sqlite.sql'), 'utf8');
  await run('spatialite', ['-silent', file, schema + rows +
    "INSERT INTO schema_migration VALUES (1, 'foundation', '0.1.0', '2026-11-21T12:08:28.000000Z');"]);
}

test('what cannot be moved says why, and leaves nothing', () => inFolder(async (folder) => {
  const [data, file] = [join(folder, 'data'), join(folder, 'file')];
  const url = cluster.createDatabase();
  await run(jalon, ['map', 'create', 'm', '--template', 'cartomobilite', '--data', data]);
  await run(jalon, ['backup', file, '--data', data]);
  const refused = async (words, ...args) => {
    const [code, said] = await refusal(...args, '--database', url);
    assert.equal(code, 3, said);
    assert.match(said, words);
    assert.doesNotMatch(said, /host=/); // a URL's parameters may hold a password
  };

  const changed = async (name, sql) => {
    await copyFile(file, join(folder, name));
    await run('sqlite3', [join(folder, name), sql]);
    return join(folder, name);
  };
  await writeFile(join(folder, 'text'), 'title;lon;lat\n'.repeat(100));
  await refused(/is not a database/, 'restore', join(folder, 'text'));
  await refused(/there is no database/, 'restore', join(folder, 'nothing'));
  await refused(/not one of Jalon's/, 'restore', await changed('foreign', 'PRAGMA application_id = 1'));
  await refused(/schema version 99, .* use a newer Jalon/, 'restore', await changed('newer',
    "INSERT INTO schema_migration VALUES (99, 'x', '9.9', '2030-01-01T00:00:00.000000Z')"));
  await refused(/'category' has 8 columns instead of 7/, 'restore',
    await changed('wider', 'ALTER TABLE category ADD COLUMN icon TEXT'));
  await refused(/the backup is not sound, and nothing was restored/, 'restore', await changed('unsound',
    'INSERT INTO revision (map, contribution, version, time, author, action, reason, changes) SELECT number, 1, 2, created, NULL, \'create\', NULL, \'[]\' FROM map'));
  await refused(/cannot be copied/, 'restore', await changed('untyped',
    "UPDATE map SET created = 'nonsense'"));
  for (const table of ['map', 'revision', 'category']) {
    assert.equal(await askOne(url, `SELECT count(*) FROM ${table}`), '0');
  }

  // An older one is brought up to date on the way.
  const old = join(folder, 'old');
  await writeOld(old);
  const aside = join(folder, 'aside');
  await mkdir(aside);
  await run(jalon, ['restore', old, '--database', url], { env: { ...process.env, TMPDIR: aside } });
  assert.equal(await askOne(url, 'SELECT slug FROM map'), 'old');
  await refused(/the database is not empty/, 'restore', file);
  assert.deepEqual(await readdir(aside), []);
  await rmdir(aside);

  await refused(/there is a file '.*file' already/, 'backup', file);
  await refused(/cannot be written/, 'backup', join(folder, 'nowhere', 'file'));
  await refused(/looked after by its own tools/, 'vacuum');
  await assert.rejects(run('prlimit', ['--fsize=200000', jalon, 'backup', join(folder, 'full'),
    '--database', url]), (error) => error.code === 3 && /no space/.test(error.stderr));
  await askOne(url, 'ALTER TABLE category ADD COLUMN icon text');
  await refused(/'category' has 8 columns instead of 7/, 'backup', join(folder, 'wide'));
  await askOne(url, 'ALTER TABLE category DROP COLUMN icon');
  await askOne(url, 'DELETE FROM schema_migration WHERE number > 2');
  await refused(/has schema version 2, .*jalon migrate; .*its own tools/, 'backup', join(folder, 'older'));
  assert.deepEqual((await readdir(folder)).sort(), ['data', 'file', 'foreign', 'newer', 'old', 'text',
    'unsound', 'untyped', 'wider']);
  cluster.dropDatabase(url);
}));
