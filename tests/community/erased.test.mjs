// SPDX-License-Identifier: AGPL-3.0-or-later
// Whose account has ended is named nowhere any more: not in what others said to or of them either, in
// any table. JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readFile, readServer } from '../moving/rows.mjs';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-erased-'));
const run = (...args) => execFileSync(jalon, [...args, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
const ITEMS = '/maps/test/collections/obstacles/items';
const tokens = {};
let server;

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

async function send(name, method, target, body, headers = {}) {
  const answer = await fetch(`http://127.0.0.1:${server.port}${target}`, {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: { Authorization: `Bearer ${tokens[name]}`, ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
  });
  const text = await answer.text();
  assert.ok(answer.status < 300, `${method} ${target}: ${answer.status} ${text}`);
  return { etag: answer.headers.get('etag'), json: text ? JSON.parse(text) : null };
}

/** Everything said of one contribution, in every place that holds words. */
async function talk(words) {
  const feature = (title, lon) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, 43.61] },
    properties: { title, obstacle_type: 'surface' } });
  const geojson = { 'Content-Type': 'application/geo+json' };
  const { json: { id } } = await send('bob', 'POST', ITEMS, feature('Trou', 3.87), geojson);
  const item = `${ITEMS}/${id}`;
  const comment = await send('bob', 'POST', `${item}/comments`, { kind: 'question', text: `Hello ${words}` },
    { 'Idempotency-Key': 'a-comment' });
  await send('mod', 'POST', `${item}/comments`, { kind: 'information', text: `First line\n${words}`, parent: comment.json.id });
  await send('zoe', 'POST', `${item}/comments`, { kind: 'information', text: 'I was here' });
  const hidden = await send('bob', 'POST', `${item}/comments`, { kind: 'information', text: 'Hidden' });
  await send('mod', 'PATCH', `${item}/comments/${hidden.json.id}`, { moderation: 'hidden', reason: `Because of ${words}` },
    { 'Content-Type': 'application/merge-patch+json' });
  await send('mod', 'POST', `${item}/confirmations`, { still: true, remark: `With ${words}` });
  await send('mod', 'POST', `${item}/claims`, { text: `From ${words}` });
  await send('mod', 'POST', `${item}/reports`, { kind: 'wrong', text: `Ask ${words}` });
  const { etag } = await send('bob', 'GET', item);
  await send('bob', 'PATCH', item, { properties: { title: 'Trous' } }, { 'Content-Type': 'application/merge-patch+json',
    'If-Match': etag, 'Jalon-Reason': encodeURIComponent(`Said by ${words}`) });
  await send('mod', 'POST', `${item}/proposals`, { properties: { title: 'Fosse' } },
    { 'Content-Type': 'application/merge-patch+json', 'Jalon-Reason': encodeURIComponent(`So says ${words}`) });
  await send('mod', 'POST', `/maps/test/moderation/${id}`, { decision: 'hide', reason: `Hidden for ${words}` });
  await send('mod', 'POST', '/maps/test/blocks', { account: 'vandal', reason: `Insulted ${words}` });
  await send('mod', 'POST', '/maps/test/zones', { reason: `Asked for by ${words}`, ends: new Date(Date.now() + 86400e3).toISOString(),
    geometry: { type: 'Polygon', coordinates: [[[4, 44], [4.1, 44], [4.1, 44.1], [4, 44.1], [4, 44]]] } });
  return item;
}

async function rows() {
  return process.env.JALON_DATABASE ? readServer(process.env.JALON_DATABASE) : readFile(path.join(data, 'jalon.sqlite'));
}

/** Where the text stands: "comment", … */
const holding = (all, pattern) => Object.entries(all).filter(([, list]) => list.some((row) => pattern.test(row)))
  .map(([table]) => table).sort();

test('an erased name is in no table, and names that only begin so stay', async () => {
  run('map', 'create', 'test', '--template', 'cartomobilite');
  run('map', 'set', 'test', 'report_threshold=0', 'edits=proposal', 'policy=participatory');
  for (const name of ['zoe', 'zoelle', 'bob', 'mod', 'vandal', 'max']) {
    run('account', 'create', name, '--email', `${name}@example.org`);
    tokens[name] = /(\S{20,})\s*$/.exec(run('account', 'token', name))[1];
  }
  run('member', 'test', 'mod', 'moderator');
  server = await serve(jalon, data);
  const item = await talk('@zoe, @Zoe. @zoelle @zoe.martin x@zoe (@max)');
  const named = holding(await rows(), /@zoe\b(?!\.m)/i);
  for (const table of ['audit', 'block', 'claim', 'comment', 'confirmation', 'notification', 'outbox', 'proposal', 'report',
    'revision', 'zone']) {
    assert.ok(named.includes(table), `${table} among ${named}`);
  }
  await send('max', 'DELETE', '/accounts/me', { name: 'max', contributions: 'remove' });
  await send('zoe', 'DELETE', '/accounts/me', { name: 'zoe', contributions: 'anonymise' });
  let all = await rows();
  for (const until = Date.now() + 60000; Date.now() < until && all.account.some((row) => /"(zoe|max)"/.test(row)); all = await rows()) {
    await new Promise((resolve) => { setTimeout(resolve, 100); }); // the clerk finishes it
  }
  assert.deepEqual(holding(all, /(^|[^\w])@(zoe|max)\b(?!\.martin)/i), []);
  assert.deepEqual(holding(all, /"(zoe|max)"/), []);
  assert.deepEqual(holding(all, /(zoe|max)@example/), []);
  const list = await send('mod', 'GET', `${item}/comments`);
  const [question, answer] = list.json.items;
  const said = / (@erased-\w+), \1\. @zoelle @zoe\.martin x@zoe \(\[…\]\)$/;
  assert.match(question.text, said);
  assert.match(answer.text, new RegExp(`^First line\\n${said.source.slice(1)}`));
  assert.ok(list.json.items.some((one) => one.author === said.exec(question.text)[1].slice(1)), 'as its own comment says now');
});
