// SPDX-License-Identifier: AGPL-3.0-or-later
// The demo map, with contributions that were observed at some time, against every check of run.mjs.
// JALON is the program.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';

const jalon = process.env.JALON;
const here = path.dirname(fileURLToPath(import.meta.url));
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-ogc-'));
let server;

before(async () => {
  execFileSync(jalon, ['demo', '--data', data], { stdio: 'ignore' });
  execFileSync(jalon, ['import', 'montpellier', 'needs', path.join(here, 'observed.csv'), '--source', 'walk', '--data', data], { stdio: 'ignore' });
  server = await serve(jalon, data);
});

after(async () => {
  assert.equal(await stop(server), 0);
  fs.rmSync(data, { recursive: true });
});

function run(...parts) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(here, 'run.mjs'), `http://127.0.0.1:${server.port}/maps/montpellier`, ...parts]);
    let output = '';
    child.stdout.on('data', (text) => { output += text; });
    child.stderr.on('data', (text) => { output += text; });
    child.on('exit', (code) => resolve({ code, output }));
  });
}

test('every check of the suites holds', async () => {
  const { code, output } = await run();
  const wrong = output.split('\n').filter((line, i, all) =>
    line.startsWith('FAILED') || (all[i - 1] ?? '').startsWith('FAILED'));
  assert.equal(code, 0, wrong.join('\n') || output);
  // They are not passed over either.
  for (const name of ['core: needs: datetime=2024-03-01', 'core: needs: the temporal extent holds',
    'core: accessibility: bbox=-.5000000,-.2500000,.5000000,.2500000', 'crs: initiatives: 2154:',
    'tiles: all: tiles within the limits', 'queryables: needs']) {
    assert.match(output, new RegExp(`^ok +${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'm'));
  }
  const passed = Number(/(\d+) passed/.exec(output)[1]);
  assert.ok(passed > 300, `${passed}`);
});

test('the runner fails where something is wrong', async () => {
  const child = spawn(process.execPath, [path.join(here, 'run.mjs'), `http://127.0.0.1:${server.port}/maps/nowhere`]);
  const code = await new Promise((resolve) => { child.on('exit', resolve); });
  assert.equal(code, 1);
});
