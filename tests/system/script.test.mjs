// script -- ./muster up and down, as a newcomer meets them.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtempSync, readFileSync, readdirSync, rmSync, statSync}
    from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {setTimeout as pause} from 'node:timers/promises';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const WAIT_MS = 30000;
const NAMES = ['redis', 'signup.0', 'broadcast.0', 'checkin.0', 'courier.0',
    'courier.1', 'gateway.0'];

let dir;
let port;

before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'muster-script-'));
    port = await free_port();
});

after(async () => {
    await muster('down');
    rmSync(dir, {recursive: true, force: true});
});

// Resolves to {code, out} of ./muster words…; out is both outputs.
function muster(...words) {
    return muster_with({}, ...words);
}

function muster_with(env, ...words) {
    return new Promise((resolve) => {
        execFile(join(TOP, 'muster'), words, {
            env: {...process.env, MUSTER_VAR: join(dir, 'var'),
                MUSTER_PORT: String(port), MUSTER_ADMIN_PORT: '0', ...env},
            maxBuffer: 1 << 26,
        }, (error, stdout, stderr) =>
            resolve({code: error ? error.code : 0, out: stdout + stderr}));
    });
}

function listen(at) {
    return new Promise((resolve) => {
        const server = createServer();
        server.listen(at, '127.0.0.1', () => resolve(server));
    });
}

async function free_port() {
    const server = await listen(0);
    const {port: number} = server.address();
    await new Promise((resolve) => server.close(resolve));
    return number;
}

function pid_of(name) {
    return Number(readFileSync(join(dir, 'var/run', `${name}.pid`), 'utf8'));
}

// Running, and not a zombie that nobody has waited for.
function is_running(pid) {
    try {
        return !/^State:\s+Z/m.test(
            readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
        return false;
    }
}

async function until(what, is_so) {
    const end = Date.now() + WAIT_MS;
    while (!await is_so()) {
        assert.ok(Date.now() < end, `waited in vain until ${what}`);
        await pause(50);
    }
}

// Signs one person up, and again: the answer says whether they were new.
async function sign_up() {
    const base = `http://127.0.0.1:${port}/v1/campaigns/providers-unite`;
    const {actions} = await (await fetch(`${base}/actions`)).json();
    const reply = await fetch(`${base}/signups`, {
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body: JSON.stringify({name: 'Ada Person', phone: '07700 900123',
            actions: [actions[0].id], consent_sms: true}),
    });
    assert.equal(reply.status, 201);
    return (await reply.json()).is_new;
}

async function status_of(path) {
    try {
        return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    } catch {
        return 0;
    }
}

test('a busy port is a sentence, and nothing is started', async () => {
    const server = await listen(port);
    const {code, out} = await muster('up');
    server.close();
    assert.equal(code, 1);
    assert.match(out, new RegExp(`port ${port} is in use`));
});

test('up starts everything and says where', async () => {
    const {code, out} = await muster('up');
    assert.equal(code, 0, out);
    assert.match(out, new RegExp(`http://127\\.0\\.0\\.1:${port}/`));
    for (const name of NAMES) {
        assert.match(out, new RegExp(`${name.replace('.', '\\.')} +ready`));
        assert.ok(is_running(pid_of(name)), name);
    }
    assert.equal(await status_of('/'), 200);
    assert.equal(await status_of('/c/providers-unite'), 200);
});

test('what is secret is readable by its owner alone', () => {
    const secrets = ['muster.ini', 'logins.txt', 'run/users.acl',
        ...readdirSync(join(dir, 'var/keys')).map((file) => `keys/${file}`)];
    for (const file of secrets) {
        const {mode} = statSync(join(dir, 'var', file));
        assert.equal(mode & 0o077, 0, file);
    }
});

test('somebody signs up', async () => {
    assert.equal(await sign_up(), true);
    assert.equal(await sign_up(), false);
});

test('a second up is harmless and prints the same logins', async () => {
    const pids = NAMES.map(pid_of);
    const logins = readFileSync(join(dir, 'var/logins.txt'), 'utf8');
    const {code, out} = await muster('up');
    assert.equal(code, 0, out);
    assert.deepEqual(NAMES.map(pid_of), pids);
    assert.equal(readFileSync(join(dir, 'var/logins.txt'), 'utf8'), logins);
    for (const line of logins.trim().split('\n')) {
        assert.ok(out.includes(line), line);
    }
});

test('another port while it runs is refused with the way to move', async () => {
    const {code, out} = await muster_with(
        {MUSTER_PORT: String(await free_port())}, 'up');
    assert.equal(code, 1);
    assert.match(out, /runs on port \d+ already/);
});

test('a process that is killed comes back by itself', async () => {
    for (const name of ['checkin.0', 'redis']) {
        const before_kill = pid_of(name);
        process.kill(before_kill, 'SIGKILL');
        await until(`${name} is there again`, () =>
            pid_of(name) !== before_kill && is_running(pid_of(name)));
    }
    await until('the page is there', async () =>
        await status_of('/c/providers-unite') === 200);
    assert.equal(await sign_up(), false);
});

test('down leaves nothing running, and up finds everything again', async () => {
    const pids = [...NAMES, ...NAMES.map((name) => `${name}.keeper`)].map(pid_of);
    const logins = readFileSync(join(dir, 'var/logins.txt'), 'utf8');
    const {code, out} = await muster('down');
    assert.equal(code, 0, out);
    assert.doesNotMatch(out, /killed/);
    assert.deepEqual(pids.filter(is_running), []);
    assert.equal((await muster('down')).code, 0);
    assert.equal((await muster('up')).code, 0);
    assert.equal(await sign_up(), false);
    assert.equal(await status_of('/c/providers-unite'), 200);
    assert.equal(readFileSync(join(dir, 'var/logins.txt'), 'utf8'), logins);
});
