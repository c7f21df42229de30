// SPDX-License-Identifier: AGPL-3.0-or-later
// Two writers who have seen the same state change it at the same moment: one is let, the other is
// told, a thousand times; then many at once; then one changes what the other deletes. JALON is the
// program, ROUNDS how often (a thousand when it says nothing).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve, stop } from '../server.mjs';
import { send as sendOver } from './send.mjs';

const jalon = process.env.JALON;
const rounds = Number(process.env.ROUNDS ?? 1000);
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-writers-'));
const agents = Array.from({ length: 8 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
const items = '/maps/test/collections/obstacles/items';
const feature = {
  type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
  properties: { title: 'Avant', obstacle_type: 'surface' },
};
let server;
let token;

/** One request on a connection of its own. */
const send = (agent, method, target, body, headers) =>
  sendOver({ agent, port: server.port, token }, method, target, body, headers);

async function make() {
  const made = await send(agents[0], 'POST', items, feature);
  assert.equal(made.status, 201);
  return { item: `${items}/${made.json.id}`, etag: made.headers.etag };
}

const patch = (title) => ({ properties: { title } });
const count = (answers, status) => answers.filter((answer) => answer.status === status).length;

before(async () => {
  const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
  run('map', 'create', 'test', '--template', 'cartomobilite');
  run('account', 'create', 'ada');
  token = run('account', 'token', 'ada');
  server = await serve(jalon, data);
});

after(async () => {
  agents.forEach((agent) => agent.destroy());
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

test(`two PATCHes with one ETag, ${rounds} times`, async () => {
  let { item, etag } = await make();
  for (let round = 1; round <= rounds; round++) {
    const titles = [`A ${round}`, `B ${round}`];
    const answers = await Promise.all(titles.map((title, i) =>
      send(agents[i], 'PATCH', item, patch(title), { 'If-Match': etag })));
    assert.equal(count(answers, 200), 1, `round ${round}: ${answers.map((a) => a.status)}`);
    assert.equal(count(answers, 412), 1, `round ${round}: ${answers.map((a) => a.status)}`);
    const winner = answers.findIndex((answer) => answer.status === 200);
    // The very next request sees it, on whatever connection.
    const now = await send(agents[2], 'GET', item);
    assert.equal(now.json.properties.title, titles[winner], `round ${round}`);
    assert.equal(now.json.properties.version, round + 1);
    assert.equal(now.headers.etag, answers[winner].headers.etag);
    etag = now.headers.etag;
  }
  const history = await send(agents[0], 'GET', `${item}/revisions?limit=1000`);
  const versions = history.json.items.map((revision) => revision.version);
  assert.deepEqual(versions.slice(0, 3), [rounds + 1, rounds, rounds - 1]);
  assert.equal(new Set(versions).size, versions.length);
});

test('the same change twice is still one change', async () => {
  const { item, etag } = await make();
  const answers = await Promise.all([0, 1].map((i) =>
    send(agents[i], 'PATCH', item, patch('Avant'), { 'If-Match': etag })));
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 412]);
});

test('of eight writers one wins, by PUT and by PATCH', async () => {
  let { item, etag } = await make();
  for (let round = 0; round < 50; round++) {
    const answers = await Promise.all(agents.map((agent, i) => (i % 2 === 0
      ? send(agent, 'PATCH', item, patch(`P ${i}`), { 'If-Match': etag })
      : send(agent, 'PUT', item, feature, { 'If-Match': `"x", ${etag}` }))));
    assert.equal(count(answers, 200), 1);
    assert.equal(count(answers, 412), agents.length - 1);
    etag = answers.find((answer) => answer.status === 200).headers.etag;
  }
});

test('what one changes the other cannot delete unseen, nor the other way round', async () => {
  for (let round = 0; round < 50; round++) {
    const { item, etag } = await make();
    const [changed, deleted] = await Promise.all([
      send(agents[round % 2], 'PATCH', item, patch('Après'), { 'If-Match': etag }),
      send(agents[1 - (round % 2)], 'DELETE', item, undefined, { 'If-Match': etag }),
    ]);
    const now = await send(agents[2], 'GET', item);
    if (deleted.status === 204) {
      assert.equal(changed.status, 404);
      assert.equal(now.status, 404);
    } else {
      assert.deepEqual([changed.status, deleted.status, now.status], [200, 412, 200]);
    }
  }
});

test('of two who make one id one does', async () => {
  for (let round = 0; round < 50; round++) {
    const id = `01890a5d-ac96-774b-bcce-b302099a8${String(round).padStart(3, '0')}`;
    const answers = await Promise.all([0, 1].map((i) =>
      send(agents[i], 'PUT', `${items}/${id}`, feature, { 'If-None-Match': '*' })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 412]);
  }
});
