// bundle -- the staff's pages as one small file each, for build/web.
//
//   node bundle.mjs <npm> <to> <maps> <entry>...
//
// Source maps go to <maps>, which nobody serves. Fails when what a page loads
// is larger than GZIP_BYTES_MAX: staff open it on a phone, at a rally.
import {mkdirSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, join, resolve} from 'node:path';
import {gzipSync} from 'node:zlib';

const GZIP_BYTES_MAX = 24000;
const [npm, to, maps, ...entries] = process.argv.slice(2);
const {buildSync} = createRequire(resolve(npm, 'x'))('esbuild');

const {outputFiles} = buildSync({
    entryPoints: entries,
    outdir: to,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    nodePaths: [join(npm, 'node_modules')],
    sourcemap: 'external',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
});
for (const dir of [to, maps]) {
    mkdirSync(dir, {recursive: true});
}
for (const {path, contents} of outputFiles) {
    const isMap = path.endsWith('.map');
    writeFileSync(join(isMap ? maps : to, basename(path)), contents);
    const bytes = gzipSync(contents, {level: 9}).length;
    if (!isMap) {
        console.log(`${basename(path)}: ${bytes} bytes, gzipped`);
    }
    if (!isMap && bytes > GZIP_BYTES_MAX) {
        console.error(`${basename(path)}: at most ${GZIP_BYTES_MAX}`);
        process.exitCode = 1;
    }
}
