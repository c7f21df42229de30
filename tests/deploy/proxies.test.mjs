// SPDX-License-Identifier: AGPL-3.0-or-later
// The samples of deploy/ for TLS in front of Jalon, as the real nginx and Caddy run them: changed
// only in ports, paths and certificate. What a client gets through them, and what reaches Jalon.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { freePort } from '../ports.mjs';

process.env.PATH += ':/usr/sbin'; // where nginx is
const JALON = process.env.JALON;
const SOURCE = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'maps.example.org';
const ITEMS = '/maps/test/collections/accessibility/items';
const TILE = '/maps/test/tiles/WebMercatorQuad/12/1495/2092';
const PLACE = [3.8765, 43.6105];
const CLIENT = '127.0.0.5'; // another one than the proxy's own

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-proxies-'));
const at = (name) => path.join(work, name);
let server;

before(async () => {
  const data = at('data');
  execFileSync(JALON, ['map', 'create', 'test', '--template', 'cartomobilite', '--data', data], { stdio: 'pipe' });
  execFileSync(JALON, ['import', 'test', 'accessibility', path.join(SOURCE, 'tests/http/fixtures/places.geojson'),
    '--source', 'places', '--quiet', '--data', data], { stdio: 'pipe' });
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-days', '2', '-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`,
    '-keyout', at('key.pem'), '-out', at('cert.pem')], { stdio: 'pipe' });
  // As the samples say; the port is read from the log, because it is not in the public URL.
  const port = await freePort();
  fs.writeFileSync(at('jalon.conf'), `public-url = https://${NAME}\ntrusted-proxy = 127.0.0.1\n`);
  server = await start(JALON, ['serve', '--config', at('jalon.conf'), '--data', data,
    '--listen', `127.0.0.1:${port}`], port);
});

after(async () => {
  await end(server);
  fs.rmSync(work, { recursive: true });
});

/** Starts a program; resolves when the port is answered. */
async function start(program, words, port, environment = process.env) {
  const child = spawn(program, words, { env: environment });
  const running = { child, port, log: '' };
  child.stdout.on('data', (bytes) => { running.log += bytes; });
  child.stderr.on('data', (bytes) => { running.log += bytes; });
  for (let tries = 0; tries < 1200; tries++) {
    assert.equal(child.exitCode, null, `${program} ended:\n${running.log}`);
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (open) return running;
    await sleep(100);
  }
  throw new Error(`${program} does not listen:\n${running.log}`);
}

function end(running) {
  return new Promise((resolve) => {
    if (!running || running.child.exitCode !== null) return resolve();
    running.child.on('exit', resolve);
    running.child.kill('SIGTERM');
  });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Replaces what must be there. */
function change(text, pairs) {
  for (const [from, to] of pairs) {
    assert.ok(text.includes(from), `the sample has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/* --- The two proxies --- */

async function startNginx(upstream) {
  const [secure, plain] = [await freePort(), await freePort()];
  const folder = fs.mkdtempSync(at('nginx-'));
  const sample = fs.readFileSync(path.join(SOURCE, 'deploy/nginx.conf'), 'utf8');
  const site = change(sample.replace(/^ *listen \[::\].*\n/gm, ''), [
    ['listen 80;', `listen 127.0.0.1:${plain};`],
    ['listen 443 ssl', `listen 127.0.0.1:${secure} ssl`],
    ['server 127.0.0.1:8080;', `server 127.0.0.1:${upstream};`],
    [`/etc/letsencrypt/live/${NAME}/fullchain.pem`, at('cert.pem')],
    [`/etc/letsencrypt/live/${NAME}/privkey.pem`, at('key.pem')],
    ['/var/cache/nginx/jalon', path.join(folder, 'cache')],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`).join('\n');
  fs.writeFileSync(path.join(folder, 'nginx.conf'), `daemon off;
pid ${folder}/pid;
error_log stderr;
worker_processes 1;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 256; }
http { access_log off; ${temporary}
${site} }`);
  const running = await start('nginx', ['-p', folder, '-e', 'stderr', '-c', path.join(folder, 'nginx.conf')], secure);
  return { ...running, plain, caches: true };
}

async function startCaddy(upstream) {
  const [secure, plain] = [await freePort(), await freePort()];
  const folder = fs.mkdtempSync(at('caddy-'));
  const sample = fs.readFileSync(path.join(SOURCE, 'deploy/Caddyfile'), 'utf8');
  const site = change(sample, [
    [`\n${NAME} {\n`, `\n{\n\tadmin off\n\thttp_port ${plain}\n\thttps_port ${secure}\n\tskip_install_trust\n}\n` +
      `${NAME} {\n\tbind 127.0.0.1\n\ttls ${at('cert.pem')} ${at('key.pem')}\n`],
    ['reverse_proxy 127.0.0.1:8080', `reverse_proxy 127.0.0.1:${upstream}`],
  ]);
  fs.writeFileSync(path.join(folder, 'Caddyfile'), site);
  const environment = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const running = await start('caddy', ['run', '--adapter', 'caddyfile', '--config', path.join(folder, 'Caddyfile')],
    secure, environment);
  return { ...running, plain, caches: false };
}

/* --- A client --- */

function ask(proxy, target, { headers = {}, method = 'GET', body, from = CLIENT } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request({
      host: '127.0.0.1', port: proxy.port, localAddress: from, servername: NAME, path: target, method,
      headers: { Host: NAME, ...headers }, rejectUnauthorized: true, ca: fs.readFileSync(at('cert.pem')),
      agent: false,
    }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const raw = Buffer.concat(parts);
        resolve({ status: answer.statusCode, headers: answer.headers, raw, body: decode(answer.headers, raw) });
      });
    });
    request.on('error', reject);
    if (headers.Expect) {
      request.once('continue', () => request.end(body));
      request.flushHeaders();
    } else {
      request.end(body);
    }
  });
}

function decode(headers, raw) {
  if (raw.length === 0) return raw;
  switch (headers['content-encoding']) {
    case 'gzip': return zlib.gunzipSync(raw);
    case 'br': return zlib.brotliDecompressSync(raw);
    case 'zstd': return execFileSync('zstd', ['--decompress', '--stdout'], { input: raw });
    default: return raw;
  }
}

/** The client of the last request with this path, as Jalon logged it. */
async function loggedClient(target) {
  for (let tries = 0; tries < 1500; tries++) {
    const lines = server.log.split('\n').filter((line) => line.includes(`path=${target} `));
    const client = /client=(\S+)/.exec(lines.at(-1) ?? '');
    if (client) return client[1];
    await sleep(20);
  }
  throw new Error(`${target} is not in the log`);
}

/** Once no request runs but this one: a client may have an answer a moment before it is counted. */
async function tilesAnswered() {
  for (let tries = 0; ; tries++) {
    const { running, tiles } = await measures();
    if (running <= 1 || tries >= 3000) return tiles;
    await sleep(10);
  }
}

function measures() {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: server.port, path: '/metrics' }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => {
        const found = text.matchAll(/operation="map\.dataset\.vector\.getTile",.*code="2xx"\} (\d+)/g);
        resolve({ running: Number(/^jalon_http_requests_running (\d+)$/m.exec(text)[1]),
          tiles: [...found].reduce((sum, match) => sum + Number(match[1]), 0) });
      });
    }).on('error', reject);
  });
}

function contribute(proxy, title) {
  return ask(proxy, ITEMS, {
    method: 'POST', headers: { 'Content-Type': 'application/geo+json' },
    body: JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: PLACE },
      properties: { title } }),
  });
}

/* --- What holds behind either --- */

const proxies = { nginx: startNginx, caddy: startCaddy };
for (const [name, startProxy] of Object.entries(proxies)) {
  const missing = spawnSync(name, ['-v']).error ? `there is no ${name} here` : false;
  describe(name, { skip: missing }, () => {
    let proxy;
    before(async () => { proxy = await startProxy(server.port); });
    after(() => end(proxy));

    test('answers over TLS with links to its own address', async () => {
      const answer = await ask(proxy, '/maps/test');
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
      for (const link of JSON.parse(answer.body).links) {
        if (link.href.includes('/maps/')) assert.match(link.href, /^https:\/\/maps\.example\.org\//);
      }
    });

    test('sends on who comes without TLS', async () => {
      const answer = await new Promise((resolve, reject) => {
        http.get({ host: '127.0.0.1', port: proxy.plain, path: '/maps/test?f=json', headers: { Host: NAME } },
          resolve).on('error', reject);
      });
      answer.resume();
      assert.equal(answer.statusCode, 308);
      assert.match(answer.headers.location, /^https:\/\/maps\.example\.org(:\d+)?\/maps\/test\?f=json$/);
    });

    test('speaks HTTP/2', async () => {
      const session = http2.connect(`https://127.0.0.1:${proxy.port}`, { servername: NAME, ca: fs.readFileSync(at('cert.pem')) });
      const status = await new Promise((resolve, reject) => {
        session.on('error', reject);
        session.request({ ':path': '/health', ':authority': NAME }).on('response', (h) => resolve(h[':status'])).resume();
      });
      session.destroy();
      assert.equal(status, 200);
    });

    test('says who asks, whatever they say of themselves', async () => {
      const target = `/maps/test/collections?${name}`;
      for (const headers of [{}, { 'X-Forwarded-For': '192.0.2.1' }, { Forwarded: 'for=192.0.2.1' },
        { 'X-Forwarded-For': '192.0.2.1, 127.0.0.1', Forwarded: 'for="[2001:db8::1]"' }]) {
        const mark = `/maps/test/${name}-${Math.random()}`;
        await ask(proxy, mark, { headers });
        assert.equal(await loggedClient(mark), CLIENT, JSON.stringify(headers));
      }
      assert.equal((await ask(proxy, target)).status, 400); // and what is wrong stays wrong
    });

    test('passes every coding on, each with its tag', async () => {
      for (const target of [`${ITEMS}?limit=50`, TILE]) {
        const plain = await ask(proxy, target);
        assert.equal(plain.headers['content-encoding'], undefined);
        const tags = new Set([plain.headers.etag]);
        for (const [accept, coding] of [['gzip', 'gzip'], ['br, gzip', 'br'], ['gzip, deflate, br, zstd', 'zstd'],
          ['zstd;q=0, br;q=0.0, gzip', 'gzip']]) {
          const answer = await ask(proxy, target, { headers: { 'Accept-Encoding': accept } });
          assert.equal(answer.headers['content-encoding'], coding, `${target} ${accept}`);
          assert.deepEqual(answer.body, plain.body);
          assert.match(answer.headers.etag, /^"/, 'the tag stays strong');
          tags.add(answer.headers.etag);
          const again = await ask(proxy, target, { headers: { 'Accept-Encoding': accept, 'If-None-Match': answer.headers.etag } });
          assert.equal(again.status, 304);
          assert.equal(again.headers.etag, answer.headers.etag);
        }
        assert.equal(tags.size, 4);
        const head = await ask(proxy, target, { method: 'HEAD', headers: { 'Accept-Encoding': 'br' } });
        assert.equal(head.headers['content-encoding'], 'br');
        assert.equal(head.raw.length, 0);
      }
    });

    test('takes bodies as large as Jalon takes, and lets it refuse larger ones', async () => {
      // Asked first, the client hears a refusal whatever is still under way.
      const send = (size) => ask(proxy, ITEMS, {
        method: 'POST', body: Buffer.alloc(size, 0x20),
        headers: { 'Content-Type': 'application/geo+json', 'Content-Length': size, Expect: '100-continue' },
      });
      const taken = await send(4 * 1024 * 1024);
      assert.equal(taken.status, 400);
      assert.equal(taken.headers['content-type'], 'application/problem+json');
      // Who still sends when the connection is closed may lose the answer (RFC 9112, 9.6): asked again.
      let large;
      for (let attempt = 0; large === undefined; attempt++) {
        large = await send(4 * 1024 * 1024 + 1).catch((error) => {
          assert.ok(attempt < 10 && ['EPIPE', 'ECONNRESET'].includes(error.code), error);
        });
      }
      assert.equal(large.status, 413);
      assert.equal(large.headers['content-type'], 'application/problem+json');
    });

    test('keeps to itself what is for whoever runs the server', async () => {
      for (const target of ['/metrics', '/ready']) {
        assert.equal((await ask(proxy, target)).status, 403);
        assert.equal((await ask(proxy, target, { from: '127.0.0.1' })).status, 200);
      }
      assert.equal((await ask(proxy, '/health')).status, 200);
    });

    test('shows a contribution in the tiles soon', async () => {
      const [lon, lat] = PLACE;
      const column = Math.floor((lon + 180) / 360 * 2 ** 18);
      const row = Math.floor((1 - Math.asinh(Math.tan(lat * Math.PI / 180)) / Math.PI) / 2 * 2 ** 18);
      const tile = `/maps/test/tiles/WebMercatorQuad/18/${row}/${column}`;
      const title = `Banc ${name}`;
      assert.ok(!(await ask(proxy, tile)).body.includes(title));
      assert.equal((await contribute(proxy, title)).status, 201);
      assert.ok((await ask(proxy, `${ITEMS}?q=${encodeURIComponent(title)}`)).body.includes(title), 'at once in the list');
      const until = Date.now() + 60000;
      let shown = false;
      while (!shown && Date.now() < until) {
        shown = (await ask(proxy, tile)).body.includes(title);
        await sleep(100);
      }
      assert.ok(shown);
    });

    test('keeps tiles for all, and answers to somebody for nobody', { skip: name === 'caddy' && 'it has no cache' }, async () => {
      const tile = '/maps/test/tiles/WebMercatorQuad/11/747/1046';
      await ask(proxy, tile);
      const earlier = await tilesAnswered();
      const began = Date.now();
      await Promise.all(Array.from({ length: 20 }, () => ask(proxy, tile)));
      const kept = await tilesAnswered();
      const seconds = Math.ceil((Date.now() - began) / 1000);
      // One waits for another one's answer for five seconds.
      assert.ok(kept - earlier <= 1 + seconds || seconds >= 5, `${kept - earlier} of 20 reached Jalon`);
      for (const header of ['Cookie', 'Jalon-Edit-Secret', 'Authorization']) {
        const answer = await ask(proxy, tile, { headers: { [header]: 'Basic eDp5' } });
        assert.match(answer.headers['cache-control'], /private/);
      }
      assert.equal((await tilesAnswered()) - kept, 3);
      assert.equal((await ask(proxy, tile)).headers['cache-control'], 'no-cache');
    });

    test('passes events on as they happen', async () => {
      const source = http.createServer((request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        response.write('id: 1\ndata: {}\n\n'); // and the stream stays open
      });
      await new Promise((resolve) => source.listen(0, '127.0.0.1', resolve));
      const other = await startProxy(source.address().port);
      const first = await new Promise((resolve, reject) => {
        const request = https.get({
          host: '127.0.0.1', port: other.port, servername: NAME, path: '/maps/test/changes', headers: { Host: NAME },
          ca: fs.readFileSync(at('cert.pem')), agent: false,
        }, (answer) => answer.once('data', (bytes) => { resolve(String(bytes)); request.destroy(); }));
        request.setTimeout(30000, () => reject(new Error('nothing came')));
        request.on('error', reject);
      });
      assert.match(first, /^id: 1\n/);
      source.closeAllConnections();
      source.close();
      await end(other);
    });
  });
}
