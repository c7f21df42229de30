// SPDX-License-Identifier: AGPL-3.0-or-later
// Two thousand writers who have all read the same old state: what is acknowledged is in the history and in
// the state, and who would have overwritten something is told both versions. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { send as sendOver } from '../http/send.mjs';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-stale-'));
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const items = '/maps/test/collections/needs/items';
const fields = ['title', 'description', 'destination', 'context', 'existing_ideas', 'answer', 'holder'];
const WRITERS = 2000;
let server;
let token;

const send = (method, target, body, headers) =>
  sendOver({ agent, port: server.port, token }, method, target, body, headers);

const patch = (item, etag, properties, headers = {}) =>
  send('PATCH', item, { properties }, { 'If-Match': etag, ...headers });

async function make() {
  const made = await send('POST', items, {
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
    properties: Object.fromEntries(fields.map((field) => [field, 'before'])),
  });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  return { item: `${items}/${made.json.id}`, etag: made.headers.etag };
}

before(async () => {
  const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
  run('map', 'create', 'test', '--template', 'cartomobilite');
  run('account', 'create', 'ada');
  token = run('account', 'token', 'ada');
  server = await serve(jalon, data);
});

after(async () => {
  agent.destroy();
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

test('two thousand stale writers lose nothing', async () => {
  const { item, etag } = await make();
  assert.equal((await patch(item, etag, { observed: '2025-01-01' })).status, 200);
  const answers = await Promise.all(Array.from({ length: WRITERS }, async (_, i) => {
    const field = fields[(i >> 1) % fields.length];
    const merges = i % 2 === 0;
    const answer = await patch(item, etag, { [field]: `writer ${i}` }, merges ? { Prefer: 'merge' } : {});
    return { field, merges, value: `writer ${i}`, ...answer };
  }));
  const taken = answers.filter((answer) => answer.status === 200);
  for (const answer of answers.filter((one) => one.status !== 200)) {
    assert.equal(answer.status, 412);
    assert.equal(answer.json.base.properties[answer.field], 'before');
    if (answer.merges) {
      assert.deepEqual(answer.json.conflicts.map((conflict) => conflict.field), [answer.field]);
      assert.equal(answer.json.conflicts[0].yours, answer.value);
      assert.ok(taken.some((one) => one.value === answer.json.conflicts[0].current));
    }
  }
  // One a field: whoever came first; every other one would have overwritten that.
  assert.deepEqual(taken.map((answer) => answer.field).sort(), [...fields].sort());
  assert.ok(taken.every((answer) => answer.merges && answer.headers['preference-applied'] === 'merge'));
  const now = (await send('GET', item)).json.properties;
  const history = (await send('GET', `${item}/revisions?limit=1000`)).json.items;
  assert.equal(now.version, 2 + fields.length);
  assert.equal(history.length, 2 + fields.length);
  for (const answer of taken) {
    assert.equal(now[answer.field], answer.value);
    const revision = history.find((one) => one.version === answer.json.properties.version);
    assert.equal(revision.base, 1);
    assert.deepEqual(revision.changes, [{ field: answer.field, before: 'before', after: answer.value }]);
  }
  assert.equal(now.observed, '2025-01-01');
});

test('who is told the current state adds to it until nothing is lost', async () => {
  const { item, etag } = await make();
  const lines = Array.from({ length: 48 }, (_, i) => `line ${i}.`);
  await Promise.all(lines.map(async (line) => {
    let seen = { etag, text: 'before' };
    for (;;) {
      const answer = await patch(item, seen.etag, { description: `${seen.text}\n${line}` }, { Prefer: 'merge' });
      if (answer.status === 200) return;
      assert.equal(answer.status, 412);
      seen = { etag: answer.json.current_etag, text: answer.json.current.properties.description };
    }
  }));
  const now = (await send('GET', item)).json.properties;
  assert.deepEqual(now.description.split('\n').sort(), ['before', ...lines].sort());
  assert.equal(now.version, 1 + lines.length);
});
