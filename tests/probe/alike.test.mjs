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
// The server also works for itself, which adds to what is counted now and then: the least counts.
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

/** What tells the two apart, or null. */
async function compare(pair) {
  const least = { a: COUNTED.map(() => Infinity), b: COUNTED.map(() => Infinity) };
  const seen = {};
  for (let i = 0; i === 0 || (i < SAMPLES_MAX && String(least.a) !== String(least.b)); i++) {
    for (const side of ['a', 'b']) {
      seen[side] = await server.ask(pair[side]());
      const now = await counts();
      least[side] = least[side].map((one, k) => Math.min(one, now[k] - counted[k]));
      counted = now;
    }
  }
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
  return String(least.a) === String(least.b) ? null : `${pair.name} (${seen.a.status}): took ${least.a}, but ${least.b}`;
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
