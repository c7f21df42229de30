// SPDX-License-Identifier: AGPL-3.0-or-later
// The two databases of machines.mjs under Patroni, with one etcd: who is primary is theirs to decide.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Postgres, until } from './machines.mjs';

/** A primary and its synchronous standby, as Pair is. */
export class PatroniPair {
  static async make(site) {
    const pair = new PatroniPair();
    Object.assign(pair, { site, primary: await Postgres.make(site, 'a'), standby: await Postgres.make(site, 'b') });
    const lines = (await readFile(join(site.folder, 'proxy', 'etcd.default'), 'utf8')).split('\n');
    const env = Object.fromEntries(lines.filter((line) => /^ETCD/.test(line)).map((line) =>
      line.split(/=(.*)/)));
    await site.startListening('etcd', 'etcd', [], site.ports.etcd, { env });
    pair.start(pair.primary);
    await until('there is a primary', () => pair.is('primary', pair.primary));
    await pair.primary.script('roles.sql');
    pair.start(pair.standby);
    await pair.waitForStandby();
    return pair;
  }

  start(postgres) {
    postgres.patroni = this.site.start(`patroni-${postgres.node}`, 'patroni',
      [join(postgres.files, 'patroni.yml')], { asUser: true });
  }

  /** Does its Patroni say so? */
  async is(what, { host, node }) {
    const port = this.site.shared[`PATRONI_PORT_${node.toUpperCase()}`];
    const answer = await fetch(`http://${host}:${port}/${what}`, { signal: AbortSignal.timeout(1000) })
      .catch(() => ({ status: 0 }));
    return answer.status === 200;
  }

  /** The primary waits for it, and Patroni has put down that it may be promoted: that comes later. */
  waitForStandby() {
    return until(`${this.standby.node} is synchronous`, () => this.is('synchronous', this.standby), 120000);
  }

  /** Its machine is lost, or stands still. */
  async endPrimary(way) {
    await this.primary.findProcess();
    if (way === 'freeze') {
      this.primary.patroni.child.kill('SIGSTOP');
      await this.primary.freeze();
    } else {
      this.primary.patroni.child.kill('SIGKILL');
      this.primary.kill();
    }
    this.lost = way;
  }

  async promote() {
    await until('Patroni promotes the standby', async () => await this.is('primary', this.standby) &&
      await this.standby.sql('SELECT pg_is_in_recovery()', 'postgres') === 'f', 120000);
    [this.primary, this.standby] = [this.standby, this.primary];
  }

  /** The machine is back, and has to find out by itself that it is primary no more. */
  async mend() {
    if (this.lost === 'freeze') {
      this.standby.thaw();
      this.standby.patroni.child.kill('SIGCONT');
    } else {
      this.start(this.standby);
    }
    await this.waitForStandby();
  }

  async end() {
    if (this.lost === 'freeze' && this.standby.frozen) {
      this.standby.patroni.child.kill('SIGKILL');
      await this.standby.clear();
    }
  }
}
