// SPDX-License-Identifier: AGPL-3.0-or-later
// What was redacted is nowhere any more: not in the files of a data folder, nor in a backup, and the
// history that is left is sound. JALON is the program; of another engine only the backup is looked at.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-redacted-'));
const data = path.join(folder, 'data');
const SHORT = 'Zorglub Pirouette';
const LONG = `Telephone 0612345678 ${'of a very long description '.repeat(200)}`;
const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
let server;

after(() => fs.rmSync(folder, { recursive: true }));

function holds(at, text) {
  const wanted = Buffer.from(text);
  return fs.readdirSync(at, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .filter((entry) => fs.readFileSync(path.join(entry.parentPath ?? entry.path, entry.name)).includes(wanted))
    .map((entry) => entry.name);
}

async function send(token, method, target, body, headers = {}) {
  const answer = await fetch(target.startsWith('http') ? target : `http://127.0.0.1:${server.port}${target}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, etag: answer.headers.get('etag'), json: await answer.json() };
}

test('nothing of it is left in any file', async () => {
  fs.mkdirSync(data);
  run('map', 'create', 'test', '--template', 'cartomobilite');
  run('account', 'create', 'ada');
  run('account', 'create', 'root', '--operator');
  const ada = run('account', 'token', 'ada');
  const root = run('account', 'token', 'root');
  server = await serve(jalon, data);
  const items = '/maps/test/collections/obstacles/items';
  const made = await send(ada, 'POST', items, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
    properties: { title: SHORT, description: LONG, obstacle_type: 'surface' },
  }, { 'Content-Type': 'application/geo+json', 'Idempotency-Key': 'one' });
  assert.equal(made.status, 201);
  const item = `${items}/${made.json.id}`;
  const patched = await send(ada, 'PATCH', item, { properties: { title: 'Une marche' } },
    { 'Content-Type': 'application/merge-patch+json', 'If-Match': made.etag });
  assert.equal(patched.status, 200);
  const redacted = await send(root, 'POST', `${item}/revisions/1/redact`,
    { fields: ['title', 'description'], reason: 'a telephone number' });
  assert.equal(redacted.status, 200, JSON.stringify(redacted.json));
  assert.equal(redacted.json.revisions, 2);
  assert.equal(await stop(server), 0);
  run('backup', path.join(folder, 'backup.sqlite'));
  for (const text of [SHORT, '0612345678', 'of a very long description']) {
    assert.deepEqual(holds(folder, text), [], text);
  }
  assert.notDeepEqual(holds(folder, 'Une marche'), []);
  run('check');
});
