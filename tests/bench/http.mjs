#!/usr/bin/env node
// http -- sign-ups and check-ins through HTTP, and how fast a check-in is seen.
//
//   tests/bench/http.mjs [requests] [part ...]    (default 40000; all parts)
//
// signup, checkin: 256 keep-alive connections against the whole of Muster,
// durable, and in the same run against the same gateway with nothing behind
// it (gateway_null). live: 200 viewers of the attendance stream while check-
// ins arrive at 1,000 and 5,000 a second; from each acknowledgement to the
// last viewer. Every part asserts that its effects happened: the count rose
// by the number of 2xx. Prints one JSON line for each figure.
import {execFile, spawn} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {startRig, until} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = process.env.MUSTER_BIN || join(TOP, 'build/bin');
const TESTS = join(BIN, '../tests');
const CONNECTIONS = 256;
const VIEWERS = 200;
const GATES = ['north', 'south'];
const BYTES_MAX = 1 << 30;
const run = promisify(execFile);

const COUNT = Number(process.argv[2] || 40000);
const parts = process.argv.slice(3);
const wanted = (part) => parts.length === 0 || parts.includes(part);

function print(name, value, unit, against = null, ratio = null) {
    console.log(JSON.stringify({name, value: Number(value.toFixed(2)), unit,
        against, ratio: ratio === null ? null : Number(ratio.toFixed(3))}));
}

function must(is, what) {
    if (!is) throw new Error(what);
}

// The count rose by as many as were answered well. What was answered "not
// now" on a busy machine may have happened as well, and is rare.
function must_have_risen(what, rose, well, asked) {
    must(well >= asked * 0.99, `${what}: only ${well} of ${asked} were done`);
    must(rose >= well && rose <= asked,
        `${what}: ${well} of ${asked} were done, and the count rose by ${rose}`);
}

// The same gateway, the same configuration, nothing behind it.
async function startNull(rig) {
    const conf = rig.path('null.ini');
    const dir = rig.path('null');
    const text = readFileSync(rig.conf, 'utf8')
        .replace(/^dir = .*\/run$/m, `dir = ${dir}`);
    writeFileSync(conf, text, {mode: 0o600});
    const child = spawn(join(TESTS, 'gateway_null'),
        ['--config', conf, '--instance', '0'],
        {stdio: ['ignore', 'ignore', 'inherit']});
    process.on('exit', () => child.kill('SIGKILL'));
    const file = join(dir, 'gateway.0.port');
    await until('the gateway with nothing behind it', () => existsSync(file));
    return {child, port: Number(readFileSync(file, 'utf8'))};
}

// CPU seconds used so far, by process.
function cpu_of(rig) {
    return new Map([...rig.processes.values()].map(({name, child}) => {
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
            .split(') ')[1].split(' ');
        return [name, (Number(fields[11]) + Number(fields[12])) / 100];
    }));
}

// To stderr: where the time goes, in microseconds a request.
function print_cpu(rig, what, before, count) {
    const parts = [...cpu_of(rig)].map(([name, seconds]) => {
        const us = (seconds - before.get(name)) / count * 1e6;
        return `${name} ${us.toFixed(1)}`;
    });
    console.error(`${what}: us of CPU each: ${parts.join(', ')}`);
}

const port_of = (rig) => Number(new URL(rig.base).port);

async function crowd(port, path, bodies, out) {
    const words = ['--port', port, '--path', path, '--in', bodies,
        '--connections', CONNECTIONS];
    const {stdout} = await run(join(TESTS, 'crowd'),
        [...words, ...(out ? ['--out', out] : [])].map(String));
    return JSON.parse(stdout);
}

// Warmed up once, then the better of two: the machine may be doing other
// things, and an honest yardstick is the fast one.
async function crowd_null(port, path, bodies, status, count) {
    let best = {per_second: 0};
    for (let i = 0; i < 2; i++) {
        const got = await crowd(port, path, bodies);
        must(got.by_status[status] === count, `${path}: ` +
            JSON.stringify(got.by_status));
        best = got.per_second > best.per_second ? got : best;
    }
    return best;
}

async function write_people(rig, count, seed) {
    const file = rig.path(`people.${seed}.jsonl`);
    // With mail alone: the drama range has but a thousand numbers.
    const {stdout} = await run(join(BIN, 'muster'), ['people', 'generate',
        '--count', String(count + 1000), '--seed', String(seed),
        '--actions', 'rally'], {maxBuffer: BYTES_MAX});
    const lines = stdout.split('\n').slice(1000, 1000 + count).map((line) => {
        const person = JSON.parse(line);
        delete person.consent_sms;
        delete person.consent_email;
        return JSON.stringify(person);
    });
    writeFileSync(file, lines.join('\n') + '\n');
    return file;
}

async function people(rig) {
    const answer = await rig.call('POST',
        `/v1/campaigns/${rig.campaign}/audiences/preview`,
        {token: rig.tokens.organiser, body: {query: 'signedup:rally',
            class: 'service', action: 'rally'}});
    return answer.json.people;
}

async function attendance(rig) {
    const answer = await rig.call('GET',
        `/v1/campaigns/${rig.campaign}/actions/rally/attendance`,
        {token: rig.tokens.coordinator});
    return answer.json;
}

function print_pair(what, ours, bare) {
    print(`${what} through HTTP, ${CONNECTIONS} connections`, ours.per_second,
        'per second', 'the same gateway, nothing behind it',
        ours.per_second / bare.per_second);
    print(`${what}: p99`, ours.p99_ms, 'ms');
    print(`${what}: the gateway with nothing behind it`, bare.per_second,
        'per second');
}

// Returns the ticket codes of those who signed up.
async function sign_ups(rig, bare_port, count) {
    const path = `/v1/campaigns/${rig.campaign}/signups`;
    const file = await write_people(rig, count, 1);
    const out = rig.path('signups.out');
    const bare = wanted('signup') ?
        await crowd_null(bare_port, path, file, 201, count) : null;
    const before = await people(rig);
    const cpu = cpu_of(rig);
    const ours = await crowd(port_of(rig), path, file, out);
    print_cpu(rig, 'sign-ups', cpu, count);
    must_have_risen('sign-ups', await people(rig) - before,
        ours.by_status[201], count);
    if (bare) print_pair('sign-ups', ours, bare);
    return readFileSync(out, 'utf8').trim().split('\n')
        .map((line) => JSON.parse(line)).filter((answer) => answer.places)
        .map((answer) => answer.places[0].ticket.code);
}

function write_marks(rig, name, codes) {
    const file = rig.path(`${name}.jsonl`);
    writeFileSync(file, codes.map((code, i) => JSON.stringify({
        gate: GATES[i % GATES.length], kind: 'arrived', code,
        scan_id: `${name}-${String(i).padStart(9, '0')}`,
        device: `bench-${i % 8}`})).join('\n') + '\n');
    return file;
}

async function check_ins(rig, bare_port, codes) {
    const path = `/v1/campaigns/${rig.campaign}/actions/rally/checkins`;
    const file = write_marks(rig, 'marks', codes);
    const bare = await crowd_null(bare_port, path, file, 200, codes.length);
    const before = (await attendance(rig)).inside;
    const cpu = cpu_of(rig);
    const ours = await crowd(port_of(rig), path, file);
    print_cpu(rig, 'check-ins', cpu, codes.length);
    must_have_risen('check-ins', (await attendance(rig)).inside - before,
        ours.by_status[200], codes.length);
    print_pair('check-ins', ours, bare);
}

async function live(rig, rate, codes) {
    const base = `/v1/campaigns/${rig.campaign}/actions/rally`;
    const file = write_marks(rig, `live${rate}`, codes);
    const {stdout} = await run(join(TESTS, 'live'), ['--port', port_of(rig),
        '--path', `${base}/checkins`, '--stream', `${base}/attendance/stream`,
        '--token', rig.tokens.coordinator, '--viewers', VIEWERS, '--in', file,
        '--rate', rate].map(String));
    const got = JSON.parse(stdout);
    must_have_risen(`check-ins shown at ${rate} a second`, got.shown,
        got.acknowledged, codes.length);
    const what = `acknowledged check-in to the last of ${VIEWERS} viewers at ` +
        `${rate} a second`;
    print(`${what}: p50`, got.p50_ms, 'ms');
    print(`${what}: p99`, got.p99_ms, 'ms');
}

async function main() {
    const rig = await startRig({});
    const bare = await startNull(rig);
    const live_counts = {1000: 5000, 5000: 20000};
    const needed = (wanted('checkin') ? COUNT : 0) + (wanted('live') ?
        live_counts[1000] + live_counts[5000] : 0);
    const codes = await sign_ups(rig, bare.port,
        wanted('signup') ? Math.max(COUNT, needed) : needed);
    if (wanted('live')) {
        let at = 0;
        for (const [rate, count] of Object.entries(live_counts)) {
            await live(rig, Number(rate), codes.slice(at, at + count));
            at += count;
        }
        codes.splice(0, at);
    }
    if (wanted('checkin')) {
        await check_ins(rig, bare.port, codes);
    }
    bare.child.kill();
    await rig.stop();
}

await main();
