// Builds the page into build/page, or into the folder that is named: index.html, page.js and page.css, nothing else needed.

import { build } from 'esbuild';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { codes } from './tools/codes.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, '..', 'build', 'page'));

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: { page: 'src/main.tsx' },
  outdir: out,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  plugins: [codes],
  logLevel: 'warning',
});
await cp(join(here, 'src', 'ui', 'style.css'), join(out, 'page.css'));
await cp(join(here, 'index.html'), join(out, 'index.html'));
for (const name of ['index.html', 'page.css', 'page.js']) {
  const data = await readFile(join(out, name));
  console.log(`${name.padEnd(12)}${kilobytes(data.length)} kB, ${kilobytes(gzipSync(data).length)} kB compressed`);
}

function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1).padStart(6);
}
