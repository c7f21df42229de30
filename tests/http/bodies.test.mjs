// SPDX-License-Identifier: AGPL-3.0-or-later
// Every body of tests/data/bodies to POST, PUT and PATCH: taken or refused as said, with the pointers
// as said; what is refused changes nothing. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const file = path.join(path.dirname(fileURLToPath(import.meta.url)), '../data/bodies/cases.json');
const cases = JSON.parse(fs.readFileSync(file, 'utf8'));
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-bodies-'));
const point = { type: 'Point', coordinates: [3.87, 43.61] };
const targets = {
  shapes: {
    items: '/maps/test/collections/obstacles/items',
    feature: { type: 'Feature', geometry: point, properties: { title: 'Avant', obstacle_type: 'surface' } },
  },
  polygons: {
    items: '/maps/part/collections/needs/items',
    feature: { type: 'Feature', geometry: point, properties: { title: 'Avant' } },
  },
};
const methods = {
  post: { method: 'POST', type: 'application/geo+json', taken: 201 },
  put: { method: 'PUT', type: 'application/geo+json', taken: 200 },
  patch: { method: 'PATCH', type: 'application/merge-patch+json', taken: 200 },
};
let server;
let token;

async function send(method, target, type, body, headers = {}) {
  const answer = await fetch(`http://127.0.0.1:${server.port}${target}`, {
    method, body,
    headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': type }), ...headers },
  });
  const text = await answer.text();
  return { status: answer.status, etag: answer.headers.get('etag'), json: text === '' ? null : JSON.parse(text) };
}

function bytesOf(one) {
  if (one.base64 !== undefined) return Buffer.from(one.base64, 'base64');
  return Buffer.from(one.body ?? JSON.stringify(one.json));
}

before(async () => {
  const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
  run('map', 'create', 'test', '--template', 'cartomobilite');
  run('map', 'create', 'part', '--template', 'besoins');
  run('account', 'create', 'ada');
  token = run('account', 'token', 'ada');
  server = await serve(jalon, data);
  for (const target of Object.values(targets)) {
    const made = await send('POST', target.items, methods.post.type, JSON.stringify(target.feature));
    assert.equal(made.status, 201);
    target.item = `${target.items}/${made.json.id}`;
  }
});

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

/** The item as it was at first, whatever the last case has made of it; its ETag. */
async function restore(target) {
  const put = await send('PUT', target.item, methods.put.type, JSON.stringify(target.feature), { 'If-Match': '*' });
  assert.equal(put.status, 200, JSON.stringify(put.json));
  return put.etag;
}

for (const one of cases) {
  test(one.name, async () => {
    const target = one.polygon ? targets.polygons : targets.shapes;
    let etag = await restore(target);
    for (const [key, { method, type, taken }] of Object.entries(methods)) {
      const expected = one[key] ?? one.expect;
      const headers = key === 'post' ? {} : { 'If-Match': etag };
      const answer = await send(method, key === 'post' ? target.items : target.item, type, bytesOf(one), headers);
      const about = `${method}: ${JSON.stringify(answer.json)}`;
      if (expected === 'taken') {
        assert.equal(answer.status, taken, about);
        if (key !== 'post') etag = await restore(target);
      } else {
        const [status, ...pointers] = expected;
        assert.equal(answer.status, status, about);
        assert.equal(answer.json.status, status);
        assert.deepEqual((answer.json.errors ?? []).map((error) => error.pointer), pointers, about);
        assert.equal((await send('GET', target.item)).etag, etag, `${method} has changed something`);
      }
    }
  });
}
