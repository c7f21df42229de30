// SPDX-License-Identifier: AGPL-3.0-or-later
// The helper that starts PostgreSQL: what it promises to those who rely on it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sharedCluster, startCluster } from './cluster.mjs';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'cluster');

/** What psql answers to who connects with the URL, as a client would. */
const ask = (url, statement) =>
  execFileSync('psql', ['-AtX', '-d', url, '-c', statement], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

const hasEnded = async (folder) => {
  for (let i = 0; i < 1200 && fs.existsSync(folder); i++) await new Promise((resolve) => { setTimeout(resolve, 50); });
  return !fs.existsSync(folder);
};

test('a database has PostGIS, and belongs to somebody who is no superuser', () => {
  const cluster = sharedCluster();
  const [one, other] = [cluster.createDatabase(), cluster.createDatabase({ tcp: true })];
  for (const url of [one, other]) {
    assert.equal(ask(url, 'SELECT ST_AsText(ST_Point(1, 2)), current_user'), 'POINT(1 2)|jalon');
    assert.equal(ask(url, 'CREATE TABLE mine (a int); SELECT rolsuper FROM pg_roles WHERE rolname = current_user').split('\n').pop(), 'f');
    assert.equal(ask(url, "SELECT string_agg(x, '' ORDER BY x) FROM (VALUES ('a'), ('B'), ('é'), ('z')) v(x)"), 'aBéz');
  }
  assert.throws(() => ask(other.replace(/:[0-9a-f]+@/, ':wrong@'), 'SELECT 1'), /password authentication failed/);
  for (const url of [one, other]) {
    cluster.dropDatabase(url);
    assert.throws(() => ask(url, 'SELECT 1'), /does not exist/);
  }
});

test('settings, a crash and what comes after it', () => {
  const cluster = startCluster({ fsync: 'on', max_connections: '30' });
  const url = cluster.createDatabase({ name: 'bare', empty: true });
  assert.equal(cluster.sql('bare', 'SHOW fsync'), 'on');
  assert.throws(() => ask(url, 'SELECT postgis_version()'), /does not exist/);
  ask(url, 'CREATE TABLE kept (a int)');
  cluster.halt('immediate');
  assert.throws(() => ask(url, 'SELECT 1'), /Is the server running/);
  cluster.resume();
  assert.equal(ask(url, 'SELECT count(*) FROM kept'), '0');
  cluster.stop();
  assert.ok(!fs.existsSync(cluster.folder));
});

test('who starts one where one runs shares it, until nobody who needs it is left, however that ends', async () => {
  const children = [spawn('sleep', ['1000']), spawn('sleep', ['1000'])];
  const at = path.join(fs.mkdtempSync('/tmp/jalon-link-'), 'link');
  const [one, other] = children.map((child) =>
    execFileSync(script, ['start', '--for', String(child.pid), '--at', at], { encoding: 'utf8' }).trim());
  assert.equal(one, other);
  assert.equal(fs.realpathSync(at), one);
  execFileSync(script, ['stop', at, '--for', String(children[0].pid)]);
  const server = fs.readFileSync(path.join(one, 'data/postmaster.pid'), 'utf8').split('\n')[0];
  assert.match(fs.readFileSync(`/proc/${server}/cmdline`, 'utf8'), /postgres/);
  children[1].kill('SIGKILL');
  assert.ok(await hasEnded(one));
  assert.ok(!fs.existsSync(`/proc/${server}`) || fs.readFileSync(`/proc/${server}/cmdline`, 'utf8') === '');
  assert.ok(!fs.existsSync(at));
  children[0].kill();
  fs.rmSync(path.dirname(at), { recursive: true });
});
