// rig -- the whole of Muster for one test: a private Redis, every service, a
// small campaign; all in a temp directory, on free ports, gone afterwards.
//
//   import {startRig} from '../support/rig.mjs';
//   const rig = await startRig({conf: '…'});   // in before()
//   rig.base                    'http://127.0.0.1:<port>'
//   rig.campaign                'spring-march', with the action 'rally' (gates
//                               'north', 'south') and 'lobby' (capacity 2)
//   rig.tokens                  {bootstrap, admin, organiser, approver,
//                               coordinator, steward}: API tokens
//   rig.staff                   {organiser: {login, password}, …} to sign in
//   await rig.call('POST', path, {body, token, headers, type})
//                               -> {status, headers, text, json}
//   await rig.signUp({name, phone, …})          -> the answer's json (201);
//                               vouched for; rig.enter(…): as anybody
//   await rig.until(what, async () => bool)     polls with a deadline
//   rig.phone(n), rig.freshId()                 numbers of the drama range; ids
//   rig.dir, rig.conf, rig.outbox(campaign)     messages kept by the outbox
//   rig.processes.get('signup.0')               {child, name}; kill(name, sig)
//   await rig.kill('courier.0', 'SIGKILL'); rig.start('courier.0')
//   await rig.ready('courier.0')                its /readyz says so
//   await rig.redis('DBSIZE')                   one command, as the operator
//   rig.moveClock(3 * DAY_MS)   the services', days at once; needs hasClock
//   rig.lookAtLog()             muster log-check, of a Redis that is not there
//   await rig.stop()            in after(): SIGTERM to all; returns
//                               {name: exit code}
//
// Options: conf (more lines for the INI file), instances ({courier: 2, …}),
// without (['courier', …]: services not started), isEmpty (no campaign),
// descriptors ({gateway: 300}: it may open so many), hasClock (time may be
// moved: routes must stay on this machine),
// environment ((name, rig) => more variables for that process),
// from (a var.tar.gz of tests/fixtures, to start on what it holds).
//
// Programs are taken from $MUSTER_BIN, else build/bin. Everything is killed
// when the test's own process ends.
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {randomBytes, createHash} from 'node:crypto';
import {
    closeSync,
    constants,
    mkdirSync,
    mkdtempSync,
    openSync,
    readFileSync,
    rmSync,
    writeFileSync,
    writeSync,
    existsSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {ACTIONS, CAMPAIGN, PASSWORD, ROLES, ROUTES} from './campaign.mjs';
import {SERVICES, aclUsers, processes} from './services.mjs';

const WAIT_MS = 30000;
const LOOK_MS = 20;
const TOP = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BUILD = process.env.MUSTER_BUILD || join(TOP, 'build');
const BIN = process.env.MUSTER_BIN || join(BUILD, 'bin');

const rigs = new Set();
process.on('exit', () => {
    for (const rig of rigs) rig.killAll();
});

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const DAY_MS = 24 * 3600 * 1000;

/** Polls until is() says so; throws with what when it never does. */
export async function until(what, is, ms = WAIT_MS) {
    const end = Date.now() + ms;
    for (;;) {
        if (await is()) return;
        if (Date.now() > end) throw new Error(`waited too long: ${what}`);
        await pause(LOOK_MS);
    }
}

class Rig {
    constructor(options) {
        this.options = options;
        this.campaign = 'spring-march';
        this.processes = new Map();
        this.tokens = {};
        this.staff = {};
        this.ids = 0;
        this.dir = mkdtempSync(join(tmpdir(), 'muster-'));
        for (const name of ['run', 'redis', 'keys', 'outbox', 'journal', 'log'])
            mkdirSync(join(this.dir, name), {mode: 0o700});
        if (options.from)
            execFileSync('tar', ['-xzf', options.from, '-C', this.dir,
                '--strip-components=1', '--no-same-owner']);
        this.conf = join(this.dir, 'muster.ini');
        this.instances = Object.fromEntries(SERVICES.map(({name}) =>
            [name, options.instances?.[name] ?? 1]));
        this.clock = {path: this.path('clock'), aheadMs: 0};
        if (options.hasClock) this.moveClock(0);
        this.passwords = {};
        this.owners = SERVICES.filter(({owner}) => owner)
            .map(({name}) => name);
        for (const name of [...this.owners, 'operator'])
            this.passwords[name] = randomBytes(12).toString('hex');
        this.writeUsers();
        this.writeConf();
        rigs.add(this);
    }

    path(...parts) {
        return join(this.dir, ...parts);
    }

    writeUsers() {
        const hash = (name) => createHash('sha256')
            .update(this.passwords[name]).digest('hex');
        writeFileSync(
            this.path('users.acl'),
            `${aclUsers(hash)}user operator on #${hash('operator')} ` +
                '~* &* +@all\n',
            {mode: 0o600},
        );
    }

    writeConf() {
        const {conf = ''} = this.options;
        const stored = this.owners.map((name) =>
            `${name}_password = ${this.passwords[name]}\n`).join('');
        const counts = Object.entries(this.instances).map(([name, count]) =>
            `${name} = ${count}\n`).join('');
        // This test rehearses, unless it tries the limits themselves.
        const exempt = conf.includes('exempt_loopback') ? ''
            : 'exempt_loopback = yes\n';
        // And is a machine that fills in forms.
        const forms = conf.includes('form_ms_min') ? '' : 'form_ms_min = 0\n';
        const text = `[run]
dir = ${this.path('run')}
log_level = info
[store]
endpoint = unix:${this.path('run', 'redis.sock')}
${stored}[instances]
${counts}[keys]
dir = ${this.path('keys')}
[gateway]
host = 127.0.0.1
port = 0
public_url = http://muster.test
web_dir = ${join(BUILD, 'web')}
bootstrap_token_file = ${this.path('keys', 'bootstrap.token')}
${exempt}${forms}[outbox]
dir = ${this.path('outbox')}
[courier]
journal_dir = ${this.path('journal')}
`;
        writeFileSync(
            this.conf,
            `${text}${conf.includes('[route.') ? '' : ROUTES}${conf}\n`,
            {mode: 0o600},
        );
    }

    spawn(name, command, args) {
        const log = openSync(this.path('log', `${name}.log`), 'a');
        const env = this.options.hasClock
            ? {...process.env, MUSTER_TEST_CLOCK: this.clock.path}
            : process.env;
        const child = spawn(command, args,
            {stdio: ['ignore', log, log],
                env: {...env, ...this.options.environment?.(name, this)}});
        const process_ = {name, child, code: null};
        process_.ended = new Promise((resolve) => {
            child.on('error', () => resolve(-1));
            child.on('exit', (code, signal) => {
                process_.code = code === null ? signal : code;
                resolve(process_.code);
            });
        });
        this.processes.set(name, process_);
        return process_;
    }

    /** Sets the clocks of all services ahead, beside what they were. */
    moveClock(ms) {
        this.clock.aheadMs += ms;
        const page = new BigInt64Array(2).fill(BigInt(this.clock.aheadMs));
        // In place: they have mapped it.
        const file = openSync(this.clock.path, constants.O_RDWR |
            constants.O_CREAT, 0o600);
        writeSync(file, page);
        closeSync(file);
    }

    /** As ./muster does before each start of Redis: {status, stdout, stderr}. */
    lookAtLog(...words) {
        return spawnSync(join(BIN, 'muster'),
            ['log-check', ...words, this.path('redis')], {encoding: 'utf8'});
    }

    start(name) {
        if (name === 'redis') {
            const {status, stderr} = this.lookAtLog('--cut');
            if (status !== 0) throw new Error(stderr);
            return this.spawn(name, 'redis-server', [
                join(TOP, 'docker', 'redis.conf'),
                ...['--port', '0'],
                ...['--unixsocket', this.path('run', 'redis.sock')],
                ...['--dir', this.path('redis')],
                ...['--aclfile', this.path('users.acl')],
                ...['--daemonize', 'no'],
            ]);
        }
        const [service, instance] = name.split('.');
        rmSync(this.path('run', `${name}.admin-port`), {force: true});
        const few = (this.options.descriptors || {})[service];
        const words = [
            ...(few ? ['prlimit', `--nofile=${few}:${few}`] : []),
            join(BIN, `muster-${service}`),
            ...['--config', this.conf],
            ...['--instance', instance],
        ];
        return this.spawn(name, words[0], words.slice(1));
    }

    log(name) {
        const path = this.path('log', `${name}.log`);
        return existsSync(path) ? readFileSync(path, 'utf8') : '';
    }

    failIfDead(name) {
        const {code} = this.processes.get(name);
        if (code !== null) {
            const words = this.log(name).slice(-2000);
            throw new Error(`${name} ended with ${code}:\n${words}`);
        }
    }

    async ready(name) {
        await until(`${name} is ready: ${this.log(name).slice(-500)}`, () => {
            this.failIfDead(name);
            return name === 'redis' ? this.isRedisThere() : this.isReady(name);
        });
    }

    isRedisThere() {
        return this.redis('PING').then(
            (answer) => answer.trim() === 'PONG',
            () => false,
        );
    }

    adminPort(name) {
        return Number(readFileSync(this.path('run', `${name}.admin-port`)));
    }

    async isReady(name) {
        try {
            const port = this.adminPort(name);
            const url = `http://127.0.0.1:${port}/readyz`;
            return (await fetch(url)).ok;
        } catch {
            return false;
        }
    }

    /** One Redis command as the operator; its answer as redis-cli prints it. */
    async redis(...words) {
        return execFileSync(
            'redis-cli',
            [
                ...['-s', this.path('run', 'redis.sock')],
                ...['--user', 'operator'],
                ...words,
            ],
            {
                encoding: 'utf8',
                stdio: ['ignore', 'pipe', 'ignore'],
                env: {...process.env, REDISCLI_AUTH: this.passwords.operator},
            },
        );
    }

    names() {
        const {without = []} = this.options;
        return processes(this.instances).filter((name) =>
            !without.includes(name.split('.')[0]));
    }

    async startAll() {
        this.start('redis');
        await this.ready('redis');
        await this.startServices();
        if (!this.base) return;
        this.tokens.bootstrap = readFileSync(
            this.path('keys', 'bootstrap.token'),
            'utf8',
        ).trim();
    }

    /** All but Redis, also anew after they were killed. */
    async startServices() {
        for (const name of this.names()) this.start(name);
        for (const name of this.names()) await this.ready(name);
        if (!this.names().includes('gateway.0')) return;
        const port = readFileSync(this.path('run', 'gateway.0.port'), 'utf8');
        this.base = `http://127.0.0.1:${Number(port)}`;
    }

    /** type: the content type; body: sent as JSON unless it is a text. */
    async call(method, path, {body, token, headers = {}, type} = {}) {
        const all = {...headers};
        // Days later the gateway has closed what was idle.
        if (this.options.hasClock) all.Connection = 'close';
        if (token) all.Authorization = `Bearer ${token}`;
        if (body !== undefined) all['Content-Type'] = type || 'application/json';
        const answer = await fetch(this.base + path, {
            method,
            headers: all,
            redirect: 'manual',
            body:
                body === undefined || typeof body === 'string'
                    ? body
                    : JSON.stringify(body),
        });
        const text = await answer.text();
        let json = null;
        const type_ = answer.headers.get('content-type') || '';
        if (type_.includes('json') && text !== '')
            json = JSON.parse(text);
        return {status: answer.status, headers: answer.headers, text, json};
    }

    async must(status, method, path, options) {
        const answer = await this.call(method, path, options);
        if (answer.status !== status)
            throw new Error(
                `${method} ${path}: got ${answer.status}, want ${status}: ` +
                    answer.text,
            );
        return answer.json;
    }

    async loadCampaign() {
        const token = this.tokens.bootstrap;
        const c = `/v1/campaigns/${this.campaign}`;
        await this.must(200, 'PUT', c, {token, body: CAMPAIGN});
        for (const [id, body] of Object.entries(ACTIONS))
            await this.must(200, 'PUT', `${c}/actions/${id}`, {token, body});
        for (const role of ROLES) {
            const login = `${role}-1`;
            this.staff[role] = {login, password: PASSWORD};
            await this.must(201, 'POST', `${c}/staff`, {
                token,
                body: {login, name: `The ${role}`, role, password: PASSWORD},
            });
            const made = await this.must(201, 'POST', `${c}/tokens`, {
                token,
                body: {name: `test-${role}`, role},
            });
            this.tokens[role] = made.token;
        }
    }

    /** As an organisation's own server does: vouched for. */
    async signUp(body, campaign = this.campaign) {
        const path = `/v1/campaigns/${campaign}/signups`;
        const token = await this.signUpToken(campaign);
        const said = await this.said(body, campaign);
        return this.must(201, 'POST', path, {token, body: said});
    }

    /** As anybody does: unproved until it is confirmed. */
    async enter(body, campaign = this.campaign) {
        const path = `/v1/campaigns/${campaign}/signups`;
        const said = await this.said(body, campaign);
        return this.must(201, 'POST', path, {body: said});
    }

    /** A yes to news is to the words that the campaign has now. */
    async said(body, campaign = this.campaign) {
        if (!body.consent_sms && !body.consent_email) return body;
        const path = `/v1/campaigns/${campaign}/actions`;
        const {campaign: {consent_version}} = await this.must(200, 'GET', path);
        return {consent_version, ...body};
    }

    /** The key in a form of /c/{c}, drawn anew: a form without one is a
     * machine's. */
    async formKey(campaign = this.campaign) {
        const {text} = await this.call('GET', `/c/${campaign}`);
        return /name="key" value="([\w-]+)"/.exec(text)[1];
    }

    /** A token of role signups, made once for each campaign. */
    async signUpToken(campaign = this.campaign) {
        this.signUpTokens ??= new Map();
        if (!this.signUpTokens.has(campaign))
            this.signUpTokens.set(campaign, this.must(
                201, 'POST', `/v1/campaigns/${campaign}/tokens`,
                {
                    token: this.tokens.bootstrap,
                    body: {name: 'server', role: 'signups'},
                },
            ));
        return (await this.signUpTokens.get(campaign)).token;
    }

    /** Ofcom's drama range has a thousand numbers: n from 0 to 999. */
    phone(n) {
        return `07700 900${String(n).padStart(3, '0')}`;
    }

    freshId(prefix = 'id') {
        return `${prefix}-${process.pid}-${String(++this.ids).padStart(6, '0')}`;
    }

    until(what, is, ms) {
        return until(what, is, ms);
    }

    /** What the outbox providers kept, in order. */
    outbox(campaign = this.campaign) {
        const path = this.path('outbox', campaign, 'messages.jsonl');
        if (!existsSync(path)) return [];
        return readFileSync(path, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line));
    }

    /** Sends the signal and waits for the end: the exit code or signal. */
    async kill(name, signal = 'SIGKILL') {
        const {child, ended} = this.processes.get(name);
        child.kill(signal);
        return ended;
    }

    killAll() {
        for (const {child} of this.processes.values()) child.kill('SIGKILL');
        rmSync(this.dir, {recursive: true, force: true});
    }

    async stop() {
        const codes = {};
        const names = [...this.processes.keys()].reverse();
        for (const name of names.filter((n) => n !== 'redis')) {
            const {child, ended} = this.processes.get(name);
            const timer = setTimeout(() => child.kill('SIGKILL'), WAIT_MS);
            child.kill('SIGTERM');
            codes[name] = await ended;
            clearTimeout(timer);
        }
        if (this.processes.has('redis')) await this.kill('redis');
        rigs.delete(this);
        if (process.env.MUSTER_KEEP) console.log(`kept: ${this.dir}`);
        else rmSync(this.dir, {recursive: true, force: true});
        return codes;
    }
}

/** Starts it all; see the head of this file. */
export async function startRig(options = {}) {
    const rig = new Rig(options);
    try {
        await rig.startAll();
        if (!options.isEmpty && rig.base) await rig.loadCampaign();
    } catch (error) {
        rigs.delete(rig);
        rig.killAll();
        throw error;
    }
    return rig;
}
