// gone_back -- an older copy of Redis is put back in the middle of a broadcast:
// nobody is sent anything twice. Whom the couriers had begun meanwhile is
// listed as in doubt, the rest goes out, and an organiser may send again to
// whom they choose. Everything is real but the SMS provider.
import test, {after, before} from 'node:test';
import assert from 'node:assert/strict';
import {spawn, execFileSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {copyRedis, goBack} from '../support/old_redis.mjs';
import {startRig} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const TESTS = join(process.env.MUSTER_BIN || join(TOP, 'build/bin'),
    '../tests');
const PEOPLE = 400;
let rig;
let sink;
let id; // of the broadcast
const couriers = ['courier.0', 'courier.1'];
let copied; // what the provider had seen of it when the copy was made
let doubtful; // numbers
let released; // some of them

async function startSink() {
    const child = spawn(join(TESTS, 'recording_provider'),
        ['--port', '0', '--latency-ms', '20'],
        {stdio: ['ignore', 'pipe', 'inherit']});
    process.on('exit', () => child.kill('SIGKILL'));
    const port = await new Promise((resolve) => child.stdout.once('data',
        (text) => resolve(Number(String(text).trim()))));
    return {child, base: `http://127.0.0.1:${port}`};
}

const stats = async () => (await fetch(`${sink.base}/stats`)).json();

// What the provider had of the broadcast, by number: times.
async function handedOver() {
    const all = await (await fetch(`${sink.base}/seen`)).json();
    return new Map(all.map(({ref, times}) => [ref.split('.'), times])
        .filter(([[, broadcast]]) => broadcast === id)
        .map(([[, , number], times]) => [Number(number), times]));
}

const path = (what = '') =>
    `/v1/campaigns/${rig.campaign}/broadcasts/${id}${what}`;
const as = (role) => ({token: rig.tokens[role]});

async function start() {
    const made = await rig.must(201, 'POST',
        `/v1/campaigns/${rig.campaign}/broadcasts`, {
            ...as('organiser'),
            headers: {'Idempotency-Key': rig.freshId('back')},
            body: {
                name: 'Change of route', class: 'service', action: 'rally',
                audience: 'signedup:rally', sms_text: 'Hello {{first_name}}',
            },
        });
    id = made.id;
    await rig.must(200, 'POST', path('/approve'),
        {...as('approver'), body: {content_hash: made.content_hash}});
    await rig.must(200, 'POST', path('/start'), as('organiser'));
}

async function sms() {
    const {stage, channels} = await rig.must(200, 'GET', path(),
        as('organiser'));
    return {stage, ...channels.find(({channel}) => channel === 'sms')};
}

async function inState(state) {
    const {numbers} = await rig.must(200, 'GET',
        path(`/recipients?state=${state}&channel=sms&max=1000`),
        as('organiser'));
    return numbers;
}

const seen = (count) => rig.until(`the provider saw ${count}`,
    async () => (await handedOver()).size >= count);

async function isDone() {
    await rig.until('it is done', async () => (await sms()).stage === 'done');
    const {counts, audience} = await sms();
    const sum = Object.values(counts).reduce((a, b) => a + b, 0);
    assert.deepEqual([sum, audience], [PEOPLE, PEOPLE]);
    const {is_equal} = await rig.must(200, 'POST', path('/recount'),
        as('organiser'));
    assert.equal(is_equal, true);
    return counts;
}

before(async () => {
    sink = await startSink();
    rig = await startRig({
        instances: {courier: 2},
        conf: `[route.sms-http]
channel = sms
provider = http
url = ${sink.base}/send
rate = 200
concurrency = 10
`,
    });
    execFileSync(join(TESTS, 'load_people'),
        [rig.path('run'), rig.campaign, 'rally', String(PEOPLE)]);
    await rig.until('everybody has their confirmation', async () =>
        (await stats()).accepted === PEOPLE);
});

after(async () => {
    await rig?.stop();
    sink?.child.kill();
});

test('an older Redis put back in mid-send doubles nobody and skips nobody',
    async (t) => {
        await start();
        await seen(80);
        copyRedis(rig);
        copied = (await handedOver()).size;
        await seen(240);
        await goBack(rig);
        const counts = await isDone();
        const times = await handedOver();
        doubtful = await inState('in_doubt');
        t.diagnostic(`${copied} seen at the copy; ${JSON.stringify(counts)}`);
        assert.deepEqual([...times].filter(([, n]) => n !== 1), []);
        assert.equal(times.size, PEOPLE, 'somebody was skipped');
        assert.equal((await stats()).duplicates, 0);
        // Meanwhile 160 and more were begun; who was on the wire at the copy
        // is among them.
        assert.ok(doubtful.length >= 240 - copied - 20,
            `${doubtful.length} in doubt`);
        assert.deepEqual([counts.accepted, counts.in_doubt],
            [PEOPLE - doubtful.length, doubtful.length]);
        for (const number of doubtful) assert.ok(times.has(number));
    });

test('the metrics say how many were stopped so', async () => {
    const count = async (name, metric) => {
        const url = `http://127.0.0.1:${rig.adminPort(name)}/metrics`;
        const text = await (await fetch(url)).text();
        return Number(new RegExp(`^${metric} (\\d+)$`, 'm').exec(text)[1]);
    };
    const stopped = await Promise.all(couriers.map((name) =>
        count(name, 'muster_courier_begun_before_total')));
    const reported = await count('broadcast.0',
        'muster_broadcast_reported_begun_total');
    const settled = await count('broadcast.0',
        'muster_broadcast_begun_before_total');
    assert.equal(await count('broadcast.0', 'muster_broadcast_eras_total'), 1);
    assert.equal(await count('broadcast.0',
        'muster_broadcast_unreported_total'), 0);
    assert.equal(stopped[0] + stopped[1], settled);
    assert.ok(reported > 0 && reported + settled <= doubtful.length,
        `${reported} + ${settled}`);
});

async function release(numbers) {
    await rig.must(200, 'POST', path('/doubt'), {
        ...as('organiser'),
        body: {channel: 'sms', numbers, state: 'pending'},
    });
}

// Each of numbers was handed over n times, everybody else once.
async function assertTimes(numbers, n) {
    for (const [number, times] of await handedOver())
        assert.equal(times, numbers.includes(number) ? n : 1, `${number}`);
}

test('who is released by hand is sent to once more, once', async () => {
    released = doubtful.slice(0, 20);
    for (const name of couriers)
        assert.equal(await rig.kill(name, 'SIGTERM'), 0);
    await release(released);
    copyRedis(rig); // released, and not granted yet
    for (const name of couriers) rig.start(name);
    const counts = await isDone();
    assert.equal(counts.in_doubt, doubtful.length - released.length);
    await assertTimes(released, 2);
});

test('nor is a wish to send again obeyed twice by going back', async () => {
    await goBack(rig);
    const counts = await isDone();
    assert.equal(counts.in_doubt, doubtful.length);
    await assertTimes(released, 2);
    await release(released); // a new wish
    await isDone();
    await assertTimes(released, 3);
});

// Of somebody's confirmation, by the number that a store gives again.
async function confirmations(number) {
    const all = await (await fetch(`${sink.base}/seen`)).json();
    return all.find(({ref}) => ref.startsWith(
        `${rig.campaign}.b0.${number}.`))?.times ?? 0;
}

const enter = (n) => rig.enter(
    {name: `Person ${n}`, phone: rig.phone(n), actions: ['rally']});

/** Enters somebody, whose confirmation is one of number's: times in all. */
async function isWrittenTo(person, number, times) {
    await enter(person);
    await rig.until(`person ${person} is written to`,
        async () => await confirmations(number) === times);
}

const NEXT = 8192; // after a jump: see services/signup/keep/given.h

test('nobody has the number of one who was forgotten', async () => {
    copyRedis(rig);
    await isWrittenTo(1, PEOPLE, 1);
    await goBack(rig);
    await isWrittenTo(2, NEXT, 1);
    assert.equal(await confirmations(PEOPLE), 1);
});

// As on another machine: nothing there knows which numbers were given.
test('who has it all the same has their confirmation', async () => {
    copyRedis(rig);
    await isWrittenTo(3, NEXT + 1, 1);
    rmSync(rig.path('keys', 'withdrawn'), {recursive: true});
    await goBack(rig);
    await isWrittenTo(4, NEXT + 1, 2);
});
