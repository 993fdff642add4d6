#!/usr/bin/env node
// names -- no public name twice in the tree: one word is one thing.
//
// Judged by what the compiled files define, so that no macro hides one.
//
// needs: build
import {complain, finish} from './tree.mjs';
import {objects} from './objects.mjs';

const MAY_REPEAT = /^main$|^_Z/; // one of each program; C++'s own

const where = new Map(); // name -> the files that define it
for (const {source, defines} of objects()) {
    for (const name of defines) {
        where.set(name, [...(where.get(name) ?? []), source]);
    }
}
for (const [name, sources] of where) {
    const different = [...new Set(sources)].sort();
    if (different.length > 1 && !MAY_REPEAT.test(name)) {
        complain(different.join(' and '), `both define ${name}`);
    }
}
finish();
