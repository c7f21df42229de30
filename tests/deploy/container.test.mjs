// SPDX-License-Identifier: AGPL-3.0-or-later
// deploy/Containerfile without a registry to take its base from: the instructions are well-formed,
// what they copy is there and goes into the image, what they call exists, the program takes the
// image's arguments, and the health check tells a server that answers from one that does not.
// Building the image itself is not tested.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../ports.mjs';

const JALON = process.env.JALON;
const SOURCE = fileURLToPath(new URL('../..', import.meta.url));
const KNOWN = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'USER', 'VOLUME', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'];

/** Stages: {name, base, steps: [{word, rest}]}. */
function read() {
  const text = fs.readFileSync(path.join(SOURCE, 'deploy/Containerfile'), 'utf8')
    .replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, '');
  const stages = [];
  for (const line of text.split('\n').filter((l) => l.trim() !== '')) {
    const [, word, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? assert.fail(`no instruction: ${line}`);
    assert.ok(KNOWN.includes(word), word);
    if (word === 'FROM') {
      const [, base, name] = /^(\S+)(?: AS (\w+))?$/.exec(rest);
      stages.push({ name, base, steps: [] });
    } else {
      stages.at(-1).steps.push({ word, rest });
    }
  }
  return stages;
}

const [build, image, ...more] = read();
const of = (stage, word) => stage.steps.filter((s) => s.word === word).map((s) => s.rest);

test('two stages on the same Debian, the second without root', () => {
  assert.equal(more.length, 0);
  assert.deepEqual([build.base, image.base], ['debian:bookworm-slim', 'debian:bookworm-slim']);
  assert.deepEqual(of(image, 'USER'), ['jalon']);
  const after = image.steps.slice(image.steps.findIndex((s) => s.word === 'USER'));
  assert.ok(!after.some((s) => s.word === 'RUN' || s.word === 'COPY'), 'nothing needs root after USER');
  assert.deepEqual(of(image, 'VOLUME'), ['/var/lib/jalon']);
  const postinst = fs.readFileSync(path.join(SOURCE, 'deploy/debian/postinst'), 'utf8');
  assert.match(postinst, /data=\/var\/lib\/jalon\n/);
  assert.match(postinst, /adduser .*\n? *.*\bjalon\n/, 'the package makes that user');
});

test('what is copied is there, and not ignored', () => {
  for (const rest of of(build, 'COPY')) {
    const [from] = rest.split(' ');
    assert.ok(fs.existsSync(path.join(SOURCE, from)), from);
  }
  const ignored = fs.readFileSync(path.join(SOURCE, '.dockerignore'), 'utf8').split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const needed = ['CMakeLists.txt', 'LICENSE', 'README.md', 'deploy', 'include', 'schema', 'src', 'tests/data', 'tiles'];
  for (const name of needed) {
    assert.ok(fs.existsSync(path.join(SOURCE, name)), name);
    for (const pattern of ignored) {
      const bare = pattern.replace('**/', '').replaceAll('.', '\\.').replaceAll('*', '[^/]*');
      assert.doesNotMatch(name, new RegExp(`^${bare}(/|$)`), pattern);
    }
  }
  assert.deepEqual(of(image, 'COPY'), [`--from=${build.name} /package/jalon_*.deb /tmp/`]);
});

test('what is run exists', () => {
  const packages = fs.readFileSync(path.join(SOURCE, 'deploy/packages'), 'utf8');
  for (const line of of(build, 'RUN')) {
    const [command] = line.split(' ');
    if (command.includes('/')) fs.accessSync(path.join(SOURCE, command), fs.constants.X_OK);
    else {
      assert.ok(['cmake', 'cpack'].includes(command), command);
      assert.match(packages, /\bcmake\b/);
    }
    for (const [, option] of line.matchAll(/-D(JALON_\w+)=/g)) {
      assert.match(fs.readFileSync(path.join(SOURCE, 'CMakeLists.txt'), 'utf8'), new RegExp(`option\\(${option} `));
    }
  }
  const folders = of(build, 'RUN').join('\n');
  assert.match(folders, /cmake -S \. -B \/build /);
  assert.match(folders, /cmake --build \/build /);
  assert.match(folders, /cpack --config \/build\/CPackConfig\.cmake -B \/package$/m);
});

test('serves with its arguments, and the health check sees it', async () => {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-container-'));
  const port = await freePort();
  fs.writeFileSync(path.join(work, 'jalon.conf'), '# empty\n');
  const places = { '/etc/jalon': work, '/var/lib/jalon': path.join(work, 'data'), '0.0.0.0:8080': `127.0.0.1:${port}` };
  const put = (word) => Object.entries(places).reduce((w, [from, to]) => w.replace(from, to), word);
  assert.deepEqual(JSON.parse(of(image, 'ENTRYPOINT')[0]), ['jalon']);
  assert.deepEqual(of(image, 'EXPOSE'), ['8080']);
  const [health] = of(image, 'HEALTHCHECK');
  const check = JSON.parse(health.slice(health.indexOf('CMD ') + 4));
  assert.ok(check.at(-1).includes('/127.0.0.1/8080'));
  const look = () => spawnSync(check[0], [check[1], check[2].replace('/8080', `/${port}`)], { timeout: 10000 }).status;
  assert.notEqual(look(), 0, 'nothing listens');
  const child = spawn(JALON, JSON.parse(of(image, 'CMD')[0]).map(put), { stdio: 'ignore' });
  try {
    let tries = 0;
    while (look() !== 0 && tries++ < 600) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(look(), 0);
  } finally {
    child.kill(of(image, 'STOPSIGNAL')[0]);
    await new Promise((resolve) => child.on('exit', resolve));
  }
  assert.equal(child.exitCode, 0);
  assert.notEqual(look(), 0, 'stopped');
  const broken = net.createServer((socket) => socket.on('error', () => {}).once('data',
    () => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'))).listen(port, '127.0.0.1');
  await new Promise((resolve) => broken.on('listening', resolve));
  const code = await new Promise((resolve) => {
    spawn(check[0], [check[1], check[2].replace('/8080', `/${port}`)], { stdio: 'ignore' }).on('exit', resolve);
  });
  assert.notEqual(code, 0, 'not ready');
  broken.close();
  fs.rmSync(work, { recursive: true });
});
