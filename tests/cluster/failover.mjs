// SPDX-License-Identifier: AGPL-3.0-or-later
// Two Jalon servers behind HAProxy on a primary and its synchronous standby, all from the files of
// deploy/postgres/. People write and read; the primary is lost; the standby takes over. Writing goes
// on without a restart of Jalon, reading never stops, no request hangs, and each acknowledged write is
// there once, in a history without gaps, which both servers show.
//
//   tests/cluster/failover [--lose server,immediate,kill,freeze] [--patroni] [--seconds 10]
//                          [--writers 4] [--seed N]
//
// `lose` is a list of what is lost, one after the other. `server`: the kernel ends one of the Jalon
// servers, and it is started again. The others are ways to lose the primary: it is told to end at
// once; the kernel ends its postmaster; all of it stands still with its port open. The standby is
// promoted by hand, or by Patroni, for which the primary's Patroni ends or stands still too; then what
// stood still goes on, and believes to be primary. JALON names the program.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { History, makeChance, REVISIONS, Writer } from '../fault/history.mjs';
import { Pair, Site, until } from './machines.mjs';
import { PatroniPair } from './patroni.mjs';

const { values: options } = parseArgs({
  options: {
    patroni: { type: 'boolean', default: false },
    lose: { type: 'string', default: 'server,immediate,kill,freeze' },
    seconds: { type: 'string', default: '10' },
    writers: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
});
// Each request is answered within this, and writing goes on within that after there is a primary.
const ANSWER_LIMIT_MS = 60000;
const RESUME_LIMIT_MS = 120000;
const MAPS = ['m1', 'm2'];
const phaseMs = 1000 * Number(options.seconds) / 2;

const site = await Site.make();
let pair;
let history;
let writing = false;
let reads = 0;

const itemsOf = (base, map) => `${base}/maps/${map}/collections/needs/items`;

/** What answers that are no success say of a write, as a client sees it that comes back. */
function judge(status, method, headers) {
  if ([502, 503, 504].includes(status)) return 'unknown';
  if (status === 409 && headers['Idempotency-Key']) return 'unknown'; // the same request still runs
  // A change that got no answer was made after all: what it is now has to be looked at.
  if ((status === 412 && headers['If-Match']) || (status === 404 && headers['If-Match'])) return 'refused';
  return undefined;
}

/** Asks one address after the other until told to stop, and then until it knows what became of all. */
async function write(writer, map, bases) {
  for (let turn = 0; writing || writer.again || writer.unsure.length > 0; turn++) {
    const items = itemsOf(bases[turn % bases.length], map);
    const known = await writer.look(items) &&
      (writing ? await writer.write(items) : !writer.again || await writer.post(items) !== null);
    if (!known) await sleep(100);
  }
}

/** Reads are answered from memory, whoever is primary. */
async function read(base) {
  while (writing) {
    for (const map of MAPS) {
      for (const what of [`${itemsOf(base, map)}?limit=10`, `${base}/maps/${map}/clusters?zoom=6`]) {
        const answer = await fetch(what, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
          .catch((error) => ({ status: error.name, text: () => error.message }));
        const text = await answer.text();
        if (answer.status !== 200) history.fault(`${what} is answered with ${answer.status}: ${text}`);
        reads++;
      }
    }
    await sleep(30);
  }
}

/** A write while there is no primary: by a server itself, and through HAProxy. */
async function expectRefusal(bases) {
  for (const base of bases) {
    const answer = await fetch(itemsOf(base, 'm1'), { method: 'POST', body: history.feature('nobody'),
      headers: { Authorization: `Bearer ${history.token}`, 'Content-Type': 'application/geo+json' } });
    const text = await answer.text();
    if (answer.status !== 503 || !(Number(answer.headers.get('retry-after')) > 0)) {
      history.fault(`${base} answers a write without primary with ${answer.status}, Retry-After: ` +
        `${answer.headers.get('retry-after')}: ${text}`);
    }
  }
}

const QUERIES = {
  'an event number is missing or doubled': `SELECT map FROM event GROUP BY map
    HAVING min(seq) <> 1 OR max(seq) <> count(*)`,
  'a version is missing in a history': `SELECT map, contribution FROM revision
    GROUP BY map, contribution HAVING min(version) <> 1 OR max(version) <> count(*)`,
  'a contribution is not what its history says': `SELECT map, number FROM contribution c
    WHERE version <> (SELECT max(version) FROM revision r
                      WHERE r.map = c.map AND r.contribution = c.number)`,
  'a revision has no event, or an event no revision': `SELECT map, contribution, version
    FROM revision r FULL JOIN event e USING (map, contribution, version)
    WHERE r.time IS NULL OR e.seq IS NULL`,
};

async function check(servers) {
  for (const [words, query] of Object.entries(QUERIES)) {
    const rows = await pair.primary.rows(query);
    if (rows.length > 0) history.fault(`${words}: ${JSON.stringify(rows.slice(0, 5))}`);
  }
  const revisions = await pair.primary.rows(REVISIONS);
  history.checkWrites(revisions);
  for (const map of MAPS) {
    const stored = await pair.primary.rows(`SELECT id, title FROM contribution c
      WHERE moderation = 'published' AND map = (SELECT number FROM map WHERE slug = '${map}')`);
    const [{ seq }] = await pair.primary.rows(`SELECT coalesce(max(seq), 0) AS seq FROM event
      WHERE map = (SELECT number FROM map WHERE slug = '${map}')`);
    for (const { url } of servers) {
      await history.checkView(`${url}/maps/${map}`, itemsOf(url, map), stored, seq);
    }
  }
  await site.jalon('a', ['check', '--json']).catch((error) =>
    history.fault(`jalon check ends with ${error.code}:\n${error.stdout}${error.stderr}`));
  return revisions.length;
}

/** The kernel ends a Jalon server, and it is started again. */
async function loseServer(servers) {
  servers[0].child.kill('SIGKILL');
  await servers[0].ended;
  await sleep(1000);
  servers[0] = await site.startJalon('a');
}

/** The primary is lost in that way, and the standby takes its place. */
async function losePrimary(way, servers) {
  await pair.endPrimary(way);
  await expectRefusal([...servers.map(({ url }) => url), site.shared.PUBLIC_URL]);
  await pair.promote();
}

/** Something is lost while people write; answers how long they waited. */
async function lose(way, servers, writers) {
  writing = true;
  const proxy = site.shared.PUBLIC_URL;
  // Through HAProxy, at both servers by turns, and at each.
  const [a, b] = servers.map(({ url }) => url);
  const ways = [[proxy], [a, b], [a], [b]];
  const busy = [read(proxy), ...writers.map((writer, i) =>
    write(writer, MAPS[i % MAPS.length], ways[(i >> 1) % ways.length]))];
  await sleep(phaseMs);
  await (way === 'server' ? loseServer(servers) : losePrimary(way, servers));
  const earlier = writers.map((writer) => writer.seq);
  const found = Date.now();
  await until(`everybody writes again after '${way}'`, () =>
    writers.every((writer, i) => writer.seq > earlier[i]), RESUME_LIMIT_MS);
  const waitedMs = Date.now() - found;
  await sleep(phaseMs);
  writing = false;
  await Promise.all(busy);
  return waitedMs;
}

async function main() {
  pair = await (options.patroni ? PatroniPair : Pair).make(site);
  for (const map of MAPS) await site.jalon('a', ['map', 'create', map, '--template', 'cartomobilite']);
  await site.jalon('a', ['account', 'create', 'anne']);
  history = new History({
    chance: makeChance(Number(options.seed)),
    token: await site.jalon('a', ['account', 'token', 'anne']),
    answers: judge,
    limitMs: ANSWER_LIMIT_MS,
  });
  const servers = [await site.startJalon('a'), await site.startJalon('b')];
  await site.startProxy();
  for (const path of ['/ready', '/metrics']) {
    const { status } = await fetch(site.shared.PUBLIC_URL + path);
    if (status !== 403) history.fault(`${path} is answered to the street with ${status}`);
  }
  // What is in nobody's memory yet cannot be read while there is no primary.
  for (const { url } of servers) {
    for (const map of MAPS) await (await fetch(`${url}/maps/${map}/clusters?zoom=6`)).text();
  }
  const writers = Array.from({ length: 2 * Number(options.writers) }, (_, i) =>
    new Writer(history, `w${i + 1}`));
  let isWhole = true;
  for (const way of options.lose.split(',')) {
    if (!isWhole) await pair.mend();
    isWhole = way === 'server';
    const waitedMs = await lose(way, servers, writers);
    const count = await check(servers);
    for (const { name, child } of servers) {
      if (child.exitCode !== null || child.signalCode !== null) history.fault(`${name} has ended`);
    }
    console.log(`${way}: all write again after ${waitedMs} ms; ${count} writes are there`);
    if (history.faults.length > 0) break;
  }
  console.log(`seed ${options.seed}: ${history.count('acknowledged')} acknowledged, ` +
    `${history.count('refused')} refused, ${history.count('unknown')} without an answer; ` +
    `${reads} reads; ${history.faults.length} faults`);
}

let failed = true;
try {
  await main();
  failed = history.faults.length > 0;
} finally {
  writing = false;
  await pair?.end();
  await site.end({ keep: failed });
  process.exitCode = failed ? 1 : 0;
}
