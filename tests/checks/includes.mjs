#!/usr/bin/env node
// includes -- who may include what:
//
//   - no service another service's files, and common/ no service's;
//   - of a library of common/, from outside, its public header alone, and
//     from another library only where common/libraries.txt lets it stand on it;
//   - a library from outside the tree in the one folder that wraps it (as
//     common/libraries.txt says), and there in the one file, if it is one.
import {complain, files, finish, includes, libraries} from './tree.mjs';

const LIBRARIES = libraries();

// header -> its name in common/libraries.txt, and the one file if it is one
const OUTSIDE = [
    [/^zmq/, 'libzmq'],
    [/^hiredis\//, 'hiredis'],
    [/^event2?[/.]/, 'libevent'],
    [/^sodium/, 'libsodium'],
    [/^openssl\//, 'libcrypto'],
    [/^curl\//, 'libcurl'],
    [/^jansson/, 'jansson', /\/json\.[ch]$/],
    [/^qrencode/, 'libqrencode', /\/qr\.c$/],
    [/^idn2/, 'libidn2', /\/contact\.c$/],
    [/^phonenumbers\//, 'phonenumber', /\/phone_shim\.cc$/],
    [/^ini\.h/, 'inih', /\/conf\.c$/],
    [/^pthread/, 'Threads', /\/worker\.c$/],
];

// Public beside <library>/<library>.h.
const PUBLIC_TOO = ['common/http/sse.h', 'common/service/asked.h'];

function library_of(path) {
    const name = /^common\/(\w+)\//.exec(path)?.[1];
    return LIBRARIES.has(name) ? name : undefined;
}

// A library's own tests may see what is private to it.
function is_inside(file, library) {
    return file.startsWith(`common/${library}/`) ||
        file.startsWith(`tests/unit/common/${library}/`) ||
        file.startsWith(`tests/service/common/`) ||
        file.startsWith(`tests/fuzz/${library}_`);
}

function is_public(header, library) {
    return library === 'client' || PUBLIC_TOO.includes(header) ||
        header === `common/${library}/${library}.h`;
}

function check_library(where, file, header) {
    const to = library_of(header);
    const from = library_of(file);
    if (!to || is_inside(file, to)) {
        return;
    }
    if (!is_public(header, to)) {
        complain(where, `includes ${header}, which is private to ${to}`);
    }
    if (from && !LIBRARIES.get(from).below.has(to)) {
        complain(where, `includes ${header}: ${from} does not stand on ${to} ` +
            '(common/libraries.txt)');
    }
}

function check_service(where, file, header) {
    const from = /^services\/([^/]+)\//.exec(file)?.[1];
    const to = /^services\/([^/]+)\//.exec(header)?.[1];
    if (to && to !== from && !file.startsWith('tests/')) {
        complain(where, `includes ${header}: a service never includes ` +
            `another's files, and common/ none`);
    }
}

function check_outside(where, file, header) {
    const [, library, one_file] =
        OUTSIDE.find(([pattern]) => pattern.test(header)) ?? [];
    if (!library || file.startsWith('tests/')) {
        return;
    }
    const owner = LIBRARIES.get(library_of(file));
    if (!owner?.outside.includes(library) || !(one_file?.test(file) ?? true)) {
        const owners = [...LIBRARIES].filter(([, row]) =>
            row.outside.includes(library)).map(([name]) => `common/${name}`);
        complain(where, `includes <${header}>: only ${owners.join(', ')} may` +
            (one_file ? `, there ${one_file.source}` : ''));
    }
}

for (const file of files(/\.(c|h|cc)$/, 'common', 'services', 'tests')) {
    for (const {line, header} of includes(file)) {
        const where = `${file}:${line}`;
        check_service(where, file, header);
        check_library(where, file, header);
        check_outside(where, file, header);
    }
}
finish();
