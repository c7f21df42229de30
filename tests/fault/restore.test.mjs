// SPDX-License-Identifier: AGPL-3.0-or-later
// What was backed up while people wrote is served as it was: every kind of answer, byte by byte.
// JALON names the program.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ask, paths } from '../moving/answers.mjs';
import { serve, stop } from '../server.mjs';

const run = promisify(execFile);
const jalon = process.env.JALON;
const OPTIONS = ['--log-level', 'error', '--write-rate-limit', '0'];

const title = (n) => JSON.stringify({ type: 'Feature', properties: { title: `written ${n}` },
  geometry: { type: 'Point', coordinates: [3.87, 43.61 + n / 1e5] } });

const server = async (data) => {
  const running = await serve(jalon, data, OPTIONS);
  return { running, base: `http://127.0.0.1:${running.port}/maps/montpellier` };
};

test('a restored backup answers as the map did', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jalon-restore-'));
  const data = join(folder, 'data');
  const [quiet, busy] = [join(folder, 'quiet'), join(folder, 'busy')];
  try {
    await run(jalon, ['demo', '--data', data, '--quiet']);
    let { running, base } = await server(data);
    let acknowledged = 0;
    const post = async () => {
      const answer = await fetch(`${base}/collections/needs/items`, { method: 'POST',
        body: title(acknowledged), headers: { 'Content-Type': 'application/geo+json' } });
      assert.equal(answer.status, 201);
      acknowledged++;
    };
    while (acknowledged < 20) await post();
    const all = await paths(base);
    const before = await ask(base, all);
    await run(jalon, ['backup', quiet, '--data', data]);

    // Beside somebody who writes: all that was acknowledged before it began.
    let going = true;
    const writing = (async () => { while (going) await post(); })();
    while (acknowledged < 40) await sleep(1);
    const least = acknowledged;
    await run(jalon, ['backup', busy, '--data', data]);
    const most = acknowledged + 1;
    const checked = await run(jalon, ['check', '--data', data, '--json']);
    assert.equal(checked.stdout, '{"findings":0}\n');
    going = false;
    await writing;
    await stop(running);
    await assert.rejects(run(jalon, ['restore', quiet, '--data', data]), /not empty/);

    await run(jalon, ['restore', quiet, '--data', `${quiet}-data`]);
    ({ running, base } = await server(`${quiet}-data`));
    const after = await ask(base, all);
    await stop(running);
    for (const path of all) assert.deepEqual(after[path], before[path], path);

    await run(jalon, ['restore', busy, '--data', `${busy}-data`]);
    ({ running, base } = await server(`${busy}-data`));
    const list = await (await fetch(`${base}/collections/needs/items?limit=10000`)).json();
    await stop(running);
    const titles = list.features.map((item) => item.properties.title)
      .filter((one) => one.startsWith('written '));
    assert.ok(titles.length >= least && titles.length <= most);
    assert.deepEqual(titles, titles.map((_, i) => `written ${i}`));
  } finally {
    await rm(folder, { recursive: true });
  }
});
