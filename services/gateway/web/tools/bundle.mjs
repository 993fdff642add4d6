// bundle -- the staff's pages as one small file.
//
//   node bundle.mjs <npm> <entry> <bundle> <its source map>
//
// The map is for whoever reads a browser's complaint; nobody serves it. Fails
// when the bundle is larger than GZIP_BYTES_MAX: staff open it on a phone, at
// a rally.
import {mkdirSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, dirname, join, resolve} from 'node:path';
import {gzipSync} from 'node:zlib';

const GZIP_BYTES_MAX = 25000;
const [npm, entry, bundle, map] = process.argv.slice(2);
const {buildSync} = createRequire(resolve(npm, 'x'))('esbuild');

const {outputFiles} = buildSync({
    entryPoints: [entry],
    outfile: bundle,
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
// The indentation inside templates means nothing to htm, and half a kilobyte.
const unindented = (text) => Buffer.from(text.replace(/\n +/g, '\n'));

for (const {path, text} of outputFiles) {
    const to = path.endsWith('.map') ? map : bundle;
    const contents = to === bundle ? unindented(text) : text;
    mkdirSync(dirname(to), {recursive: true});
    writeFileSync(to, contents);
    if (to === bundle) {
        const bytes = gzipSync(contents, {level: 9}).length;
        console.log(`${basename(bundle)}: ${bytes} bytes, gzipped`);
        process.exitCode = bytes > GZIP_BYTES_MAX ? 1 : 0;
    }
}
if (process.exitCode) {
    console.error(`${basename(bundle)}: at most ${GZIP_BYTES_MAX} bytes`);
}
