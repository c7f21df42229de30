// SPDX-License-Identifier: AGPL-3.0-or-later
// Twenty voices, two hundred requests at once: each counts once, whatever comes beside it. JALON is
// the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-voices-'));
const VOICES = 20;
const REQUESTS = 200;
let server;
let token;

function send(method, target, headers, body) {
  return fetch(`http://127.0.0.1:${server.port}${target}`, {
    method,
    headers: { ...headers, ...(body ? { 'Content-Type': 'application/geo+json' } : {}) },
    body: body && JSON.stringify(body),
  });
}

const voice = (i) => ({ 'Jalon-Device': `device-of-somebody-${i % VOICES}` });

before(async () => {
  const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
  run('map', 'create', 'test', '--template', 'cartomobilite');
  run('map', 'set', 'test', 'account_needed=no');
  run('account', 'create', 'ada');
  token = run('account', 'token', 'ada');
  server = await serve(jalon, data);
});

after(async () => {
  assert.equal(await stop(server), 0);
  execFileSync(jalon, ['check', '--data', data], { stdio: 'pipe' });
  fs.rmSync(data, { recursive: true });
});

test('two hundred requests of twenty voices are twenty voices', async () => {
  const made = await send('POST', '/maps/test/collections/accessibility/items', { Authorization: `Bearer ${token}` }, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] }, properties: { title: 'A' },
  });
  assert.equal(made.status, 201);
  const item = new URL(made.headers.get('location')).pathname;
  const answers = await Promise.all(Array.from({ length: REQUESTS }, (_, i) =>
    send('PUT', `${item}/supports/mine`, voice(i))));
  assert.deepEqual(answers.map((answer) => answer.status), answers.map(() => 200));
  const shown = async () => (await (await send('GET', item, {})).json()).properties;
  assert.equal((await shown()).supports, VOICES);
  assert.equal((await (await send('GET', `${item}/supports`, voice(3))).json()).mine, true);

  /* Half of them withdraw, each many times, while the others say it again. */
  await Promise.all(Array.from({ length: REQUESTS }, (_, i) =>
    send(i % VOICES < VOICES / 2 ? 'DELETE' : 'PUT', `${item}/supports/mine`, voice(i))));
  const after = await shown();
  assert.equal(after.supports, VOICES / 2);
  assert.equal(after.version, 1);
});
