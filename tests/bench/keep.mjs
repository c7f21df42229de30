// SPDX-License-Identifier: AGPL-3.0-or-later
// Keeps Jalon's answers as files for nginx, and makes sure that nginx then sends the same bytes.
//
//   node keep.mjs JALON-URL NGINX-URL LIST FOLDER COUNT [FEATURES]
//
// LIST holds paths; the first COUNT with a body are kept as FOLDER/NAME/1, 2, …, NAME being the list's.
// Writes FOLDER/NAME.jalon and FOLDER/NAME.nginx (paths) and the same with -304 (paths and ETags).
// With FEATURES each answer has to hold so many. Bodies are as sent: compressed where that is kept.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fail } from './points.mjs';

const [jalon, nginx, list, folder, count, features] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const name = path.basename(list);
const headers = features === undefined ? { 'Accept-Encoding': 'gzip' } : {};

function ask(url) {
  return new Promise((resolve, reject) => {
    http.get(url, { agent, headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => resolve({
        code: answer.statusCode, etag: answer.headers.etag, body: Buffer.concat(parts),
      }));
    }).on('error', reject);
  });
}

async function askWell(url) {
  const answer = await ask(url);
  if (answer.code !== 200 && answer.code !== 204) {
    fail(`${answer.code} for ${url}: ${answer.body}`);
  }
  return answer;
}

const lines = { jalon: [], nginx: [], 'jalon-304': [], 'nginx-304': [] };
fs.mkdirSync(path.join(folder, name), { recursive: true });
for (const from of fs.readFileSync(list, 'utf8').split('\n').filter((line) => line !== '')) {
  const ours = await askWell(jalon + from);
  if (ours.body.length === 0) { continue; }
  if (features !== undefined) {
    const held = ours.body.toString('latin1').split('"type":"Feature"').length - 1;
    if (held !== Number(features)) { fail(`${held} features instead of ${features} in ${from}`); }
  }
  const to = `/${name}/${lines.jalon.length + 1}`;
  fs.writeFileSync(path.join(folder, to), ours.body);
  const theirs = await askWell(nginx + to);
  const again = await askWell(jalon + from);
  if (!theirs.body.equals(ours.body) || !again.body.equals(ours.body)) {
    fail(`the answers differ for ${from}`);
  }
  lines.jalon.push(from);
  lines.nginx.push(to);
  lines['jalon-304'].push(`${from}\t${again.etag}`);
  lines['nginx-304'].push(`${to}\t${theirs.etag}`);
  if (lines.jalon.length === Number(count)) { break; }
}
agent.destroy();
if (lines.jalon.length === 0) {
  fail(`nothing to keep in ${list}`);
}
for (const [side, text] of Object.entries(lines)) {
  fs.writeFileSync(path.join(folder, `${name}.${side}`), `${text.join('\n')}\n`);
}
