// Builds assets/dist: the scripts, the fonts with their licences and one sheet of local font addresses.
// `--watch FOLDER` builds scripts and sheets into a folder for developers whenever they change, with source maps, until its input ends.

import { build, context } from 'esbuild';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const src = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(src, '../..');
const dist = path.resolve(src, '../dist');
const packageOf = (name) => path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

/** Name of the package, its sheet, and which of its files hold letters that the pages' own fonts (letters.css) lack. */
const FONTS = [
  ['@fontsource-variable/noto-sans-sc', 'wght.css', /noto-sans-sc-(\d+|latin-ext)-wght-normal/],
  ['@fontsource-variable/inter', 'wght.css', /inter-(latin-ext|cyrillic|cyrillic-ext|greek|vietnamese)-wght-normal/],
];
/** All of them are one family, behind the pages' own: a sheet that comes later must not take over letters that are there. */
const OTHERS = 'Other Letters';
/** What a browser keeps for ever is packed as small as it goes, once, here. */
const PACKED = /\.(js|css)$/;

const HOW = {
  bundle: true,
  format: 'iife',
  target: 'es2022',
  external: ['*.woff2'],
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
  absWorkingDir: root,
};

async function scripts() {
  const entryPoints = [path.join(src, 'deckmap.js'), path.join(src, 'tiles.js'), path.join(src, 'face.js'), path.join(src, 'face.css')];
  await build({ ...HOW, entryPoints, outdir: dist, minify: true, legalComments: 'linked' });
}

/** @param {string} outdir */
async function watch(outdir) {
  const entryPoints = [
    { in: path.join(src, 'deckmap.js'), out: 'deckmap' },
    { in: path.join(src, 'tiles.js'), out: 'tiles' },
    { in: path.join(root, 'dev', 'face.js'), out: 'face' },
    { in: path.join(src, 'face.css'), out: 'face' },
  ];
  const builder = await context({ ...HOW, entryPoints, outdir, sourcemap: 'linked' });
  await builder.watch();
  process.stdin.on('end', () => process.exit()).resume();
}

/** @returns {Promise<string>} the sheet of one family */
async function family([name, sheet, wanted]) {
  const from = packageOf(name);
  const css = await readFile(path.join(from, sheet), 'utf8');
  const faces = css.match(/@font-face \{[^}]*\}/g).filter((face) => wanted.test(face));
  for (const file of await readdir(path.join(from, 'files'))) {
    if (wanted.test(file) && file.endsWith('.woff2')) await cp(path.join(from, 'files', file), path.join(dist, 'fonts', file));
  }
  await cp(path.join(from, 'LICENSE'), path.join(dist, 'fonts', `LICENSE-${path.basename(name)}.txt`));
  return faces.map((face) => face.replace(/font-family: '[^']*'/, `font-family: '${OTHERS}'`).replaceAll('./files/', './')).join('\n');
}

/** Beside each script and sheet the same packed, for browsers that take it so. */
async function pack(folder) {
  for (const file of await readdir(folder, { recursive: true })) {
    if (!PACKED.test(file)) continue;
    const content = await readFile(path.join(folder, file));
    const smallest = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    await writeFile(path.join(folder, `${file}.br`), brotliCompressSync(content, { params: smallest }));
    await writeFile(path.join(folder, `${file}.gz`), gzipSync(content, { level: 9 }));
  }
}

if (process.argv[2] === '--watch') await watch(path.resolve(process.argv[3]));
else {
  await mkdir(path.join(dist, 'fonts'), { recursive: true });
  const [, ...sheets] = await Promise.all([scripts(), ...FONTS.map(family)]);
  await writeFile(path.join(dist, 'fonts', 'fonts.css'), `${sheets.join('\n')}\n`);
  await pack(dist);
}
