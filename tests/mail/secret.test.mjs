// SPDX-License-Identifier: AGPL-3.0-or-later
// The life of an anonymous contribution's edit secret: recovered by mail, renewed, revoked, adopted; and
// what an account is told. Nothing of where a contribution came from shows anywhere.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve, stop } from '../server.mjs';
import { startSink } from './sink.mjs';

const { JALON, OUTBOX, JALON_DATABASE } = process.env;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-secret-'));
const place = JALON_DATABASE ?? data;
const run = (...words) => execFileSync(JALON, [...words, '--data', data], { encoding: 'utf8', stdio: 'pipe' }).trim();
const items = '/maps/test/collections/obstacles/items';
const email = 'Zoé.secrète@example.org';
const device = 'device-of-nobody-0123456789';
let relay, server, ada, bob;
let heard = ''; // all that the server has answered

before(async () => {
  run('map', 'create', 'test', '--template', 'cartomobilite');
  run('map', 'set', 'test', 'account_needed=no', 'policy=participatory');
  for (const name of ['ada', 'bob']) run('account', 'create', name);
  ada = run('account', 'token', 'ada');
  bob = run('account', 'token', 'bob');
  relay = await startSink();
  server = await serve(JALON, data, ['--smtp', relay.url, '--mail-from', 'jalon@example.org', '--sign-in-tries', '0']);
});
after(async () => {
  await stop(server);
  await relay.close();
  fs.rmSync(data, { recursive: true });
});

async function send(method, target, { body, token, secret, headers = {} } = {}) {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : target.endsWith('/items') ? 'application/geo+json' : 'application/json';
  const answer = await fetch(`http://127.0.0.1:${server.port}${target}`, {
    method,
    body: body && JSON.stringify(body),
    headers: {
      'Accept-Language': 'en', 'Jalon-Device': device, ...(body && { 'Content-Type': type }),
      ...(token && { Authorization: `Bearer ${token}` }), ...(secret && { 'Jalon-Edit-Secret': secret }), ...headers,
    },
  });
  const text = await answer.text();
  heard += text + JSON.stringify([...answer.headers]);
  return { status: answer.status, etag: answer.headers.get('etag'), text, json: text === '' ? null : JSON.parse(text) };
}

const feature = (title, more = {}) => ({
  type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
  properties: { title, obstacle_type: 'surface' }, ...more,
});

async function make(title, more, options) {
  const made = await send('POST', items, { body: feature(title, more), ...options });
  assert.equal(made.status, 201, made.text);
  return { item: `${items}/${made.json.id}`, id: made.json.id, secret: made.json.edit_secret, etag: made.etag, json: made.json };
}

/** Changes the title with a secret; answers the status. */
async function change(one, secret, title = 'changed') {
  const current = await send('GET', one.item);
  const answer = await send('PATCH', one.item, { body: { properties: { title } }, secret, headers: { 'If-Match': current.etag } });
  return answer;
}

/** The token of the link in the next mail. */
async function mailed(count) {
  const mail = (await relay.take(count))[count - 1];
  return { mail, token: /#secret=([\w-]+)&item=(\S+)/.exec(mail.text)?.[1] };
}

test('an edit secret is recovered by the address that was left, once a link', async () => {
  const one = await make('Trottoir défoncé', { contact_email: email });
  assert.equal((await change(one, one.secret)).status, 200);
  const answers = [];
  for (const [target, who] of [
    [one.item, email.toLowerCase().replace('É', 'é')], [one.item, 'other@example.org'],
    [`${items}/01970000-0000-7000-8000-000000000001`, email],
  ]) answers.push(await send('POST', `${target}/secret`, { body: { email: who } }));
  for (const answer of answers) assert.deepEqual([answer.status, answer.json], [202, answers[0].json]);
  const { mail, token } = await mailed(1);
  assert.deepEqual(mail.to, [email]); /* as it was left */
  assert.match(mail.subject, /Edit your contribution again/);
  assert.match(mail.text, new RegExp(`http://127\\.0\\.0\\.1:${server.port}/account#secret=[\\w-]{43}&item=${one.item}`));
  const other = await make('another', { contact_email: email });
  assert.equal((await send('POST', `${other.item}/secret/renew`, { body: { token } })).status, 403);
  const renewed = await send('POST', `${one.item}/secret/renew`, { body: { token } });
  assert.equal(renewed.status, 200, renewed.text);
  assert.ok(Date.parse(renewed.json.expires) > Date.now() + 300 * 86400000);
  assert.equal((await change(one, one.secret)).status, 403);
  assert.equal((await change(one, renewed.json.edit_secret)).status, 200);
  const again = await send('POST', `${one.item}/secret/renew`, { body: { token } });
  assert.equal(again.status, 403);
  assert.equal(again.json.errors[0].pointer, '/token');
  assert.equal(relay.mails.length, 1); /* nobody else was written to */
});

test('a revoked secret opens nothing, and says so', async () => {
  const one = await make('à révoquer', { contact_email: email });
  assert.equal((await send('DELETE', `${one.item}/secret`)).status, 401);
  assert.equal((await send('DELETE', `${one.item}/secret`, { secret: 'wrong' })).status, 403);
  assert.equal((await send('DELETE', `${one.item}/secret`, { secret: one.secret })).status, 204);
  const refused = await change(one, one.secret);
  assert.equal(refused.status, 403);
  assert.match(refused.json.detail, /was revoked/);
  assert.equal((await send('POST', `${one.item}/adopt`, { token: ada, secret: one.secret })).status, 403);
  await send('POST', `${one.item}/secret`, { body: { email } }); /* the address still has it */
  const { token } = await mailed(2);
  const renewed = await send('POST', `${one.item}/secret/renew`, { body: { token } });
  assert.equal((await change(one, renewed.json.edit_secret)).status, 200);
});

test('who signs up later adopts what the secret opens', async () => {
  const one = await make('à adopter', { contact_email: email });
  assert.equal((await send('POST', `${one.item}/adopt`, { secret: one.secret })).status, 401);
  assert.equal((await send('POST', `${one.item}/adopt`, { token: ada })).status, 401);
  assert.equal((await send('POST', `${one.item}/adopt`, { token: ada, secret: 'wrong' })).status, 403);
  const adopted = await send('POST', `${one.item}/adopt`, { token: ada, secret: one.secret, headers: { 'Jalon-Reason': 'It was me' } });
  assert.equal(adopted.status, 200, adopted.text);
  assert.deepEqual([adopted.json.properties.author, adopted.json.properties.version], ['ada', 2]);
  assert.equal((await send('GET', one.item)).json.properties.author, 'ada');
  const [revision] = (await send('GET', `${one.item}/revisions`)).json.items;
  assert.deepEqual([revision.version, revision.author, revision.reason], [2, 'ada', 'It was me']);
  assert.equal((await change(one, one.secret)).status, 403);
  assert.equal((await send('POST', `${one.item}/adopt`, { token: bob, secret: one.secret })).status, 403);
  await send('POST', `${one.item}/secret`, { body: { email } });
  const own = await send('PATCH', one.item, { token: ada, body: { properties: { title: 'mine' } }, headers: { 'If-Match': adopted.etag } });
  assert.equal(own.status, 200);
  assert.equal(relay.mails.length, 2);
  run('check');
});

test('the address is checked, and asked of nobody who has an account', async () => {
  for (const [more, token] of [[{ contact_email: 'a@b\r\nBcc: c@d' }], [{ contact_email: 'nobody' }], [{ contact_email: 3 }], [{ contact_email: email }, ada]]) {
    const answer = await send('POST', items, { body: feature('x', more), token });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.errors[0].pointer, '/contact_email');
  }
  const one = await make('x');
  for (const body of [{}, { email: 'x' }, { email, more: 1 }]) assert.equal((await send('POST', `${one.item}/secret`, { body })).status, 400);
  assert.equal((await send('POST', `${one.item}/secret`, { body: { email } })).status, 202); /* none was left */
  const short = await send('POST', items, { body: feature('x'), headers: { 'Jalon-Device': 'short' } });
  assert.equal(short.status, 400);
});

test('an account is told in its language, page by page', async () => {
  const number = 1; /* the first contribution */
  for (let i = 0; i < 3; i++) execFileSync(OUTBOX, [place, 'tell', 'bob', 'comment', 'test', String(number), 'ada', `{"text":"${i}"}`]);
  execFileSync(OUTBOX, [place, 'tell', 'bob', 'decision', 'test', String(number), '', '{"decision":"hide","reason":"r"}']);
  assert.equal((await send('GET', '/accounts/me/notifications')).status, 401);
  const first = await send('GET', '/accounts/me/notifications?limit=3', { token: bob });
  assert.equal(first.status, 200, first.text);
  assert.equal(first.json.unseen, 4);
  assert.deepEqual([first.json.items[0].kind, first.json.items[0].actor, first.json.items[0].detail.decision, first.json.items[0].text],
    ['decision', null, 'hide', 'Your contribution “changed” was hidden.']);
  assert.equal(first.json.items[1].text, 'ada commented on “changed”.');
  assert.equal(first.json.items[1].item.href, `http://127.0.0.1:${server.port}${items}/${first.json.items[1].item.id}`);
  const next = first.json.links.find((link) => link.rel === 'next').href;
  const second = await send('GET', new URL(next).pathname + new URL(next).search, { token: bob });
  assert.deepEqual(second.json.items.map((one) => one.detail.text), ['0']);
  assert.deepEqual(second.json.links.map((link) => link.rel), ['self']);
  const french = await send('GET', '/accounts/me/notifications?limit=1', { token: bob, headers: { 'Accept-Language': 'fr' } });
  assert.equal(french.json.items[0].text, 'Votre contribution « changed » a été masquée.');
  const seen = await send('POST', '/accounts/me/notifications/seen', { token: bob, body: { up_to: first.json.items[1].number } });
  assert.equal(seen.status, 204);
  const later = await send('GET', '/accounts/me/notifications', { token: bob });
  assert.deepEqual([later.json.unseen, later.json.items[0].seen], [1, null]);
  assert.ok(later.json.items.slice(1).every((one) => one.seen !== null));
  assert.equal((await send('GET', '/accounts/me/notifications', { token: ada })).json.items.length, 0);
  assert.equal((await send('POST', '/accounts/me/notifications/seen', { token: ada, body: {} })).status, 400);
});

test('nothing tells where a contribution came from', async () => {
  for (const target of [items, `${items}?f=csv`, '/maps/test', '/maps/test/collections/obstacles/schema', '/maps/test/collections/obstacles/queryables']) {
    heard += await (await fetch(`http://127.0.0.1:${server.port}${target}`, { headers: { Authorization: `Bearer ${ada}` } })).text();
  }
  heard += run('export', 'test', 'obstacles', '--format', 'geojson');
  heard += server.output();
  for (const secret of [email, email.toLowerCase(), 'secrète', device, 'contact_email":"', 'secret_expires']) {
    assert.ok(!heard.includes(secret), `${secret} shows`);
  }
});
