// changed -- what the change at hand may have broken: the files that differ
// from where this branch left main (on main: from the commit before the
// last), committed or not, and the tests of what they are part of.
import {execFileSync} from 'node:child_process';

function git(...words) {
    return execFileSync('git', words,
        {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
}

function base() {
    const head = git('rev-parse', 'HEAD');
    for (const main of ['origin/main', 'main']) {
        try {
            const fork = git('merge-base', main, 'HEAD');
            if (fork !== head) {
                return fork;
            }
        } catch {
            // There is no such branch.
        }
    }
    try {
        return git('rev-parse', 'HEAD~');
    } catch {
        return head;
    }
}

export function changed_files() {
    const files = [git('diff', '--name-only', base()),
        git('ls-files', '--others', '--exclude-standard')];
    return [...new Set(files.join('\n').split('\n').filter(Boolean))];
}

// A file of the tree -> the names of tests; $1… are of its path.
const TOUCHED = [
    [/^common\/client\//, 'unit', 'service', 'system'],
    [/^common\/(\w+)\//, 'unit', 'service', 'fuzz/$1', 'system'],
    [/^(?:common|proto|seeds)\//, 'unit', 'service', 'system'],
    [/^services\/[^/]+$/, 'unit', 'system/script'],
    [/^services\/cli\//, 'unit/cli', 'system'],
    [/^services\/gateway\/(?:web|pages)\//, 'unit/gateway', 'browser'],
    [/^services\/(\w+)\//, 'unit/$1', 'service/$1', 'fuzz/$1', 'system'],
    [/^tests\/(unit\/.*|service\/.*)\/test_(\w+)\.c$/, '$1/$2', 'asan/$1/$2'],
    [/^tests\/((?:system|browser|chaos)\/[\w-]+)\.test\.mjs$/, '$1'],
    [/^tests\/(browser|chaos)\//, '$1'],
    [/^tests\/fuzz\/(\w+)\.c$/, 'fuzz/$1'],
    [/^tests\/support\/.*\.mjs$/, 'system', 'browser'],
    [/^tests\/support\//, 'unit', 'service'],
    [/^(?:cmake\/|CMakeLists)/, 'build', 'unit', 'fuzz'],
    [/^(?:muster$|docker\/)/, 'system/script'],
];

function meant(template, match) {
    return template.replace(/\$(\d)/g, (_, n) => match[n]);
}

// fuzz/<area> means the targets whose names begin so.
function is_meant(job, name) {
    return job.id === name || job.id.startsWith(`${name}/`) ||
        (job.part === 'fuzz' && job.id.startsWith(`${name}_`));
}

export function choose_changed(jobs, files) {
    const names = new Set(['checks']);
    for (const file of files) {
        const row = TOUCHED.find(([pattern]) => pattern.test(file));
        row?.slice(1).forEach((name) =>
            names.add(meant(name, row[0].exec(file))));
    }
    return jobs.filter((job) =>
        [...names].some((name) => is_meant(job, name)));
}
