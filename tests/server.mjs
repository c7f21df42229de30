// SPDX-License-Identifier: AGPL-3.0-or-later
// A server of the program for one test: on a free port of loopback, stopped by its process id.
import { spawn } from 'node:child_process';

const START_LIMIT_MS = 60000;
const STOP_LIMIT_MS = 60000;

const started = []; // servers of this process
/* Of a test that has failed the end is seen: beside what it says, what was not as usual. */
process.on('exit', (code) => {
  for (const { child, output } of code === 0 ? [] : started.slice(-4)) {
    const lines = output().trimEnd().split('\n').filter((line) => !line.includes(' info request '));
    console.error(`--- jalon serve (${child.pid}), ended with ${child.exitCode ?? child.signalCode}:\n${lines.slice(-6).join('\n')}`);
  }
});

/** Starts the server; resolves with its process and port once it says where it listens. */
export function serve(jalon, data, options = []) {
  return new Promise((resolve, reject) => {
    const child = spawn(jalon, ['serve', '--data', data, '--listen', '127.0.0.1:0', ...options]);
    let output = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`jalon serve did not say where it listens:\n${output}`));
    }, START_LIMIT_MS);
    const look = (bytes) => {
      output += bytes;
      const match = /http:\/\/127\.0\.0\.1:(\d+)\D/.exec(output);
      if (match) {
        clearTimeout(timer);
        const server = { child, port: Number(match[1]), output: () => output };
        if (!started.some((one) => one.child === child)) started.push(server);
        resolve(server);
      }
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('error', (error) => { clearTimeout(timer); reject(error); });
    child.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`jalon serve ended with ${code}:\n${output}`));
    });
  });
}

/** Stops it by its process id; resolves with its exit code. */
export function stop(server) {
  return new Promise((resolve) => {
    if (server.child.exitCode !== null || server.child.signalCode !== null) {
      resolve(server.child.exitCode);
      return;
    }
    const timer = setTimeout(() => server.child.kill('SIGKILL'), STOP_LIMIT_MS);
    server.child.removeAllListeners('exit');
    server.child.on('exit', (code) => {
      clearTimeout(timer);
      // What it said last is read behind that; but a child of its own may keep the pipe for itself.
      const late = setTimeout(() => resolve(code), 5000);
      server.child.on('close', () => { clearTimeout(late); resolve(code); });
    });
    server.child.kill('SIGTERM');
  });
}
