// script -- ./muster up and down, as a newcomer meets them.
import assert from 'node:assert/strict';
import {execFile, execFileSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync,
    renameSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {setTimeout as pause} from 'node:timers/promises';
import {freePort} from '../support/ports.mjs';
import {SERVICES, processes} from '../support/services.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const WAIT_MS = 30000;
const NAMES = ['redis', ...processes()];
const GATEWAY = SERVICES.find(({name}) => name === 'gateway');

let dir, ada;
let port;

before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'muster-script-'));
    port = await freePort();
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

// Signs one person up, always by the same key: one entry, and its ticket.
async function sign_up() {
    const base = `http://127.0.0.1:${port}/v1/campaigns/providers-unite`;
    const {actions, campaign: {consent_version}} =
        await (await fetch(`${base}/actions`)).json();
    const reply = await fetch(`${base}/signups`, {
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body: JSON.stringify({name: 'Ada Person', phone: '07700 900123',
            actions: [actions[0].id], consent_sms: true, consent_version,
            key: 'ada-signs-up-by-script'}),
    });
    assert.equal(reply.status, 201);
    return (await reply.json()).places[0].ticket.code;
}

async function status_of(path) {
    try {
        return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    } catch {
        return 0;
    }
}

// What is not understood changes nothing: no process, no file, no build.
async function assert_misused(env, words, why) {
    const {code, out} = await muster_with(env, ...words);
    assert.match(out, why, words.join(' '));
    assert.ok(!existsSync(join(dir, 'var/run/redis.pid')), words.join(' '));
    return code;
}

test('every word says how it is used, and starts nothing', async () => {
    const help = await muster('help');
    assert.equal(help.code, 0);
    assert.match(help.out, /settings\.ini/);
    for (const word of ['up', 'down', 'demo', 'test', 'bench', 'help'])
        for (const flag of ['--help', '-h']) {
            assert.equal(await assert_misused({}, [word, flag],
                new RegExp(`^usage: (\\./)?muster ${word}`)), 0);
        }
});

test('words that are wrong are said, start nothing and exit with 2',
    async () => {
        for (const [words, why] of [
            [['up', 'extra'], /up takes nothing more; what is "extra"\?/],
            [['down', '--now'], /down takes nothing more/],
            [['help', 'me'], /help takes nothing more/],
            [['demo', '--people', 'abc'], /abc: not a whole number/],
            [['demo', '--peeple', '3'], /peeple/],
            [['demo', 'tomorrow'], /too much/],
            [['nothing'], /there is no word "nothing"/],
            [['keep'], /there is no word "keep"/],
        ]) {
            assert.equal(await assert_misused({}, words, why), 2,
                words.join(' '));
        }
    });

test('before the first up there is nothing to look at: 4', async () => {
    for (const word of ['status', 'logs', 'doctor'])
        assert.equal(await assert_misused({}, [word],
            /no Muster has been started in .*\n.*\.\/muster up/), 4, word);
});

test('counts of processes that make no sense are said, and start nothing',
    async () => {
        for (const [env, why] of [
            [{MUSTER_INSTANCES_GATEWAYS: '2'}, /no service "gateways"/],
            [{MUSTER_INSTANCES_GATEWAY: '0'}, /not a number from 1 to 16/],
            [{MUSTER_INSTANCES_SIGNUP: 'two'}, /not a number from 1 to 16/],
            [{MUSTER_INSTANCES_SIGNUP: '17'}, /not a number from 1 to 16/],
        ]) {
            assert.equal(await assert_misused(env, ['up'], why), 1);
        }
    });

test('a port that cannot be is said, and starts nothing', async () => {
    for (const told of ['0', '65536', '99999', '080', 'http', '-1']) {
        assert.equal(await assert_misused({MUSTER_PORT: told}, ['up'],
            /must be a number from 1 to 65535/), 1, told);
    }
});

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

test('status knows the processes and their pids', async () => {
    const {code, out} = await muster('status', '--json');
    assert.equal(code, 0, out);
    assert.deepEqual(JSON.parse(out).processes.map(({name, state, pid}) =>
        `${name} ${state} ${pid}`), NAMES.map((name) =>
        `${name} ready ${pid_of(name)}`));
});

test('somebody signs up', async () => {
    ada = await sign_up();
    assert.match(ada, /^[0-9A-Z]{20}$/);
    assert.equal(await sign_up(), ada);
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
        {MUSTER_PORT: String(await freePort())}, 'up');
    assert.equal(code, 1);
    assert.match(out, /runs on port \d+ already/);
});

test('admin ports of another program are refused while it runs, too',
    async () => {
        const pids = NAMES.map(pid_of);
        // Another test may have one of the ports beside it.
        const busy = await freePort();
        const server = await listen(busy);
        const {code, out} = await muster_with(
            {MUSTER_ADMIN_PORT: String(busy - GATEWAY.admin)}, 'up');
        server.close();
        assert.equal(code, 1, out);
        assert.match(out, /port \d+ \(for \/readyz and \/metrics\) is in use/);
        assert.deepEqual(NAMES.map(pid_of), pids);
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
    assert.equal(await sign_up(), ada);
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
    assert.equal(await sign_up(), ada);
    assert.equal(await status_of('/c/providers-unite'), 200);
    assert.equal(readFileSync(join(dir, 'var/logins.txt'), 'utf8'), logins);
});

// ---- how many of each -------------------------------------------------------

const settings = (text) =>
    writeFileSync(join(dir, 'var/settings.ini'), text, {mode: 0o600});
const ready = (out) => [...out.matchAll(/^ {4}(\S+) +ready$/gm)]
    .map((match) => match[1]);

function left_running() {
    return readdirSync(join(dir, 'var/run'))
        .filter((file) => file.endsWith('.pid') && !file.includes('keeper'))
        .map((file) => file.slice(0, -'.pid'.length)).filter((name) =>
            is_running(pid_of(name))).sort();
}

test('as many run as settings.ini and the environment say', async () => {
    settings('[instances]\nsignup = 2\ncourier = 1\ngateway = 3\n');
    const {code, out} = await muster_with({MUSTER_INSTANCES_GATEWAY: '2'},
        'up');
    assert.equal(code, 0, out);
    const want = ['redis', ...processes({signup: 2, courier: 1, gateway: 2})];
    assert.deepEqual(ready(out), want);
    assert.deepEqual(left_running(), [...want].sort());
    assert.equal(await sign_up(), ada);
});

test('two gateways share the port: one is enough', async () => {
    for (const [stopped, other] of [['gateway.0', 'gateway.1'],
        ['gateway.1', 'gateway.0']]) {
        const pid = pid_of(stopped);
        process.kill(pid, 'SIGTERM');
        await until(`${stopped} has ended`, () => !is_running(pid));
        assert.ok(is_running(pid_of(other)));
        await until('the page is there', async () =>
            await status_of('/c/providers-unite') === 200);
        await until(`${stopped} is there again`, () =>
            pid_of(stopped) !== pid && is_running(pid_of(stopped)));
    }
});

test('up leaves what runs as it should, and restarts what should not: ' +
    'all of a service stop before one of it starts', async () => {
    const names = processes({signup: 2, courier: 1, gateway: 2});
    const pids = names.map(pid_of);
    await muster_with({MUSTER_INSTANCES_GATEWAY: '2'}, 'up');
    assert.deepEqual(names.map(pid_of), pids);
    settings('[run]\nlog_level = debug\n[gateway]\npublic_url = ' +
        'http://muster.test\n[instances]\nsignup = 2\n');
    const redis = pid_of('redis');
    const {code, out} = await muster('up');
    assert.equal(code, 0, out);
    assert.match(out, /signup\.1 +stopped\n +signup\.0 +stopped/);
    assert.deepEqual(left_running(),
        ['redis', ...processes({signup: 2})].sort());
    assert.ok(!pids.includes(pid_of('signup.0')));
    assert.equal(pid_of('redis'), redis);
    const ini = readFileSync(join(dir, 'var/muster.ini'), 'utf8');
    assert.match(ini, /^log_level = debug$/m);
    assert.match(ini, /^public_url = http:\/\/muster\.test$/m);
});

test('a line of settings.ini that sets nothing is said', async () => {
    for (const [text, line] of [
        ['[run]\nlog_level debug\n', 2],
        ['; mine\nlog_level = debug\n', 2],
        ['[run]\n\n= debug\n', 3],
        ['[run\nlog_level = debug\n', 1],
    ]) {
        settings(text);
        const {code, out} = await muster('up');
        assert.equal(code, 1, out);
        assert.match(out,
            new RegExp(`settings\\.ini:${line}: this is no setting`));
    }
});

test('what ./muster relies on is not to be set', async () => {
    settings('[run]\ndir = /tmp\n');
    const {code, out} = await muster('up');
    assert.equal(code, 1);
    assert.match(out, /\[run\] dir is not yours/);
});

test('a route that is misspelt changes nothing of what runs', async () => {
    settings('');
    const [routes, ini] = ['routes.ini', 'muster.ini'].map((file) =>
        readFileSync(join(dir, 'var', file), 'utf8'));
    const names = ['redis', ...processes({signup: 2})];
    const pids = names.map(pid_of);
    writeFileSync(join(dir, 'var/routes.ini'),
        routes.replace('provider', 'provlder'));
    const {code, out} = await muster('up');
    writeFileSync(join(dir, 'var/routes.ini'), routes);
    assert.equal(code, 1);
    assert.match(out, /provlder.*provider/);
    assert.equal(readFileSync(join(dir, 'var/muster.ini'), 'utf8'), ini);
    assert.deepEqual(names.map(pid_of), pids);
});

test("Redis' keeper may ask for a shorter log, and for nothing else", () => {
    const [, password] = readFileSync(join(dir, 'var/keys/redis.passwords'),
        'utf8').match(/^keeper (\S+)$/m);
    const ask = (...words) => execFileSync('redis-cli', ['-s',
        join(dir, 'var/run/redis.sock'), '--user', 'keeper', ...words],
    {encoding: 'utf8', env: {...process.env, REDISCLI_AUTH: password}});
    assert.match(ask('BGREWRITEAOF'), /rewriting (started|scheduled)/);
    for (const words of [['GET', 'x'], ['INFO'], ['KEYS', '*'], ['SHUTDOWN']])
        assert.match(ask(...words), /^NOPERM/, words.join(' '));
});

test('down stops all that runs, also what the settings no longer name',
    async () => {
        settings('[instances]\ncourier = 3\n[run]\nlog_level = debug\n');
        assert.equal((await muster('up')).code, 0);
        assert.ok(['courier.2', 'signup.0'].every((name) =>
            left_running().includes(name)));
        settings('');
        const {code, out} = await muster('down');
        assert.equal(code, 0, out);
        assert.match(out, /courier\.2 +stopped/);
        assert.deepEqual(left_running(), []);
    });

// ---- Redis' log, before Redis is started ------------------------------------

// The newest file of that type (base, incr), with its copy beside it.
function log_file(type) {
    const folder = join(dir, 'var/redis/appendonlydir');
    const files = readdirSync(folder).filter((name) =>
        name.match(`\\.${type}\\.(aof|rdb)$`));
    return join(folder, files.sort().at(-1));
}

// up with change(bytes) done to that file, which is put back after.
async function up_with(type, change) {
    const path = log_file(type);
    copyFileSync(path, `${path}.good`);
    const bytes = readFileSync(path);
    change(bytes);
    writeFileSync(path, bytes);
    const began = Date.now();
    const {code, out} = await muster('up');
    assert.ok(Date.now() - began < 20000, `took ${Date.now() - began} ms`);
    assert.deepEqual(left_running(), []);
    renameSync(`${path}.good`, path);
    return {code, out};
}

test('a log that is broken in the middle is said, and nothing is started',
    async () => {
        const {code, out} = await up_with('incr', (bytes) => {
            bytes[bytes.indexOf('*3\r\n$', bytes.length >> 1)] = 0x58;
        });
        assert.equal(code, 3, out);
        assert.match(out, /Redis' log is broken: appendonly\.aof\.\d+\.incr/);
        assert.match(out, /Put back a backup of .*redis-check-aof --fix/s);
        assert.match(out, /nothing was started/);
        assert.doesNotMatch(out, /ready/);
    });

test('why Redis does not start is said at once, in its words and ours',
    async () => {
        const {code, out} = await up_with('base', (bytes) => {
            bytes[bytes.length - 1] ^= 1;
        });
        assert.equal(code, 1, out);
        assert.match(out, /redis +is not ready/);
        assert.match(out, /Redis does not start. Its words:\n +.*checksum/i);
        assert.match(out, /damaged: put back a backup/);
        assert.doesNotMatch(out, /signup/);
    });

test('a log that ends in the midst of a write is cut, said, and all comes up',
    async () => {
        const path = log_file('incr');
        truncateSync(path, statSync(path).size - 3);
        const {code, out} = await muster('up');
        assert.equal(code, 0, out);
        assert.match(out, /ended in the midst of a write .* kept as (\S+)\./);
        assert.equal(await sign_up(), ada);
    });
