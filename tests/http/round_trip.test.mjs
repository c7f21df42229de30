// SPDX-License-Identifier: AGPL-3.0-or-later
// What real contributions say of themselves can be put back as it is, and changes nothing: a sample of
// the demo's, read, replaced by what was read, given another title. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve, stop } from '../server.mjs';

const EVERY = 40;
const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-round-'));
let server;
let token;

async function send(method, target, type, body, headers = {}) {
  const answer = await fetch(`http://127.0.0.1:${server.port}${target}`, {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': type }), ...headers },
  });
  return { status: answer.status, etag: answer.headers.get('etag'), json: await answer.json() };
}

before(async () => {
  const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
  run('demo', '--quiet');
  run('account', 'create', 'root', '--operator');
  token = run('account', 'token', 'root');
  server = await serve(jalon, data);
});

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

async function roundTrip(item) {
  const read = await send('GET', item);
  assert.equal(read.status, 200);
  const put = await send('PUT', item, 'application/geo+json', read.json, { 'If-Match': read.etag });
  assert.equal(put.status, 200, `${item}: ${JSON.stringify(put.json)}`);
  const { version, updated, ...same } = read.json.properties;
  const { version: next, updated: later, ...now } = put.json.properties;
  assert.deepEqual(now, same);
  assert.deepEqual(put.json.geometry, read.json.geometry);
  assert.ok(next === version + 1 && later >= updated);
  const history = await send('GET', `${item}/revisions?limit=1`);
  assert.deepEqual(history.json.items[0].changes, [], item);
  const patch = await send('PATCH', item, 'application/merge-patch+json', { properties: { title: 'Autre' } },
    { 'If-Match': put.etag });
  assert.equal(patch.status, 200, `${item}: ${JSON.stringify(patch.json)}`);
  assert.deepEqual({ ...patch.json.properties, version, updated, title: same.title }, { ...same, version, updated, title: same.title });
}

for (const collection of ['accessibility', 'pavements', 'initiatives']) {
  test(collection, async () => {
    const items = `/maps/montpellier/collections/${collection}/items`;
    const { features } = (await send('GET', `${items}?limit=10000`)).json;
    assert.ok(features.length > EVERY * 10);
    for (let i = 0; i < features.length; i += EVERY) await roundTrip(`${items}/${features[i].id}`);
  });
}
