// Builds assets/dist: the scripts, the fonts with their licences and one sheet of local font addresses.

import { build } from 'esbuild';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const src = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(src, '../..');
const dist = path.resolve(src, '../dist');
const packageOf = (name) => path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

/** name of the package, its sheet, the family it becomes, and which of its files are of use here */
const FONTS = [
  ['@fontsource-variable/inter', 'wght.css', 'Inter Variable', /inter-(latin|latin-ext|cyrillic|cyrillic-ext|greek|vietnamese)-wght-normal/],
  ['@fontsource-variable/noto-sans-sc', 'wght.css', 'Noto Sans SC', /noto-sans-sc-(\d+|latin|latin-ext)-wght-normal/],
];

async function scripts() {
  await build({
    entryPoints: [path.join(src, 'deckmap.js'), path.join(src, 'face.js')],
    outdir: dist,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'linked',
    loader: { '.png': 'binary' },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
    absWorkingDir: root,
  });
}

/** @returns {Promise<string>} the sheet of one family */
async function family([name, sheet, called, wanted]) {
  const from = packageOf(name);
  const css = await readFile(path.join(from, sheet), 'utf8');
  const faces = css.match(/@font-face \{[^}]*\}/g).filter((face) => wanted.test(face));
  for (const file of await readdir(path.join(from, 'files'))) {
    if (wanted.test(file) && file.endsWith('.woff2')) await cp(path.join(from, 'files', file), path.join(dist, 'fonts', file));
  }
  await cp(path.join(from, 'LICENSE'), path.join(dist, 'fonts', `LICENSE-${path.basename(name)}.txt`));
  return faces.map((face) => face.replace(/font-family: '[^']*'/, `font-family: '${called}'`).replaceAll('./files/', './')).join('\n');
}

await rm(dist, { recursive: true, force: true });
await mkdir(path.join(dist, 'fonts'), { recursive: true });
const [, ...sheets] = await Promise.all([scripts(), ...FONTS.map(family)]);
await writeFile(path.join(dist, 'fonts', 'fonts.css'), `${sheets.join('\n')}\n`);
