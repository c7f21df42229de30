// SPDX-License-Identifier: AGPL-3.0-or-later
// What was redacted is nowhere any more: not in the files of a data folder, nor in a backup, and the
// history that is left is sound. JALON is the program; of another engine only the backup is looked at.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, test } from 'node:test';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-redacted-'));
const data = path.join(folder, 'data');
const SHORT = 'Zorglub Pirouette';
const LONG = `Telephone 0612345678 ${'of a very long description '.repeat(200)}`;
const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
let server;

afterEach(() => stop(server));
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
  return { status: answer.status, etag: answer.headers.get('etag'), json: answer.status === 204 ? null : await answer.json() };
}

async function did(status, ...request) {
  const answer = await send(...request);
  assert.equal(answer.status, status, JSON.stringify(answer.json));
  return answer;
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

// Words inside of longer texts: whatever was said of the contribution by anybody is walked.
test('nothing is left of words that stood within other words', async () => {
  const WORDS = 'Gontran Bonheur';
  const within = (what) => `${what}: ask ${WORDS}, or his wife`;
  run('account', 'create', 'dora', '--email', 'dora@example.org'); // her mails wait: nothing listens there
  run('account', 'create', 'bob');
  run('account', 'create', 'eve');
  run('map', 'create', 'words', '--template', 'initiatives');
  run('map', 'set', 'words', 'policy=participatory', 'edits=proposal', 'account_needed=no');
  const tokens = Object.fromEntries(['dora', 'bob', 'eve', 'root'].map((name) => [name, run('account', 'token', name)]));
  server = await serve(jalon, data, ['--smtp', 'smtp://127.0.0.1:9', '--mail-from', 'map@example.org']);
  const { dora, bob, eve, root } = tokens;
  const geo = { 'Content-Type': 'application/geo+json' };
  const patch = { 'Content-Type': 'application/merge-patch+json' };
  const items = '/maps/words/collections/initiatives/items';
  const feature = (title, rest) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] }, properties: { title, ...rest } });
  const made = await did(201, dora, 'POST', items, feature(within('Jardin'), {
    description: within('Every day'), origin: within('An idea'), website: 'https://example.org/',
  }), { ...geo, 'Idempotency-Key': 'words' });
  const item = `${items}/${made.json.id}`;
  await did(200, dora, 'PATCH', item, { properties: { title: 'Jardin' } },
    { ...patch, 'If-Match': made.etag, 'Jalon-Reason': encodeURIComponent(within('Shorter')) });
  await did(201, bob, 'POST', `${item}/comments`, { kind: 'question', text: within('When') });
  await did(201, bob, 'POST', `${item}/confirmations`, { still: true, remark: within('Seen') });
  await did(201, eve, 'POST', `${item}/claims`, { text: within('Mine') });
  await did(201, eve, 'POST', `${item}/reports`, { kind: 'wrong', text: within('Wrong') });
  const proposal = await did(201, eve, 'POST', `${item}/proposals`, { properties: { description: within('On Mondays') } },
    { ...patch, 'Jalon-Reason': encodeURIComponent(within('They moved')) });
  await did(201, eve, 'POST', `${item}/proposals`, { properties: { origin: within('Someone') } }, patch);
  await did(200, dora, 'POST', `${item}/proposals/${proposal.json.id}`, { decision: 'reject', reason: within('No') });
  await did(200, root, 'POST', `/maps/words/moderation/${made.json.id}`, { decision: 'hide', reason: within('Too much') });
  await did(200, root, 'POST', `/maps/words/moderation/${made.json.id}`, { decision: 'restore', reason: within('Back') });

  const redact = (body, status) => did(status, root, 'POST', `${item}/revisions/1/redact`, { reason: 'a name', ...body });
  assert.equal((await redact({ text: WORDS }, 409)).json.errors[0].pointer, '/current');
  assert.equal((await redact({ text: WORDS, fields: ['title'] }, 400)).json.errors[0].pointer, '/fields');
  assert.equal((await redact({ text: 'Go' }, 400)).json.errors[0].pointer, '/text');
  assert.equal((await redact({ text: 'Gontran Malheur' }, 400)).json.errors[0].pointer, '/text');
  assert.equal((await redact({ text: WORDS, reason: within('a name'), current: true }, 400)).json.errors[0].pointer, '/reason');
  assert.equal((await redact({ fields: ['title'], current: true }, 400)).json.errors[0].pointer, '/current');
  await did(403, dora, 'POST', `${item}/revisions/1/redact`, { text: WORDS, reason: 'a name', current: true });
  const redacted = await redact({ text: WORDS, current: true }, 200);
  assert.equal(redacted.json.revisions, 2);
  assert.ok(redacted.json.places >= 9, `places: ${redacted.json.places}`);

  const outputs = ['', '/revisions', '/revisions/1', '/revisions/2', '/comments', '/confirmations', '/claims', '/reports', '/proposals',
    `/proposals/${proposal.json.id}`, '/moderation', '?f=html'].map((rest) => item + rest)
    .concat('/maps/words/audit', '/maps/words/moderation', `${items}?f=csv`, `${items}?f=kml`, '/accounts/me/notifications', '/accounts/me/export');
  for (const token of [dora, bob, eve, root]) {
    for (const output of outputs) {
      const answer = await fetch(`http://127.0.0.1:${server.port}${output}`, { headers: { Authorization: `Bearer ${token}` } });
      assert.doesNotMatch(await answer.text(), /Gontran/, output);
      assert.ok(answer.status === 200 || token !== root, `${output}: ${answer.status}`);
    }
  }
  const now = await did(200, root, 'GET', item);
  assert.equal(now.json.properties.description, 'Every day: ask […], or his wife');
  assert.equal(now.json.properties.title, 'Jardin');
  const first = await did(200, root, 'GET', `${item}/revisions/1`);
  assert.equal(first.json.feature.properties.title, 'Jardin: ask […], or his wife');
  const said = await did(200, root, 'GET', `${item}/comments`);
  assert.equal(said.json.items[0].text, 'When: ask […], or his wife');
  const again = await did(201, dora, 'POST', items, feature(within('Jardin'), {
    description: within('Every day'), origin: within('An idea'), website: 'https://example.org/',
  }), { ...geo, 'Idempotency-Key': 'words' });
  assert.doesNotMatch(JSON.stringify(again.json), /Gontran B/);
  assert.equal(await stop(server), 0);
  run('backup', path.join(folder, 'words.sqlite'));
  assert.deepEqual(holds(folder, WORDS), []);
  run('check');
});
