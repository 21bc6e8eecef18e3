// Bundles the page into build/: page.js and page.css. The data comes from the server that shows it.
import * as esbuild from 'esbuild';
import { writeFileSync } from 'node:fs';

await esbuild.build({
  entryPoints: { page: 'src/main.tsx' },
  outdir: 'build',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'chrome120',
  logLevel: 'warning',
  loader: { '.svg': 'dataurl', '.png': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl' },
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
});
writeFileSync(
  'build/index.html',
  '<!doctype html><meta charset="utf-8"><title>dashboard</title>' +
    '<link rel="stylesheet" href="page.css"><style>body{margin:0}</style><div id="page"></div>' +
    '<script type="module" src="page.js"></script>\n',
);
