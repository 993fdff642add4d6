#!/usr/bin/env node
// broadcast -- how fast a broadcast goes out through the http provider,
// against a bare libcurl-multi loop to the same sink in the same run, and how
// much memory each process holds meanwhile.
//
//   tests/bench/broadcast.mjs [recipients …]      (default 20000 200000)
//
// For each size: people sign up, the bare loop posts as many bodies, then an
// organiser's broadcast goes to all of them over two couriers; the rate is
// taken from the first to the last request that the sink saw accepted. Asserts
// that each was accepted once. MUSTER_BENCH_PERF=FILE records a profile of the
// whole machine during each broadcast. Prints a table, and JSON lines for the README.
import {execFile, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {startRig, until} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const TESTS = join(process.env.MUSTER_BIN
    ? join(process.env.MUSTER_BIN, '..') : join(TOP, 'build'), 'tests');
const CONCURRENCY = 50;
const run = promisify(execFile);
const sizes = process.argv.slice(2).map(Number);

async function startSink() {
    const child = spawn(join(TESTS, 'recording_provider'), ['--port', '0'],
        {stdio: ['ignore', 'pipe', 'inherit']});
    process.on('exit', () => child.kill('SIGKILL'));
    const port = await new Promise((resolve) => child.stdout.once('data',
        (text) => resolve(Number(String(text).trim()))));
    const base = `http://127.0.0.1:${port}`;
    return {
        child, base,
        stats: async () => (await fetch(`${base}/stats`)).json(),
        reset: async () => (await fetch(`${base}/reset`,
            {method: 'POST', body: 'x'})).arrayBuffer(),
    };
}

function statusOf(pid, field) {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)[1]);
}

function cpuOf(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function bare(sink, count) {
    await sink.reset();
    const {stdout} = await run(join(TESTS, 'bare_curl'),
        [`${sink.base}/send`, String(count), String(CONCURRENCY)]);
    const result = JSON.parse(stdout);
    const stats = await sink.stats();
    if (stats.accepted !== count || stats.distinct !== count) {
        throw new Error(`the bare loop: ${JSON.stringify(stats)}`);
    }
    return result.per_second;
}

async function makeBroadcast(rig, count) {
    const path = `/v1/campaigns/${rig.campaign}/broadcasts`;
    const must = (status, method, at, token, body, headers) =>
        rig.must(status, method, at, {token, body, headers});
    const made = await must(201, 'POST', path, rig.tokens.organiser, {
        name: `To ${count}`, class: 'service', action: 'rally',
        audience: 'signedup:rally',
        sms_text: 'Hello {{first_name}}, see you at {{place}} at ' +
            '{{starts}}. Questions: {{preferences_url}}',
    }, {'Idempotency-Key': rig.freshId('bench')});
    await must(200, 'POST', `${path}/${made.id}/approve`, rig.tokens.approver,
        {content_hash: made.content_hash});
    return `${path}/${made.id}`;
}

// Memory in MB (the highest so far) and CPU seconds since before, by name.
function usage(rig, sink, before) {
    const pids = new Map([...rig.processes.values()]
        .map(({name, child}) => [name, child.pid]));
    pids.set('sink', sink.child.pid);
    return Object.fromEntries([...pids].map(([name, pid]) => [name, {
        mb: Math.round(statusOf(pid, 'VmHWM') / 1024),
        rss_mb: Math.round(statusOf(pid, 'VmRSS') / 1024),
        cpu_s: Number((cpuOf(pid) - (before?.[name]?.cpu ?? 0)).toFixed(2)),
        cpu: cpuOf(pid),
    }]));
}

function countsOf(broadcast) {
    return broadcast.channels.find((c) => c.channel === 'sms')?.counts ?? {};
}

// What Redis keeps of one broadcast, its ledger above all.
async function bytesOf(rig, path) {
    const id = path.split('/').at(-1);
    const keys = (await rig.redis('--scan', '--pattern', '*:bc:*')).split('\n')
        .filter((key) => key.split(':').includes(id));
    let bytes = 0;
    for (const key of keys) {
        bytes += Number(await rig.redis('MEMORY', 'USAGE', key));
    }
    return bytes;
}

async function through(rig, sink, count) {
    await sink.reset();
    const path = await makeBroadcast(rig, count);
    const before = usage(rig, sink);
    const began = Date.now();
    const perf = process.env.MUSTER_BENCH_PERF && spawn('perf', ['record',
        '-a', '-q', '-F', '499', '-g', '-o', process.env.MUSTER_BENCH_PERF]);
    await rig.must(200, 'POST', `${path}/start`, {token: rig.tokens.organiser});
    let first = 0;
    await until('the sink saw them all', async () => {
        const stats = await sink.stats();
        first ||= stats.requests > 0 ? Date.now() : 0;
        return stats.accepted >= count;
    }, 300_000);
    perf?.kill('SIGINT');
    const stats = await sink.stats();
    const used = usage(rig, sink, before);
    if (stats.duplicates !== 0 || stats.distinct !== count) {
        throw new Error(`not each one once: ${JSON.stringify(stats)}`);
    }
    await until('the ledger says so too', async () => countsOf(
        await rig.must(200, 'GET', path, {token: rig.tokens.organiser}))
        .accepted === count);
    return {
        per_second: count / ((stats.last_at_ms - stats.first_at_ms) / 1000),
        with_freeze_s: (stats.last_at_ms - began) / 1000, used,
        bytes: await bytesOf(rig, path),
    };
}

async function measure(rig, sink, count) {
    const load = await run(join(TESTS, 'load_people'),
        [rig.path('run'), rig.campaign, 'rally', String(count)]);
    if (JSON.parse(load.stdout).failed !== 0) {
        throw new Error(load.stdout);
    }
    await until('everybody has their confirmation', async () => {
        const {pending, leased, deferred, accepted} = countsOf(await rig.must(
            200, 'GET', `/v1/campaigns/${rig.campaign}/broadcasts/b0`,
            {token: rig.tokens.organiser}));
        return accepted >= count && !pending && !leased && !deferred;
    }, 300_000);
    const lone = Math.max(await bare(sink, count), await bare(sink, count));
    const ours = await through(rig, sink, count);
    console.log(`${count} recipients: ${ours.per_second.toFixed(0)}/s, bare ` +
        `libcurl ${lone}/s, ratio ${(ours.per_second / lone).toFixed(2)}; ` +
        `from start to the last ${ours.with_freeze_s.toFixed(1)} s; ` +
        `${(ours.bytes / count).toFixed(2)} bytes of Redis a recipient`);
    for (const [name, {mb, rss_mb, cpu_s}] of Object.entries(ours.used)) {
        console.log(`  ${name.padEnd(12)} ${String(rss_mb).padStart(5)} MB ` +
            `now, ${String(mb).padStart(5)} MB at most, ${cpu_s} s of CPU`);
    }
    console.log(JSON.stringify({bench: 'broadcast', recipients: count,
        per_second: Math.round(ours.per_second), bare_per_second: lone,
        bytes_per_recipient: Number((ours.bytes / count).toFixed(3)),
        ratio: Number((ours.per_second / lone).toFixed(3)),
        resident_mb: Object.fromEntries(Object.entries(ours.used)
            .map(([name, u]) => [name, u.rss_mb]))}));
}

async function main() {
    const sink = await startSink();
    const rig = await startRig({
        instances: {courier: 2},
        conf: `[route.sms-http]
channel = sms
provider = http
url = ${sink.base}/send
rate = 1000000
concurrency = ${CONCURRENCY / 2}
`,
    });
    for (const count of sizes.length > 0 ? sizes : [20000, 200000]) {
        await measure(rig, sink, count);
    }
    await rig.stop();
    sink.child.kill();
}

await main();
