// backup -- ./muster backup in the midst of a broadcast, and the way back: what
// was kept is there again, nobody is sent anything twice, and whatever is not
// right is refused in words before anything has changed.
import assert from 'node:assert/strict';
import {execFile, execFileSync, spawn} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync,
    renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {setTimeout as pause} from 'node:timers/promises';
import {freePort} from '../support/ports.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const PEOPLE = 200;
const RATE = 80; // a second
const WAIT_MS = 60000;
const C = '/v1/campaigns/providers-unite';
const RALLY = 'westminster-rally';

let dir, port, sink, token, id;
const path = (...names) => join(dir, ...names);

before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'muster-backup-'));
    port = await freePort();
    sink = await startSink();
    mkdirSync(path('safe'));
    mkdirSync(path('var'), {mode: 0o700});
    writeFileSync(path('var/routes.ini'), `[route.sms]
channel = sms
provider = http
url = ${sink.base}/send
body_template = {"to":"{{to}}","text":"{{text}}","ref":"{{ref}}"}
rate = ${RATE}
concurrency = 4

[route.email]
channel = email
provider = outbox
rate = 1000
`);
});

after(async () => {
    await muster('down');
    sink.child.kill();
    rmSync(dir, {recursive: true, force: true});
});

async function startSink() {
    const child = spawn(join(TOP, 'build/tests/recording_provider'),
        ['--port', '0', '--latency-ms', '5'],
        {stdio: ['ignore', 'pipe', 'inherit']});
    process.on('exit', () => child.kill('SIGKILL'));
    const at = await new Promise((resolve) => child.stdout.once('data',
        (text) => resolve(Number(String(text).trim()))));
    return {child, base: `http://127.0.0.1:${at}`};
}

// Resolves to {code, out} of ./muster words…; out is both outputs.
function muster(...words) {
    return new Promise((resolve) => {
        execFile(join(TOP, 'muster'), words, {
            env: {...process.env, MUSTER_VAR: path('var'),
                MUSTER_PORT: String(port), MUSTER_ADMIN_PORT: '0'},
            maxBuffer: 1 << 26,
        }, (error, stdout, stderr) =>
            resolve({code: error ? error.code : 0, out: stdout + stderr}));
    });
}

async function must(...words) {
    const {code, out} = await muster(...words);
    assert.equal(code, 0, `${words.join(' ')}: ${out}`);
    return out;
}

async function refused(why, ...words) {
    const {code, out} = await muster(...words);
    assert.equal(code, 3, `${words.join(' ')}: ${out}`);
    assert.match(out, why);
}

async function ask(method, at, body, headers = {}) {
    const answer = await fetch(`http://127.0.0.1:${port}${at}`, {
        method,
        headers: {Authorization: `Bearer ${token}`,
            'Content-Type': 'application/json', ...headers},
        body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.status < 400, `${method} ${at}: ${text}`);
    return JSON.parse(text);
}

async function until(what, is_so) {
    const end = Date.now() + WAIT_MS;
    while (!await is_so()) {
        assert.ok(Date.now() < end, `waited in vain until ${what}`);
        await pause(50);
    }
}

/** What the provider had of the broadcast: number -> times. */
async function handedOver() {
    const all = await (await fetch(`${sink.base}/seen`)).json();
    return new Map(all.map(({ref, times}) => [ref.split('.'), times])
        .filter(([[, broadcast]]) => broadcast === id)
        .map(([[, , number], times]) => [number, times]));
}

const signUp = (i, by) => ask('POST', `${C}/signups`, {
    name: `Person ${i}`, phone: `07700 900${String(i).padStart(3, '0')}`,
    actions: [RALLY]}, {Authorization: `Bearer ${by}`});

const channel = async () => (await ask('GET', `${C}/broadcasts/${id}`))
    .channels.find((one) => one.channel === 'sms');
const people = async () => (await ask('POST', `${C}/audiences/preview`,
    {query: 'all', class: 'campaign'})).people;

/** How many have said STOP. */
const stopped = async () => (await ask('POST', `${C}/audiences/preview`,
    {query: `signedup:${RALLY}`, class: 'service', action: RALLY}))
    .channels.find(({channel}) => channel === 'sms').excluded.withdrawn;

async function send() {
    const made = await ask('POST', `${C}/broadcasts`, {
        name: 'Change of route', class: 'service', action: RALLY,
        audience: `signedup:${RALLY}`, sms_text: 'Hello {{first_name}}',
    }, {'Idempotency-Key': 'change-of-route'});
    id = made.id;
    await ask('POST', `${C}/broadcasts/${id}/approve`,
        {content_hash: made.content_hash});
    await ask('POST', `${C}/broadcasts/${id}/start`);
}

test('a backup is made of what runs, for a key, to a new file', async () => {
    await must('up');
    token = readFileSync(path('var/keys/bootstrap.token'), 'utf8').trim();
    await refused(/there is no key to seal backups to/, 'backup', path('b'));
    assert.match(await must('vault', 'make', path('safe')),
        /another machine, and on paper/);
    cpSync(path('safe/backup.public'), path('var/backup.public'));
    await refused(/there is no folder/, 'backup', path('none/b'));
    const server = await ask('POST', `${C}/tokens`,
        {name: 'server', role: 'signups'});
    for (let i = 0; i < PEOPLE; i++) await signUp(i, server.token);
    await send();
    await until('some have it', async () => (await handedOver()).size >= 20);
    assert.match(await must('backup', path('b')), /Backed up to .*secret opens/);
    const bytes = readFileSync(path('b'));
    for (const word of ['REDIS', 'Person', 'signup.key', 'muster.ini'])
        assert.ok(!bytes.includes(word), word);
    await refused(/is there already/, 'backup', path('b'));
    const status = await muster('status', '--json');
    const {last_backup_at} = JSON.parse(status.out);
    assert.ok(Date.now() - Date.parse(last_backup_at) < WAIT_MS, status.out);
    await signUp(PEOPLE, server.token);
    await until('it is done', async () =>
        (await channel()).counts.accepted === PEOPLE);
    await ask('POST', `${C}/stops`, {phone: '07700 900000'}); // had it before
    assert.equal(await stopped(), 1);
});

test('what cannot be a backup is refused in words, and changes nothing',
    async () => {
        const secret = path('safe/backup.secret');
        mkdirSync(path('other'));
        await must('vault', 'make', path('other'));
        const bytes = readFileSync(path('b'));
        const bad = (name, content) => {
            writeFileSync(path(name), content);
            return path(name);
        };
        const changed = Buffer.from(bytes);
        changed[bytes.length - 100] ^= 1;
        await refused(/made for another key/, 'restore', path('b'),
            path('other/backup.secret'));
        await refused(/cut off/, 'restore',
            bad('short', bytes.subarray(0, -100)), secret);
        await refused(/damaged/, 'restore', bad('changed', changed), secret);
        await refused(/no backup that muster made/, 'restore', secret, secret);
        await refused(/there is no/, 'restore', path('nothing'), secret);
        // Sealed to the key, as anybody can, but what none holds.
        const hostile = path('hostile');
        mkdirSync(path('h'));
        writeFileSync(path('h/dump.rdb'), 'x');
        symlinkSync('/etc/passwd', path('h/about.txt'));
        for (const held of ['--transform s,dump,../../escaped, dump.rdb',
            '--transform "s,dump.rdb,../x keys/a," dump.rdb',
            '--transform s,dump.rdb,keys/.., dump.rdb', 'about.txt']) {
            execFileSync('sh', ['-c', `tar -C ${path('h')} -cPf - ${held} |
                ${TOP}/build/bin/muster vault seal \
                ${path('safe/backup.public')} >${hostile}`]);
            await refused(/holds what none does/, 'restore', hostile, secret);
        }
        const misused = await muster('restore', path('b'));
        assert.equal(misused.code, 2, misused.out);
        assert.equal(await people(), PEOPLE + 1);
    });

test('it says what it holds, and changes nothing while it only says',
    async () => {
        const words = ['restore', path('b'), path('safe/backup.secret')];
        const said = await must(...words);
        assert.match(said, new RegExp(`4 campaigns, ${PEOPLE} supporters`));
        assert.match(said, new RegExp(
            `providers-unite ${id} was being sent, with \\d+ to go`));
        assert.match(said, /Nothing was changed/);
        assert.match(said, /What people withdrew since is in .* and stands/);
        renameSync(path('var/withdrawn'), path('withdrawn'));
        assert.match(await must(...words),
            /whoever has withdrawn since\s+20\S+Z is not known/);
        rmSync(path('var/withdrawn'), {recursive: true});
        renameSync(path('withdrawn'), path('var/withdrawn'));
        await refused(/Muster is running here/, ...words, '--yes');
        await must('down');
        renameSync(path('var/journal'), path('journal'));
        await refused(/no couriers' notes/, ...words, '--yes');
        rmSync(path('var/journal'), {recursive: true});
        renameSync(path('journal'), path('var/journal'));
        assert.deepEqual(readdirSync(path('var')).filter((name) =>
            /^restore|before/.test(name)), []);
    });

test('a restore that was cut off is not started on', async () => {
    writeFileSync(path('var/restoring'), 'now\n');
    await refused(/a restore was cut off/, 'up');
    rmSync(path('var/restoring'));
});

test('what was kept is there again, and nobody is sent anything twice',
    async () => {
        await must('restore', path('b'), path('safe/backup.secret'), '--yes');
        assert.equal(readdirSync(path('var')).filter((name) =>
            /^(redis|keys)\.before-/.test(name)).length, 2);
        assert.ok(!existsSync(path('var/restoring')));
        await must('up');
        assert.equal(await people(), PEOPLE);
        assert.equal(await stopped(), 1); // said after the backup
        await until('nothing is on its way', async () => {
            const {counts} = await channel();
            return counts.pending + counts.leased + counts.deferred === 0;
        });
        const {counts, audience} = await channel();
        assert.equal(audience, PEOPLE);
        assert.equal(counts.accepted + counts.in_doubt, PEOPLE,
            JSON.stringify(counts));
        assert.ok(counts.in_doubt > 0);
        const seen = await handedOver();
        assert.equal(seen.size, PEOPLE);
        assert.ok([...seen.values()].every((times) => times === 1));
        assert.equal((await ask('POST', `${C}/broadcasts/${id}/recount`))
            .is_equal, true);
    });
