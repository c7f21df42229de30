// SPDX-License-Identifier: AGPL-3.0-or-later
// Lists walked page by page while others write, by several walkers in several orders, over two
// processes on one database and across restarts: what nobody touches is there exactly once.
import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { sharedCluster } from '../postgres/cluster.mjs';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-paging-'));
const data = path.join(folder, 'data');
const items = '/maps/test/collections/accessibility/items';
const START = 168;
const SETTLE_MS = 60000;
const TITLES = ['Épicerie', 'ecole', 'École', 'Œuvre', 'zoo', 'Banque', 'café', 'Cafe'];
const WHEELCHAIR = ['yes', 'limited', 'no', undefined];

let seed = 7;
const below = (bound) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * bound);
};

let servers = [];
const ask = (where, target, options = {}) =>
  fetch(`http://127.0.0.1:${servers[where].port}${target}`, options);

const properties = () => ({
  title: `${TITLES[below(TITLES.length)]} ${below(9)}`,
  categories: ['cafe'],
  wheelchair: WHEELCHAIR[below(4)],
  entrance_steps: below(3) === 0 ? undefined : below(4),
});

const secrets = new Map();
const touched = new Set();

async function create() {
  const body = {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [3.8 + below(100000) / 1e6, 43.6 + below(100000) / 1e6] },
    properties: properties(),
  };
  const answer = await ask(below(2), items, {
    method: 'POST', headers: { 'Content-Type': 'application/geo+json' }, body: JSON.stringify(body),
  });
  assert.strictEqual(answer.status, 201);
  const feature = await answer.json();
  secrets.set(feature.id, feature.edit_secret);
  return feature.id;
}

/* An edit or a removal of one that is there; somebody else may have been faster. */
async function change(id, method) {
  touched.add(id);
  const where = below(2);
  const found = await ask(where, `${items}/${id}`);
  if (found.status !== 200) {
    return false;
  }
  await found.arrayBuffer();
  const answer = await ask(where, `${items}/${id}`, {
    method,
    headers: {
      'Content-Type': 'application/merge-patch+json',
      'If-Match': found.headers.get('etag'),
      'Jalon-Edit-Secret': secrets.get(id),
    },
    body: method === 'PATCH' ? JSON.stringify({ properties: properties() }) : undefined,
  });
  await answer.arrayBuffer();
  assert([200, 204, 404, 410, 412].includes(answer.status), `${method}: ${answer.status}`);
  if (method === 'DELETE' && answer.status < 300) {
    secrets.delete(id);
  }
  return true;
}

/* Follows next to the end, each page from another process of so many; calls between pages. */
async function walk(query, between = async () => {}, processes = servers.length) {
  const seen = [];
  let target = `${items}?${query}`;
  for (let pages = 0; target; pages++) {
    const answer = await ask(pages % Math.min(processes, servers.length), target);
    const body = await answer.json();
    assert.strictEqual(answer.status, 200, JSON.stringify(body));
    seen.push(...body.features);
    const next = body.links.find((link) => link.rel === 'next');
    const url = next && new URL(next.href);
    target = url && url.pathname + url.search;
    await between(pages);
  }
  return seen;
}

/* Until every process has seen what the others wrote. */
async function settle() {
  const seq = async (where) => (await ask(where, `${items}?limit=1`)).headers.get('etag');
  const limit = Date.now() + SETTLE_MS;
  for (let i = 1; i < servers.length; i++) {
    while (await seq(i) !== await seq(0)) {
      assert(Date.now() < limit, 'a process does not see what another one wrote');
    }
  }
}

const counts = (features) => {
  const found = new Map();
  features.forEach(({ id }) => found.set(id, (found.get(id) ?? 0) + 1));
  return found;
};

const start = async (count) => {
  servers = [];
  for (let i = 0; i < count; i++) {
    servers.push(await serve(jalon, data));
  }
};
const stopAll = async () => {
  for (const server of servers) {
    assert.strictEqual(await stop(server), 0);
  }
};

test.before(async () => {
  execFileSync(jalon, ['map', 'create', 'test', '--template', 'cartomobilite', '--data', data]);
  await start(2);
  for (let i = 0; i < START; i += 12) {
    await Promise.all(Array.from({ length: 12 }, create));
  }
});

test.after(async () => {
  await stopAll();
  fs.rmSync(folder, { recursive: true });
});

const QUERIES = [
  'limit=7', 'limit=9&sortby=title', 'limit=8&sortby=-title,entrance_steps',
  'limit=5&sortby=wheelchair,-updated', 'limit=6&sortby=-entrance_steps,id',
  'limit=10&sortby=entrance_steps&bbox=3,43,4,44&q=a', 'limit=11&near=3.85,43.65',
];

test('nothing that stays as it is is missing or there twice while others write', async () => {
  const first = [...secrets.keys()];
  const matching = new Map();
  await settle();
  for (const query of QUERIES) {
    matching.set(query, counts(await walk(query)));
  }
  assert.strictEqual(matching.get('limit=7').size, START);
  let walking = QUERIES.length;
  let changes = 0;
  const write = async () => {
    while (walking > 0) {
      const kind = below(4);
      if (kind === 0) {
        await create();
      } else {
        await change(first[below(first.length / 2)], kind === 1 ? 'DELETE' : 'PATCH');
      }
      changes++;
    }
  };
  /* No page before so many changes, however long one takes. */
  const behindChanges = async (pages) => {
    for (let i = 0; i === 0 || (i < 15000 && changes <= Math.min(pages, 20)); i++) {
      await new Promise((wake) => { setTimeout(wake, 4); });
    }
  };
  const follow = async (query) => {
    try {
      return [query, counts(await walk(query, behindChanges))];
    } finally {
      walking--;
    }
  };
  const walks = await Promise.all([...QUERIES.map(follow), write(), write()]);
  assert(changes > 20, `${changes} changes`);
  const still = first.filter((id) => !touched.has(id));
  assert(still.length >= first.length / 2);
  for (const [query, seen] of walks.filter(Boolean)) {
    for (const id of still) {
      assert.strictEqual(seen.get(id), matching.get(query).get(id), `${query}: ${id}`);
    }
  }
});

test('numberMatched is what the pages hold, in every order', async () => {
  await settle();
  for (const query of QUERIES) {
    const seen = await walk(query);
    const answer = await (await ask(0, `${items}?${query}`)).json();
    assert.strictEqual(answer.numberMatched, seen.length, query);
    assert.strictEqual(counts(seen).size, seen.length, query);
  }
  assert.strictEqual((await walk('limit=50')).length, secrets.size);
});

test('an edit of what a list is sorted by moves one item, and only that', async () => {
  const query = 'limit=10&sortby=title';
  await settle();
  const before = await walk(query);
  const moved = before[15].id;
  let done = false;
  const seen = counts(await walk(query, async (pages) => {
    if (pages === 0) {
      const item = await ask(0, `${items}/${moved}`);
      const answer = await ask(0, `${items}/${moved}`, {
        method: 'PATCH',
        headers: {
          'Content-Type': 'application/merge-patch+json',
          'If-Match': item.headers.get('etag'),
          'Jalon-Edit-Secret': secrets.get(moved),
        },
        body: JSON.stringify({ properties: { title: 'zzz at the end' } }),
      });
      done = answer.status === 200;
    }
  }, 1)); // another process sees it a moment later, and may show it at both places
  assert(done);
  before.forEach(({ id }) => assert.strictEqual(seen.get(id), 1, id));
});

test('a walk goes on after a restart, in another process', async () => {
  await settle();
  for (const query of QUERIES) {
    const expected = (await walk(query)).map(({ id }) => id);
    let restarted = 0;
    const seen = await walk(query, async (pages) => {
      if (pages === 1 && restarted++ === 0) {
        await stopAll();
        await start(1);
      }
    });
    assert.deepStrictEqual(seen.map(({ id }) => id), expected, query);
  }
});

test('a token of another server is refused', async () => {
  const body = await (await ask(0, `${items}?limit=2&sortby=title`)).json();
  const url = new URL(body.links.find((link) => link.rel === 'next').href);
  const other = path.join(folder, 'other');
  if (process.env.JALON_DATABASE) process.env.JALON_DATABASE = sharedCluster().createDatabase();
  execFileSync(jalon, ['map', 'create', 'test', '--template', 'cartomobilite', '--data', other]);
  const stranger = await serve(jalon, other);
  const answer = await fetch(`http://127.0.0.1:${stranger.port}${url.pathname}${url.search}`);
  assert.strictEqual(answer.status, 400);
  assert.strictEqual((await answer.json()).errors[0].parameter, 'next');
  assert.strictEqual(await stop(stranger), 0);
});
