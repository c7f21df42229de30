// SPDX-License-Identifier: AGPL-3.0-or-later
// Servers send the mail of the outbox: once, again when the relay cannot take it, not for ever; a relay
// that hangs or is away holds nothing up. JALON is the program, OUTBOX the tool of outbox.c,
// JALON_DATABASE the database (none: a file).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, test } from 'node:test';
import { serve, stop } from '../server.mjs';
import { startSink } from './sink.mjs';

const { JALON, OUTBOX, JALON_DATABASE } = process.env;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'jalon-mail-'));
const place = JALON_DATABASE ?? data;
execFileSync(JALON, ['map', 'create', 'test', '--template', 'demo', '--data', data], { stdio: 'pipe' });

const opened = []; // what a test has started, to be stopped after it
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const put = (recipient, subject, body, count = 1) =>
  execFileSync(OUTBOX, [place, 'put', recipient, subject, body, String(count)], { stdio: 'pipe' });
const rows = () => execFileSync(OUTBOX, [place, 'list'], { encoding: 'utf8' }).trim().split('\n')
  .filter((line) => line !== '').map((line) => JSON.parse(line));

async function sink(options) {
  const started = await startSink(options);
  opened.push(() => started.close());
  return started;
}

async function start(url, options = []) {
  const server = await serve(JALON, data, [...(url ? ['--smtp', url, '--mail-from', 'jalon@map.example.org'] : []),
    '--mail-retry', '1', ...options]);
  opened.push(() => stop(server));
  return server;
}

async function until(check, ms = 60000) {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const found = await check();
    if (found) return found;
    await pause(50);
  }
  return assert.fail(`did not come about: ${check}`);
}

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
after(() => fs.rmSync(data, { recursive: true }));

test('mail arrives as it was written, in every letter', async () => {
  const relay = await sink();
  const server = await start(relay.url);
  const body = `Çà et là : « l’été »\n.\n..\nFrom here\n${'é'.repeat(300)} \n\x1a/account#confirm=a=b\n${'x'.repeat(2000)}`;
  put('zoe@example.org', 'Éléonore a commenté « Rampe de l’école » : 𝄞 et bien d’autres choses encore, longues', body);
  const [mail] = await relay.take(1);
  assert.deepEqual([mail.from, mail.to], ['jalon@map.example.org', ['zoe@example.org']]);
  assert.equal(mail.subject, 'Éléonore a commenté « Rampe de l’école » : 𝄞 et bien d’autres choses encore, longues');
  assert.equal(mail.text.replaceAll('\r\n', '\n'), `${body.replace('\x1a', `http://127.0.0.1:${server.port}`)}\n`);
  for (const [name, value] of Object.entries({
    from: '<jalon@map.example.org>', to: '<zoe@example.org>', 'auto-submitted': 'auto-generated',
    'mime-version': '1.0', 'content-type': 'text/plain; charset=utf-8',
  })) assert.deepEqual(mail.headers[name], [value]);
  assert.match(mail.headers['message-id'][0], /^<[0-9.]+\.jalon@map\.example\.org>$/);
  assert.ok(Math.abs(Date.parse(mail.headers.date[0]) - Date.now()) < 600000);
  assert.ok(mail.bytes.toString('latin1').split('\r\n').every((line) => line.length <= 78 && /^[ -~]*$/.test(line)));
  const [row] = await until(() => rows().every((one) => one.sent) && rows());
  assert.deepEqual([row.attempts, row.failed, row.body], [1, false, '']);
});

test('nothing that is written becomes a header, a recipient or a command', async () => {
  const relay = await sink();
  await start(relay.url);
  put('zoe@example.org', 'Hi\r\nBcc: all@example.org\r\n\r\nbody', 'one\r\n.\r\nMAIL FROM:<x@y>\r\nRCPT TO:<z@y>\r\nDATA\r\n');
  assert.throws(() => put('zoe@example.org>\r\nRCPT TO:<all@example.org', 's', 'b'));
  assert.throws(() => put('zoe@example.org,all@example.org', 's', 'b'));
  await relay.take(1);
  put('end@example.org', 'end', 'end');
  const [mail] = await relay.take(2);
  assert.deepEqual(mail.to, ['zoe@example.org']);
  assert.equal(mail.subject, 'Hi Bcc: all@example.org body');
  assert.equal(mail.headers.bcc, undefined);
  assert.equal(mail.text, 'one\r\n.\r\nMAIL FROM:<x@y>\r\nRCPT TO:<z@y>\r\nDATA\r\n\r\n');
  assert.equal(relay.lines.filter((line) => line.startsWith('RCPT')).length, 2);
  await until(() => rows().every((one) => one.sent));
});

test('what the relay cannot take is sent again', async () => {
  const answers = ['451 4.3.0 later', 'drop', '421 4.3.2 going', undefined];
  const relay = await sink({ behave: (stage) => (stage === 'message' ? answers.shift() : undefined) });
  await start(relay.url);
  put('zoe@example.org', 'again', 'b');
  const [mail] = await relay.take(1);
  assert.equal(mail.subject, 'again');
  const row = await until(() => rows().find((one) => one.attempts === 4 && one.sent));
  assert.equal(row.error, '');
  assert.equal(relay.mails.length, 1);
});

test('what is refused for good is given up, noted, and in nobody’s way', async () => {
  const relay = await sink({ behave: (stage, { to }) => (stage === 'RCPT' && to.length === 0 && relay.refuses-- > 0
    ? '550 5.1.1 <gone@example.org> is nobody' : undefined) });
  relay.refuses = 1;
  const server = await start(relay.url);
  put('gone@example.org', 'nobody', 'b');
  const row = await until(() => rows().find((one) => one.failed));
  assert.deepEqual([row.attempts, row.sent, row.body], [1, false, '']);
  assert.match(row.error, /550 5\.1\.1/);
  put('zoe@example.org', 'next', 'b');
  assert.equal((await relay.take(1))[0].subject, 'next');
  await until(() => rows().every((one) => one.sent || one.failed));
  assert.match(server.output(), /mail refused .*answer=550/);
  assert.doesNotMatch(server.output(), /gone@example/);
  /* What is written down is counted a moment later. */
  for (const line of [/^jalon_mail_failed_total 1$/m, /^jalon_mail_sent_total 1$/m, /^jalon_mail_waiting 0$/m]) {
    await until(async () => line.test(await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text()));
  }
});

test('a relay that hangs holds up neither requests nor the end', async () => {
  let hangs = true;
  const relay = await sink({ behave: (stage) => (stage === 'DATA' && hangs ? 'hang' : undefined) });
  const server = await start(relay.url, ['--mail-timeout', '1']);
  put('zoe@example.org', 'slow', 'b');
  await until(() => relay.lines.includes('DATA'));
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/maps/test`)).status, 200);
  hangs = false;
  assert.equal((await relay.take(1))[0].subject, 'slow'); /* after the timeout */
  await until(() => rows().every((one) => one.sent || one.failed));
  hangs = true;
  const heard = relay.lines.length;
  const patient = await start(relay.url, ['--mail-timeout', '600']);
  await stop(server);
  put('zoe@example.org', 'stopped', 'b');
  await until(() => relay.lines.slice(heard).includes('DATA'));
  assert.equal(await stop(patient), 0);
  assert.equal(rows().find((one) => one.body === 'b').sent, false);
  hangs = false;
  await start(relay.url); /* what was broken off goes on at once */
  /* A relay that was as slow as that timeout may have had the first one twice. */
  await until(() => relay.mails.some((mail) => mail.subject === 'stopped'));
  await until(() => rows().every((one) => one.sent || one.failed));
});

test('without a relay mail waits, and is told of once', async () => {
  const server = await start(null);
  put('zoe@example.org', 'patient', 'b');
  put('zoe@example.org', 'patient', 'b');
  await until(() => /mail is not sent/.test(server.output()));
  const alone = await start('smtp://127.0.0.1:9'); /* nobody listens there */
  await until(() => /mail postponed/.test(alone.output()));
  assert.equal((await fetch(`http://127.0.0.1:${alone.port}/maps/test`)).status, 200);
  await stop(server);
  await stop(alone);
  assert.equal(server.output().split('mail is not sent').length, 2);
  const relay = await sink();
  await start(relay.url); /* another start: it was kept */
  assert.deepEqual((await relay.take(2)).map((mail) => mail.subject), ['patient', 'patient']);
  await until(() => rows().every((one) => one.sent || one.failed));
});

test('of two servers one sends each mail', async () => {
  const relay = await sink();
  await start(relay.url);
  await start(relay.url);
  for (let i = 0; i < 4; i++) put(`n${i}@example.org`, 'once', 'b', 10);
  await relay.take(40);
  await until(() => rows().every((one) => one.sent || one.failed));
  assert.equal(relay.mails.length, 40);
  assert.equal(new Set(relay.mails.map((mail) => mail.headers['message-id'][0])).size, 40);
});

test('a relay that wants a password gets it, and nobody else does', async () => {
  const relay = await sink({ user: 'jalon', password: 'geheim-4711' });
  opened.push(() => { delete process.env.JALON_SMTP_PASSWORD; });
  process.env.JALON_SMTP_PASSWORD = 'wrong-4712';
  const wrong = await start(relay.url, ['--smtp-user', 'jalon']);
  put('zoe@example.org', 'known', 'b');
  await until(() => /mail postponed/.test(wrong.output()));
  await stop(wrong);
  process.env.JALON_SMTP_PASSWORD = 'geheim-4711';
  const right = await start(relay.url, ['--smtp-user', 'jalon']);
  assert.equal((await relay.take(1))[0].subject, 'known');
  await until(() => rows().every((one) => one.sent || one.failed));
  for (const server of [wrong, right]) assert.doesNotMatch(server.output(), /471[12]/);
});

test('what cannot be a relay is refused at the start, without showing it', () => {
  for (const [words, expected] of [
    [['--smtp', 'http://127.0.0.1', '--mail-from', 'a@b.fr'], /--smtp takes/],
    [['--smtp', 'smtp://me:geheim@host', '--mail-from', 'a@b.fr'], /--smtp takes/],
    [['--smtp', 'smtp://127.0.0.1'], /--mail-from/],
    [['--smtp', 'smtp://127.0.0.1', '--mail-from', 'a@b.fr\r\nBcc: c@d.fr'], /--mail-from/],
    [['--smtp', 'smtp://127.0.0.1', '--mail-from', 'a@b.fr', '--smtp-user', 'me'], /smtp-password/],
  ]) {
    assert.throws(() => execFileSync(JALON, ['serve', '--data', data, '--listen', '127.0.0.1:0', ...words], { stdio: 'pipe', timeout: 60000 }), (error) => {
      assert.match(String(error.stderr), expected);
      assert.doesNotMatch(String(error.stderr), /geheim/);
      return true;
    });
  }
});
