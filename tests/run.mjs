#!/usr/bin/env node
// run -- every test, then one line: "N passed, N failed".
//
//   tests/run.mjs [part...]     parts: see PARTS; without any, all of them
//
// Nothing stops at a failure: all run, then the sum. What a part printed is
// kept in build/test-logs/<part>.log; of what fails, its end is shown.
import {spawn} from 'node:child_process';
import {createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync,
    rmSync, statSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '..');
const LOGS = join(TOP, 'build/test-logs');
const CORES = availableParallelism();
const SHOWN_LINES_MAX = 40; // of the log of what failed

process.chdir(TOP);

// ---- running one program --------------------------------------------------

// Resolves to its exit code; both outputs go to the log.
function run(log, command, args, env = {}) {
    return new Promise((resolve) => {
        const out = createWriteStream(log, {flags: 'a'});
        const child = spawn(command, args,
            {env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe']});
        child.stdout.pipe(out, {end: false});
        child.stderr.pipe(out, {end: false});
        child.on('error', (error) => out.write(`${error}\n`));
        child.on('close', (code) => out.end(() => resolve(code ?? 1)));
    });
}

function tail(log) {
    return readFileSync(log, 'utf8').trimEnd().split('\n')
        .slice(-SHOWN_LINES_MAX).map((line) => `    | ${line}`).join('\n');
}

// ---- what a part gives: {passed, failed: [{name, log?}]} ------------------

async function build(log, dir, options, targets = []) {
    if (!existsSync(join(dir, 'build.ninja'))) {
        const ccache = ['C', 'CXX'].map((l) =>
            `-DCMAKE_${l}_COMPILER_LAUNCHER=ccache`);
        const code = await run(log, 'cmake',
            ['-G', 'Ninja', '-S', '.', '-B', dir, ...ccache, ...options]);
        if (code !== 0) {
            return false;
        }
    }
    return await run(log, 'nice', ['ninja', '-k', '0', '-C', dir]) === 0;
}

async function run_build(log, dir, options) {
    return await build(log, dir, options) ? {passed: 1, failed: []} :
        {passed: 0, failed: [{name: `${dir} builds`, log}]};
}

const CHECK_NAME = /^[a-z]+\.(sh|mjs)$/;

async function run_checks() {
    const result = {passed: 0, failed: []};
    for (const file of readdirSync('tests/checks').sort()) {
        const path = join('tests/checks', file);
        if (!CHECK_NAME.test(file) || (statSync(path).mode & 0o111) === 0) {
            continue;
        }
        const log = join(LOGS, `check-${file}.log`);
        if (await run(log, path, []) === 0) {
            result.passed++;
        } else {
            result.failed.push({name: path, log});
        }
    }
    return result;
}

// One <testcase> is one program; its cases are counted by what cmocka says.
function read_junit(path, dir) {
    const result = {passed: 0, failed: []};
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    for (const [, name, status, output] of text.matchAll(
        /<testcase name="([^"]*)"[^>]*status="(\w+)"[^>]*>([\s\S]*?)<\/testcase>/g)) {
        const passed = [...output.matchAll(/^\[ +OK \]/gm)].length;
        const failed = [...output.matchAll(/^\[ +FAILED +\] ([a-z]\w*)$/gm)]
            .map((match) => match[1]);
        result.passed += passed;
        if (status === 'run') {
            result.passed += passed === 0 ? 1 : 0;
            continue;
        }
        const names = failed.length ? [...new Set(failed)] : ['(did not end well)'];
        result.failed.push(...names.map((test) =>
            ({name: `${dir} ${name}: ${test}`})));
    }
    return result;
}

async function run_ctest(log, dir) {
    const junit = join(LOGS, `${dir}.xml`);
    rmSync(junit, {force: true});
    const code = await run(log, 'ctest', ['--test-dir', dir, '-j', `${CORES}`,
        '--output-on-failure', '--output-junit', junit,
        '--test-output-size-passed', '1000000',
        '--test-output-size-failed', '1000000'], {
        ASAN_OPTIONS: 'detect_stack_use_after_return=1',
        UBSAN_OPTIONS: 'print_stacktrace=1',
    });
    const result = read_junit(junit, dir);
    if (code !== 0 && result.failed.length === 0) {
        result.failed.push({name: `ctest in ${dir}`, log});
    }
    if (result.failed.length > 0) {
        result.failed[0].log = log;
    }
    return result;
}

function node_tests(dir) {
    return existsSync(dir) ? readdirSync(dir).sort()
        .filter((file) => file.endsWith('.test.mjs'))
        .map((file) => join(dir, file)) : [];
}

// The file's packages, by its lock file.
async function install_npm(log, dir) {
    return !existsSync(join(dir, 'package.json')) ||
        existsSync(join(dir, 'node_modules/.package-lock.json')) ||
        await run(log, 'npm', ['ci', '--prefix', dir, '--no-audit',
            '--no-fund']) === 0;
}

// "# pass 3" and "not ok 2 - name" of node's TAP.
async function run_node(log, dir) {
    const files = node_tests(dir);
    if (files.length === 0) {
        return {passed: 0, failed: []};
    }
    if (!await install_npm(log, dir)) {
        return {passed: 0, failed: [{name: `npm ci in ${dir}`, log}]};
    }
    const code = await run(log, 'node', ['--test', '--test-reporter=tap',
        '--test-concurrency=1', ...files],
    {MUSTER_BIN: join(TOP, 'build/bin'), MUSTER_SOURCE: TOP});
    const text = readFileSync(log, 'utf8');
    const passed = Number(/^# pass (\d+)$/m.exec(text)?.[1] ?? 0);
    const failed = Number(/^# (?:fail) (\d+)$/m.exec(text)?.[1] ?? 0) +
        Number(/^# cancelled (\d+)$/m.exec(text)?.[1] ?? 0);
    const names = [...text.matchAll(/^\s*not ok \d+ - (.*)$/gm)]
        .map((match) => match[1]);
    const result = {passed, failed: []};
    for (let i = 0; i < failed; i++) {
        result.failed.push({name: `${dir}: ${names[i] ?? 'a test'}`});
    }
    if (code !== 0 && failed === 0) {
        result.failed.push({name: dir});
    }
    if (result.failed.length > 0) {
        result.failed[0].log = log;
    }
    return result;
}

const SANITIZE = ['-DMUSTER_SANITIZE=ON', '-DCMAKE_BUILD_TYPE=Debug',
    '-DCMAKE_C_FLAGS=-O1', '-DCMAKE_CXX_FLAGS=-O1'];

const FUZZ = ['-DCMAKE_C_COMPILER=clang', '-DCMAKE_CXX_COMPILER=clang++',
    '-DMUSTER_FUZZ=ON', '-DMUSTER_TESTS=OFF', ...SANITIZE];
const FUZZ_SECONDS = process.env.MUSTER_LONG ? 600 : 3; // of each target

// Every parser of outside input, for a moment; a crash leaves its input in
// build-fuzz/.
async function run_fuzz(log) {
    if (!await build(log, 'build-fuzz', FUZZ, ['fuzzers'])) {
        return {passed: 0, failed: [{name: 'build-fuzz builds', log}]};
    }
    const result = {passed: 0, failed: []};
    for (const target of readdirSync('build-fuzz/fuzz').sort()) {
        const target_log = join(LOGS, `${target}.log`);
        rmSync(target_log, {force: true});
        const code = await run(target_log, join('build-fuzz/fuzz', target),
            [`-max_total_time=${FUZZ_SECONDS}`, '-timeout=10',
                '-artifact_prefix=build-fuzz/']);
        if (code === 0) {
            result.passed++;
        } else {
            result.failed.push({name: target, log: target_log});
        }
    }
    return result;
}

const PARTS = {
    build: (log) => run_build(log, 'build', []),
    'build-asan': (log) => run_build(log, 'build-asan', SANITIZE),
    checks: run_checks,
    unit: (log) => run_ctest(log, 'build'),
    asan: (log) => run_ctest(log, 'build-asan'),
    fuzz: run_fuzz,
    system: (log) => run_node(log, 'tests/system'),
    browser: (log) => run_node(log, 'tests/browser'),
    chaos: (log) => run_node(log, 'tests/chaos'),
};

// ---- all of it ------------------------------------------------------------

async function main(parts) {
    const total = {passed: 0, failed: []};
    mkdirSync(LOGS, {recursive: true});
    for (const part of parts) {
        if (!(part in PARTS)) {
            console.error(`no such part: ${part}; there are: ` +
                Object.keys(PARTS).join(' '));
            return 2;
        }
        const log = join(LOGS, `${part}.log`);
        rmSync(log, {force: true});
        const began = Date.now();
        process.stdout.write(`==> ${part.padEnd(12)}`);
        const {passed, failed} = await PARTS[part](log);
        const seconds = ((Date.now() - began) / 1000).toFixed(0);
        console.log(`${passed} passed, ${failed.length} failed (${seconds} s)`);
        for (const {name, log: its} of failed) {
            console.log(`    FAILED ${name}${its ? `\n${tail(its)}` : ''}`);
        }
        total.passed += passed;
        total.failed.push(...failed);
    }
    if (total.failed.length > 0) {
        console.log(`\nFailed (logs in ${LOGS}):`);
        total.failed.forEach(({name}) => console.log(`    ${name}`));
    }
    console.log(`${total.passed} passed, ${total.failed.length} failed`);
    return total.failed.length > 0 ? 1 : 0;
}

const chosen = process.argv.slice(2);
process.exitCode = await main(chosen.length ? chosen : Object.keys(PARTS));
