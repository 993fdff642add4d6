// world -- a whole Muster of one's own, whose processes may die at any time.
//
// Everything is in one temp directory: Redis on a unix socket (durable, as in
// docker/redis.conf), the services on free ports, and the recording provider,
// which alone is never killed. A process that dies is started again after a
// short pause, as its keeper would. All die with this program.
//
//   MUSTER_KEEP=1   leave the directory, with all logs, to be looked into
import {spawn} from 'node:child_process';
import {createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync,
    readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {makeFleet} from '../support/fleet.mjs';
import {SERVICES, processes} from '../support/services.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = process.env.MUSTER_BIN ?? join(TOP, 'build/bin');
const READY_MS = 30000;
const STOP_MS = 10000;
const PROCESSES = processes();

export const VICTIMS = ['redis', ...PROCESSES];

// One number in [0, 1) after another, the same for the same seed.
export function random_from(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

export async function wait_until(what, is_so, ms = READY_MS) {
    const end = Date.now() + ms;
    for (;;) {
        const found = await is_so();
        if (found) {
            return found;
        }
        if (Date.now() > end) {
            throw new Error(`waited ${ms} ms in vain: ${what}`);
        }
        await pause(50);
    }
}

export class World {
    // route: settings of the one SMS route, over the usual ones. engine:
    // 'sentinel' or 'cluster' instead of one Redis, with a replica required.
    constructor(route = {}, engine = null) {
        this.engine = engine;
        this.dir = mkdtempSync(join(tmpdir(), 'muster-chaos-'));
        this.route = route;
        this.children = new Map(); // name -> {child, is_wanted}
        this.ends = []; // deaths that nobody asked for: "name: code"
        for (const dir of ['run', 'redis', 'log', 'outbox', 'journal',
            'keys', 'web']) {
            mkdirSync(join(this.dir, dir), {mode: 0o700});
        }
        this.kill_all = () => this.#signal_all('SIGKILL');
        process.on('exit', this.kill_all);
    }

    // ---- processes --------------------------------------------------------

    #command(name) {
        const run = join(this.dir, 'run');
        if (this.fleet?.names.includes(name)) {
            return this.fleet.command(name);
        }
        if (name === 'redis') {
            // Its log is looked at first, as ./muster does.
            return ['sh', '-c', '"$0" log-check --cut "$1" && shift && ' +
                'exec "$@"', join(BIN, 'muster'), join(this.dir, 'redis'),
                'redis-server', join(TOP, 'docker/redis.conf'),
                '--port', '0', '--unixsocket', join(run, 'redis.sock'),
                '--unixsocketperm', '700', '--dir', join(this.dir, 'redis'),
                '--daemonize', 'no'];
        }
        if (name === 'provider') {
            return [join(BIN, '../tests/recording_provider'), '--port', '0',
                '--port-file', join(run, 'provider.port'),
                '--latency-ms', '15'];
        }
        const [service, instance] = name.split('.');
        return [join(BIN, `muster-${service}`), '--config',
            join(this.dir, 'muster.ini'), '--instance', instance];
    }

    #spawn(name) {
        const keeper = this.children.get(name);
        const log = createWriteStream(join(this.dir, 'log', `${name}.log`),
            {flags: 'a'});
        const child = spawn('setpriv',
            ['--pdeathsig', 'KILL', ...this.#command(name)],
            {stdio: ['ignore', 'pipe', 'pipe']});
        child.stdout.pipe(log, {end: false});
        child.stderr.pipe(log, {end: false});
        keeper.child = child;
        child.on('exit', (code, signal) => {
            if (!keeper.is_wanted) {
                return;
            }
            if (!keeper.is_killed) {
                this.ends.push(`${name}: ${code ?? signal}`);
            }
            keeper.is_killed = false;
            setTimeout(() => keeper.is_wanted && this.#spawn(name),
                this.restart_after_ms?.(name) ?? 100);
        });
    }

    #start(name) {
        this.children.set(name, {is_wanted: true, is_killed: false});
        this.#spawn(name);
    }

    kill(name) {
        const keeper = this.children.get(name);
        const {child} = keeper;
        if (child.exitCode !== null || child.signalCode !== null) {
            return false; // between two lives
        }
        keeper.is_killed = true;
        return child.kill('SIGKILL');
    }

    freeze(name) {
        this.children.get(name).child.kill('SIGSTOP');
    }

    thaw(name) {
        this.children.get(name).child.kill('SIGCONT');
    }

    #signal_all(signal) {
        for (const keeper of this.children.values()) {
            keeper.is_wanted = false;
            keeper.child.kill(signal);
        }
    }

    #port(file) {
        const path = join(this.dir, 'run', file);
        return existsSync(path) ?
            Number(readFileSync(path, 'utf8').trim()) : 0;
    }

    async #is_ready(name) {
        const port = this.#port(`${name}.admin-port`);
        try {
            return port > 0 &&
                (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
        } catch {
            return false;
        }
    }

    #write_config() {
        const dir = this.dir;
        const provider = this.#port('provider.port');
        const route = {channel: 'sms', provider: 'http', body: 'json',
            url: `http://127.0.0.1:${provider}/send`,
            body_template: '{"to":"{{to}}","text":"{{text}}","ref":"{{ref}}"}',
            rate: 400, concurrency: 10, timeout_ms: 2000,
            is_idempotent: 'no', ...this.route};
        const sections = {
            run: {dir: join(dir, 'run'), log_level: 'info'},
            store: this.fleet ?
                {endpoint: this.fleet.endpoint, replicas_required: 1} :
                {endpoint: `unix:${join(dir, 'run/redis.sock')}`},
            instances: Object.fromEntries(SERVICES.map(
                ({name, instances}) => [name, instances])),
            keys: {dir: join(dir, 'keys')},
            gateway: {host: '127.0.0.1', port: 0, exempt_loopback: 'yes',
                public_url: 'http://127.0.0.1:8080',
                web_dir: existsSync(join(TOP, 'build/web')) ?
                    join(TOP, 'build/web') : join(dir, 'web'),
                bootstrap_token_file: join(dir, 'keys/bootstrap.token')},
            outbox: {dir: join(dir, 'outbox')},
            courier: {journal_dir: join(dir, 'journal')},
            'route.sms-http': route,
        };
        const text = Object.entries(sections).map(([name, keys]) =>
            `[${name}]\n` + Object.entries(keys).map(([key, value]) =>
                `${key} = ${value}\n`).join('')).join('\n');
        writeFileSync(join(dir, 'muster.ini'), text, {mode: 0o600});
    }

    async #start_redis() {
        if (!this.engine) {
            this.#start('redis');
            return;
        }
        this.fleet = await makeFleet(this.engine, this.dir);
        this.fleet.names.forEach((name) => this.#start(name));
        await this.fleet.form();
    }

    async start() {
        this.#start('provider');
        await this.#start_redis();
        await wait_until('the provider listens',
            () => this.#port('provider.port') > 0);
        this.#write_config();
        for (const name of PROCESSES) {
            this.#start(name);
        }
        await this.ready();
        this.token = readFileSync(join(this.dir, 'keys/bootstrap.token'),
            'utf8').trim();
    }

    async ready() {
        for (const name of PROCESSES) {
            await wait_until(`${name} is ready`, () => this.#is_ready(name))
                .catch((error) => {
                    throw new Error(`${error.message}\n${this.tail(name)}`);
                });
        }
    }

    // SIGTERM to all: the exit codes of those that did not end with 0.
    async stop() {
        const bad = [];
        const names = [...PROCESSES, 'redis', ...this.fleet?.names ?? [],
            'provider'];
        for (const name of names) {
            const keeper = this.children.get(name);
            if (keeper === undefined) {
                continue;
            }
            keeper.is_wanted = false;
            const {child} = keeper;
            child.kill('SIGTERM');
            await wait_until(`${name} stops`, () => child.exitCode !== null ||
                child.signalCode !== null, STOP_MS).catch(() => {});
            const code = child.exitCode ?? child.signalCode;
            if (code !== 0 && name !== 'provider') {
                bad.push(`${name}: ${code}\n${this.tail(name)}`);
            }
        }
        return bad;
    }

    remove() {
        this.kill_all();
        process.off('exit', this.kill_all);
        if (process.env.MUSTER_KEEP) {
            return;
        }
        rmSync(this.dir, {recursive: true, force: true, maxRetries: 5});
    }

    tail(name, lines = 15) {
        const path = join(this.dir, 'log', `${name}.log`);
        return existsSync(path) ? readFileSync(path, 'utf8').trimEnd()
            .split('\n').slice(-lines).join('\n') : '';
    }

    // What a failure is looked into with.
    tell() {
        return [`ended by themselves: ${this.ends.join(', ') || 'none'}`,
            ...[...this.children.keys()].map((name) =>
                `---- ${name}\n${this.tail(name)}`)].join('\n');
    }

    // Lines of any log that tell of a crash of our own making.
    crashes() {
        const found = [];
        for (const file of readdirSync(join(this.dir, 'log'))) {
            const text = readFileSync(join(this.dir, 'log', file), 'utf8');
            found.push(...text.split('\n')
                .filter((line) => /Assertion|Sanitizer|out of memory/
                    .test(line))
                .map((line) => `${file}: ${line}`));
        }
        return found;
    }

    // ---- asking -----------------------------------------------------------

    // One try. Resolves to {status, body}; status 0: nobody knows.
    async ask(method, path, body, headers = {}) {
        try {
            const answer = await fetch(
                `http://127.0.0.1:${this.#port('gateway.0.port')}${path}`, {
                    method,
                    body: body === undefined ? undefined :
                        JSON.stringify(body),
                    headers: {'content-type': 'application/json', ...headers},
                    signal: AbortSignal.timeout(10000),
                });
            const text = await answer.text();
            return {status: answer.status,
                body: text === '' ? null : JSON.parse(text)};
        } catch (error) {
            return {status: 0, body: null, error};
        }
    }

    // As staff, again and again while the answer is not final.
    async staff(method, path, body, headers = {}) {
        let last;
        return await wait_until(`${method} ${path}`, async () => {
            last = await this.ask(method, path, body,
                {authorization: `Bearer ${this.token}`, ...headers});
            return last.status > 0 && last.status < 500 && last.status !== 429 ?
                last : null;
        }).catch((error) => {
            throw new Error(`${error.message}: ${last.status} ` +
                JSON.stringify(last.body));
        });
    }

    async provider(path) {
        const port = this.#port('provider.port');
        return await (await fetch(`http://127.0.0.1:${port}${path}`)).json();
    }
}
