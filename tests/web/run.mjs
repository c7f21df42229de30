// SPDX-License-Identifier: AGPL-3.0-or-later
// Runs a file of browser tests against a server of its own with the demo map:
// node run.mjs JALON FILE. With JALON_URL set, `node --test FILE` tests a server that runs already; tests
// that need accounts make them with the program JALON_BIN in the data folder JALON_DATA.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSink } from '../mail/sink.mjs';
import { serve, stop } from '../server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

function mailsOf(data) {
  return path.join(data, 'mails.jsonl');
}

/** The tests are another process: what the relay takes is written down for them. */
function writeDown(sink, data) {
  let written = 0;
  return setInterval(() => {
    for (; written < sink.mails.length; written++) {
      const { to, text } = sink.mails[written];
      fs.appendFileSync(mailsOf(data), `${JSON.stringify({ to, text })}\n`);
    }
  }, 50);
}

function runTests(file, jalon, data, port) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--test', path.join(here, file)], {
      stdio: 'inherit',
      env: { ...process.env, JALON_URL: `http://127.0.0.1:${port}`, JALON_BIN: jalon, JALON_DATA: data, JALON_MAILS: mailsOf(data) },
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function run(jalon, file) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-web-'));
  let server = null;
  const sink = await startSink();
  const writing = writeDown(sink, data);
  try {
    const demo = spawnSync(jalon, ['demo', '--data', data], { encoding: 'utf8' });
    if (demo.status !== 0) {
      throw new Error(`jalon demo: exit code ${demo.status} ${demo.error ?? demo.signal ?? ''}\n${demo.stdout}${demo.stderr}`);
    }
    server = await serve(jalon, data, ['--smtp', sink.url, '--mail-from', 'carte@example.org']);
    return await runTests(file, jalon, data, server.port);
  } finally {
    if (server) await stop(server);
    clearInterval(writing);
    await sink.close();
    fs.rmSync(data, { recursive: true, force: true });
  }
}

const [jalon, file] = process.argv.slice(2);
if (!jalon || !file) {
  console.error('usage: node run.mjs JALON FILE');
  process.exit(2);
}
try {
  process.exitCode = await run(jalon, file);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
