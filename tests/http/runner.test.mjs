// SPDX-License-Identifier: AGPL-3.0-or-later
// The runner itself: matchers that let wrong answers through would make every case worthless.
import assert from 'node:assert';
import net from 'node:net';
import test from 'node:test';
import zlib from 'node:zlib';
import { differences, headerDifferences, pointer } from './match.mjs';
import { runStep, substitute } from './steps.mjs';
import { compose, parseAnswer } from './wire.mjs';

const fits = (actual, expected) => differences(actual, expected).length === 0;

test('objects are subsets, arrays are whole', () => {
  assert(fits({ a: 1, b: 2 }, { a: 1 }));
  assert(!fits({ b: 2 }, { a: 1 }));
  assert(!fits({ a: null }, { a: '<any>', b: '<any>' }));
  assert(fits([1, 2], [1, 2]));
  assert(!fits([1, 2, 3], [1, 2]));
  assert(!fits({ 0: 1 }, [1]));
  assert(!fits(null, {}));
  assert(!fits('1', 1));
  assert(!fits(undefined, '<any>'));
});

test('words and operators', () => {
  assert(fits('019ed5a0-0000-7000-8000-000000000000', '<uuid>'));
  assert(!fits('019ed5a0-0000-4000-8000-000000000000', '<uuid>'));
  assert(fits('2026-11-21T08:52:00.123Z', '<time>'));
  assert(!fits('2026-13-21T08:52:00Z', '<time>'));
  assert(!fits('2026-11-21T08:52:00+01:00', '<time>'));
  assert(fits(['a', 'b'], { $length: 2 }));
  assert(!fits(['a'], { $length: 2 }));
  assert(fits([{ a: 1 }, { b: 2 }], { $contains: [{ b: 2 }] }));
  assert(!fits([{ a: 1 }], { $contains: [{ b: 2 }] }));
  assert(fits([{ a: 1 }], { $lacks: { b: 2 } }));
  assert(!fits([{ b: 2 }], { $lacks: { b: 2 } }));
  assert(!fits([1, 'x'], { $each: '<number>' }));
  assert(fits(undefined, { $absent: true }));
  assert(!fits(0, { $absent: true }));
  assert(!fits('x', { $not: 'x' }));
  assert(!fits('xyz', { $regex: '^y' }));
  assert(!fits([2, 1], { $ascending: true }));
  assert(fits([2, 1], { $any_order: [1, 2] }));
  assert(!fits([2, 1, 1], { $any_order: [1, 2] }));
  assert.throws(() => differences(1, { $nonsense: 1 }));
});

test('differences say where', () => {
  assert.deepStrictEqual(differences({ a: [{ 'b/c': 1 }] }, { a: [{ 'b/c': 2 }] }), ['/a/0/b~1c: 1 is not 2']);
});

test('headers', () => {
  assert.deepStrictEqual(headerDifferences({ etag: 'x' }, { ETag: 'x', Location: null }), []);
  assert.strictEqual(headerDifferences({ etag: 'x' }, { ETag: null }).length, 1);
  assert.strictEqual(headerDifferences({}, { ETag: '<any>' }).length, 1);
});

test('pointers gather', () => {
  assert.deepStrictEqual(pointer({ f: [{ id: 1 }, { id: 2 }] }, '/f/*/id'), [1, 2]);
  assert.strictEqual(pointer({ a: { 'b/c': 3 } }, '/a/b~1c'), 3);
  assert.strictEqual(pointer({}, '/a/b'), undefined);
});

test('variables', () => {
  assert.deepStrictEqual(substitute({ a: ['${n}', 'x${n}'] }, { n: 5 }), { a: [5, 'x5'] });
  assert.throws(() => substitute('${gone}', {}));
});

test('requests are composed as said', () => {
  const text = compose({ method: 'POST', path: '/a', headers: { Host: null, X: ['1', '2'] }, body: 'é', host: 'h' }).toString();
  assert.strictEqual(text, 'POST /a HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\nX: 1\r\nX: 2\r\n\r\né');
});

test('answers are read whole', () => {
  const answer = (text, method) => parseAnswer(Buffer.from(text), method);
  assert.strictEqual(answer('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab'), null);
  assert.strictEqual(answer('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc').body.toString(), 'abc');
  assert.strictEqual(answer('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n', 'HEAD').body.length, 0);
  assert.strictEqual(answer('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n').status, 204);
  assert.strictEqual(
    answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n').body.toString(), 'abc');
});

test('steps ask, compare, save and walk', async () => {
  const pages = { '/1': { v: [1, 2], links: [{ rel: 'next', href: '/2' }] }, '/2': { v: [3], links: [] } };
  const server = net.createServer((socket) => {
    socket.on('data', (data) => {
      const path = data.toString().split(' ')[1];
      const body = zlib.gzipSync(JSON.stringify(pages[path] ?? { paths: {} }));
      socket.end(Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`), body]));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = { port: server.address().port, folder: '.', variables: {} };
  assert.deepStrictEqual(await runStep({
    request: { path: '/1' }, expect: { status: 200, json: { v: [1, 2] } }, save: { second: '/links/0/href' },
  }, session), []);
  assert.strictEqual(session.variables.second, '/2');
  assert.deepStrictEqual(await runStep({ request: { path: '${second}' }, expect: { status: 201 } }, session),
    ['status: 200 is not 201', 'body: {"v":[3],"links":[]}']);
  assert.deepStrictEqual(await runStep(
    { walk: { from: '/1', collect: '/v/*', expect: { count: 3, pages: 2, unique: true } } }, session), []);
  assert.strictEqual((await runStep(
    { walk: { from: '/1', collect: '/v/*', expect: { count: 4 } } }, session)).length, 1);
  assert.deepStrictEqual(await runStep({
    for: [{ page: '/1', n: 2 }, { page: '${second}', n: 1 }, { page: '/2', n: 9 }],
    request: { path: '${page}' }, expect: { pointers: { '/v': { $length: '${n}' } } },
  }, session), ['{"page":"/2","n":9}: /v: [3] does not fit $length 9']);
  server.close();
});
