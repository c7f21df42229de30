// SPDX-License-Identifier: AGPL-3.0-or-later
// PostgreSQL clusters for tests in Node: tests/postgres/cluster, which says what they are like.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'cluster');

function run(...args) {
  return execFileSync(script, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

class Cluster {
  constructor(folder) {
    this.folder = fs.realpathSync(folder);
  }

  get port() {
    return Number(fs.readFileSync(path.join(this.folder, 'port'), 'utf8'));
  }

  get password() {
    return fs.readFileSync(path.join(this.folder, 'password'), 'utf8').trim();
  }

  /** Makes a database and answers its URL; without a name it gets one of its own. */
  createDatabase({ name, tcp = false, empty = false } = {}) {
    return run('database', this.folder, ...(tcp ? ['--tcp'] : []), ...(empty ? ['--empty'] : []),
      ...(name ? [name] : []));
  }

  /** By name or by the URL createDatabase answered; who uses it loses the connection. */
  dropDatabase(name) {
    run('drop', this.folder, /^\w+:\/\/[^/]*\/([^?]+)/.exec(name)?.[1] ?? name);
  }

  /** What psql prints of the statement, as superuser: columns with |, a line a row. */
  sql(name, statement) {
    return run('sql', this.folder, name, '-c', statement);
  }

  /** Stops the server and keeps the cluster: "smart", "fast" or "immediate", which is like a crash. */
  halt(mode = 'fast') {
    run('halt', this.folder, mode);
  }

  resume() {
    run('resume', this.folder);
  }

  stop() {
    run('stop', this.folder);
  }
}

/** A cluster of this process' own: it ends with the process, or by stop(). Settings: {fsync: 'on'}. */
export function startCluster(settings = {}) {
  return new Cluster(run('start', '--for', String(process.pid),
    ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])));
}

let shared;

/** The cluster of this run of ctest; one of this process' own where there is none. Not to be stopped. */
export function sharedCluster() {
  shared ??= process.env.JALON_TEST_POSTGRES
    ? new Cluster(process.env.JALON_TEST_POSTGRES) : startCluster();
  return shared;
}
