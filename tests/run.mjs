#!/usr/bin/env node
// run -- every test, or those named; closes with "N passed, N failed".
//
//   ./muster test                        all of them
//   ./muster test unit/common/bus        a test, or all below a folder
//   ./muster test tests/system/limits.test.mjs shape fuzz/text_gsm
//                                        paths, names, ends of names, parts
//   ./muster test asan/unit/common/bus   under the sanitizers
//   ./muster test --changed              what the change at hand touches
//   ./muster test --list [name...]       the names
//
// Nothing stops at a failure: all run, then the sum. What a test printed is
// kept in build/test-logs/<name>.log; of one that fails it is shown. What is
// independent runs side by side (see runner/lanes.mjs); MUSTER_LONG=1 fuzzes
// for ten minutes each, kills more often and lets clang-tidy look further.
import {mkdirSync, readFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {changed_files, choose_changed} from './runner/changed.mjs';
import {find, nearest, with_needs} from './runner/choose.mjs';
import {PARTS, all_jobs} from './runner/jobs.mjs';
import {Lanes} from './runner/lanes.mjs';
import {end_all} from './runner/process.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '..');
const LOGS = 'build/test-logs';
const EACH_SHOWN_MAX = 60; // so many jobs have a line each

process.chdir(TOP);

function help() {
    const text = readFileSync('tests/run.mjs', 'utf8');
    const words = /^\/\/ run -- [\s\S]*?\n(?!\/\/)/m.exec(text)[0];
    console.log(words.replace(/^\/\/ ?/gm, '').trimEnd());
    console.log(`\nParts: ${PARTS.join(' ')}`);
}

// null when a word means nothing, which has then been said.
function choose(jobs, words) {
    const chosen = new Set();
    let unknown = 0;
    for (const word of words) {
        const found = find(jobs, word);
        found.forEach((job) => chosen.add(job));
        if (found.length === 0) {
            const near = nearest(jobs, word);
            console.error(`There is no test, check, fuzz target or part ` +
                `"${word}"${near.length ? `; near it: ${near.join(', ')}` : ''}` +
                '. All names: ./muster test --list');
            unknown++;
        }
    }
    return unknown ? null : jobs.filter((job) => chosen.has(job));
}

// ---- the sum --------------------------------------------------------------

class Sum {
    constructor(jobs) {
        this.parts = new Map(PARTS.filter((part) =>
            jobs.some((job) => job.part === part)).map((part) =>
            [part, {passed: 0, failed: 0, took: 0, work: 0,
                left: jobs.filter((job) => job.part === part).length}]));
        this.has_lines = jobs.length <= EACH_SHOWN_MAX;
        this.failed = [];
        this.passed = 0;
        this.began = Date.now();
    }

    add(job, took, {passed, failed, work_s}) {
        const part = this.parts.get(job.part);
        const counted = job.uncounted ? 0 : passed;
        part.passed += counted;
        part.failed += failed.length;
        part.took += took ?? 0;
        part.work += work_s;
        part.left--;
        this.passed += counted;
        this.failed.push(...failed);
        if (this.has_lines && !job.uncounted) {
            this.say(job.id, counted, failed.length, took ?? 0);
        } else if (!this.has_lines && part.left === 0) {
            this.say(job.part, part.passed, part.failed, part.took);
        }
        for (const {name, shown} of failed) {
            console.log(`    FAILED ${name}` + (shown ?? '')
                .replace(/^/gm, '    | ').replace(/^/, '\n'));
        }
    }

    say(name, passed, failed, took) {
        console.log(`==> ${name.padEnd(this.has_lines ? 36 : 12)}${passed} ` +
            `passed, ${failed} failed (${took.toFixed(0)} s)`);
    }

    // Seconds are of all its jobs, which overlap; work is the processors'.
    table() {
        const line = (...cells) => console.log(cells.map((cell, i) =>
            i ? String(cell).padStart(9) : cell.padEnd(12)).join(''));
        console.log();
        line('part', 'passed', 'failed', 'seconds', 'work');
        for (const [name, part] of this.parts) {
            line(name, part.passed, part.failed, part.took.toFixed(0),
                part.work.toFixed(0));
        }
        const clock = ((Date.now() - this.began) / 1000).toFixed(0);
        console.log(`all: ${clock} s by the clock`);
        if (this.failed.length > 0) {
            console.log(`\nFailed (logs in ${join(TOP, LOGS)}):`);
            this.failed.forEach(({name}) => console.log(`    ${name}`));
        }
        console.log(`${this.passed} passed, ${this.failed.length} failed`);
    }
}

// The plain build of a whole run is of everything: its warnings are judged.
async function run_all(jobs, is_whole) {
    const sum = new Sum(jobs);
    const results = new Map();
    const lanes = new Lanes({
        lanes: availableParallelism(), seconds_file: `${LOGS}/seconds.json`,
        on_done: (job, took) => sum.add(job, took, results.get(job) ?? {
            passed: 0, work_s: 0,
            failed: [{name: `${job.id}: not run, for what it needs failed`}],
        }),
    });
    await lanes.run(jobs, async (job) => {
        const needed_by = jobs.filter(({needs}) => needs.includes(job.id));
        const done = await job.start(join(LOGS, `${job.id}.log`),
            is_whole && job.id === 'build' ? null : needed_by);
        results.set(job, {work_s: done.work_s, ...job.read(job.id, done)});
        return done.code === 0;
    });
    sum.table();
    return sum.failed.length > 0 ? 1 : 0;
}

async function main(words) {
    if (words.includes('--help') || words.includes('-h')) {
        help();
        return 0;
    }
    const wrong = words.find((word) =>
        word.startsWith('-') && !['--list', '--changed'].includes(word));
    if (wrong) {
        console.error(`No such option: ${wrong}. See ./muster test --help`);
        return 2;
    }
    mkdirSync(LOGS, {recursive: true});
    const jobs = all_jobs();
    const names = words.filter((word) => !word.startsWith('-'));
    const chosen = names.length ? choose(jobs, names) :
        words.includes('--changed') ? choose_changed(jobs, changed_files()) :
            jobs.filter((job) => words.includes('--list') || job.usual);
    if (!chosen) {
        return 2;
    }
    if (words.includes('--list')) {
        chosen.filter((job) => !job.uncounted)
            .forEach((job) => console.log(job.id));
        return 0;
    }
    return run_all(with_needs(jobs, chosen), words.length === 0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
        end_all();
        process.exit(130);
    });
}
process.exitCode = await main(process.argv.slice(2));
