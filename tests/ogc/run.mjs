#!/usr/bin/env node
// SPDX-License-Identifier: AGPL-3.0-or-later
// Walks an OGC API from its landing page and says what of the standards holds, check by check:
//
//   tests/ogc/run URL [PART]...   core, crs, tiles, queryables; all when none is named
//
// Ends with 1 when a check has failed.
import { checkCore, discover } from './core.mjs';
import { checkCrs } from './crs.mjs';
import { checkQueryables } from './schemas.mjs';
import { Report } from './suite.mjs';
import { checkTiles } from './tiles.mjs';

const parts = { core: checkCore, crs: checkCrs, tiles: checkTiles, queryables: checkQueryables };
const [url, ...named] = process.argv.slice(2);
if (!url || named.some((one) => !(one in parts))) {
  console.error('usage: tests/ogc/run URL [core|crs|tiles|queryables]...');
  process.exit(2);
}
const report = new Report((line) => console.log(line));
const context = await discover(report, url.replace(/\/$/, ''));
if (context) {
  await checkCore(named.length > 0 && !named.includes('core') ? new Report(() => {}) : report, context);
  for (const name of Object.keys(parts).filter((one) => one !== 'core')) {
    if (named.length === 0 || named.includes(name)) {
      await parts[name](report, context);
    }
  }
}
const { passed, failed, skipped } = report.counts;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || !context ? 1 : 0);
