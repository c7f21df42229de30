// SPDX-License-Identifier: AGPL-3.0-or-later
// Runs the HTTP cases of one area against a server of its own: node run.mjs JALON AREA [CASE].
// Prepares a data folder by the commands of setup.json, starts `jalon serve` on a free port, runs
// each case, prints the differences, stops the server by its process id. Exit code 0: all hold.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve, stop } from '../server.mjs';
import { runStep, substitute } from './steps.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** One entry of setup.json: ["map", "create", …] or {run: […], save: {name: regex}}. */
function prepare(jalon, entry, data, variables) {
  const { run, save = {} } = Array.isArray(entry) ? { run: entry } : entry;
  const args = [...substitute(run, variables), '--data', data];
  const done = spawnSync(jalon, args, { encoding: 'utf8' });
  if (done.status !== 0) {
    throw new Error(`jalon ${args.join(' ')}: exit code ${done.status}\n${done.stdout}${done.stderr}`);
  }
  for (const [name, pattern] of Object.entries(save)) {
    const match = new RegExp(pattern, 'm').exec(done.stdout);
    if (!match) throw new Error(`jalon ${args.join(' ')}: no ${pattern} in ${done.stdout}`);
    variables[name] = match[1] ?? match[0];
  }
}

/** All steps, in order; with `for` once for each entry, from the start. */
async function runCase(file, session) {
  const test = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const entry of test.for ?? [{}]) {
    const own = { ...session, variables: { ...session.variables, ...substitute(entry, session.variables) } };
    for (const [index, step] of test.steps.entries()) {
      let found;
      try {
        found = await runStep(step, own);
      } catch (error) {
        found = [String(error.message)];
      }
      if (found.length > 0) {
        const what = step.request ? `${step.request.method ?? 'GET'} ${step.request.path ?? 'raw'}` : '';
        const about = test.for ? ` ${JSON.stringify(entry)}` : '';
        return { description: test.description, step: index + 1, what: what + about, found };
      }
    }
  }
  return null;
}

async function runArea(jalon, area, only) {
  const folder = path.join(here, area);
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-http-'));
  const variables = { data: path.resolve(here, '../data'), here: folder };
  let server = null;
  let failures = 0;
  try {
    const setup = path.join(folder, 'setup.json');
    for (const entry of fs.existsSync(setup) ? JSON.parse(fs.readFileSync(setup, 'utf8')) : []) {
      prepare(jalon, entry, data, variables);
    }
    server = await serve(jalon, data);
    Object.assign(variables, { url: `http://127.0.0.1:${server.port}`, port: server.port });
    const session = { port: server.port, folder, variables };
    const names = fs.readdirSync(folder)
      .filter((n) => n.endsWith('.json') && n !== 'setup.json' && (!only || n === `${only}.json`)).sort();
    if (names.length === 0) throw new Error(`there is no case in ${folder}`);
    for (const name of names) {
      const failed = await runCase(path.join(folder, name), session);
      console.log(`${failed ? 'FAILED' : 'ok    '} ${area}/${name}`);
      if (failed) {
        failures++;
        console.log(`  ${failed.description}\n  step ${failed.step}: ${failed.what}`);
        for (const line of failed.found) console.log(`    ${line}`);
      }
    }
    const code = await stop(server);
    if (code !== 0) {
      failures++;
      console.log(`FAILED ${area}: jalon serve ended with ${code} after SIGTERM\n${server.output()}`);
    }
  } finally {
    if (server) await stop(server);
    fs.rmSync(data, { recursive: true, force: true });
  }
  return failures;
}

const [jalon, area, only] = process.argv.slice(2);
if (!jalon || !area) {
  console.error('usage: node run.mjs JALON AREA [CASE]');
  process.exit(2);
}
try {
  process.exitCode = (await runArea(jalon, area, only)) === 0 ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
