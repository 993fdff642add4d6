// settings -- what is misspelt in a configuration is said, and what may not
// be does not start: by the command-line tool, and by ./muster up.
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {
    existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BIN = process.env.MUSTER_BIN || join(TOP, 'build', 'bin');

let dir;

before(() => {
    dir = mkdtempSync(join(tmpdir(), 'muster-settings-'));
});

after(() => {
    run(join(TOP, 'muster'), ['down'], {MUSTER_VAR: join(dir, 'var')});
    rmSync(dir, {recursive: true, force: true});
});

function run(program, words, env = {}) {
    const {status, stdout, stderr} = spawnSync(program, words, {
        encoding: 'utf8',
        env: {...process.env, ...env},
        maxBuffer: 1 << 26,
    });
    return {status, stdout, stderr};
}

function check(text, env) {
    const path = join(dir, 'muster.ini');
    writeFileSync(path, text);
    return run(join(BIN, 'muster'), ['settings', '--check', '--config', path],
        env);
}

test('a misspelt setting is said with the nearest, and is no failure', () => {
    const {status, stderr} = check('[gateway]\nprot = 80\n');
    assert.equal(status, 0);
    assert.match(stderr, /muster\.ini:2: \[gateway\] prot: there is no such/);
    assert.match(stderr, /did you mean \[gateway\] port\?/);
});

test('a misspelt variable is said with the nearest, and is no failure', () => {
    const {status, stderr} = check('', {MUSTER_GATEWAY_PROT: '80'});
    assert.equal(status, 0);
    assert.match(stderr, /did you mean MUSTER_GATEWAY_PORT\?/);
});

test('a misspelt setting of a route is a failure', () => {
    const {status, stderr} = check('[route.a]\nratte = 80\n');
    assert.equal(status, 1);
    assert.match(stderr, /\[route\.a\] ratte: .*did you mean \[route\.a\] rate/);
});

test('a value that may not be is a failure, whose ever it is', () => {
    const wrong = {
        '[gateway]\nport = 80000\n': /port = 80000: not from 0 to 65535/,
        '[gateway]\nbehind_proxy = perhaps\n': /neither yes nor no/,
        '[route.a]\nrate = fast\n': /rate = fast: messages a second, from/,
        '[run]\nlog_level = loud\n': /not one of debug\|info\|warn\|error/,
    };
    for (const [text, sentence] of Object.entries(wrong)) {
        const {status, stderr} = check(text);
        assert.equal(status, 1, text);
        assert.match(stderr, sentence);
    }
});

test('the configuration of the containers has nothing to be said of', () => {
    const {status, stderr} = run(join(BIN, 'muster'), ['settings', '--check',
        '--config', join(TOP, 'docker', 'muster.ini')]);
    assert.deepEqual([status, stderr], [0, '']);
});

test('what scripts and tests read of the environment is known', () => {
    const read = 'process\\.env\\.MUSTER_[A-Z_]+|getenv\\("MUSTER_[A-Z_]+"|' +
        '[$][{]?MUSTER_[A-Z_]+';
    const found = execFileSync('git', ['-C', TOP, 'grep', '-ohE', read, '--',
        'muster', 'script', 'docker', 'common', 'services', 'tests'],
    {encoding: 'utf8'});
    const names = new Set(found.match(/MUSTER_[A-Z_]*[A-Z]/g));
    assert.ok(names.size > 10);
    const env = Object.fromEntries([...names].map((name) => [name, '1']));
    const {stderr} = check('', {...env, MUSTER_CONFIG: ''});
    assert.equal(stderr, '');
});

test('./muster up with a misspelt route says so, and starts nothing', () => {
    const home = join(dir, 'var');
    mkdirSync(home);
    writeFileSync(join(home, 'routes.ini'),
        '[route.sms-outbox]\nchannel = sms\nprovider = outbox\nratte = 5\n');
    writeFileSync(join(home, 'settings.ini'), '[run]\nlog_levle = debug\n');
    const {status, stderr} = run(join(TOP, 'muster'), ['up'],
        {MUSTER_VAR: home, MUSTER_PORT: '65535', MUSTER_ADMIN_PORT: '0'});
    assert.equal(status, 1);
    assert.match(stderr, /\[route\.sms-outbox\] ratte: there is no such/);
    assert.match(stderr, /did you mean \[route\.sms-outbox\] rate\?/);
    assert.match(stderr, /routes\.ini/);
    assert.match(stderr, /did you mean \[run\] log_level\?/);
    const places = ['run', 'log'].map((name) => join(home, name));
    const left = places.filter((place) => existsSync(place))
        .flatMap((place) => readdirSync(place))
        .filter((name) => /\.(pid|log)$/.test(name));
    assert.deepEqual(left, []);
});
