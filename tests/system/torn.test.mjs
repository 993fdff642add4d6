// torn -- the machine goes off in the midst of a write: Redis' log is cut to
// its last whole transaction, and whoever was told yes before is there.
//
// One log, made by the real services under load; copies of it are cut at
// random bytes and started twice each, with a sign-up in between: without the
// look that ./muster takes, Redis cuts within a script, starts, and at its next
// start has half of that script and a log it cannot read.
//
//   MUSTER_SEED=n   the same cuts again       MUSTER_LONG=1   200 of them
import assert from 'node:assert/strict';
import {cpSync, readFileSync, readdirSync, rmSync, statSync, truncateSync,
    writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {random_from} from '../chaos/world.mjs';
import {startRig} from '../support/rig.mjs';

const CUTS = process.env.MUSTER_LONG ? 200 : 20;
const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1000000);
const PEOPLE = 60;
const AT_ONCE = 12;
const INCR = 'redis/appendonlydir/appendonly.aof.1.incr.aof';
const BASE = 'redis/appendonlydir/appendonly.aof.1.base.rdb';
const C = '/v1/campaigns/spring-march';

let rig, kept;
const known = []; // {at, code}: at that length of the log it was acknowledged
let loadedAt, endsAt;

const length = () => statSync(rig.path(INCR)).size;
const ask = (method, path, body) => rig.must(200, method, path,
    {token: rig.tokens.admin, body});

async function killAll() {
    await Promise.all([...rig.processes.keys()].map((name) =>
        rig.kill(name)));
    rig.processes.clear();
}

async function signUpAndArrive(i) {
    const {places} = await rig.signUp({name: `Person ${i}`,
        phone: rig.phone(i), role: 'care-worker', actions: ['rally'],
        consent_sms: true, key: `torn-person-${i}-signs-up`});
    known.push({at: length(), code: places[0].ticket.code});
    if (i % 3 !== 0) return;
    await ask('POST', `${C}/actions/rally/checkins`, {gate: 'north',
        kind: 'arrived', code: places[0].ticket.code, device: 'north-1',
        scan_id: rig.freshId('torn')});
}

async function send(name) {
    const b = `${C}/broadcasts`;
    const {id, content_hash} = await rig.must(201, 'POST', b, {
        token: rig.tokens.organiser,
        headers: {'Idempotency-Key': rig.freshId('torn')},
        body: {name, class: 'service', action: 'rally',
            audience: 'signedup:rally', sms_text: `${name}: {{first_name}}`}});
    await rig.must(200, 'POST', `${b}/${id}/approve`,
        {token: rig.tokens.approver, body: {content_hash}});
    await ask('POST', `${b}/${id}/start`);
    await rig.until(`${name} is sent`, async () =>
        (await ask('GET', `${b}/${id}`)).stage === 'done');
}

// Sign-ups, arrivals and two broadcasts, the second while others sign up.
async function makeLog() {
    const people = [...Array(PEOPLE).keys()];
    const some = async (count) => {
        for (let i; people.length > count;) {
            i = people.shift();
            await signUpAndArrive(i);
        }
    };
    const all = (count) => Promise.all(Array.from({length: AT_ONCE},
        () => some(count)));
    await all(PEOPLE / 2);
    await send('First');
    await Promise.all([all(0), send('Second')]);
}

before(async () => {
    rig = await startRig();
    await rig.signUpToken();
    loadedAt = length();
    await makeLog();
    await killAll();
    endsAt = length();
    kept = rig.path('kept');
    cpSync(rig.path('redis'), kept, {recursive: true});
    // Couriers remember what a log that is cut at any byte no longer knows.
    rig.options.without = ['courier'];
});

after(() => rig?.stop());

// A copy of the log, with change(path) done to it.
async function damage(change, file = INCR) {
    await killAll();
    rmSync(rig.path('redis'), {recursive: true});
    cpSync(kept, rig.path('redis'), {recursive: true});
    change(rig.path(file));
}

async function start() {
    rig.start('redis');
    await rig.ready('redis');
    await rig.startServices();
}

const previewed = async (query) => (await ask('POST',
    `${C}/audiences/preview`, {query, class: 'campaign'})).people;

// What can be reckoned in two ways is the same in both.
async function assertWhole(row) {
    assert.match(await rig.redis('INFO', 'stats'),
        /unexpected_error_replies:0/, row);
    const {actions} = await ask('GET', `${C}/actions`);
    const {confirmed} = actions.find(({id}) => id === 'rally');
    const {inside, arrived, signed_up} = await ask('GET',
        `${C}/actions/rally/attendance`);
    const people = await previewed('all');
    const counted = {people, confirmed, inside, arrived};
    assert.equal(await previewed('signedup:rally'), confirmed, row);
    assert.equal(await previewed('in:rally'), inside, row);
    assert.equal(signed_up, confirmed, row);
    const {broadcasts} = await ask('GET', `${C}/broadcasts`);
    for (const {id} of broadcasts) {
        const b = `${C}/broadcasts/${id}`;
        assert.equal((await ask('POST', `${b}/recount`)).is_equal, true, row);
        counted[id] = (await ask('GET', b)).channels.map((one) => one.counts);
    }
    assert.ok((await ask('GET', `${C}/audit?after=0`)).is_whole, row);
    return counted;
}

async function assertThere(cut, row) {
    const pages = known.filter(({at}) => at <= cut).map(async ({code}) =>
        assert.equal((await rig.call('GET', `/t/${code}`)).status, 200, row));
    await Promise.all(pages);
}

test(`${CUTS} random cuts: started twice each, all that was acknowledged is ` +
    'there and adds up', async (t) => {
    t.diagnostic(`MUSTER_SEED=${SEED}, ${endsAt - loadedAt} bytes`);
    const random = random_from(SEED);
    let torn = 0;
    for (let i = 0; i < CUTS; i++) {
        const cut = loadedAt + Math.floor(random() * (endsAt - loadedAt));
        const row = `MUSTER_SEED=${SEED}, cut ${i} at ${cut} of ${endsAt}`;
        await damage((path) => truncateSync(path, cut));
        await start();
        torn += readdirSync(rig.path('redis/appendonlydir'))
            .filter((name) => name.includes('.torn-')).length;
        await assertWhole(row);
        await assertThere(cut, row);
        await rig.signUp({name: 'Late Comer', phone: rig.phone(900 + i % 100),
            actions: ['rally'], key: 'torn-late-comer-signs-up'});
        const want = await assertWhole(row);
        await killAll();
        await start();
        assert.deepEqual(await assertWhole(row), want, row);
    }
    assert.ok(torn > CUTS / 2, `${torn} of ${CUTS} cuts tore something`);
});

// ---- what is no torn end ----------------------------------------------------

// change(bytes) in place, or gives others.
const rewrite = (change) => (path) => {
    const bytes = readFileSync(path);
    writeFileSync(path, change(bytes) ?? bytes);
};
const contents = () => Object.fromEntries(
    readdirSync(rig.path('redis/appendonlydir')).map((name) => [name,
        readFileSync(rig.path('redis/appendonlydir', name), 'latin1')]));
// A place in the middle of the log: of the n-th script, "EXEC" and its length.
const execAt = (bytes) => bytes.indexOf('$4\r\nEXEC', bytes.length >> 1);

const BROKEN = [
    ['a command that cannot be', INCR, rewrite((bytes) => {
        bytes[execAt(bytes) - 4] = 0x58;
    }), /incr\.aof at byte \d+ of \d+, where a command should begin/],
    ['a length that is too short', INCR, rewrite((bytes) => {
        bytes[execAt(bytes) + 1] = 0x33;
    }), /where the end of an argument should stand/],
    ['a length beyond the end', INCR, rewrite((bytes) => {
        const at = execAt(bytes);
        return Buffer.concat([bytes.subarray(0, at),
            Buffer.from('$9999999'), bytes.subarray(at + 2)]);
    }), /in the middle: it ends in the midst of a command, and more follows/],
    ['zeros with something behind them', INCR, rewrite((bytes) => {
        bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 4096);
    }), /Redis' log is broken/],
    ['what Redis cut within a script, and wrote on', INCR, rewrite((bytes) =>
        Buffer.concat([bytes.subarray(0, execAt(bytes) - 4),
            bytes.subarray(execAt(bytes) + 10)])),
    /where a transaction begins within another/],
    ['a base without its end', BASE, (path) =>
        truncateSync(path, 50), /base\.rdb has no end/],
    ['a base that is something else', BASE, rewrite(() =>
        Buffer.from('something else')), /base\.rdb is no snapshot/],
    ['no base', BASE, rmSync, /base\.rdb is not there/],
    ['no manifest', 'redis/appendonlydir/appendonly.aof.manifest', rmSync,
        /manifest is not there, and the log is/],
    ['no words in the manifest', 'redis/appendonlydir/appendonly.aof.manifest',
        rewrite(() => Buffer.from('x')), /manifest cannot be understood/],
];

for (const [what, file, change, sentence] of BROKEN)
    test(`${what}: said with what can be done, and nothing is changed`,
        async () => {
            await damage(change, file);
            const was = contents();
            const {status, stdout, stderr} = rig.lookAtLog('--cut');
            assert.equal(status, 3, stdout + stderr);
            assert.match(stderr, sentence);
            assert.match(stderr, /Put back a backup/);
            assert.equal(/redis-check-aof --fix/.test(stderr), file === INCR);
            assert.deepEqual(contents(), was);
        });

test('zeros at the end are a torn end, too', async () => {
    await damage(rewrite((bytes) => {
        bytes.fill(0, bytes.length - 5000);
    }));
    assert.equal(rig.lookAtLog().status, 3);
    const {status, stdout} = rig.lookAtLog('--cut');
    assert.equal(status, 0);
    assert.match(stdout, /\d+ bytes were cut off, and are kept as \S+/);
    const [, count, path] = stdout.match(/(\d+) bytes .* as (\S+)\.\n$/);
    assert.equal(statSync(path).size, Number(count));
    assert.equal(statSync(path).mode & 0o077, 0);
    assert.equal(length() + Number(count), endsAt);
    assert.equal(rig.lookAtLog().stdout, '');
});

test('a whole log and none at all are nothing to speak of', async () => {
    await damage(() => {});
    for (const gone of ['nothing', 'redis/appendonlydir']) {
        rmSync(rig.path(gone), {recursive: true, force: true});
        const {status, stdout, stderr} = rig.lookAtLog('--cut');
        assert.equal(`${status}${stdout}${stderr}`, '0');
    }
});

test('what a running Redis writes to is not cut', async () => {
    await damage(() => {});
    rig.start('redis');
    await rig.ready('redis');
    truncateSync(rig.path(INCR), endsAt - 3);
    const {status, stderr} = rig.lookAtLog('--cut');
    assert.equal(status, 1);
    assert.match(stderr, /is being written to: stop that Redis first/);
    assert.equal(length(), endsAt - 3);
});

test('the log of a rewrite with dates in it is whole, and cut like another',
    async () => {
        await damage(() => {});
        rig.start('redis');
        await rig.ready('redis');
        await rig.redis('CONFIG', 'SET', 'aof-timestamp-enabled', 'yes');
        await rig.redis('CONFIG', 'SET', 'aof-use-rdb-preamble', 'no');
        await rig.redis('BGREWRITEAOF');
        await rig.until('it is rewritten', async () => readFileSync(rig.path(
            'redis/appendonlydir/appendonly.aof.manifest'), 'utf8')
            .includes('appendonly.aof.2.base.aof'));
        await rig.redis('EVAL', 'redis.call("SET", "a", 1) ' +
            'redis.call("SET", "b", 2)', '0');
        await killAll();
        assert.equal(rig.lookAtLog().stdout + rig.lookAtLog().stderr, '');
        const path = rig.path('redis/appendonlydir/appendonly.aof.2.incr.aof');
        assert.match(readFileSync(path, 'utf8'), /^#TS:/m);
        truncateSync(path, statSync(path).size - 10);
        assert.equal(rig.lookAtLog('--cut').status, 0);
        assert.doesNotMatch(readFileSync(path, 'latin1'), /MULTI/);
    });
