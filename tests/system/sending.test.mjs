// sending -- a broadcast on its way: stopped, paused, resumed, and somebody
// who unsubscribes while it is. Everything is real but the SMS provider.
import test, {after, before} from 'node:test';
import assert from 'node:assert/strict';
import {spawn, execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {startRig} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const TESTS = join(process.env.MUSTER_BIN || join(TOP, 'build/bin'),
    '../tests');
const PEOPLE = 1500;
let rig;
let sink;

async function startSink() {
    const child = spawn(join(TESTS, 'recording_provider'),
        ['--port', '0', '--latency-ms', '5'],
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

const base = () => `/v1/campaigns/${rig.campaign}/broadcasts`;

async function start(content) {
    const made = await rig.must(201, 'POST', base(), {
        token: rig.tokens.organiser,
        headers: {'Idempotency-Key': rig.freshId('sending')},
        body: content,
    });
    await rig.must(200, 'POST', `${base()}/${made.id}/approve`, {
        token: rig.tokens.approver, body: {content_hash: made.content_hash},
    });
    await act(made.id, 'start');
    return made.id;
}

const act = (id, what) => rig.must(200, 'POST', `${base()}/${id}/${what}`,
    {token: rig.tokens.organiser});
const get = (id) => rig.must(200, 'GET', `${base()}/${id}`,
    {token: rig.tokens.organiser});

// The counts of a channel, once none is on its way; they add up.
async function settled(id, channel) {
    let found;
    await rig.until('nothing is leased', async () => {
        const {channels} = await get(id);
        found = channels.find((one) => one.channel === channel);
        return found && !found.counts.leased;
    });
    const sum = Object.values(found.counts).reduce((a, b) => a + b, 0);
    assert.equal(sum, found.audience);
    return found.counts;
}

const toAll = {
    name: 'Change of route', class: 'service', action: 'rally',
    audience: 'signedup:rally', sms_text: 'Hello {{first_name}}',
};

before(async () => {
    sink = await startSink();
    rig = await startRig({
        instances: {courier: 2},
        conf: `[route.sms-http]
channel = sms
provider = http
url = ${sink.base}/send
rate = 500
concurrency = 10
[route.email-outbox]
channel = email
provider = outbox
rate = 10
`,
    });
    execFileSync(join(TESTS, 'load_people'),
        [rig.path('run'), rig.campaign, 'rally', String(PEOPLE)]);
    await rig.until('everybody has their confirmation', async () =>
        (await sink.stats()).accepted === PEOPLE);
});

after(async () => {
    await rig?.stop();
    sink?.child.kill();
});

async function seen(count) {
    await rig.until(`the provider saw ${count}`,
        async () => (await sink.stats()).accepted >= count);
}

test('a second after a stop is answered nothing more is handed over',
    async () => {
        await sink.reset();
        const id = await start(toAll);
        await seen(200);
        await act(id, 'stop');
        const answered = Date.now();
        await rig.until('the rest is stopped', async () =>
            !(await settled(id, 'sms')).pending);
        const counts = await settled(id, 'sms');
        const stats = await sink.stats();
        assert.ok(stats.last_at_ms <= answered + 1000,
            `handed over ${stats.last_at_ms - answered} ms after the answer`);
        assert.equal(counts.accepted, stats.accepted);
        assert.equal(counts.accepted + counts.stopped, PEOPLE);
        assert.equal(stats.duplicates, 0);
        assert.equal((await get(id)).stage, 'stopped');
    });

test('a pause holds the rest, and going on sends each one once', async () => {
    await sink.reset();
    const id = await start(toAll);
    await seen(200);
    await act(id, 'pause');
    const counts = await settled(id, 'sms');
    const paused = await sink.stats();
    assert.equal(counts.accepted, paused.accepted);
    assert.equal(counts.accepted + counts.pending, PEOPLE);
    await act(id, 'resume');
    await rig.until('it is done', async () => (await get(id)).stage === 'done');
    const stats = await sink.stats();
    assert.deepEqual([stats.accepted, stats.distinct, stats.duplicates],
        [PEOPLE, PEOPLE, 0]);
    assert.equal((await settled(id, 'sms')).accepted, PEOPLE);
});

test('the route is paced at its rate', async () => {
    const {first_at_ms, last_at_ms} = await sink.stats();
    // Of the broadcast above: not faster than 500 a second and a burst of
    // 250 ms (a pause makes it longer).
    assert.ok(last_at_ms - first_at_ms >= (PEOPLE / 500 - 0.5) * 1000,
        `${PEOPLE} in ${last_at_ms - first_at_ms} ms`);
});

test('who unsubscribes by one click meanwhile is not written to', async () => {
    const count = 30;
    for (let i = 0; i < count; i++) {
        await rig.signUp({name: `Reader ${i}`, email: `r${i}@example.org`,
            actions: [], consent_email: true});
    }
    const mail = {name: 'Join us', class: 'campaign',
        audience: 'consent:email', email_subject: 'Join us, {{first_name}}',
        email_text: 'Dear {{name}}, come.'};
    await rig.until('the first has gone out to all', async () => {
        rig.firstMail ??= await start(mail);
        return (await get(rig.firstMail)).stage === 'done';
    });
    const lastOf = (id) => rig.outbox().filter(({ref, to}) =>
        ref.startsWith(`${rig.campaign}.${id}.`) &&
        to === `r${count - 1}@example.org`);
    const last = lastOf(rig.firstMail);
    assert.equal(last.length, 1);
    const eml = readFileSync(
        rig.path('outbox', rig.campaign, last[0].file), 'utf8');
    assert.match(eml,
        /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    const url = /^List-Unsubscribe: <http:\/\/muster\.test([^>]+)>\r$/m
        .exec(eml)[1];

    const id = await start(mail);
    await rig.until('some of it is on its way', async () =>
        (await settled(id, 'email')).accepted > 0);
    // A scanner that opens the link changes nothing; the POST acts.
    assert.equal((await rig.call('GET', url)).status, 200);
    const answer = await rig.call('POST', url, {
        body: 'List-Unsubscribe=One-Click',
        type: 'application/x-www-form-urlencoded',
    });
    assert.ok(answer.status < 400, `${answer.status}`);
    await rig.until('it is done', async () => (await get(id)).stage === 'done');
    const counts = await settled(id, 'email');
    assert.equal(counts.withheld, 1);
    assert.equal(counts.accepted, count - 1);
    assert.equal(lastOf(id).length, 0);
});
