// choose -- the jobs that some words mean.
//
// A word is a part, a name, the end of a name, a folder of names, or a path
// of a test's file or folder, as it comes from the shell's completion.
import {relative, resolve} from 'node:path';

const NEAREST_MAX = 4;
const SAME = 0.6; // of letters that must be changed, to be near at all

// tests/unit/common/test_bus.c -> unit/common/bus
function plain(word) {
    const path = relative('.', resolve(word)) || word;
    return path.replace(/^tests\//, '')
        .replace(/(?:\.test)?\.(?:c|sh|mjs)$/, '')
        .replace(/(^|\/)(?:test_|fuzz_)(\w+)$/, '$1$2');
}

function is_below(job, name) {
    return job.id === name || job.part === name || job.id.startsWith(`${name}/`);
}

function ends_with(job, name) {
    return job.id.endsWith(`/${name}`) || job.id.includes(`/${name}/`) ||
        job.id.replaceAll('/', '_') === name;
}

export function find(jobs, word) {
    const name = plain(word);
    const below = jobs.filter((job) => !job.uncounted && is_below(job, name));
    if (below.length > 0) {
        return below;
    }
    const ending = jobs.filter((job) => ends_with(job, name));
    const unsanitized = ending.filter((job) => job.part !== 'asan');
    return unsanitized.length > 0 ? unsanitized : ending;
}

// Letters to change to make b of a.
function distance(a, b) {
    let row = [...Array(b.length + 1).keys()];
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            next[j] = Math.min(row[j] + 1, next[j - 1] + 1,
                row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        }
        row = next;
    }
    return row[b.length];
}

// The names most like `word`, which means nothing.
export function nearest(jobs, word) {
    const name = plain(word);
    const names = new Map(); // what may have been meant -> its full name
    for (const {id, part} of jobs.filter((job) => job.part !== 'asan')) {
        names.set(part, part);
        names.set(id, id);
        names.set(id.slice(id.lastIndexOf('/') + 1), id);
    }
    const near = [...names].map(([meant, id]) =>
        ({id, far: distance(name, meant) / Math.max(name.length, meant.length)}))
        .filter(({far}) => far <= SAME).sort((a, b) => a.far - b.far);
    return [...new Set(near.map(({id}) => id))].slice(0, NEAREST_MAX);
}

// Those chosen, with the builds and packages that they need.
export function with_needs(jobs, chosen) {
    const by_id = new Map(jobs.map((job) => [job.id, job]));
    const all = new Set(chosen);
    for (const job of all) { // grows as it goes
        job.needs.forEach((id) => all.add(by_id.get(id)));
    }
    return jobs.filter((job) => all.has(job));
}
