// SPDX-License-Identifier: AGPL-3.0-or-later
// What jalon says of a database that it cannot use: each reason has words and an exit code of its own,
// none takes for ever, and no password is ever in what it writes. Servers that PostgreSQL 15 is not
// (older, in another language, no PostgreSQL at all) are played by this test.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';

import { sharedCluster, startCluster } from './cluster.mjs';

const JALON = process.env.JALON ?? 'build/bin/jalon';
const cluster = sharedCluster();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-open-'));
const { password } = cluster;
const made = [];
const ended = [];
after(() => {
  for (const name of made) cluster.dropDatabase(name);
  for (const end of ended) end();
  fs.rmSync(folder, { recursive: true });
});

function database(options) {
  const url = cluster.createDatabase({ tcp: true, ...options });
  made.push(url);
  return url;
}
const nameOf = (url) => new URL(url).pathname.slice(1);
const good = database();

/** Runs jalon; `hung` when it had to be ended. */
async function run(words, environment = {}) {
  const child = spawn(JALON, words, { env: { ...process.env, JALON_DATABASE: '', ...environment } });
  let output = '';
  child.stdout.on('data', (bytes) => { output += bytes; });
  child.stderr.on('data', (bytes) => { output += bytes; });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60000);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  for (const secret of [password, 'geheim']) {
    assert.ok(!output.includes(secret), `${words[0]} shows a password: ${output}`);
  }
  return { code: signal ? 'hung' : code, output };
}

async function refused(url, code, words, environment) {
  for (const command of [['map', 'list'], ['serve', '--listen', '127.0.0.1:0', '--data', folder]]) {
    const ran = await run([...command, '--database', url], environment);
    assert.match(ran.output, words);
    assert.equal(ran.code, code, ran.output);
  }
}

/** A server that this test plays: its port. */
async function play(onConnection) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => server.close());
  server.unref();
  return server.address().port;
}

/** Messages of the protocol (PostgreSQL's manual, 55.7). */
function message(type, ...fields) {
  const body = Buffer.concat(fields.map((field) =>
    (typeof field === 'number' ? Buffer.from([0, 0, 0, field]) : Buffer.from(`${field}\0`))));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const failure = (code, words) => message('E', 'SFATALE', 'VFATAL', `C${code}`, `M${words}`, '');

/** Answers a client's first message, and no TLS, with these bytes. */
function answering(bytes) {
  return (socket) => socket.on('data', (data) => {
    if (data.length === 8 && data.readInt32BE(4) === 80877103) socket.write('N');
    else socket.end(bytes);
  });
}
const at = (port, rest = '') => `postgresql://anne:geheim@127.0.0.1:${port}/maps${rest}`;

test('a URL that cannot be read', async () => {
  const unreadable = /the database's URL cannot be read/;
  await refused('postgresql://anne:ge@geheim@host/maps', 2, unreadable);
  await refused('postgresql://anne:gehe/geheim@host/maps', 2, unreadable);
  await refused('postgresql://anne:%zzgeheim@host/maps', 2, unreadable);
  await refused('postgresql://anne:geheim@[::1/maps', 2, unreadable);
  await refused('postgresql://anne:geheim@host:70000/maps', 2, unreadable);
  await refused('postgresql://host/maps?user=a@b&geheim', 2, unreadable);
  await refused('postgresql://host/maps?colour=red', 2, /has an option 'colour' that there is not/);
  await refused('postgresql://host/maps?connect_timeout=0', 2, /must be from 1 to 60 seconds/);
  await refused(`${good}?sslmode=perhaps`, 3, /an option of the URL has no such value/);
});

test('nobody there', async () => {
  const port = await play(() => {});
  ended.pop()();
  await refused(at(port), 3, /127\.0\.0\.1:\d+ refuses connections: no server runs there/);
  await refused('postgresql://anne:geheim@nosuch.invalid/maps', 3,
    /nosuch\.invalid is the name of no host/);
  await refused(`postgresql://anne:geheim@%2Fnosuch/maps`, 3, /\/nosuch has no socket there/);
});

test('somebody who is not what was expected', async () => {
  const silent = await play(() => {});
  await refused(at(silent, '?connect_timeout=1'), 3, /127\.0\.0\.1:\d+ does not answer/);
  const web = await play((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await refused(at(web), 3, /is no PostgreSQL server/);
  const hanging = await play((socket) => socket.destroy());
  await refused(at(hanging), 3, /hung up|cannot be connected to/);
  const old = await play(answering(Buffer.concat([message('R', 0),
    message('S', 'server_version', '12.20'), message('S', 'server_encoding', 'UTF8'),
    message('Z').fill(5, 4, 5), Buffer.from('I')])));
  await refused(at(old, '?target_session_attrs=any'), 3, /PostgreSQL 12; this program needs 13/);
});

test('a server that lets nobody in now, in its own language', async () => {
  const starting = await play(answering(failure('57P03', 'le système de bases de données se lance')));
  await refused(at(starting), 3, /is starting or stopping/);
  const full = await play(answering(failure('53300', 'désolé, trop de clients sont déjà connectés')));
  await refused(at(full), 3, /has no connections left/);
  const closed = await play(answering(failure('28000', 'aucune entrée dans pg_hba.conf')));
  await refused(at(closed), 3, /does not let this user in/);
});

test('each host has its own reason', async () => {
  const full = await play(answering(failure('53300', 'sorry')));
  const web = await play((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const url = `postgresql://anne:geheim@127.0.0.1:${full},127.0.0.1:${web}/maps`;
  await refused(url, 3, new RegExp(`127.0.0.1:${full} has no connections left; ` +
    `127.0.0.1:${web} is no PostgreSQL server`));
  /* One that is of no use does not keep from the next. */
  const second = good.replace('@127.0.0.1', `@127.0.0.1:${full},127.0.0.1`);
  assert.equal((await run(['map', 'create', 'second', '--template', 'cartomobilite',
    '--database', second])).code, 0);
});

test('users and passwords', async () => {
  const wrong = new URL(good);
  wrong.password = 'geheim';
  await refused(wrong.href, 3, /refuses the password/);
  wrong.username = 'nobody';
  await refused(wrong.href, 3, /refuses the password/);
  const none = new URL(good);
  none.password = '';
  await refused(none.href, 3, /wants a password, and none was given/);
  const absent = new URL(good);
  absent.pathname = '/nosuch';
  await refused(absent.href, 3, /has no database of this name/);
  /* Where a password belongs. */
  const passfile = path.join(folder, 'pgpass');
  fs.writeFileSync(passfile, `127.0.0.1:*:*:jalon:${password}\n`, { mode: 0o600 });
  for (const environment of [{ PGPASSWORD: password }, { PGPASSFILE: passfile },
    { JALON_DATABASE: good }]) {
    const url = environment.JALON_DATABASE ? [] : ['--database', none.href];
    assert.equal((await run(['map', 'create', Object.keys(environment)[0].toLowerCase().replace('_', '-'),
      '--template', 'cartomobilite', ...url], environment)).code, 0);
  }
});

test('TLS', async () => {
  const key = path.join(folder, 'key.pem');
  const certificate = path.join(folder, 'certificate.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out',
    certificate, '-subj', '/CN=127.0.0.1', '-days', '2'], { stdio: 'ignore' });
  const other = path.join(folder, 'other.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null',
    '-out', other, '-subj', '/CN=other', '-days', '2'], { stdio: 'ignore' });
  const secure = await play((socket) => socket.once('data', () => {
    socket.write('S');
    const wrapped = new tls.TLSSocket(socket, { isServer: true, key: fs.readFileSync(key),
      cert: fs.readFileSync(certificate) });
    wrapped.on('error', () => {});
    wrapped.on('data', () => wrapped.end(failure('57P03', 'demain')));
  }));
  await refused(`${good}?sslmode=require`, 3, /offers no TLS, which sslmode asks for/);
  await refused(at(secure, `?sslmode=verify-ca&sslrootcert=${other}`), 3,
    /has a certificate that is not trusted/);
  await refused(at(secure, `?sslmode=verify-ca&sslrootcert=${folder}/none`), 3,
    /the file of sslrootcert is not there/);
  await refused(at(secure, `?sslmode=verify-ca&sslrootcert=${certificate}`), 3,
    /is starting or stopping/);
});

test('a database that will not do', async () => {
  await refused(database({ empty: true }), 3, /no PostGIS: a superuser .* CREATE EXTENSION postgis/);

  const foreign = database();
  cluster.sql('postgres', `ALTER DATABASE "${nameOf(foreign)}" OWNER TO postgres`);
  await refused(foreign, 3, /may make no tables .* GRANT CREATE ON SCHEMA public TO jalon/);
  cluster.sql(nameOf(foreign), 'CREATE TABLE public.schema_migration (number bigint)');
  await refused(foreign, 3, /may not read Jalon's tables/);

  const readOnly = database();
  cluster.sql('postgres', `ALTER DATABASE "${nameOf(readOnly)}" SET default_transaction_read_only = on`);
  await refused(readOnly, 3, /takes no writes/);
  await refused(`${readOnly}?target_session_attrs=any`, 3, /takes no writes: it is set to be/);

  const name = `latin_${process.pid}`;
  made.push(name);
  cluster.sql('postgres', `CREATE DATABASE ${name} OWNER jalon ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0 LOCALE_PROVIDER libc`);
  await refused(good.replace(nameOf(good), name), 3, /holds text as LATIN1, and this program needs UTF8/);

  const newer = database();
  assert.equal((await run(['map', 'create', 'm', '--template', 'cartomobilite', '--database', newer])).code, 0);
  cluster.sql(nameOf(newer), "INSERT INTO schema_migration VALUES (999, 'later', '9.9', now())");
  await refused(newer, 3, /schema version 999, but this program .* use a newer Jalon/);

  const untouched = database();
  const { code, output } = await run(['map', 'list', '--database', untouched]);
  assert.equal(code, 3);
  assert.match(output, /the database is empty/);
});

test('serve waits for a server as long as it is told to, and stops when it is told to', async () => {
  const own = startCluster();
  try {
    const url = own.createDatabase({ tcp: true });
    own.halt();
    const data = path.join(folder, 'views');
    const child = spawn(JALON, ['serve', '--listen', '127.0.0.1:0', '--data', data,
      '--database-wait', '60'], { env: { ...process.env, JALON_DATABASE: url } });
    let log = '';
    child.stderr.on('data', (bytes) => { log += bytes; });
    const started = once(child.stdout, 'data');
    while (!log.includes('waiting for the database')) await sleep(20);
    assert.match(log, /no server runs there/);
    own.resume();
    const base = String((await started)[0]).trim();
    assert.equal((await fetch(`${base}/ready`)).status, 200);
    assert.ok(fs.existsSync(path.join(data, 'view')), 'the folder for views was not made');
    assert.ok(!log.includes(own.password) && !(await (await fetch(`${base}/metrics`)).text()).includes(own.password));
    own.halt();
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);

    const waiting = spawn(JALON, ['serve', '--listen', '127.0.0.1:0', '--data', data,
      '--database-wait', '600'], { env: { ...process.env, JALON_DATABASE: url } });
    log = '';
    waiting.stderr.on('data', (bytes) => { log += bytes; });
    while (!log.includes('waiting for the database')) await sleep(20);
    waiting.kill('SIGTERM');
    assert.deepEqual(await once(waiting, 'exit'), [0, null]);
    await refused(url, 3, /no server runs there/, { JALON_DATABASE_WAIT: '1' });
  } finally {
    own.stop();
  }
});
