// SPDX-License-Identifier: AGPL-3.0-or-later
// What deploy/postgres/README.md tells an operator to do beside failing over, done: filling the
// templates, pgbouncer in between, a backup and a way back to a moment, a standby as only host.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Pair, Postgres, Site, until } from './machines.mjs';

const run = promisify(execFile);
const DEPLOY = fileURLToPath(new URL('../../deploy/postgres', import.meta.url));
let site;
let pair;
let server;

before(async () => {
  site = await Site.make();
  pair = await Pair.make(site);
  await site.jalon('a', ['map', 'create', 'm', '--template', 'cartomobilite']);
  server = await site.startJalon('a');
});

after(async () => {
  await pair?.end();
  await site?.end();
});

const itemsOf = (base) => `${base}/maps/m/collections/needs/items`;

async function contribute(base, title) {
  const answer = await fetch(itemsOf(base), {
    method: 'POST', headers: { 'Content-Type': 'application/geo+json' },
    body: JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
      properties: { title } }),
  });
  const text = await answer.text();
  assert.equal(answer.status, 201, text);
  return { id: JSON.parse(text).id, seq: answer.headers.get('jalon-seq') };
}

async function titles(base, seq = 0) {
  const answer = await fetch(itemsOf(base), { headers: { 'Jalon-Seq': seq } });
  assert.equal(answer.status, 200);
  return (await answer.json()).features.map((feature) => feature.properties.title).sort();
}

/** A command of Jalon on that database. */
function jalon(url, words) {
  return run(process.env.JALON, [...words, '--database', url],
    { env: { ...process.env, PGPASSFILE: join(site.folder, 'jalon-a', 'pgpass') } });
}

test('the templates are filled whole or not at all', async () => {
  const sample = await readFile(join(DEPLOY, 'cluster.env'), 'utf8');
  const folder = join(site.folder, 'sample');
  const file = join(site.folder, 'sample.env');
  await writeFile(file, sample);
  await assert.rejects(run(join(DEPLOY, 'fill'), [file, folder]), /has no value for .*_PASSWORD/);
  await assert.rejects(readFile(join(folder, 'patroni.yml')), /ENOENT/);
  await writeFile(file, sample.replace(/_PASSWORD=$/gm, "_PASSWORD=it's"));
  await assert.rejects(run(join(DEPLOY, 'fill'), [file, folder]), /letters and digits only/);
  await writeFile(file, sample.replace(/_PASSWORD=$/gm, '_PASSWORD=s3cret'));
  await run(join(DEPLOY, 'fill'), [file, folder]);
  const { stdout } = await run('stat', ['-c', '%a', join(folder, 'pgpass')]);
  assert.equal(stdout.trim(), '600');
  // The service with what a cluster needs is well-formed.
  const unit = join(folder, 'jalon.service');
  await mkdir(`${unit}.d`);
  await copyFile(join(folder, 'jalon.service.conf'), join(`${unit}.d`, 'postgres.conf'));
  await writeFile(unit, (await readFile(join(DEPLOY, '../jalon.service'), 'utf8'))
    .replace('/usr/bin/jalon', process.env.JALON));
  const { stderr } = await run('systemd-analyze', ['verify', '--man=no', unit]);
  assert.equal(stderr, '');
  assert.match(await readFile(join(folder, 'jalon.conf'), 'utf8'),
    /^database = postgresql:\/\/jalon@10\.0\.0\.21:5432,10\.0\.0\.22:5432\/jalon\?target_session_attrs=read-write/m);
});

test('pgbouncer may stand between', async () => {
  const { files, host } = pair.primary;
  const port = site.ports.bouncer;
  await site.startListening('pgbouncer', 'pgbouncer', [join(files, 'pgbouncer.ini')], port,
    { asUser: true, host });
  const url = `postgresql://jalon@${host}:${port}/jalon?target_session_attrs=read-write`;
  const behind = await site.startJalon('b', ['--database', url]);
  const { id, seq } = await contribute(behind.url, 'through pgbouncer');
  assert.deepEqual(await titles(behind.url, seq), ['through pgbouncer']);
  assert.deepEqual(await titles(server.url, seq), ['through pgbouncer']);
  const revisions = await fetch(`${itemsOf(behind.url)}/${id}/revisions`);
  assert.equal(revisions.status, 200);
  // What the other server writes is heard of through it too.
  await contribute(server.url, 'beside it');
  await until('the other write shows', async () => (await titles(behind.url)).length === 2);
  // The sessions that PostgreSQL sees are those of pgbouncer, which waits on the same machine.
  assert.ok(Number(await pair.primary.sql(
    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'jalon' AND client_addr = '127.0.0.1'")) > 0);
  await site.stop(behind);
});

test('a standby as the only host is refused', async () => {
  const { host, port } = pair.standby;
  for (const end of ['', '?target_session_attrs=read-write']) {
    await assert.rejects(jalon(`postgresql://jalon@${host}:${port}/jalon${end}`, ['serve', '--listen',
      '127.0.0.1:0', '--data', join(site.folder, 'views-standby')]), (error) => {
      assert.equal(error.code, 3, error.stderr);
      assert.match(error.stderr, /read-only|standby/);
      return true;
    });
  }
});

test('a write that stops waiting for the standby is not acknowledged', async () => {
  const { primary, standby } = pair;
  await standby.freeze();
  try {
    const answer = fetch(itemsOf(server.url), { method: 'POST',
      headers: { 'Content-Type': 'application/geo+json' },
      body: JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: [3.87, 43.61] },
        properties: { title: 'on one disk' } }) });
    await until('its commit waits', async () => await primary.sql(`SELECT pg_cancel_backend(pid)
      FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'jalon'`) !== '');
    const { status, headers } = await answer;
    assert.equal(status, 503);
    assert.ok(Number(headers.get('retry-after')) > 0);
  } finally {
    standby.thaw();
  }
  // The standby has it after all; nobody was told so.
  await contribute(server.url, 'on two disks');
  await until('both show', async () => (await titles(server.url)).length === 4);
});

test('a backup and the archive lead back to a moment', async () => {
  const folder = await site.makeFolder('backup');
  const { primary } = pair;
  await contribute(server.url, 'before the backup');
  await primary.tool('pg_basebackup', ['--pgdata', join(folder, 'base'), '--checkpoint=fast',
    '--host', primary.host, '--port', String(primary.port), '--username', 'replicator']);
  await primary.tool('pg_verifybackup', ['--quiet', join(folder, 'base')]);
  await contribute(server.url, 'before the mistake');
  const moment = await primary.sql('SELECT clock_timestamp()');
  await contribute(server.url, 'the mistake');
  const segment = await primary.sql('SELECT pg_walfile_name(pg_switch_wal())', 'postgres');
  await until('the segment is in the archive', () =>
    run('test', ['-e', join(site.shared.ARCHIVE, segment)]).then(() => true, () => false));

  // On another machine: the backup, the archive, and the moment.
  const restored = await Postgres.make(site, 'c', ['127.0.0.4', site.ports.postgresC]);
  await run('cp', ['-a', join(folder, 'base'), restored.data]);
  await restored.adopt(primary);
  await appendFile(join(restored.data, 'postgresql.auto.conf'), [
    `restore_command = 'cp ${site.shared.ARCHIVE}/%f %p'`, `recovery_target_time = '${moment}'`, "recovery_target_action = 'promote'",
    "archive_mode = 'off'", ''].join('\n'));
  await site.as('touch', [join(restored.data, 'recovery.signal')]);
  await restored.start();
  try {
    await until('it is open', async () => await restored.sql('SELECT pg_is_in_recovery()') === 'f');
    assert.equal(await restored.sql("SELECT string_agg(title, ', ' ORDER BY number) FROM contribution"),
      'through pgbouncer, beside it, on one disk, on two disks, before the backup, before the mistake');
    const url = `postgresql://jalon@${restored.host}:${restored.port}/jalon`;
    await jalon(url, ['check', '--quiet']);
  } finally {
    await restored.stop('immediate');
  }
});
