#!/usr/bin/env node
// includes -- who may include what: no service another service's files, and
// each library's headers in the one wrapper that owns it.
import {readFileSync} from 'node:fs';
import {execFileSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '../..'));

// library header -> the files of the tree that may include it
const OWNERS = [
    [/^zmq/, /^common\/bus\//],
    [/^hiredis\//, /^common\/store\//],
    [/^event2?[/.]/, /^common\/(loop|http|bus|store|fetch)\//],
    [/^sodium/, /^common\/crypto\//],
    [/^curl\//, /^common\/fetch\//],
    [/^jansson/, /^common\/text\/json\.[ch]$/],
    [/^qrencode/, /^common\/text\/qr\.c$/],
    [/^ini\.h/, /^common\/base\/conf\.c$/],
    [/^idn2/, /^common\/text\/contact\.c$/],
    [/^phonenumbers\//, /^common\/text\/phone_shim\.cc$/],
    [/^openssl\//, /^common\/crypto\//],
    [/^pthread/, /^common\/loop\/worker\.c$/],
];

const files = execFileSync('git', ['ls-files', 'common', 'services'],
    {encoding: 'utf8'}).split('\n').filter((f) => /\.(c|h|cc)$/.test(f));
let wrong = 0;

function complain(file, line, why) {
    console.log(`${file}:${line}: ${why}`);
    wrong++;
}

function check(file, line, header) {
    const from = /^services\/([^/]+)\//.exec(file)?.[1];
    const to = /^services\/([^/]+)\//.exec(header)?.[1];
    if (to && to !== from) {
        complain(file, line, `includes ${header}: a service never includes ` +
            `another's files, and common none`);
    }
    for (const [library, owner] of OWNERS) {
        if (library.test(header) && !owner.test(file)) {
            complain(file, line, `includes <${header}>: only ${owner.source} may`);
        }
    }
}

for (const file of files) {
    readFileSync(file, 'utf8').split('\n').forEach((text, i) => {
        const match = /^\s*#\s*include\s*[<"]([^>"]+)[>"]/.exec(text);
        if (match) {
            check(file, i + 1, match[1]);
        }
    });
}
process.exit(wrong ? 1 : 0);
