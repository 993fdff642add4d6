#!/usr/bin/env node
// http -- sign-ups and check-ins through HTTP, and how fast a check-in is seen.
//
//   tests/bench/http.mjs [requests] [part ...]    (default 40000; all parts)
//
// signup, checkin: 256 keep-alive connections against the whole of Muster,
// durable, and in the same run against the same gateway with nothing behind
// it (gateway_null); sign-ups as the public's, then as those of a server that
// vouches. known: how long a public entry takes, one at a time, whose contact
// is known, and whose is not: an answer must tell nothing of that. live: 200
// viewers of the attendance stream while check-ins arrive at 1,000 and 5,000 a
// second; from each acknowledgement to the last viewer. Every part asserts that
// its effects happened: the count rose by the number of 2xx. Prints one JSON
// line for each figure.
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
const ROUNDS = 3;
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

async function crowd(port, path, bodies,
    {out, token, connections = CONNECTIONS} = {}) {
    const words = ['--port', port, '--path', path, '--in', bodies,
        '--connections', connections, ...(out ? ['--out', out] : []),
        ...(token ? ['--token', token] : [])];
    const {stdout} = await run(join(TESTS, 'crowd'), words.map(String));
    return JSON.parse(stdout);
}

// The machine may be doing other things, so ours and the yardstick take turns
// and the best of each counts. Ours gets every line once; outs: its answers.
async function measure(rig, bare_port, path, lines, {status, token}) {
    const size = Math.ceil(lines.length / ROUNDS);
    const result = {bare: {per_second: 0}, ours: {per_second: 0}, well: 0,
        outs: [], cpu: cpu_of(rig)};
    const better = (a, b) => a.per_second > b.per_second ? a : b;
    for (let i = 0; i < ROUNDS; i++) {
        const file = rig.path(`round.${i}.jsonl`);
        const part = lines.slice(i * size, (i + 1) * size);
        writeFileSync(file, part.join('\n') + '\n');
        const bare = await crowd(bare_port, path, file);
        must(bare.by_status[status] === part.length,
            `${path}: ${JSON.stringify(bare.by_status)}`);
        result.outs.push(rig.path(`round.${i}.out`));
        const ours = await crowd(port_of(rig), path, file,
            {out: result.outs.at(-1), token});
        result.well += ours.by_status[status] ?? 0;
        result.bare = better(bare, result.bare);
        result.ours = better(ours, result.ours);
    }
    return result;
}

async function make_people(count, seed) {
    // With mail alone: the drama range has but a thousand numbers.
    const {stdout} = await run(join(BIN, 'muster'), ['people', 'generate',
        '--count', String(count + 1000), '--seed', String(seed),
        '--actions', 'rally'], {maxBuffer: BYTES_MAX});
    return stdout.split('\n').slice(1000, 1000 + count);
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

function print_pair(what, {ours, bare}) {
    print(`${what} through HTTP, ${CONNECTIONS} connections`, ours.per_second,
        'per second', 'the same gateway, nothing behind it',
        ours.per_second / bare.per_second);
    print(`${what}: p99`, ours.p99_ms, 'ms');
    print(`${what}: the gateway with nothing behind it`, bare.per_second,
        'per second');
}

const sign_up_path = (rig) => `/v1/campaigns/${rig.campaign}/signups`;

// What an organisation's own server signs up with.
async function make_token(rig) {
    const answer = await rig.call('POST', `/v1/campaigns/${rig.campaign}/tokens`,
        {token: rig.tokens.admin, body: {name: 'bench', role: 'signups'}});
    must(answer.status === 201, answer.text);
    return answer.json.token;
}

async function sign_up_all(rig, bare_port, what, lines, token) {
    const before = await people(rig);
    const result = await measure(rig, bare_port, sign_up_path(rig), lines,
        {status: 201, token});
    must_have_risen(what, await people(rig) - before, result.well,
        lines.length);
    print_cpu(rig, what, result.cpu, lines.length);
    if (wanted('signup')) print_pair(what, result);
    return result;
}

// A stranger types the contact of somebody who was vouched for, or one that
// nobody has, in turns.
async function known(rig, count) {
    const rounds = 10;
    const typed = (lines) => lines.map((line) =>
        JSON.stringify({...JSON.parse(line), name: 'Mallory Example'}));
    const lines = {known: typed(await make_people(count, 2)),
        unknown: typed(await make_people(count, 3))};
    const medians = {known: [], unknown: []};
    const size = Math.ceil(count / rounds);
    for (let i = 0; i < rounds; i++) {
        const turn = Object.entries(lines);
        for (const [which, all] of i % 2 ? turn : turn.reverse()) {
            const file = rig.path(`${which}.${i}.jsonl`);
            const part = all.slice(i * size, (i + 1) * size);
            writeFileSync(file, part.join('\n') + '\n');
            const got = await crowd(port_of(rig), sign_up_path(rig), file,
                {connections: 1});
            must(got.by_status[201] === part.length,
                `${which}: ${JSON.stringify(got.by_status)}`);
            medians[which].push(got.p50_ms);
        }
    }
    const median = (list) => list.sort((a, b) => a - b)[rounds / 2];
    const [a, b] = [median(medians.known), median(medians.unknown)];
    print('public sign-up whose contact is known: median', a, 'ms',
        'one whose contact is not', a / b);
}

// Returns the ticket codes of those who signed up.
async function sign_ups(rig, bare_port, count) {
    if (wanted('signup')) {
        await sign_up_all(rig, bare_port, 'public sign-ups',
            await make_people(count, 1));
    }
    const result = await sign_up_all(rig, bare_port, 'vouched sign-ups',
        await make_people(count, 2), await make_token(rig));
    return result.outs.map((file) => readFileSync(file, 'utf8')).join('')
        .trim().split('\n').map((line) => JSON.parse(line))
        .filter((answer) => answer.places)
        .map((answer) => answer.places[0].ticket.code);
}

function make_marks(name, codes) {
    return codes.map((code, i) => JSON.stringify({
        gate: GATES[i % GATES.length], kind: 'arrived', code,
        scan_id: `${name}-${String(i).padStart(9, '0')}`,
        device: `bench-${i % 8}`}));
}

async function check_ins(rig, bare_port, codes) {
    const before = (await attendance(rig)).inside;
    const result = await measure(rig, bare_port,
        `/v1/campaigns/${rig.campaign}/actions/rally/checkins`,
        make_marks('marks', codes), {status: 200});
    must_have_risen('check-ins', (await attendance(rig)).inside - before,
        result.well, codes.length);
    print_cpu(rig, 'check-ins', result.cpu, codes.length);
    print_pair('check-ins', result);
}

async function live(rig, rate, codes) {
    const base = `/v1/campaigns/${rig.campaign}/actions/rally`;
    const file = rig.path(`live${rate}.jsonl`);
    writeFileSync(file, make_marks(`live${rate}`, codes).join('\n') + '\n');
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
    if (wanted('known')) {
        await known(rig, Math.min(COUNT, 5000));
    }
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
