#!/usr/bin/env node
// run -- every benchmark, then one table (Markdown) with the ratios.
//
//   tests/bench/run [--quick] [part ...]
//
// Each bench asserts that its effects happened and prints a JSON line for
// each figure. Absolute figures are of this machine; a ratio is between two
// figures of one run. --quick: small numbers, to see that all of it works.
import {spawn} from 'node:child_process';
import {cpus, loadavg} from 'node:os';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = process.env.MUSTER_BIN || join(TOP, 'build/bin');
const TESTS = join(BIN, '../tests');

const words = process.argv.slice(2);
const is_quick = words.includes('--quick');
const wanted = words.filter((word) => !word.startsWith('--'));
const size = (usual, quick) => String(is_quick ? quick : usual);

const BENCHES = {
    http: ['node', join(TOP, 'tests/bench/http.mjs'), size(100000, 2000)],
    checkin: [join(TESTS, 'checkin_bench'), size(200000, 5000)],
    signup: [join(TESTS, 'signup_bench'), 'rate', size(100000, 5000)],
    cold: [join(TESTS, 'signup_bench'), 'cold', size(1000000, 20000)],
    engines: [join(TESTS, 'engines_bench'), size(3000, 200)],
    broadcast: ['node', join(TOP, 'tests/bench/broadcast.mjs'),
        ...(is_quick ? ['2000'] : ['20000', '200000'])],
};

const unknown = wanted.filter((word) => !(word in BENCHES));
if (unknown.length > 0) {
    console.error(`there is no part "${unknown[0]}"; there are: ` +
        Object.keys(BENCHES).join(', '));
    process.exit(2);
}

const figures = [];
let failed = 0;

// broadcast.mjs has a form of its own.
function take(figure) {
    if (figure.bench !== 'broadcast') {
        figures.push(figure);
        return;
    }
    const what = `broadcast to ${figure.recipients} through the http provider`;
    figures.push({name: what, value: figure.per_second, unit: 'per second',
        against: 'a bare libcurl-multi loop', ratio: figure.ratio});
    figures.push({name: 'Redis, for each recipient of it',
        value: figure.bytes_per_recipient, unit: 'bytes', against: 'aim of 1',
        ratio: null});
    const memory = Object.entries(figure.resident_mb)
        .map(([name, mb]) => `${name} ${mb}`).join(', ');
    figures.push({name: `resident memory during it: ${memory}`, value: null,
        unit: 'MB', against: null, ratio: null});
}

function run(name, [command, ...args]) {
    console.error(`== ${name}`);
    const child = spawn(command, args, {cwd: TOP,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {...process.env, MUSTER_BIN: BIN}});
    createInterface({input: child.stdout}).on('line', (line) => {
        console.error(line);
        if (line.startsWith('{"name"') || line.startsWith('{"bench"')) {
            take(JSON.parse(line));
        }
    });
    return new Promise((resolve) => child.on('close', (code) => {
        if (code !== 0) {
            failed++;
            console.error(`${name} failed with ${code}`);
        }
        resolve();
    }));
}

const number = (value) => value === null ? '' :
    value.toLocaleString('en-GB', {maximumFractionDigits: 2});

function print_table() {
    console.log(`\n${cpus().length} cores (${cpus()[0].model.trim()}), ` +
        `load ${loadavg()[0].toFixed(1)} at the end, appendfsync always\n`);
    console.log('| figure | | unit | against, in the same run | ratio |');
    console.log('|---|--:|---|---|--:|');
    for (const {name, value, unit, against, ratio} of figures) {
        console.log(`| ${name} | ${number(value)} | ${unit} | ` +
            `${against ?? ''} | ${number(ratio)} |`);
    }
}

for (const [name, command] of Object.entries(BENCHES)) {
    if (wanted.length === 0 || wanted.includes(name)) {
        await run(name, command);
    }
}
print_table();
process.exit(failed > 0 ? 1 : 0);
