// SPDX-License-Identifier: AGPL-3.0-or-later
// Runs the HTTP cases of one area: node run.mjs JALON AREA [CASE]. Exit code 0: all hold.
import { runArea } from './area.mjs';

const [jalon, area, only] = process.argv.slice(2);
if (!jalon || !area) {
  console.error('usage: node run.mjs JALON AREA [CASE]');
  process.exit(2);
}
try {
  process.exitCode = (await runArea(jalon, area, { only })) === 0 ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
