// jobs -- everything that can be run, each under one name.
//
//   build  build-asan  build-fuzz      the three builds
//   checks/shape                       tests/checks/shape.mjs
//   unit/common/bus/ask                tests/unit/common/bus/test_ask.c
//   service/signup/crash               tests/service/signup/test_crash.c
//   asan/unit/... asan/service/...     the same under the sanitizers
//   fuzz/text_gsm                      tests/fuzz/text_gsm.c
//   system/limits                      tests/system/limits.test.mjs
//   browser/... chaos/...              likewise
//
// A job is {id, part, needs, usual, alone, start(log) -> done, read}. `usual`
// jobs run when nothing is chosen. One that measures time or memory runs
// `alone`, and says why in a line "alone: ..." of its file's head.
//
// Not usual, because it proves nothing more: a unit test without the
// sanitizers (but one that is alone is judged at its true speed, so there it
// is the sanitizers' run that is left out).
import {existsSync, mkdirSync, readFileSync, readdirSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {BUILDS, build, ctests} from './build.mjs';
import {run} from './process.mjs';
import {read_cmocka, read_code, read_tap} from './results.mjs';

export const PARTS = ['build', 'build-asan', 'build-fuzz', 'checks', 'unit',
    'service', 'asan', 'fuzz', 'system', 'browser', 'chaos'];
const FUZZ_S = process.env.MUSTER_LONG ? 600 : 3; // of each target
const NODE_LIMIT_S = 600; // of a file
const HEAD_BYTES = 2000;

function head(file) {
    return readFileSync(file, 'utf8').slice(0, HEAD_BYTES);
}

const says = (file, word) => new RegExp(`^(?://|#| \\*) ${word}`, 'm')
    .test(head(file));

function files(dir, pattern) {
    return existsSync(dir) ? readdirSync(dir, {recursive: true}).sort()
        .filter((name) => pattern.test(name)).map((name) => join(dir, name)) :
        [];
}

function builds() {
    return Object.keys(BUILDS).map((dir) => ({
        id: dir, part: dir, needs: [], usual: true, alone: true,
        read: read_code, start: (log, chosen) => build(log, dir, chosen),
    }));
}

function checks() {
    return files('tests/checks', /^[a-z_]+\.(sh|mjs)$/)
        .filter((file) => statSync(file).mode & 0o111)
        .map((file) => ({
            id: `checks/${/(\w+)\.\w+$/.exec(file)[1]}`, part: 'checks', file,
            needs: says(file, 'needs: build') ? ['build'] : [], usual: true,
            read: read_code,
            start: (log) => run(log, [file], {env: {JOBS: '1'}}),
        }));
}

function start_ctest(dir, test, {env = {}, slower = 1}) {
    return (log) => {
        const known = ctests(dir).get(test);
        return known ? run(log, known.command, {env: {...known.env, ...env},
            limit_s: known.limit_s * slower}) :
            Promise.resolve({code: 1, work_s: 0,
                output: `CMake knows no test ${test} in ${dir}/\n`});
    };
}

const SANITIZED = {
    env: {
        ASAN_OPTIONS: 'detect_stack_use_after_return=1',
        UBSAN_OPTIONS: 'print_stacktrace=1',
    },
    slower: 4,
};

// Two jobs a file: plain, and under the sanitizers.
function c_tests() {
    return ['unit', 'service'].flatMap((label) =>
        files(join('tests', label), /(^|\/)test_\w+\.c$/).flatMap((file) => {
            const test = file.replace(/^tests\//, '')
                .replace(/test_(\w+)\.c$/, '$1');
            const alone = says(file, 'alone: ');
            const common = {file, test, alone, read: read_cmocka};
            return [{
                ...common, id: test, part: label, needs: ['build'],
                usual: alone || label === 'service',
                start: start_ctest('build', test, {}),
            }, {
                ...common, id: `asan/${test}`, part: 'asan',
                needs: ['build-asan'], usual: !alone,
                start: start_ctest('build-asan', test, SANITIZED),
            }];
        }));
}

// What a target begins with: tests/fuzz/seeds/<name>/. What it finds beside
// them stays in build-fuzz/.
function corpus(name) {
    const seeds = `tests/fuzz/seeds/${name}`;
    if (!existsSync(seeds)) return [];
    mkdirSync(`build-fuzz/corpus/${name}`, {recursive: true});
    return [`build-fuzz/corpus/${name}`, seeds];
}

// A crash leaves its input in build-fuzz/.
function fuzzers() {
    return files('tests/fuzz', /\.c$/).map((file) => {
        const name = /(\w+)\.c$/.exec(file)[1];
        return {
            id: `fuzz/${name}`, part: 'fuzz', file, target: `fuzz_${name}`,
            needs: ['build-fuzz'], usual: true, read: read_code,
            start: (log) => run(log, [`build-fuzz/fuzz/fuzz_${name}`,
                `-max_total_time=${FUZZ_S}`, '-timeout=10',
                '-artifact_prefix=build-fuzz/', ...corpus(name)]),
        };
    });
}

function is_newer(file, than) {
    return existsSync(file) && (!existsSync(than) ||
        statSync(file).mtimeMs > statSync(than).mtimeMs);
}

// The packages of a folder's tests, by its lock file.
function packages(part) {
    const dir = `tests/${part}`;
    return is_newer(join(dir, 'package-lock.json'),
        join(dir, 'node_modules/.package-lock.json')) ? [{
            id: `npm/${part}`, part, needs: [], usual: true, uncounted: true,
            read: read_code,
            start: (log) => run(log, ['npm', 'ci', '--prefix', dir,
                '--no-audit', '--no-fund']),
        }] : [];
}

function node_tests() {
    return ['system', 'browser', 'chaos'].flatMap((part) => {
        const npm = packages(part);
        return [...npm, ...files(`tests/${part}`, /^[\w-]+\.test\.mjs$/)
            .map((file) => ({
                id: file.replace(/^tests\//, '').replace(/\.test\.mjs$/, ''),
                part, file, needs: ['build', ...npm.map(({id}) => id)],
                usual: true, alone: says(file, 'alone: '), read: read_tap,
                start: (log) => run(log, ['node', '--test',
                    '--test-reporter=tap', file], {
                    limit_s: NODE_LIMIT_S,
                    env: {MUSTER_BIN: resolve('build/bin'),
                        MUSTER_SOURCE: resolve('.')},
                }),
            }))];
    });
}

export function all_jobs() {
    return [...builds(), ...checks(), ...c_tests(), ...fuzzers(),
        ...node_tests()];
}
