// SPDX-License-Identifier: AGPL-3.0-or-later
// What the options of serve say about limits, deadlines and proxies is what the server does.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve, stop } from '../server.mjs';
import { compose, exchange } from './wire.mjs';

const jalon = process.env.JALON;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-limits-'));
const ITEMS = '/maps/test/collections/accessibility/items';

before(() => execFileSync(jalon, ['map', 'create', 'test', '--template', 'cartomobilite', '--data', data]));
after(() => fs.rmSync(data, { recursive: true, force: true }));

/** A server with these options for one test. */
async function serving(options, work) {
  const server = await serve(jalon, data, options);
  const ask = (target, headers = {}) => exchange(server.port, compose({ path: target, host: 'x', headers }));
  const write = (headers = {}) => exchange(server.port, compose({
    method: 'POST', path: ITEMS, host: 'x',
    headers: { 'Content-Type': 'application/geo+json', ...headers },
    body: JSON.stringify({
      type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] }, properties: { title: 'Rampe' },
    }),
  }));
  try {
    await work({ server, ask, write });
  } finally {
    assert.equal(await stop(server), 0);
  }
}

/** Asks until it is refused: after `most`, and one more for each part of a minute that has gone by. */
async function untilRefused(ask, good, most) {
  const began = performance.now();
  for (let count = 0; ; count++) {
    const answer = await ask();
    const parts = Math.floor((performance.now() - began) / (60000 / most));
    if (answer.status === 429) {
      assert.ok(count >= most, `only ${count} of ${most}`);
      return answer;
    }
    assert.equal(answer.status, good, answer.body.toString());
    assert.ok(count < most + parts, `${count + 1} after ${parts} parts of a minute`);
  }
}

test('reads and writes are limited each by its option', async () => {
  await serving(['--rate-limit', '4', '--write-rate-limit', '2'], async ({ ask, write }) => {
    const refused = await untilRefused(() => ask('/health', { 'Accept-Language': 'fr' }), 200, 4);
    assert.ok(Number(refused.headers['retry-after']) >= 1 && Number(refused.headers['retry-after']) <= 15);
    assert.equal(JSON.parse(refused.body).type, 'urn:jalon:problem:rate-limited');
    assert.equal(refused.headers['cache-control'], 'no-store');
    assert.equal(refused.headers['content-language'], 'fr');
    assert.match(JSON.parse(refused.body).detail, /^trop de requêtes sont venues de cette adresse : attendez [0-9]+ secondes$/);
    await untilRefused(write, 201, 2);
  });
});

test('without options this machine is not limited, who comes through a proxy is', async () => {
  await serving(['--trusted-proxy', '127.0.0.1', '--anonymous-writes', '0', '--map-pressure', '0'], async ({ server, write }) => {
    const other = { 'X-Forwarded-For': '198.51.100.4, 192.0.2.7' };
    const codes = [];
    while (codes.length < 2000 && !codes.includes(429)) {
      const some = await Promise.all(Array.from({ length: 100 }, () => write(other)));
      codes.push(...some.map(({ status }) => status));
    }
    assert.deepEqual([...new Set(codes.slice(0, 600))], [201]);
    assert.ok(codes.includes(429));
    for (let i = 0; i < 3; i++) assert.equal((await write()).status, 201);
    for (const client of [/ client=192\.0\.2\.7 /, / client=127\.0\.0\.1 /]) {
      // A client may have an answer a moment before it is logged.
      for (let i = 0; i < 3000 && !client.test(server.output()); i++) await new Promise((resolve) => { setTimeout(resolve, 20); });
      assert.match(server.output(), client);
    }
    assert.doesNotMatch(server.output(), /198\.51\.100\.4/);
  });
});

test('nobody else speaks for others', async () => {
  await serving(['--trusted-proxy', '10.0.0.0/8'], async ({ server, ask }) => {
    const headers = { 'X-Forwarded-For': '192.0.2.7', Forwarded: 'for=192.0.2.8', 'X-Forwarded-Host': 'evil.example' };
    const answer = await ask('/', { ...headers, Accept: 'application/json' });
    assert.equal(answer.status, 200);
    assert.doesNotMatch(answer.body.toString('utf8'), /evil/);
    assert.doesNotMatch(server.output(), /192\.0\.2/);
  });
});

test('connections are limited, and slow heads', async () => {
  await serving(['--max-connections-per-address', '2', '--header-timeout', '3'], async ({ server, ask }) => {
    const open = () => new Promise((resolve) => {
      const socket = net.connect(server.port, '127.0.0.1', () => resolve(socket));
      socket.on('error', () => {});
    });
    const text = (socket) => new Promise((resolve) => {
      let all = '';
      socket.on('data', (bytes) => { all += bytes; });
      socket.on('close', () => resolve(all));
    });
    // On a machine that stands still the two may be over before the third one comes.
    let third = '';
    let slow = [];
    for (let i = 0; i < 10 && !third.startsWith('HTTP/1.1 503 '); i++) {
      if (i > 0) await new Promise((resolve) => { setTimeout(resolve, 500); });
      const sockets = [await open(), await open()];
      for (const socket of sockets) socket.write('GET / HTTP/1.1\r\n');
      slow = sockets.map(text);
      third = await text(await open());
      slow = await Promise.all(slow);
    }
    assert.match(third, /^HTTP\/1\.1 503 [^]*Retry-After: 1\r\n[^]*too many connections/);
    for (const answer of slow) assert.match(answer, /^HTTP\/1\.1 408 /);
    let status = 503;
    for (let i = 0; i < 1500 && status === 503; i++) {
      status = (await ask('/health')).status;
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    assert.equal(status, 200);
  });
});

test('a proxy that is no address is an error', () => {
  const { status, stderr } = spawnSync(jalon, ['serve', '--data', data, '--listen', '127.0.0.1:0',
    '--trusted-proxy', 'proxy.example'], { encoding: 'utf8' });
  assert.notEqual(status, 0);
  assert.match(stderr, /proxy\.example/);
});
