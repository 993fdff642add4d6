// fleet -- several Redis servers as one store: a master and a replica under
// three Sentinels, or a Cluster of three masters and three replicas.
//
//   const fleet = await makeFleet('cluster', dir);   // or 'sentinel'
//   fleet.names             ['redis.0', …, 'sentinel.0', …], to be started
//   fleet.command(name)     what starts it, as words; again after a kill
//   await fleet.form()      when all run: they become one
//   fleet.endpoint          for [store] endpoint
//   await fleet.masters()   the servers that are masters now: ['redis.0', …]
//   await fleet.isWhole()   every master has a replica in step
//   await fleet.moveSlot('{tag}')   to another master, some keys at a time;
//                           how many they were
//
// No users, no passwords; ports of 127.0.0.1. Each server has its own copy of
// docker/redis.conf, which Sentinels rewrite.
import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {freePorts} from './ports.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = process.env.MUSTER_BIN ?? join(TOP, 'build/bin');
const WAIT_MS = 20000;
const SLOTS = 16384;
const MASTERS = 3; // of a Cluster
const SENTINELS = 3;
const KEYS_AT_ONCE = 10; // as redis-cli's reshard
const PORTS = 12; // at most: of six servers two each
const NODE_TIMEOUT_MS = 1500;
const DOWN_AFTER_MS = 500;

const run = promisify(execFile);

async function until(what, is) {
    const end = Date.now() + WAIT_MS;
    while (!await is()) {
        if (Date.now() > end) throw new Error(`waited too long: ${what}`);
        await pause(50);
    }
}

class Fleet {
    constructor(kind, dir, ports) {
        this.kind = kind;
        this.dir = dir;
        const servers = kind === 'cluster' ? 2 * MASTERS : 2;
        this.servers = Array.from({length: servers}, (_, i) => `redis.${i}`);
        this.sentinels = kind === 'cluster' ? [] :
            Array.from({length: SENTINELS}, (_, i) => `sentinel.${i}`);
        this.names = [...this.servers, ...this.sentinels];
        this.ports = new Map(this.names.map((name, i) => [name, ports[i]]));
        // Redis' own choice, 10,000 above, may be taken by who connects.
        this.busPorts = new Map(this.servers.map((name, i) =>
            [name, ports[this.names.length + i]]));
        const at = (name) => `127.0.0.1:${this.ports.get(name)}`;
        this.endpoint = kind === 'cluster' ?
            `cluster:${at('redis.0')},${at('redis.4')}` :
            `sentinel:muster@${this.sentinels.map(at).join(',')}`;
        for (const name of this.servers) this.#writeServer(name);
        for (const name of this.sentinels) this.#writeSentinel(name);
    }

    #path(name, ...parts) {
        return join(this.dir, name, ...parts);
    }

    #writeServer(name) {
        mkdirSync(this.#path(name, 'data'), {recursive: true, mode: 0o700});
        copyFileSync(join(TOP, 'docker/redis.conf'),
            this.#path(name, 'redis.conf'));
    }

    // What they would tell each other within some seconds they are told.
    #writeSentinel(name) {
        mkdirSync(this.#path(name), {recursive: true, mode: 0o700});
        const id = (one) => String(this.names.indexOf(one)).padStart(40, '0');
        const others = this.sentinels.filter((one) => one !== name).map((one) =>
            `sentinel known-sentinel muster 127.0.0.1 ${this.ports.get(one)} ` +
            `${id(one)}\n`).join('');
        writeFileSync(this.#path(name, 'sentinel.conf'),
            `port ${this.ports.get(name)}
bind 127.0.0.1
dir ${this.#path(name)}
sentinel myid ${id(name)}
sentinel monitor muster 127.0.0.1 ${this.ports.get('redis.0')} 2
sentinel down-after-milliseconds muster ${DOWN_AFTER_MS}
sentinel failover-timeout muster 3000
sentinel known-replica muster 127.0.0.1 ${this.ports.get('redis.1')}
${others}`);
    }

    command(name) {
        if (this.sentinels.includes(name)) {
            return ['redis-server', this.#path(name, 'sentinel.conf'),
                '--sentinel'];
        }
        const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout',
            String(NODE_TIMEOUT_MS),
            '--cluster-port', String(this.busPorts.get(name))];
        // Its log is looked at first, as ./muster does.
        return ['sh', '-c', '"$0" log-check --cut "$1" && shift && exec "$@"',
            join(BIN, 'muster'), this.#path(name, 'data'), 'redis-server',
            this.#path(name, 'redis.conf'), '--bind', '127.0.0.1',
            '--port', String(this.ports.get(name)),
            '--dir', this.#path(name, 'data'), '--daemonize', 'no',
            '--repl-diskless-sync-delay', '0',
            ...(this.kind === 'cluster' ? cluster : [])];
    }

    /** One command; its answer as redis-cli prints it, '' when not there. */
    async ask(name, ...words) {
        return run('redis-cli', ['-p', String(this.ports.get(name)), ...words])
            .then(({stdout}) => stdout.trim(), () => '');
    }

    async #must(name, ...words) {
        const answer = await this.ask(name, ...words);
        if (answer !== 'OK')
            throw new Error(`${name}: ${words.join(' ')}: ${answer}`);
    }

    // ---- becoming one ----

    async form() {
        for (const name of this.names)
            await until(`${name} answers`, async () =>
                await this.ask(name, 'PING') === 'PONG');
        await (this.kind === 'cluster' ? this.#formCluster() :
            this.#formSentinels());
        await until('every master has its replica', () => this.isWhole());
    }

    async #formSentinels() {
        await this.#must('redis.1', 'REPLICAOF', '127.0.0.1',
            String(this.ports.get('redis.0')));
        for (const name of this.sentinels)
            await until('the Sentinels know each other', async () =>
                (await this.ask(name, 'SENTINEL', 'CKQUORUM', 'muster'))
                    .startsWith('OK 3'));
    }

    async #formCluster() {
        for (const [i, name] of this.servers.entries()) {
            await this.#must(name, 'CLUSTER', 'SET-CONFIG-EPOCH', `${i + 1}`);
            for (const other of this.servers.slice(0, i))
                await this.#must(name, 'CLUSTER', 'MEET', '127.0.0.1',
                    String(this.ports.get(other)),
                    String(this.busPorts.get(other)));
        }
        await until('all know each other', () => this.#knowEachOther());
        for (let i = 0; i < MASTERS; i++) {
            const first = Math.ceil(SLOTS * i / MASTERS);
            const last = Math.ceil(SLOTS * (i + 1) / MASTERS) - 1;
            await this.#must(`redis.${i}`, 'CLUSTER', 'ADDSLOTSRANGE',
                `${first}`, `${last}`);
            await this.#must(`redis.${i + MASTERS}`, 'CLUSTER', 'REPLICATE',
                await this.ask(`redis.${i}`, 'CLUSTER', 'MYID'));
        }
    }

    async #knowEachOther() {
        for (const name of this.servers) {
            const nodes = await this.ask(name, 'CLUSTER', 'NODES');
            const count = nodes.split(' connected').length - 1;
            if (count < this.servers.length || nodes.includes('handshake'))
                return false;
        }
        return true;
    }

    // ---- how it is ----

    async masters() {
        const found = [];
        for (const name of this.servers) {
            if ((await this.ask(name, 'ROLE')).startsWith('master'))
                found.push(name);
        }
        return found;
    }

    async isWhole() {
        const masters = await this.masters();
        if (masters.length !== (this.kind === 'cluster' ? MASTERS : 1))
            return false;
        for (const name of masters) {
            const info = await this.ask(name, 'INFO', 'replication');
            if (!info.includes('state=online')) return false;
        }
        return this.kind !== 'cluster' || (await this.#isUp());
    }

    async #isUp() {
        for (const name of this.servers) {
            const info = await this.ask(name, 'CLUSTER', 'INFO');
            if (!info.includes('cluster_state:ok')) return false;
        }
        return true;
    }

    // ---- moving a slot ----

    async #idsOf(names) {
        return new Map(await Promise.all(names.map(async (name) =>
            [name, await this.ask(name, 'CLUSTER', 'MYID')])));
    }

    async moveSlot(tag) {
        const masters = await this.masters();
        const ids = await this.#idsOf(masters);
        const slot = await this.ask(masters[0], 'CLUSTER', 'KEYSLOT', tag);
        const keysAt = async (name) => (await this.ask(name, 'CLUSTER',
            'GETKEYSINSLOT', slot, '100000')).split('\n').filter(Boolean);
        const counts = await Promise.all(masters.map(keysAt));
        const from = masters[counts.findIndex((keys) => keys.length > 0)];
        const to = masters.find((name) => name !== from);
        await this.#must(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING',
            ids.get(from));
        await this.#must(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING',
            ids.get(to));
        const keys = await keysAt(from);
        for (let i = 0; i < keys.length; i += KEYS_AT_ONCE) {
            const answer = await this.ask(from, 'MIGRATE', '127.0.0.1',
                String(this.ports.get(to)), '', '0', '5000', 'KEYS',
                ...keys.slice(i, i + KEYS_AT_ONCE));
            if (answer !== 'OK' && answer !== 'NOKEY') // they ran out
                throw new Error(`${from}: MIGRATE: ${answer}`);
        }
        for (const name of [to, from])
            await this.#must(name, 'CLUSTER', 'SETSLOT', slot, 'NODE',
                ids.get(to));
        return keys.length;
    }
}

export async function makeFleet(kind, dir) {
    return new Fleet(kind, dir, await freePorts(PORTS));
}
