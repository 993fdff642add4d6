// gone_back -- at any moment of a broadcast Redis is copied, and later, at any
// moment, all processes are killed with -9 (or Redis alone) and the copy is put
// back.
//
// Nobody is sent anything twice, nobody is skipped in silence: at the end of
// each round every recipient is accepted or in doubt, whoever the provider has
// not seen is in doubt (their request was on the wire, or about to be), and the
// counts add up. Couriers keep their files, as after a restore: those of one
// machine, or each its own.
//
//   MUSTER_SEED=n   the same moments again
//   MUSTER_LONG=1   20 restores (else 2)
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {copyRedis, failOver, goBack} from '../support/old_redis.mjs';
import {startRig} from '../support/rig.mjs';
import {random_from} from './world.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const TESTS = join(process.env.MUSTER_BIN ?? join(TOP, 'build/bin'),
    '../tests');
const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1000000);
const ROUNDS = process.env.MUSTER_LONG ? 20 : 2;
const PEOPLE = 500;
const RATE = 250;
const CONCURRENCY = 10;
const COURIERS = 2;

function start_provider() {
    const child = spawn(join(TESTS, 'recording_provider'),
        ['--port', '0', '--latency-ms', '25'],
        {stdio: ['ignore', 'pipe', 'inherit']});
    process.on('exit', () => child.kill('SIGKILL'));
    return new Promise((resolve) => child.stdout.once('data', (text) =>
        resolve({child, base: `http://127.0.0.1:${String(text).trim()}`})));
}

class Sending {
    constructor(rig, provider) {
        this.rig = rig;
        this.provider = provider;
        this.broadcasts = `/v1/campaigns/${rig.campaign}/broadcasts`;
    }

    // Again while Redis is away.
    async #act(role, method, path, options = {}) {
        const {rig} = this;
        let answer;
        await rig.until(`${method} ${path}`, async () => {
            answer = await rig.call(method, `${this.broadcasts}${path}`,
                {token: rig.tokens[role], ...options});
            return answer.status !== 503;
        });
        assert.ok(answer.status < 300, `${answer.status}: ${answer.text}`);
        return answer.json;
    }

    async start() {
        const made = await this.#act('organiser', 'POST', '', {
            headers: {'Idempotency-Key': this.rig.freshId('chaos')},
            body: {name: 'Change of route', class: 'service', action: 'rally',
                audience: 'signedup:rally', sms_text: 'Hello {{first_name}}'},
        });
        this.id = made.id;
        await this.#act('approver', 'POST', `/${this.id}/approve`,
            {body: {content_hash: made.content_hash}});
        await this.#act('organiser', 'POST', `/${this.id}/start`);
    }

    // number: times, of this broadcast
    async seen() {
        const all = await (await fetch(`${this.provider.base}/seen`)).json();
        return new Map(all.map(({ref, times}) => [ref.split('.'), times])
            .filter(([[, id]]) => id === this.id)
            .map(([[, , number], times]) => [Number(number), times]));
    }

    async until_seen(count) {
        await this.rig.until(`the provider saw ${count}`,
            async () => (await this.seen()).size >= count);
    }

    async #list(state) {
        const {numbers} = await this.#act('organiser', 'GET',
            `/${this.id}/recipients?state=${state}&channel=sms&max=1000`);
        return numbers;
    }

    async end() {
        let found;
        await this.rig.until('it is done', async () => {
            found = await this.#act('organiser', 'GET', `/${this.id}`);
            return found.stage === 'done';
        });
        const {is_equal} = await this.#act('organiser', 'POST',
            `/${this.id}/recount`);
        assert.equal(is_equal, true);
        return {counts: found.channels[0].counts,
            accepted: await this.#list('accepted'),
            in_doubt: await this.#list('in_doubt'), times: await this.seen()};
    }
}

function assert_once_or_listed({counts, accepted, in_doubt, times}) {
    assert.deepEqual([...times].filter(([, n]) => n !== 1), [], 'twice');
    const all = new Set([...accepted, ...in_doubt]);
    assert.deepEqual([all.size, accepted.length + in_doubt.length],
        [PEOPLE, PEOPLE], JSON.stringify(counts));
    assert.deepEqual([counts.accepted ?? 0, counts.in_doubt ?? 0],
        [accepted.length, in_doubt.length]);
    for (const number of accepted)
        assert.ok(times.has(number), `${number} is accepted and was not seen`);
    const unseen = in_doubt.filter((number) => !times.has(number));
    assert.ok(unseen.length <= COURIERS * CONCURRENCY,
        `${unseen.length} in doubt that nobody had begun`);
}

// As on two machines: each courier has notes of its own.
function own_notes(name, rig) {
    if (!name.startsWith('courier.')) return {};
    const dir = rig.path(`journal-${name}`);
    mkdirSync(dir, {recursive: true, mode: 0o700});
    return {MUSTER_COURIER_JOURNAL_DIR: dir};
}

// put_back: how the copy takes the place of what is there.
async function rehearse(t, {seed, put_back, environment}) {
    t.diagnostic(`seed ${seed}`);
    const random = random_from(seed);
    const provider = await start_provider();
    const rig = await startRig({
        instances: {courier: COURIERS},
        environment,
        conf: `[route.sms-http]
channel = sms
provider = http
url = ${provider.base}/send
rate = ${RATE}
concurrency = ${CONCURRENCY}
`,
    });
    try {
        execFileSync(join(TESTS, 'load_people'), [rig.path('run'),
            rig.campaign, 'rally', String(PEOPLE)]);
        await rig.until('everybody has their confirmation', async () =>
            (await (await fetch(`${provider.base}/stats`)).json())
                .accepted === PEOPLE);
        for (let round = 0; round < ROUNDS; round++) {
            const sending = new Sending(rig, provider);
            const copy_at = Math.floor(PEOPLE * 0.6 * random());
            const back_at = copy_at +
                Math.floor((PEOPLE - copy_at) * random());
            await sending.start();
            await sending.until_seen(copy_at);
            copyRedis(rig);
            await sending.until_seen(back_at);
            await put_back(rig);
            const end = await sending.end();
            const {accepted, in_doubt} = end.counts;
            t.diagnostic(`copied at ${copy_at}, back at ${back_at}: ` +
                `${accepted} accepted, ${in_doubt} in doubt`);
            assert_once_or_listed(end);
        }
    } finally {
        await rig.stop();
        provider.child.kill();
    }
}

test('whenever an older Redis is put back, nobody is sent to twice or skipped',
    {timeout: 900000}, (t) => rehearse(t,
        {seed: SEED, put_back: (rig) => goBack(rig, 'SIGKILL')}));

test('nor when Redis alone loses its tail and all others go on',
    {timeout: 900000}, (t) => rehearse(t,
        {seed: SEED + 1, put_back: failOver}));

test('nor with couriers on machines of their own, all put back',
    {timeout: 900000}, (t) => rehearse(t, {seed: SEED + 2,
        put_back: (rig) => goBack(rig, 'SIGKILL'), environment: own_notes}));

test('nor with couriers on machines of their own, Redis alone put back',
    {timeout: 900000}, (t) => rehearse(t, {seed: SEED + 3, put_back: failOver,
        environment: own_notes}));
