// build -- the three build directories, and what of them a choice needs.
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {run} from './process.mjs';

const SANITIZE = ['-DMUSTER_SANITIZE=ON', '-DCMAKE_BUILD_TYPE=Debug',
    '-DCMAKE_C_FLAGS=-O1', '-DCMAKE_CXX_FLAGS=-O1'];

export const BUILDS = {
    build: [],
    'build-asan': SANITIZE,
    'build-fuzz': ['-DCMAKE_C_COMPILER=clang', '-DCMAKE_CXX_COMPILER=clang++',
        '-DMUSTER_FUZZ=ON', '-DMUSTER_TESTS=OFF', ...SANITIZE],
};

function configure(dir) {
    const ccache = spawnSync('ccache', ['--version']).status === 0 ?
        ['C', 'CXX'].map((l) => `-DCMAKE_${l}_COMPILER_LAUNCHER=ccache`) : [];
    return ['cmake', '-G', 'Ninja', '-S', '.', '-B', dir, ...ccache,
        ...BUILDS[dir]];
}

// The tests that CMake knows in `dir`, once it is built: id -> {command, env, limit_s}.
const known = new Map();

export function ctests(dir) {
    if (!known.has(dir)) {
        const {tests} = JSON.parse(execFileSync('ctest',
            ['--test-dir', dir, '--show-only=json-v1'],
            {encoding: 'utf8', maxBuffer: 1 << 26}));
        known.set(dir, new Map(tests.map((test) => {
            const of = Object.fromEntries((test.properties ?? [])
                .map(({name, value}) => [name, value]));
            return [test.name, {
                command: test.command, limit_s: of.TIMEOUT,
                env: Object.fromEntries((of.ENVIRONMENT ?? [])
                    .map((line) => line.split(/=(.*)/s, 2))),
            }];
        })));
    }
    return known.get(dir);
}

// Every program that CMake links in `dir`.
function programs(dir) {
    return execFileSync('ninja', ['-C', dir, '-t', 'targets', 'all'],
        {encoding: 'utf8', maxBuffer: 1 << 26}).split('\n')
        .map((line) => /^(.*): C(?:XX)?_EXECUTABLE_LINKER__/.exec(line)?.[1])
        .filter(Boolean);
}

// The program of the test unit/common/bus/ask, as cmake/tests.cmake names it.
const TEST_PROGRAM = /^tests\/(?:unit|service)_/;
const ONLY_PROOF = /^alone\//; // that it links is all
const program_of = (test) => `tests/${test.replaceAll('/', '_')}`;

// Programs and pages are for every test, so that one finds what it starts; a
// test's own program only for itself.
function targets_for(dir, jobs) {
    if (dir === 'build-fuzz') {
        return jobs.map((job) => `fuzz/${job.target}`);
    }
    const own = jobs.filter((job) => job.test)
        .map((job) => program_of(job.test));
    return ['web', ...programs(dir).filter((path) =>
        !ONLY_PROOF.test(path) &&
        (!TEST_PROGRAM.test(path) || own.includes(path)))];
}

// Builds what `jobs` need in `dir`; all of it without a list, or for a check.
export async function build(log, dir, chosen) {
    const jobs = chosen?.some(({part}) => part === 'checks') ? null : chosen;
    let done = {code: 0, work_s: 0};
    if (!existsSync(join(dir, 'build.ninja'))) {
        done = await run(log, configure(dir));
    } else if (jobs) { // new files are seen by configuring again
        done = await run(log, ['ninja', '-C', dir, 'build.ninja']);
    }
    if (done.code !== 0) {
        return done;
    }
    const targets = jobs ? targets_for(dir, jobs) :
        dir === 'build-fuzz' ? ['fuzzers'] : [];
    const built = await run(log,
        ['nice', 'ninja', '-k', '0', '-C', dir, ...targets]);
    return {...built, work_s: built.work_s + done.work_s};
}
