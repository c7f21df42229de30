// SPDX-License-Identifier: AGPL-3.0-or-later
// Builds the page into a folder: node build.mjs OUTDIR
//
// Writes the shells (index.html of a map, page.html of the pages around it; with {{placeholders}} for the
// program to fill) and the files that are served under /assets/. Each page is a bundle of its own: what
// it shares with others is small, and nobody waits for a page that is not open. The same sources and lock file give the same bytes.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = process.argv[2];
if (!out) {
  console.error('usage: node build.mjs OUTDIR');
  process.exit(2);
}

// Browsers of the last five years: phones are kept longer than computers.
const shared = {
  absWorkingDir: here,
  minify: true,
  target: ['es2020', 'chrome87', 'firefox86', 'safari14'],
  legalComments: 'inline',
  logLevel: 'warning',
};

const parts = ['account', 'conversation', 'desk', 'members', 'profile', 'settings'].map((name) => `community/${name}.ts`);
const maplibre = join(here, 'node_modules/maplibre-gl/dist');

await mkdir(out, { recursive: true });
await esbuild.build({
  ...shared,
  entryPoints: ['app.ts', 'map.ts', 'proof.ts', ...parts],
  outdir: out,
  entryNames: '[name]',
  bundle: true,
  format: 'esm',
  // The build whose worker is a file of its own, as a policy without blob: workers requires.
  alias: { 'maplibre-gl': join(maplibre, 'maplibre-gl-csp.js') },
});
await esbuild.build({ ...shared, entryPoints: ['app.css', 'page.css', 'community.css', 'conversation.css'], outdir: out, bundle: true });
// Without the address of a source map that is not served.
const worker = await readFile(join(maplibre, 'maplibre-gl-csp-worker.js'), 'utf8');
await writeFile(join(out, 'map-worker.js'), worker.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
await copyFile(join(here, 'icon.svg'), join(out, 'icon.svg'));
for (const shell of ['index.html', 'page.html']) {
  await copyFile(join(here, shell), join(out, shell));
}
