// machines -- as on several machines: tcp with CURVE keys between all, and two
// instances of every service, of which one is killed.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import assert from 'node:assert/strict';
import {freePorts} from '../support/ports.mjs';
import {startRig} from '../support/rig.mjs';
import {SERVICES, processes} from '../support/services.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const MUSTER = join(process.env.MUSTER_BIN || join(TOP, 'build/bin'), 'muster');
const TWO_OF_EACH = Object.fromEntries(SERVICES.map(({name}) => [name, 2]));
const INSTANCES = processes(TWO_OF_EACH);
// Those that others ask.
const SERVERS = ['signup', 'broadcast', 'checkin'];

let rig;
let keys;

async function endpoints() {
    const ports = await freePorts(SERVERS.length * 4);
    const lines = SERVERS.flatMap((service) => [0, 1].flatMap((n) =>
        ['ask', 'news'].map((kind) =>
            `${service}.${n}.${kind} = tcp://127.0.0.1:${ports.pop()}`)));
    return `[endpoints]\n${lines.join('\n')}\n[curve]\ndir = ${keys}\n`;
}

before(async () => {
    keys = mkdtempSync(join(tmpdir(), 'muster-keys-'));
    execFileSync(MUSTER, ['keys', 'make', keys, ...INSTANCES]);
    rig = await startRig({
        conf: await endpoints(),
        instances: TWO_OF_EACH,
    });
});

after(async () => {
    await rig?.stop();
    rmSync(keys, {recursive: true, force: true});
});

const campaign = () => `/v1/campaigns/${rig.campaign}`;

async function signUpAndCheckIn(n) {
    const {places} = await rig.signUp({
        name: `Marcher ${n}`, email: `marcher${n}@example.org`,
        actions: ['rally'],
    });
    return rig.call('POST', `${campaign()}/actions/rally/checkins`, {
        body: {
            gate: 'north', kind: 'arrived', code: places[0].ticket.code,
            scan_id: rig.freshId(), device: 'gate-1',
        },
    });
}

async function arrived() {
    const {json} = await rig.call('GET',
        `${campaign()}/actions/rally/attendance`,
        {token: rig.tokens.coordinator});
    return json.arrived;
}

test('sign-up and check-in work over tcp with keys', async () => {
    assert.equal((await signUpAndCheckIn(1)).status, 200);
    assert.equal(await arrived(), 1);
});

test('they go on while an instance of each service is gone', async () => {
    for (const service of SERVERS) {
        await rig.kill(`${service}.0`, 'SIGKILL');
    }
    for (let n = 2; n < 8; n++) {
        assert.equal((await signUpAndCheckIn(n)).status, 200);
    }
    assert.equal(await arrived(), 7);
});

test('the instance that is left sends to everyone once', async () => {
    const {json} = await rig.call('POST', `${campaign()}/broadcasts`, {
        token: rig.tokens.organiser, headers: {'Idempotency-Key': 'one'},
        body: {
            name: 'Where to meet', class: 'service', action: 'rally',
            audience: 'signedup:rally', email_subject: 'Where to meet',
            email_text: 'At the north gate, {{first_name}}.',
        },
    });
    const path = `${campaign()}/broadcasts/${json.id}`;
    const token = rig.tokens.organiser;
    const forecast = await rig.call('POST', `${path}/forecast`, {token});
    await rig.call('POST', `${path}/approve`, {
        token: rig.tokens.approver,
        body: {content_hash: forecast.json.content_hash},
    });
    const started = await rig.call('POST', `${path}/start`, {token});
    assert.equal(started.status, 200);
    let now;
    await rig.until('the broadcast is done', async () => {
        now = (await rig.call('GET', path, {token})).json;
        return now.stage === 'done';
    });
    const email = now.channels.find(({channel}) => channel === 'email');
    assert.equal(email.audience, 7);
    assert.equal(email.counts.accepted, 7);
    const subjects = rig.outbox(rig.campaign)
        .filter(({subject}) => subject === 'Where to meet');
    assert.equal(new Set(subjects.map(({to}) => to)).size, 7);
    assert.equal(subjects.length, 7);
});

test('a process whose key is not listed is told nothing', async () => {
    const other = mkdtempSync(join(tmpdir(), 'muster-keys-'));
    execFileSync(MUSTER, ['keys', 'make', other, ...INSTANCES]);
    const conf = rig.conf;
    rig.conf = `${conf}.other`;
    writeFileSync(rig.conf, readFileSync(conf, 'utf8').replace(keys, other));
    await rig.kill('gateway.1', 'SIGKILL');
    rmSync(rig.path('run', 'gateway.1.port'), {force: true});
    rig.start('gateway.1');
    await rig.until('the intruder listens', async () => {
        try {
            return readFileSync(rig.path('run', 'gateway.1.port')).length > 0;
        } catch {
            return false;
        }
    });
    const port = Number(readFileSync(rig.path('run', 'gateway.1.port')));
    const answer = await fetch(
        `http://127.0.0.1:${port}${campaign()}/actions`);
    assert.ok(answer.status >= 500, `got ${answer.status}`);
    await rig.kill('gateway.1', 'SIGKILL');
    rig.conf = conf;
    rmSync(other, {recursive: true, force: true});
});
