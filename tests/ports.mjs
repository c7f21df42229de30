// SPDX-License-Identifier: AGPL-3.0-or-later
// Ports for programs that must be told theirs. Below those that the system gives to clients and to who
// asks for any, and beside those of tests/postgres/cluster: between the look and its use nobody takes one.
import { createServer } from 'node:net';

const FIRST = 10000;
const COUNT = 10000;

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer().on('error', () => resolve(false))
      .listen(port, '0.0.0.0', () => probe.close(() => resolve(true)));
  });
}

/** So many ports that are free on all of loopback now. */
export async function freePorts(count) {
  const found = new Set();
  while (found.size < count) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

export async function freePort() {
  return (await freePorts(1))[0];
}
