// operator -- muster status, logs and doctor: what runs, what waits, what is
// silent, and what should be mended.
import assert from 'node:assert/strict';
import {execFile, spawn} from 'node:child_process';
import {appendFileSync, chmodSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {startRig} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = process.env.MUSTER_BIN || join(TOP, 'build/bin');
const C = '/v1/campaigns/spring-march';
let rig;

before(async () => {
    rig = await startRig({instances: {gateway: 1, courier: 1}});
});

after(() => rig?.stop());

// {code, out, err} of muster words…
function muster(...words) {
    return new Promise((resolve) => {
        execFile(join(BIN, 'muster'), words,
            {env: {...process.env, MUSTER_CONFIG: rig.conf}},
            (error, out, err) =>
                resolve({code: error ? error.code : 0, out, err}));
    });
}

const json = async (word) => {
    const {code, out, err} = await muster(word, '--json');
    return {code, err, ...JSON.parse(out)};
};
const stateOf = ({processes}, name) =>
    processes.find((one) => one.name === name).state;
const foundIn = ({checks}, check) => checks.filter((one) =>
    one.check === check);

async function whileStopped(name, call) {
    const {child} = rig.processes.get(name);
    child.kill('SIGSTOP');
    try {
        return await call();
    } finally {
        child.kill('SIGCONT');
        await rig.ready(name);
    }
}

test('status says what runs: as a table, and the same as JSON', async () => {
    const text = await muster('status');
    assert.equal(text.code, 0, text.err);
    const status = await json('status');
    assert.equal(status.code, 0);
    assert.equal(status.is_ready, true);
    assert.deepEqual(status.processes.map(({name}) => name), rig.names());
    for (const {name, state, port} of status.processes) {
        assert.equal(state, 'ready', name);
        assert.equal(port, rig.adminPort(name));
        assert.match(text.out, new RegExp(`^${name} +ready +\\S+ +${port} `,
            'm'));
    }
    assert.match(text.out, /Nothing waits to be sent, nothing is in doubt/);
    assert.ok(status.disk.free_bytes > 0 && status.disk.redis_bytes > 0);
    assert.match(text.out, /GB free for/);
    assert.equal(status.last_backup_at, null);
    assert.match(text.out, /No backup was made here/);
});

test('status knows the last backup, and doctor its age', async () => {
    writeFileSync(rig.path('last-backup'),
        `${Math.floor(Date.now() / 1000) - 7200} /safe/one\n`);
    const age_ms = Date.now() - Date.parse((await json('status'))
        .last_backup_at);
    assert.ok(age_ms > 7100e3 && age_ms < 7500e3, `${age_ms}`);
    assert.match((await muster('status')).out, /^Last backup: \S+Z$/m);
    const [{level, says}] = foundIn(await json('doctor'), 'backup');
    assert.equal(level, 'good');
    assert.match(says, /the last one is 2\.\d hours old/);
});

test('status says what waits to be sent, and what each route did', async () => {
    const accepted = async () => (await json('status')).routes
        .map((one) => `${one.name} ${one.provider} ${one.accepted}`);
    assert.deepEqual(await accepted(), ['sms-outbox outbox 0',
        'email-outbox outbox 0']);
    await whileStopped('courier.0', async () => {
        await rig.signUp({name: 'Ann', phone: rig.phone(1),
            actions: ['rally']});
        let status;
        await rig.until('her message waits', async () => {
            status = await json('status');
            return status.sending?.[0]?.pending === 1;
        });
        assert.equal(status.code, 1);
        assert.equal(stateOf(status, 'courier.0'), 'silent');
        const {campaign, broadcast, stage} = status.sending[0];
        assert.equal(`${campaign} ${broadcast} ${stage}`,
            'spring-march b0 standing');
        assert.match((await muster('status')).out,
            /^spring-march b0 \(standing\) ".*": 1 pending, 0 on the way/m);
    });
    await rig.until('it is handed over', async () =>
        (await accepted())[0] === 'sms-outbox outbox 1');
});

test('all lines of one request are found by what a problem names', async () => {
    const {status, instance} = await whileStopped('checkin.0', async () =>
        (await rig.call('GET', `${C}/actions/rally/attendance`,
            {token: rig.tokens.admin})).json);
    assert.ok(status >= 500);
    const trace = instance.split(':').at(-1);
    for (const id of [trace, instance]) {
        const {code, out} = await muster('logs', '--json', '--trace', id);
        assert.equal(code, 0);
        const lines = out.trim().split('\n').map((line) => JSON.parse(line));
        assert.ok(lines.some(({event}) => event === 'request.failed'), out);
        assert.ok(lines.every((line) => line.trace === trace), out);
    }
    assert.equal((await muster('logs', '--trace', 'none')).out, '');
});

test('logs of some, the last of them, in order of time', async () => {
    const {out} = await muster('logs', 'gateway', 'signup.0', '--json',
        '--lines', '6');
    const lines = out.trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(lines.length, 6);
    assert.deepEqual(lines.map(({time}) => time),
        lines.map(({time}) => time).sort());
    assert.ok(lines.every(({service}) =>
        ['gateway.0', 'signup.0'].includes(service)));
    assert.match((await muster('logs', 'redis')).out, /redis +\d+:M /);
    const none = await muster('logs', 'nobody');
    assert.equal(none.code, 1);
    assert.match(none.err, /holds no such log/);
});

test('logs --follow goes on with what comes, whole lines alone', async () => {
    const child = spawn(join(BIN, 'muster'), ['logs', 'gateway', '--follow',
        '--lines', '1'], {env: {...process.env, MUSTER_CONFIG: rig.conf}});
    let out = '';
    child.stdout.on('data', (text) => { out += text; });
    await rig.until('it prints', () => out !== '');
    const path = rig.path('log', 'gateway.0.log');
    appendFileSync(path, '{"time":"2099-01-01T00:00:00.000Z","event":"ha');
    appendFileSync(rig.path('log', 'gateway.0.log'), 'lf"}\n');
    await rig.until('it goes on', () => out.includes('half'));
    assert.match(out, /^00:00:00\.000 .* half$/m);
    child.kill();
});

test('doctor finds nothing bad, and then what is made bad', async () => {
    // The address in messages is this gateway's own for once.
    process.env.MUSTER_GATEWAY_PUBLIC_URL = rig.base;
    const well = await json('doctor');
    delete process.env.MUSTER_GATEWAY_PUBLIC_URL;
    const bad = well.checks.filter(({level}) => level === 'bad');
    // This machine may be slow or full, and says so.
    assert.ok(bad.every(({check}) => ['disk', 'fsync'].includes(check)),
        JSON.stringify(bad));
    assert.equal(well.code, bad.length === 0 ? 0 : 1);
    for (const check of ['settings', 'keys', 'disk', 'log', 'fsync', 'backup',
        'clock', 'versions', 'processes'])
        assert.equal(foundIn(well, check).length, 1, check);
    const key = rig.path('keys', 'signup.key');
    chmodSync(key, 0o644);
    appendFileSync(rig.conf, '[gateway]\npublic_ulr = x\n');
    const ill = await whileStopped('checkin.0', () => json('doctor'));
    chmodSync(key, 0o600);
    assert.equal(ill.code, 1);
    assert.equal(ill.worst, 'bad');
    assert.match(foundIn(ill, 'keys')[0].says,
        /signup\.key can be read by others: chmod/);
    assert.match(foundIn(ill, 'settings')[0].says, /public_ulr.*public_url/);
    assert.deepEqual(foundIn(ill, 'processes').map(({says}) => says),
        ['checkin.0 does not answer']);
    const {code, out} = await muster('doctor');
    assert.equal(code, 1); // public_url is nobody's
    assert.match(out, /^bad +public_url http:\/\/muster\.test cannot be/m);
});

test('where nothing runs, status says so and exits with 4', async () => {
    for (const name of [...rig.processes.keys()])
        await rig.kill(name);
    rig.processes.clear();
    const status = await json('status');
    assert.equal(status.code, 4);
    assert.equal(status.sending, null);
    assert.equal(status.is_ready, false);
    assert.match((await muster('status')).out, /nobody answers/);
});

test('words that are wrong exit with 2', async () => {
    for (const words of [['status', 'now'], ['status', '--jsno'],
        ['logs', '--lines', 'many'], ['doctor', 'who'], ['log-check']])
        assert.equal((await muster(...words)).code, 2, words.join(' '));
    const nowhere = await new Promise((resolve) => execFile(
        join(BIN, 'muster'), ['status'],
        {env: {PATH: process.env.PATH}}, (error) => resolve(error.code)));
    assert.equal(nowhere, 2);
});
