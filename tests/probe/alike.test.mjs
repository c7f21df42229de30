// SPDX-License-Identifier: AGPL-3.0-or-later
// Of each pair that nobody may tell apart both are answered with the same status, headers and words,
// after the same number of statements, transactions and hashes of passwords. That is what times follow
// from; times are measured by tests/probe/timing and asserted nowhere. JALON is the program.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { open, pairs } from './pairs.mjs';

const COUNTED = ['jalon_store_statements_total', 'jalon_store_transactions_total{mode="read"}',
  'jalon_store_transactions_total{mode="standby"}', 'jalon_store_transactions_total{mode="write"}',
  'jalon_password_hashes_total'];
// The server also works for itself, now and then and after some answers (another thread looks whether
// there is mail to send), which is counted with one request or the next: the most frequent count is theirs.
const SAMPLES_MAX = 60;
const OWN = ['date', 'jalon-request-id'];

const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-alike-'));
let server, table, counted;

async function counts() {
  const { text } = await server.ask({ path: '/metrics' });
  return COUNTED.map((name) => {
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    assert.ok(line, name);
    return Number(line.slice(name.length + 1));
  });
}

/** The key that was counted most often, of several the first in their order. */
const most = (tally) => [...tally].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0][0];

/** What tells the two apart, or null. */
async function compare(pair) {
  const tallies = { a: new Map(), b: new Map() };
  const seen = {};
  for (let i = 0; i === 0 || (i < SAMPLES_MAX && most(tallies.a) !== most(tallies.b)); i++) {
    for (const side of i % 2 === 0 ? ['a', 'b'] : ['b', 'a']) {
      seen[side] = await server.ask(pair[side]());
      const now = await counts();
      const took = String(now.map((one, k) => one - counted[k]));
      tallies[side].set(took, (tallies[side].get(took) ?? 0) + 1);
      counted = now;
    }
  }
  const took = { a: most(tallies.a), b: most(tallies.b) };
  const shown = ({ status, headers, text }) => {
    const rest = Object.entries(headers).filter(([name]) => !OWN.includes(name));
    return `${status} ${pair.plain(JSON.stringify(rest))} ${pair.plain(text)}`;
  };
  if (pair.status && seen.a.status !== pair.status) {
    return `${pair.name}: ${seen.a.status} instead of ${pair.status} ${seen.a.text}`;
  }
  if (shown(seen.a) !== shown(seen.b)) {
    return `${pair.name}: ${shown(seen.a)}\n  but ${shown(seen.b)}`;
  }
  return took.a === took.b ? null : `${pair.name} (${seen.a.status}): took ${took.a}, but ${took.b}`;
}

before(async () => {
  server = await open(process.env.JALON, data, ['--sign-in-tries', '0', '--write-rate-limit', '0']);
  table = await pairs(server);
});

after(async () => {
  assert.equal(await server.close(), 0);
  fs.rmSync(data, { recursive: true });
});

test('nobody can tell the two of a pair apart', async () => {
  const wrong = [];
  counted = await counts();
  for (const pair of table) {
    const found = await compare(pair);
    if (found !== null) {
      wrong.push(found);
    }
  }
  assert.ok(table.length > 600, String(table.length));
  assert.deepEqual(wrong, []);
});
