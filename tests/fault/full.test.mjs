// SPDX-License-Identifier: AGPL-3.0-or-later
// The program itself where files cannot grow: a limit of the process stands in for a full disk, and is
// lifted again. JALON names the program.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { serve, stop } from '../server.mjs';

const run = promisify(execFile);
const jalon = process.env.JALON;

async function withMap(work) {
  const folder = await mkdtemp(join(tmpdir(), 'jalon-full-'));
  const data = join(folder, 'data');
  try {
    await run(jalon, ['map', 'create', 'm', '--template', 'cartomobilite', '--data', data]);
    await work(folder, data);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How large files of the process may become; none lifts the limit. */
const limit = (pid, bytes) =>
  run('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`]);

/** Runs jalon with files that may not grow beyond so many bytes; its exit code and words. */
async function runLimited(bytes, args) {
  try {
    await run('prlimit', [`--fsize=${bytes}`, jalon, ...args]);
    return { code: 0, words: '' };
  } catch (error) {
    return { code: error.code, words: error.stderr };
  }
}

const post = (items, title) => fetch(items, { method: 'POST',
  headers: { 'Content-Type': 'application/geo+json' },
  body: JSON.stringify({ type: 'Feature', properties: { title, description: 'x'.repeat(5000) },
    geometry: { type: 'Point', coordinates: [3.8767, 43.6108] } }) });

test('a full disk is 507 until there is space again', () => withMap(async (folder, data) => {
  const server = await serve(jalon, data, ['--log-level', 'error', '--write-rate-limit', '0']);
  const items = `http://127.0.0.1:${server.port}/maps/m/collections/needs/items`;
  const answers = [];
  let refused = 0;
  try {
    for (let i = 0; i < 10; i++) answers.push((await post(items, `before ${i}`)).status);
    assert.deepEqual(new Set(answers), new Set([201]));
    const { size } = await stat(join(data, 'jalon.sqlite-wal'));
    await limit(server.child.pid, size + 100000);
    for (let i = 0; i < 20; i++) {
      // Several at once: those that share a flush share its failure.
      const group = await Promise.all([1, 2, 3].map((n) => post(items, `full ${i}-${n}`)));
      for (const answer of group) {
        const problem = await answer.json();
        answers.push(answer.status);
        if (answer.status === 201) continue;
        refused++;
        assert.equal(answer.status, 507, JSON.stringify(problem));
        assert.equal(answer.headers.get('content-type'), 'application/problem+json');
        assert.equal(problem.type, 'urn:jalon:problem:insufficient-storage');
        assert.doesNotMatch(problem.detail, /sqlite|SQL|\//i);
      }
      const list = await fetch(`${items}?limit=1`); // reading goes on
      assert.equal(list.status, 200);
      assert.equal((await list.json()).numberMatched,
        answers.filter((status) => status === 201).length);
    }
    assert.ok(refused > 10, `${refused} were refused`);
    await limit(server.child.pid);
    assert.equal((await post(items, 'after')).status, 201);
    answers.push(201);
  } finally {
    await stop(server);
  }
  await run(jalon, ['check', '--data', data]);
  const { stdout } = await run('sqlite3', [join(data, 'jalon.sqlite'),
    'SELECT count(*), count(DISTINCT title) FROM contribution']);
  const stored = answers.filter((status) => status === 201).length;
  assert.equal(stdout.trim(), `${stored}|${stored}`);
}));

test('commands say that there is no space, and leave nothing half made', () =>
  withMap(async (folder, data) => {
    const rows = join(folder, 'rows.csv');
    const lines = Array.from({ length: 5000 }, (_, i) => `row ${i},3.8,43.${i},${i}`);
    await writeFile(rows, ['title,lon,lat,source_id', ...lines].join('\n'));
    const { size } = await stat(join(data, 'jalon.sqlite'));
    const imported = await runLimited(size + 100000,
      ['import', 'm', 'accessibility', rows, '--data', data, '--quiet']);
    assert.equal(imported.code, 3);
    assert.match(imported.words, /no space/);
    await run(jalon, ['check', '--data', data]);
    await run(jalon, ['import', 'm', 'accessibility', rows, '--data', data, '--quiet']);

    const backup = join(folder, 'backup');
    const backedUp = await runLimited(200000, ['backup', backup, '--data', data]);
    assert.equal(backedUp.code, 3);
    assert.match(backedUp.words, /no space/);
    await run(jalon, ['backup', backup, '--data', data]);
    const restored = await runLimited(200000,
      ['restore', backup, '--data', join(folder, 'restored')]);
    assert.equal(restored.code, 3);
    assert.match(restored.words, /no space/);
    const vacuumed = await runLimited(200000, ['vacuum', '--data', data]);
    assert.equal(vacuumed.code, 3);
    assert.match(vacuumed.words, /no space/);
    await run(jalon, ['vacuum', '--data', data]);
    await run(jalon, ['check', '--data', data]);
    await run(jalon, ['restore', backup, '--data', join(folder, 'restored')]);
    assert.deepEqual((await readdir(folder)).sort(), ['backup', 'data', 'restored', 'rows.csv']);
    assert.deepEqual(await readdir(join(folder, 'restored')), ['jalon.sqlite']);
    assert.deepEqual(await readdir(data), ['jalon.sqlite']);
  }));

test('large maps live in memory where their files cannot be written', () =>
  withMap(async (folder, data) => {
    const rows = join(folder, 'rows.csv');
    const lines = Array.from({ length: 30000 },
      (_, i) => `row ${i},${3 + i / 30000},43.${i},${i}`);
    await writeFile(rows, ['title,lon,lat,source_id', ...lines].join('\n'));
    await run(jalon, ['import', 'm', 'accessibility', rows, '--data', data, '--quiet']);
    const server = await serve(jalon, data, ['--log-level', 'error', '--write-rate-limit', '0']);
    try {
      await limit(server.child.pid, 65536); // below the view's files, and the log's
      const items = `http://127.0.0.1:${server.port}/maps/m/collections/accessibility/items`;
      for (let i = 0; i < 20; i++) {
        const answer = await fetch(`${items}?limit=1&q=row%20${i}`);
        assert.equal(answer.status, 200);
        await answer.arrayBuffer();
        await new Promise((resolve) => { setTimeout(resolve, 100); });
      }
      await limit(server.child.pid);
      assert.equal((await post(items, 'after')).status, 201);
    } finally {
      assert.equal(await stop(server), 0);
    }
  }));
