// Runs the tests: each file is bundled, since Node does not read TypeScript, and given to node --test.
//
//   node tests/run.mjs unit|browser [--junit FILE] [WORD ...]    only files whose name has one of the words

import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { codes } from '../tools/codes.mjs';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const [kind, ...rest] = process.argv.slice(2);
const junit = rest[0] === '--junit' ? rest.splice(0, 2)[1] : null;
const folder = join(web, 'tests', kind);
const made = join(web, '.tests', kind);
const names = readdirSync(folder).filter((name) => name.endsWith('.test.ts') && (rest.length === 0 || rest.some((word) => name.includes(word))));

rmSync(made, { recursive: true, force: true });
await build({
  absWorkingDir: web,
  entryPoints: names.map((name) => join(folder, name)),
  outdir: made,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  sourcemap: 'inline',
  plugins: [codes],
  logLevel: 'warning',
});
// the browser is unpacked here, not where others' browsers are
const scratch = join(web, '.browser');
mkdirSync(scratch, { recursive: true });
// where the system has no libnss3 the browser's package unpacks its own, if it thinks itself where there is none
const hasLibraries = /libnss3\.so/.test(spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '');
const libraries = process.platform !== 'linux' || hasLibraries ? {} : { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
// against hanging: ten times what the slowest file takes
const limit = { unit: 300_000, browser: 1_200_000 }[kind];
const reporters = ['--test-reporter', 'spec', '--test-reporter-destination', 'stdout'];
if (junit !== null) reporters.push('--test-reporter', 'junit', '--test-reporter-destination', junit);
const files = names.map((name) => join(made, name.replace(/ts$/, 'mjs')));
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency', '1', '--test-timeout', String(limit), ...reporters, ...files], {
  cwd: web,
  env: { ...process.env, ...libraries, TMPDIR: scratch },
  stdio: 'inherit',
});
process.exit(status ?? 1);
