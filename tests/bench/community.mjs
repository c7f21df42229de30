// SPDX-License-Identifier: AGPL-3.0-or-later
// The desk, decisions, mails, sign-ins and the end of an account, measured on the map that the command
// `community` has made; it says what there is.
//
//   MOD=TOKEN ZOE=TOKEN node community.mjs JALON DATA BENCH_QUEUE SIZE OWN PEOPLE TIMES
//
// Each answer is compared with what it has to be. Prints "name value unit ratio" lines: medians of TIMES.
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { promisify } from 'node:util';
import { startSink } from '../mail/sink.mjs';
import { serve, stop } from '../server.mjs';
import { fail } from './points.mjs';

const { MOD, ZOE } = process.env;
const [jalon, data, queue, ...numbers] = process.argv.slice(2);
const [size, own, people, times] = numbers.map(Number);
const database = `${data}/jalon.sqlite`;
const DECIDED = Math.min(100, size / 100); // a hundred, one by one and at once
const SIGN_INS = Math.min(40, people / 5);
const map = '/maps/bench';
const agent = new http.Agent({ keepAlive: true });

const report = (name, value, unit, ratio = '-') => console.log(`${name} ${value} ${unit} ${ratio}`);
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const asked = (text) => ['-readonly', '-cmd', '.timeout 60000', database, text];
const sql = (text) => execFileSync('sqlite3', asked(text), { encoding: 'utf8' }).trim();
function same(found, expected, what) {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    fail(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
}

const relay = await startSink();
const server = await serve(jalon, data, ['--smtp', relay.url, '--mail-from', 'jalon@example.org',
  '--write-rate-limit', '0', '--sign-in-tries', '0', '--log-level', 'warning']);

/** One request: its code, what it says, and the milliseconds it took. */
function ask(method, path, { token, body, type = 'application/json', code = 200 } = {}) {
  const bytes = Buffer.from(body ? JSON.stringify(body) : '');
  const headers = {
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
    ...(body ? { 'Content-Type': type, 'Content-Length': bytes.length } : {}),
  };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    http.request({ agent, method, path, headers, host: '127.0.0.1', port: server.port }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const ms = performance.now() - began;
        const text = Buffer.concat(parts).toString();
        if (![code].flat().includes(answer.statusCode)) fail(`${answer.statusCode} for ${method} ${path}: ${text}`);
        resolve({ ms, code: answer.statusCode, json: text === '' ? null : JSON.parse(text) });
      });
    }).on('error', reject).end(bytes);
  });
}

// --- The desk ---
/** Microseconds of a time as SQLite has it. */
const toMicroseconds = (time) => `${Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`) / 1000}${
  time.slice(20).replace(/\D/g, '').padEnd(6, '0').slice(0, 6)}`;

async function measurePage(name, { key = ['', '0'], reason, state, collection } = {}) {
  const [ms, ...ids] = execFileSync(queue, [database, times, ...key, ...[reason, state, collection]
    .map((each) => each ?? '-')].map(String), { encoding: 'utf8' }).trim().split('\n');
  const filters = Object.entries({ reason, state, collection }).filter(([, each]) => each)
    .map(([what, each]) => `&${what}=${each}`).join('');
  const after = key[0] === '' ? '' : `&after=${toMicroseconds(key[0])}.${key[1]}`;
  const all = [];
  for (let i = 0; i < times; i++) {
    const { ms: took, json } = await ask('GET', `${map}/moderation?limit=100${filters}${after}`, { token: MOD });
    all.push(took);
    same(json.items.map(({ id }) => id), ids, name);
  }
  report(`desk_${name}`, median(all).toFixed(3), 'ms', (ms / median(all)).toPrecision(2));
  report(`desk_${name}_sqlite`, ms, 'ms', '1.00');
  return ids;
}

async function measureDesk() {
  const middle = sql(`SELECT created, contribution FROM review WHERE reason = 'new'
    ORDER BY created, contribution LIMIT 1 OFFSET ${size / 2}`).split('|');
  const first = await measurePage('first');
  same(first.length, 100, 'the first page');
  same((await measurePage('middle', { key: middle })).length, 100, 'a page in the middle');
  same((await measurePage('reason', { reason: 'spam' })).length, Math.min(100, size / 1000), 'one reason');
  same((await measurePage('collection', { collection: 'accessibility' })), first, 'one collection');
  same(await measurePage('no_reason', { reason: 'late' }), [], 'no reason');
  same(await measurePage('no_state', { state: 'hidden' }), [], 'no state');
  same(await measurePage('no_collection', { collection: 'needs' }), [], 'no collection');
}

// --- Decisions ---
const waiting = async () => (await ask('GET', `${map}/moderation?state=pending&limit=${DECIDED}`, { token: MOD }))
  .json.items.map(({ id }) => id);

async function measureDecisions() {
  const decided = async (ids) => same(sql(`SELECT count(*) FROM contribution WHERE moderation = 'published'
    AND version = 2 AND id IN (${ids.map((id) => `'${id}'`)})`), String(ids.length), 'approved');
  const one = await waiting();
  same(one.length, DECIDED, 'what waits');
  let began = performance.now();
  for (const id of one) {
    await ask('POST', `${map}/moderation/${id}`, { token: MOD, body: { decision: 'approve' } });
  }
  report('decisions', Math.round(one.length / (performance.now() - began) * 1000), 'decisions/s');
  await decided(one);
  const many = await waiting();
  same(many.some((id) => one.includes(id)), false, 'decided twice');
  began = performance.now();
  const { json } = await ask('POST', `${map}/moderation`, { token: MOD, body: { ids: many, decision: 'approve' } });
  report('decisions_at_once', Math.round(many.length / (performance.now() - began) * 1000), 'decisions/s');
  same(json.items.map(({ status }) => status), many.map(() => 200), 'at once');
  await decided(many);
}

// --- Mails ---
async function measureMails() {
  const id = sql("SELECT id FROM contribution WHERE title = 'Marche' AND source <> 'bench'");
  const began = performance.now();
  const { ms } = await ask('POST', `${map}/collections/obstacles/items/${id}/status`,
    { token: MOD, body: { status: 'reported' } });
  const mails = await relay.take(people, 600000);
  const seconds = (performance.now() - began) / 1000;
  report('told', ms.toFixed(1), 'ms');
  report('mails', Math.round(people / seconds), 'mails/s');
  same(new Set(mails.map(({ to }) => to[0])).size, people, 'who was told');
  same(sql("SELECT count(*) FROM notification WHERE kind = 'status'"), String(people), 'notifications');
}

// --- Signing in ---
async function measureSignIns() {
  const memory = (name) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm')
    .exec(fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
  const body = { account: 'ada', password: 'correct horse battery' };
  const before = memory('VmRSS');
  fs.writeFileSync(`/proc/${server.child.pid}/clear_refs`, '5'); // VmHWM begins anew
  const began = performance.now();
  const all = [];
  let left = SIGN_INS;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (left-- > 0) all.push((await ask('POST', '/sessions', { body, code: 201 })).ms);
  }));
  report('sign_ins', (SIGN_INS / (performance.now() - began) * 1000).toFixed(1), 'sign-ins/s');
  report('sign_in_p50', median(all).toFixed(0), 'ms');
  report('sign_in_memory', (memory('VmHWM') - before).toFixed(0), 'MB');
  same(sql("SELECT count(*) FROM session JOIN account ON account.number = session.account WHERE name = 'ada'"),
    String(SIGN_INS), 'sessions');
}

// --- The end of an account ---
async function countOf(author) {
  return (await ask('GET', `${map}/collections/accessibility/items?author=${author}&limit=1`)).json.numberMatched;
}

/** Contributes one after the other until told to end; the milliseconds of each. */
function startWriter() {
  const took = [];
  let ends = false;
  const write = async () => {
    while (!ends) {
      took.push((await ask('POST', `${map}/collections/accessibility/items`, {
        token: MOD, type: 'application/geo+json', code: 201, body: {
          type: 'Feature', geometry: { type: 'Point', coordinates: [3 + took.length / 1e4, 43.6] },
          properties: { title: `Banc ${took.length}`, categories: ['place'] },
        },
      })).ms);
    }
    return took;
  };
  const written = write();
  return async () => { ends = true; return written; };
}

async function measureErasure() {
  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  same(await countOf('zoe'), own, 'contributions of zoe');
  const endAlone = startWriter();
  await pause(times * 50);
  const alone = await endAlone();
  const endBeside = startWriter();
  const began = performance.now();
  await ask('DELETE', '/accounts/me',
    { token: ZOE, code: [202, 204], body: { name: 'zoe', contributions: 'anonymise' } });
  let left = '1';
  while (left !== '0') { // the clerk goes on behind a 202
    const text = 'SELECT count(*) FROM account WHERE former IS NOT NULL';
    left = (await promisify(execFile)('sqlite3', asked(text))).stdout.trim();
  }
  report('erasure', ((performance.now() - began) / 1000).toFixed(2), 's');
  const beside = await endBeside();
  report('erasure_write_alone', Math.max(...alone).toFixed(1), 'ms');
  report('erasure_write_beside', Math.max(...beside).toFixed(1), 'ms');
  report('erasure_write_beside_p50', median(beside).toFixed(2), 'ms', (median(alone) / median(beside)).toPrecision(2));
  same(await countOf('zoe'), 0, 'contributions of zoe after the end');
  same(await countOf(sql("SELECT name FROM account WHERE name LIKE 'erased-%'")), own, 'contributions that stay');
  same(sql("SELECT count(*) FROM revision WHERE author = 'zoe'"), '0', 'revisions of zoe after the end');
}

try {
  await measureDesk();
  await measureDecisions();
  await measureMails();
  await measureSignIns();
  await measureErasure();
} finally {
  agent.destroy();
  await stop(server);
  await relay.close();
}
