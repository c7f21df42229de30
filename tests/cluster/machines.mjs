// SPDX-License-Identifier: AGPL-3.0-or-later
// Machines of a cluster on loopback, for tests: what deploy/postgres/ tells an operator to install,
// with its own files, filled in by its own `fill`. As root PostgreSQL runs as the user postgres.
import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { appendFile, chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../ports.mjs';

const run = promisify(execFile);
const DEPLOY = fileURLToPath(new URL('../../deploy/postgres', import.meta.url));
const isRoot = process.getuid() === 0;
process.env.PGCTLTIMEOUT = '240'; // a disk that others write to may be slow
const PATIENCE_MS = 60000;
process.env.PATH += ':/usr/sbin'; // haproxy, pgbouncer
process.env.LC_ALL = 'C.UTF-8';

export const USER = isRoot ? 'postgres' : userInfo().username;
const owner = isRoot ? await Promise.all(['-u', '-g'].map(async (what) =>
  Number((await run('id', [what, USER])).stdout))) : null;

/** Tells all of them; one that has ended since needs no telling. */
function tell(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/** Asks again until there is something. */
export async function until(what, ask, patienceMs = PATIENCE_MS) {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(50)) {
    const found = await ask();
    if (found) return found;
  }
  throw new Error(`still not after ${patienceMs} ms: ${what}`);
}

export const isOpen = (host, port) => new Promise((resolve) => {
  const socket = connect({ host, port }, () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

/** A folder, settings for every machine, and the processes that run in it. */
export class Site {
  static async make() {
    const site = new Site();
    site.folder = await mkdtemp(join(tmpdir(), 'jalon-cluster-'));
    await chmod(site.folder, 0o755);
    site.running = [];
    const [a, b, postgresA, postgresB, postgresC, patroniA, patroniB, bouncer, http, primary, etcd, peer] =
      await freePorts(12);
    site.ports = { a, b, postgresC, patroniA, patroniB, bouncer, http, primary, etcd, peer };
    site.shared = {
      JALON_A: `127.0.0.1:${a}`, JALON_B: `127.0.0.1:${b}`,
      HTTP_BIND: `127.0.0.1:${http}`, PUBLIC_URL: `http://127.0.0.1:${http}`, PROXY: '127.0.0.1',
      DATABASE_A: `127.0.0.2:${postgresA}`, DATABASE_B: `127.0.0.3:${postgresB}`,
      DATABASES: `127.0.0.2:${postgresA},127.0.0.3:${postgresB}`,
      NETWORK: '127.0.0.0/8', POSTGRES_USER: USER, SHARED_BUFFERS: '32MB', CACHE_SIZE: '1GB',
      ARCHIVE: join(site.folder, 'archive'),
      JALON_PASSWORD: 'writes', REPLICATION_PASSWORD: 'replicates', REWIND_PASSWORD: 'rewinds',
      PATRONI_PORT_A: patroniA, PATRONI_PORT_B: patroniB, ETCD: `127.0.0.1:${etcd}`, TTL: 20,
      ETCD_CLUSTER: `a=http://127.0.0.1:${peer}`, ETCD_PORT: etcd, ETCD_PEER_PORT: peer,
      ETCD_DATA: join(site.folder, 'etcd'),
      PRIMARY_BIND: `127.0.0.1:${primary}`, PGBOUNCER_PORT: bouncer,
      // What only a database's machine needs; Postgres.make says its own.
      NODE: 'a', NODE_ADDRESS: '127.0.0.1', POSTGRES_PORT: postgresA, POSTGRES_BIN: '/nowhere',
      POSTGRES_DATA: '/nowhere', JALON_LISTEN: '127.0.0.1:0', POSTGRES_SOCKETS: '/nowhere', PATRONI_PORT: patroniA,
      PGBOUNCER_FOLDER: '/nowhere',
    };
    await site.makeFolder('archive');
    const bin = await run('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1']);
    site.bin = bin.stdout.trim();
    await site.fill('proxy', {});
    for (const node of ['a', 'b']) {
      await site.fill(`jalon-${node}`, { JALON_LISTEN: site.shared[`JALON_${node.toUpperCase()}`] });
    }
    return site;
  }

  /** A folder that PostgreSQL's user may write to. */
  async makeFolder(name) {
    const folder = join(this.folder, name);
    await mkdir(folder, { mode: 0o700 });
    if (owner) await chown(folder, ...owner);
    return folder;
  }

  /** The files of a machine, as an operator makes them; answers their folder. */
  async fill(name, settings) {
    const folder = await this.makeFolder(name);
    const lines = Object.entries({ ...this.shared, FOLDER: folder, ...settings });
    const file = join(folder, 'cluster.env');
    await writeFile(file, lines.map(([key, value]) => `${key}=${value}\n`).join(''));
    await run(join(DEPLOY, 'fill'), [file, folder]);
    if (owner) await run('chown', ['-R', `${USER}:`, folder]);
    return folder;
  }

  /** Runs a command as PostgreSQL's user. */
  as(command, words, options = {}) {
    return run(...this.line(command, words), { cwd: this.folder, maxBuffer: 1 << 28, ...options });
  }

  line(command, words) {
    return isRoot ? ['setpriv', ['--reuid', USER, '--regid', String(owner[1]), '--clear-groups', command,
      ...words]] : [command, words];
  }

  /** Starts a program that stays; its words go to a log of that name. */
  start(name, command, words, { asUser = false, env = {} } = {}) {
    const [program, all] = asUser ? this.line(command, words) : [command, words];
    const child = spawn(program, all, { cwd: this.folder, env: { ...process.env, ...env } });
    const running = { name, child, log: join(this.folder, `${name}.log`) };
    running.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
    const log = createWriteStream(running.log, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.running.push(running);
    return running;
  }

  /** Starts it and waits until it listens. */
  async startListening(name, command, words, port, options = {}) {
    const running = this.start(name, command, words, options);
    await until(`${name} listens`, async () => {
      if (running.child.exitCode !== null) {
        throw new Error(`${name} ended: ${await readFile(running.log, 'utf8')}`);
      }
      return isOpen(options.host ?? '127.0.0.1', port);
    });
    return running;
  }

  /** A Jalon server as deploy/postgres says; `words` come after that. */
  async startJalon(node, words = []) {
    const port = this.ports[node];
    const folder = join(this.folder, `jalon-${node}`);
    const env = { PGPASSFILE: join(folder, 'pgpass') };
    const settings = ['--config', join(folder, 'jalon.conf'), '--data', join(this.folder, `views-${node}`)];
    const running = await this.startListening(`jalon-${node}`, process.env.JALON, ['serve', ...settings,
      '--log-level', 'error', '--write-rate-limit', '0', ...words], port, { env });
    return Object.assign(running, { url: `http://127.0.0.1:${port}` });
  }

  /** A command on a machine of a Jalon server. */
  async jalon(node, words) {
    const folder = join(this.folder, `jalon-${node}`);
    const { stdout } = await run(process.env.JALON, [...words, '--config', join(folder, 'jalon.conf')],
      { env: { ...process.env, PGPASSFILE: join(folder, 'pgpass') }, maxBuffer: 1 << 28 });
    return stdout.trim();
  }

  async startProxy(files = ['haproxy.cfg']) {
    const words = files.flatMap((file) => ['-f', join(this.folder, 'proxy', file)]);
    await run('haproxy', ['-c', '-q', ...words]);
    return this.startListening('haproxy', 'haproxy', ['-db', ...words], this.ports.http);
  }

  async stop(running) {
    if (running.child.exitCode === null && running.child.signalCode === null) {
      running.child.kill('SIGTERM');
      const late = setTimeout(() => running.child.kill('SIGKILL'), 20000);
      await running.ended;
      clearTimeout(late);
    }
    this.running = this.running.filter((other) => other !== running);
    return running.child.exitCode;
  }

  async end({ keep = false } = {}) {
    for (const running of [...this.running].reverse()) await this.stop(running);
    if (keep) console.error(`the logs are kept in ${this.folder}`);
    else await rm(this.folder, { recursive: true });
  }
}

/** PostgreSQL on one machine, without Patroni. */
export class Postgres {
  /** `node` is a or b, or another one whose address is given. */
  static async make(site, node, address) {
    const [host, port] = address ?? site.shared[`DATABASE_${node.toUpperCase()}`].split(':');
    const postgres = new Postgres();
    Object.assign(postgres, { site, node, host, port: Number(port) });
    postgres.data = join(site.folder, node, 'data');
    postgres.sockets = await site.makeFolder(`sockets-${node}`);
    postgres.files = await site.fill(node, {
      NODE: node, NODE_ADDRESS: host, POSTGRES_PORT: port, POSTGRES_BIN: site.bin,
      POSTGRES_DATA: postgres.data, POSTGRES_SOCKETS: postgres.sockets,
      PGBOUNCER_FOLDER: postgres.sockets,
      PATRONI_PORT: site.ports[node === 'a' ? 'patroniA' : 'patroniB'],
    });
    return postgres;
  }

  tool(name, words, env = {}) {
    return this.site.as(join(this.site.bin, name), words,
      { env: { ...process.env, PGPASSFILE: join(this.files, 'pgpass.postgres'), ...env } });
  }

  async initialise() {
    await this.tool('initdb', ['--pgdata', this.data, '--username', USER, '--encoding', 'UTF8',
      '--locale', 'C.UTF-8', '--data-checksums', '--auth-local', 'peer', '--auth-host', 'scram-sha-256',
      '--no-sync', '--no-instructions']);
    await appendFile(join(this.data, 'postgresql.conf'), `include '${this.files}/postgresql.conf'\n`);
  }

  /** A copy of the primary that follows it. */
  async cloneFrom(primary) {
    await rm(this.data, { recursive: true, force: true });
    await this.tool('pg_basebackup', ['--pgdata', this.data, '--write-recovery-conf', '--wal-method=stream',
      '--checkpoint=fast', '--no-sync', '--create-slot', '--slot', this.node,
      '--host', primary.host, '--port', String(primary.port), '--username', 'replicator']);
    await this.adopt(primary);
  }

  /** The settings of this machine in a copy of another's data: it waits for nobody. */
  async adopt(other) {
    const settings = join(this.data, 'postgresql.conf');
    const text = await readFile(settings, 'utf8');
    await writeFile(settings, text.replaceAll(other.files, this.files));
    await appendFile(join(this.data, 'postgresql.auto.conf'), "synchronous_standby_names = ''\n");
  }

  async start() {
    await this.tool('pg_ctl', ['start', '--pgdata', this.data, '--wait', '--silent',
      '--log', join(this.sockets, 'log')]);
    await this.findProcess();
  }

  async findProcess() {
    this.pid = Number((await readFile(join(this.data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  }

  /** Psql as superuser; the rows as text without anything between. */
  async sql(text, database = 'jalon') {
    const { stdout } = await this.tool('psql', ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align',
      '--set', 'ON_ERROR_STOP=1', '--host', this.sockets, '--port', String(this.port),
      '--dbname', database, '--command', text]);
    return stdout.trim();
  }

  /** One of deploy/postgres' scripts. */
  script(name) {
    return this.tool('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--host', this.sockets,
      '--port', String(this.port), '--dbname', 'postgres', '--file', join(this.files, name)]);
  }

  async rows(query) {
    return JSON.parse(await this.sql(`SELECT coalesce(json_agg(q), '[]') FROM (${query}) q`));
  }

  /** Has it answer only when this one has the write too. */
  async waitFor(standby) {
    await this.sql(`ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (${standby.node})'`, 'postgres');
    await this.sql('SELECT pg_reload_conf()', 'postgres');
    await until(`${standby.node} is synchronous`, async () => await this.sql(
      "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", 'postgres') === '1');
  }

  promote() {
    return this.tool('pg_ctl', ['promote', '--pgdata', this.data, '--wait', '--silent']);
  }

  async stop(mode) {
    if (!(await isOpen(this.host, this.port))) return;
    await this.tool('pg_ctl', ['stop', '--pgdata', this.data, '--mode', mode, '--wait', '--silent']);
  }

  /** The postmaster as the kernel ends it; the others notice by themselves. */
  kill() {
    process.kill(this.pid, 'SIGKILL');
  }

  /** All of it stands still, and its port is open still. */
  async freeze() {
    const { stdout } = await run('pgrep', ['-P', String(this.pid)]);
    this.frozen = [this.pid, ...stdout.trim().split('\n').map(Number)];
    tell(this.frozen, 'SIGSTOP');
  }

  thaw() {
    tell(this.frozen, 'SIGCONT');
    this.frozen = undefined;
  }

  /** Nothing of it runs any more, frozen or orphaned. */
  async clear() {
    tell(this.frozen ?? [], 'SIGKILL');
    this.frozen = undefined;
    if (this.pid) await until(`${this.node} is gone`, async () => !(await isOpen(this.host, this.port)));
  }
}

/** A primary, and a standby that has what the primary acknowledges; both by hand. */
export class Pair {
  static async make(site) {
    const pair = new Pair();
    Object.assign(pair, { site, primary: await Postgres.make(site, 'a'), standby: await Postgres.make(site, 'b') });
    await pair.primary.initialise();
    await pair.primary.start();
    await pair.primary.script('roles.sql');
    await pair.mend();
    return pair;
  }

  /** Ends the primary in that way. */
  async endPrimary(way) {
    if (way === 'immediate') await this.primary.stop('immediate');
    else if (way === 'kill') this.primary.kill();
    else await this.primary.freeze();
  }

  async promote() {
    await this.standby.promote();
    [this.primary, this.standby] = [this.standby, this.primary];
  }

  /** What was the primary becomes the standby. */
  async mend() {
    await this.standby.clear();
    await this.standby.cloneFrom(this.primary);
    await this.standby.start();
    await this.primary.waitFor(this.standby);
  }

  async end() {
    for (const postgres of [this.standby, this.primary]) {
      if (postgres.frozen) await postgres.clear();
      else await postgres.stop('immediate');
    }
  }
}
