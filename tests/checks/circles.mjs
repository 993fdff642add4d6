#!/usr/bin/env node
// circles -- no circle of files between folders: if room A includes or calls
// room B, nothing in B leads back to A.
//
// A folder is a room: each library of common/, each subfolder of a service
// (its own subfolders too), and what stands at a service's top. Arrows are
// includes, and calls by the compiled files: a prototype in the service's map
// header hides no call. To include the map, <service>/<service>.h, is none.
//
//   circles.mjs [folder]   only the circles below that folder
//   circles.mjs --draw     the rooms, those that lean on nothing first, each
//                          with those it leans on
//
// needs: build
import {dirname} from 'node:path';
import {complain, files, finish, includes} from './tree.mjs';
import {objects} from './objects.mjs';

const SHOWN_MAX = 3; // examples of an arrow

const arrows = new Map(); // from -> Map(to -> Set of examples)

function add(from_file, to_file, example) {
    const from = dirname(from_file);
    const to = dirname(to_file);
    if (from !== to) {
        const of = arrows.get(from) ?? new Map();
        arrows.set(from, of);
        of.set(to, (of.get(to) ?? new Set()).add(example));
    }
}

function is_map(header) {
    const parts = header.split('/');
    return parts.length === 3 && parts[2] === `${parts[1]}.h` &&
        parts[0] === 'services';
}

function add_includes() {
    const known = new Set(files(/\.h$/, 'common', 'services'));
    for (const file of files(/\.(c|h|cc)$/, 'common', 'services')) {
        for (const {line, header} of includes(file)) {
            if (known.has(header) && !is_map(header)) {
                add(file, header, `${file}:${line} includes ${header}`);
            }
        }
    }
}

function is_same_house(a, b) {
    return !b.startsWith('services/') ||
        a.split('/')[1] === b.split('/')[1];
}

function add_calls() {
    const all = objects();
    const home = new Map(); // name -> the files that define it
    for (const {source, defines} of all) {
        defines.forEach((name) =>
            home.set(name, [...(home.get(name) ?? []), source]));
    }
    for (const {source, needs} of all) {
        for (const name of needs) {
            (home.get(name) ?? []).filter((to) => is_same_house(source, to))
                .forEach((to) => add(source, to, `${source} uses ${name}`));
        }
    }
}

// Everything that can be reached from `start` by at least one arrow.
function reach(start) {
    const seen = new Set();
    const next = [start];
    while (next.length > 0) {
        for (const to of arrows.get(next.pop())?.keys() ?? []) {
            if (!seen.has(to)) {
                seen.add(to);
                next.push(to);
            }
        }
    }
    return seen;
}

function check(below) {
    const can_reach = new Map([...arrows.keys()].map((a) => [a, reach(a)]));
    for (const [from, tos] of arrows) {
        for (const [to, examples] of tos) {
            if (can_reach.get(to)?.has(from) && from.startsWith(below)) {
                complain(`${from} -> ${to}`, 'is part of a circle:\n    ' +
                    [...examples].slice(0, SHOWN_MAX).join('\n    '));
            }
        }
    }
}

// A line a room, below what leans on it.
function draw() {
    const rooms = new Set([...arrows].flatMap(([a, tos]) =>
        [a, ...tos.keys()]));
    const drawn = new Set();
    while (drawn.size < rooms.size) {
        const left = [...rooms].filter((room) => !drawn.has(room));
        const free = left.filter((room) =>
            [...arrows.get(room)?.keys() ?? []].every((to) => drawn.has(to)));
        for (const room of free.length ? free.sort() : left) {
            const on = [...arrows.get(room)?.keys() ?? []].sort();
            console.log(on.length ? `${room}: ${on.join(' ')}` : room);
            drawn.add(room);
        }
    }
}

add_includes();
add_calls();
if (process.argv[2] === '--draw') {
    draw();
} else {
    check(process.argv[2] ?? '');
    finish();
}
