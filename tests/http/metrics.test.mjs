// SPDX-License-Identifier: AGPL-3.0-or-later
// What an operator's tools ask: /metrics as a strict reader of the format takes it, and /ready.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';
import { compose, exchange, parseAnswer } from './wire.mjs';

const JALON = process.env.JALON;
const PLACES = fileURLToPath(new URL('fixtures/places.geojson', import.meta.url));
const ITEMS = '/maps/test/collections/accessibility/items';
const TILE = '/maps/test/tiles/WebMercatorQuad/12/1495/2092';
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-metrics-'));
let server;

before(async () => {
  const run = (...words) => execFileSync(JALON, [...words, '--data', data], { stdio: 'pipe' });
  run('map', 'create', 'test', '--template', 'cartomobilite');
  run('import', 'test', 'accessibility', PLACES, '--source', 'places', '--quiet');
  server = await serve(JALON, data);
});

after(async () => {
  await stop(server);
  fs.rmSync(data, { recursive: true });
});

function ask(target, headers = {}, method = 'GET', body = undefined) {
  const bytes = compose({ method, path: target, headers, body, host: `127.0.0.1:${server.port}` });
  return exchange(server.port, bytes, method);
}

/* --- The text format, version 0.0.4 --- */

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;

function parseLabels(text) {
  const labels = {};
  while (text !== '') {
    const match = LABEL.exec(text);
    assert.ok(match, `labels: ${text}`);
    assert.ok(!(match[1] in labels), `label twice: ${match[1]}`);
    labels[match[1]] = match[2];
    text = text.slice(match[0].length);
  }
  return labels;
}

function parseValue(text) {
  if (text === '+Inf') return Infinity;
  assert.match(text, /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, `value: ${text}`);
  return Number(text);
}

/** Families by name: {type, help, samples: [{name, labels, value}]}. */
function parseMetrics(text) {
  const families = new Map();
  const seen = new Set();
  let family = null;
  assert.ok(text.endsWith('\n'), 'the last line ends');
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name, rest] = comment;
      assert.match(name, NAME);
      if (!families.has(name)) families.set(name, { name, samples: [] });
      family = families.get(name);
      assert.ok(family.samples.length === 0, `${kind} of ${name} stands after its samples`);
      const member = kind === 'HELP' ? 'help' : 'type';
      assert.ok(!(member in family), `${kind} of ${name} twice`);
      family[member] = rest;
      if (kind === 'TYPE') assert.match(rest, /^(counter|gauge|histogram|summary|untyped)$/);
      continue;
    }
    const match = SAMPLE.exec(line);
    assert.ok(match, `line: ${line}`);
    const sample = { name: match[1], labels: parseLabels(match[2] ?? ''), value: parseValue(match[3]) };
    const suffix = family.type === 'histogram' ? '(_bucket|_sum|_count)' : '';
    assert.match(sample.name, new RegExp(`^${family.name}${suffix}$`), 'samples stand together');
    const key = sample.name + JSON.stringify(Object.entries(sample.labels).sort());
    assert.ok(!seen.has(key), `series twice: ${line}`);
    seen.add(key);
    family.samples.push(sample);
  }
  for (const { name, type, help } of families.values()) {
    assert.ok(type && help, `${name} says what it is`);
    if (type === 'counter') assert.match(name, /_total$/);
  }
  return families;
}

function checkHistogram(family) {
  const groups = new Set(family.samples.map((s) => s.labels.group));
  for (const group of groups) {
    const of = (end) => family.samples.filter((s) => s.labels.group === group && s.name.endsWith(end));
    const buckets = of('_bucket');
    const bounds = buckets.map((s) => (s.labels.le === '+Inf' ? Infinity : Number(s.labels.le)));
    const counts = buckets.map((s) => s.value);
    assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b));
    assert.deepEqual(counts, [...counts].sort((a, b) => a - b), 'buckets are cumulative');
    assert.equal(bounds.at(-1), Infinity);
    assert.equal(of('_count')[0].value, counts.at(-1));
    assert.ok(of('_sum')[0].value >= 0);
  }
}

async function fetchMetrics(headers) {
  const answer = await ask('/metrics', headers);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(answer.headers['cache-control'], 'no-store');
  return parseMetrics(answer.body.toString('utf8'));
}

/** A client may have an answer a moment before it is counted: as soon as no other is running. */
async function metrics(headers) {
  let families = await fetchMetrics(headers);
  for (let i = 0; i < 3000 && value(families, 'jalon_http_requests_running') > 1; i++) {
    await pause(10);
    families = await fetchMetrics(headers);
  }
  return families;
}

function value(families, name, labels = {}) {
  const found = families.get(name)?.samples.filter((s) =>
    Object.entries(labels).every(([k, v]) => s.labels[k] === v)) ?? [];
  return found.reduce((sum, s) => sum + s.value, 0);
}

const requests = (families, operation, method, code) =>
  value(families, 'jalon_http_requests_total', { operation, method, code });

test('every measure is there, in the format', async () => {
  const families = await metrics({ 'Accept-Encoding': 'gzip' });
  for (const name of [
    'jalon_http_connections', 'jalon_http_connections_max', 'jalon_http_requests_running',
    'jalon_write_queue_length', 'jalon_write_queue_refusals_total', 'jalon_http_response_bytes_total',
    'jalon_maps_loaded', 'jalon_view_bytes', 'jalon_tile_cache_tiles', 'jalon_tile_cache_bytes',
    'jalon_tile_cache_hits_total', 'jalon_tile_cache_misses_total', 'jalon_store_wal_bytes', 'jalon_store_connections_lost_total',
    'jalon_store_statements_total', 'jalon_password_hashes_total',
    'jalon_store_reconnections_total', 'jalon_store_connect_failures_total',
    'jalon_store_transactions_total', 'jalon_build_info', 'process_resident_memory_bytes',
    'process_start_time_seconds', 'process_cpu_seconds_total', 'process_open_fds', 'process_max_fds',
  ]) {
    assert.ok(families.get(name)?.samples.length > 0, name);
  }
  checkHistogram(families.get('jalon_http_request_duration_seconds'));
  const now = Date.now() / 1000;
  const started = value(families, 'process_start_time_seconds');
  assert.ok(started > now - 600 && started < now + 5, `started at ${started}, it is ${now}`);
  const resident = value(families, 'process_resident_memory_bytes');
  const status = fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
  // Threads of the server work in between.
  assert.ok(resident / 1024 > kilobytes / 2 && resident / 1024 < kilobytes * 2, `${resident / 1024} ${kilobytes}`);
  assert.equal(value(families, 'jalon_http_connections'), 1);
  assert.equal(value(families, 'jalon_http_requests_running'), 1);
});

test('requests are counted by operation, method and class', async () => {
  const earlier = await metrics();
  await ask(ITEMS);
  await ask(ITEMS, {}, 'HEAD');
  await ask(`${ITEMS}?limit=x`);
  await ask(ITEMS, {}, 'OPTIONS');
  await ask(ITEMS, {}, 'DELETE');
  await ask('/maps/test', {}, 'BREW');
  await ask(TILE);
  await ask(TILE);
  await ask('/nowhere');
  await ask('/maps/none');
  const later = await metrics();
  const more = (...series) => requests(later, ...series) - requests(earlier, ...series);
  assert.equal(more('getItems', 'GET', '2xx'), 1);
  assert.equal(more('getItems', 'HEAD', '2xx'), 1);
  assert.equal(more('getItems', 'GET', '4xx'), 1);
  assert.equal(more('getItems', 'OPTIONS', '2xx'), 1);
  assert.equal(more('getItems', 'DELETE', '4xx'), 1);
  assert.equal(more('getLandingPage', 'other', '4xx'), 1);
  assert.equal(more('getLandingPage', 'GET', '4xx'), 1);
  assert.equal(more('map.dataset.vector.getTile', 'GET', '2xx'), 2);
  assert.equal(more('none', 'GET', '4xx'), 1);
  const grown = (name, labels) => value(later, name, labels) - value(earlier, name, labels);
  assert.equal(grown('jalon_tile_cache_hits_total') + grown('jalon_tile_cache_misses_total'), 2);
  assert.equal(value(later, 'jalon_tile_cache_tiles'), 1);
  assert.ok(value(later, 'jalon_tile_cache_bytes') > 100);
  assert.equal(value(later, 'jalon_maps_loaded'), 1);
  assert.ok(value(later, 'jalon_view_bytes', { kind: 'private' }) > 1000);
  const tiles = 'jalon_http_request_duration_seconds';
  assert.equal(later.get(tiles).samples.find((s) =>
    s.name === `${tiles}_count` && s.labels.group === 'tiles').value -
    earlier.get(tiles).samples.find((s) =>
      s.name === `${tiles}_count` && s.labels.group === 'tiles').value, 2);
});

test('what clients send makes no series', async () => {
  const series = async () => [...(await metrics()).values()].reduce((n, f) => n + f.samples.length, 0);
  const strange = (n) => `/maps/strange-${n}/collections/x${n}/items?y${n}=1`;
  await ask(strange(0));
  await ask('/maps/test', {}, 'M0');
  const before = await series();
  for (let n = 1; n < 40; n++) {
    await ask(strange(n));
    await ask('/maps/test', {}, `M${n}`);
  }
  assert.ok((await series()) - before <= 1);
});

test('writes and their log are seen', async () => {
  const earlier = await metrics();
  const body = JSON.stringify({
    type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
    properties: { title: 'Rampe' },
  });
  const answer = await ask(ITEMS, { 'Content-Type': 'application/geo+json' }, 'POST', body);
  const later = await metrics();
  const code = `${String(answer.status)[0]}xx`;
  assert.equal(requests(later, 'createItem', 'POST', code) - requests(earlier, 'createItem', 'POST', code), 1);
  assert.equal(code, '2xx', answer.body.toString('utf8'));
  assert.ok(value(later, 'jalon_store_transactions_total', { mode: 'write' }) >
            value(earlier, 'jalon_store_transactions_total', { mode: 'write' }));
  // A database server's log is its own. The server writes for itself too, now and then.
  const size = () => fs.statSync(`${data}/jalon.sqlite-wal`, { throwIfNoEntry: false })?.size ?? 0;
  let [log, told] = [0, -1];
  for (let tries = 0; told !== log && tries < 200; tries++) {
    log = size();
    told = value(await metrics(), 'jalon_store_wal_bytes');
  }
  assert.equal(told, log);
  assert.ok(log > 0 || process.env.JALON_DATABASE);
});

test('304 does without the database', async () => {
  const targets = [ITEMS, TILE, '/maps/test', '/maps/test/collections', `${ITEMS}?limit=3&bbox=3,43,4,44`,
    '/maps/test/clusters?zoom=9', '/maps/test/stats', '/maps/test/tilejson', '/assets/app.js'];
  const { features } = JSON.parse((await ask(`${ITEMS}?limit=1`)).body);
  targets.push(`${ITEMS}/${features[0].id}`, `${ITEMS}/${features[0].id}/revisions`);
  const tags = [];
  for (const target of targets) tags.push((await ask(target)).headers.etag);
  const reads = async () => value(await metrics(), 'jalon_store_transactions_total');
  /* Threads of the server's own ask the database several times a second: in between them none is begun. */
  for (const [i, target] of targets.entries()) {
    let made;
    for (let tries = 0; made !== 0 && tries < 200; tries++) {
      const before = await reads();
      const answer = await ask(target, { 'If-None-Match': `"x", ${tags[i]}` });
      assert.equal(answer.status, 304, target);
      made = (await reads()) - before;
    }
    assert.equal(made, 0, `${target}: ${made} transactions at least`);
  }
});

test('ready until it stops', async () => {
  /* A machine that stood still asks the store first. */
  let answer = await ask('/ready');
  for (let tries = 0; tries < 3000 && answer.status === 503; tries++) {
    await pause(20);
    answer = await ask('/ready');
  }
  assert.equal(answer.status, 200, answer.body.toString());
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.deepEqual(JSON.parse(answer.body), { status: 'ready' });

  /* Who has not asked when it stops is heard for half a second: a machine may stand still for longer. */
  let stopping = null;
  for (let tries = 0; stopping === null && tries < 20; tries++) {
    if (tries > 0) server = await serve(JALON, data);
    stopping = await askWhileItStops();
    await stop(server);
  }
  assert.equal(stopping?.status, 503);
  assert.equal(stopping.headers['retry-after'], '1');
  assert.match(JSON.parse(stopping.body).detail, /stopping/);
});

/** Tells the server to stop; the first answer of /ready that is another one then, null without any. */
async function askWhileItStops() {
  const connect = () => new Promise((resolve) => {
    const socket = net.connect(server.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => {});
  });
  /* What comes on a connection, once there is what is looked for; null when it is closed before. */
  const coming = (socket, find) => new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    socket.on('data', (more) => {
      bytes = Buffer.concat([bytes, more]);
      const got = find(bytes);
      if (got) resolve(got);
    });
    socket.on('close', () => resolve(null));
    if (socket.destroyed) resolve(null);
  });
  /* A write that is half sent keeps the server from ending; a connection that is open may ask. */
  const slow = await connect();
  const asking = await Promise.all(Array.from({ length: 60 }, connect));
  slow.write(`POST ${ITEMS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n`);
  await coming(slow, (bytes) => bytes.includes('HTTP/1.1 100 '));
  slow.write('{"a"');
  server.child.kill('SIGTERM');
  /* Until the signal has come; each asks once, as one that waits for more may be closed then. */
  let stopping = null;
  for (let i = 0; i < asking.length && stopping === null; i++) {
    if (i > 0) await pause(50);
    const answered = coming(asking[i], (bytes) => parseAnswer(bytes, 'GET'));
    asking[i].write('GET /ready HTTP/1.1\r\nHost: x\r\n\r\n');
    const answer = await answered;
    if (answer?.status === 503) stopping = answer;
  }
  slow.destroy();
  asking.forEach((one) => one.destroy());
  return stopping;
}
