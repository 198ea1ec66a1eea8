// Builds every file of src/entries into ../static/dist under a hashed name, and a manifest of the names.
// Run through build.py, which installs the packages first.
import { build } from 'esbuild';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { replace } from './replace.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const entries = path.join(here, 'src', 'entries');
const dist = path.join(here, '..', 'static', 'dist');
const fresh = `${dist}.new`;

// Bootstrap keeps its dark colours under an attribute that only a script could set;
// here the system's wish decides, so the same rules go under a media query.
const darkFollowsTheSystem = {
  name: 'dark-follows-the-system',
  setup(pipeline) {
    pipeline.onLoad({ filter: /bootstrap[\\/]dist[\\/]css[\\/]bootstrap\.css$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      const rule = /([^{}]*\[data-bs-theme=dark\][^{}]*)\{([^{}]*)\}/g;
      let found = 0;
      const contents = text.replace(rule, (_, selector, body) => {
        found += 1;
        const plain = selector.replaceAll('[data-bs-theme=dark]', ':root');
        return `@media (prefers-color-scheme: dark){${plain}{${body}}}`;
      });
      if (found < 5) throw new Error('bootstrap.css has no dark rules where they were expected');
      return { contents, loader: 'css' };
    });
  },
};

const names = (await readdir(entries)).filter((name) => name.endsWith('.js')).sort();
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: names.map((name) => path.join(entries, name)),
  outdir: fresh,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['chrome110', 'firefox115', 'safari16'],
  minify: true,
  sourcemap: false,
  metafile: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'file', '.bpmn': 'text', '.dmn': 'text' },
  plugins: [darkFollowsTheSystem],
  logLevel: 'warning',
});

const manifest = {};
for (const [file, output] of Object.entries(result.metafile.outputs)) {
  const made = path.basename(file);
  if (!output.entryPoint?.startsWith('src/entries/')) continue;
  const name = path.basename(output.entryPoint, '.js');
  manifest[`${name}.js`] = made;
  if (output.cssBundle) manifest[`${name}.css`] = path.basename(output.cssBundle);
}
await writeFile(path.join(fresh, 'manifest.json'), JSON.stringify(manifest, null, 1));
await replace(fresh, dist);
for (const [name, made] of Object.entries(manifest)) console.log(`  ${name} → ${made}`);
