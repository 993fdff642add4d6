// log_short -- Redis' log is rewritten when that is worth it, without waiting
// for it to double, and is left alone when it is short (docker/log-short.sh).
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {readFileSync, readdirSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {startRig} from '../support/rig.mjs';
import {SERVICES} from '../support/services.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const MILLION = 1000000;
const FOLDER = 'redis/appendonlydir';
let rig, looker, served;

before(async () => {
    rig = await startRig({without: SERVICES.map(({name}) => name)});
    served = spawn('sleep', ['600'], {stdio: 'ignore'});
    looker = spawn(join(TOP, 'docker/log-short.sh'), ['0.1',
        String(served.pid), rig.path('redis'), 'redis-cli', '-s',
        rig.path('run/redis.sock'), '--user', 'operator'],
    {env: {...process.env, REDISCLI_AUTH: rig.passwords.operator}});
    looker.ended = new Promise((resolve) => looker.on('exit', resolve));
});

after(() => {
    served?.kill('SIGKILL');
    looker?.kill('SIGTERM');
    return rig?.stop();
});

const bytes = (type) => readdirSync(rig.path(FOLDER))
    .filter((name) => name.includes(`.${type}.`))
    .reduce((sum, name) => sum + statSync(rig.path(FOLDER, name)).size, 0);
const number = () => Math.max(...readFileSync(
    rig.path(FOLDER, 'appendonly.aof.manifest'), 'utf8')
    .match(/(?<=base.* seq )\d+/g).map(Number));

// So many bytes of the log that a rewrite keeps nothing of.
async function grow(count) {
    await rig.redis('EVAL', `for i = 1, ${count / 10000} do redis.call('SET',
        'grown', string.rep('x', 10000)) end`, '0');
}

// It has looked, and looked again: each look is followed by a sleep of its own.
async function looked() {
    const seen = new Set();
    await rig.until('it looked again', () => {
        readFileSync(`/proc/${looker.pid}/task/${looker.pid}/children`, 'utf8')
            .trim().split(' ').forEach((pid) => seen.add(pid));
        return seen.size > 20;
    });
}

test('a little is left as it is', async () => {
    await grow(MILLION / 2);
    await looked();
    assert.equal(number(), 1);
});

test('more is rewritten, once, and what was said is kept', async () => {
    await rig.redis('SET', 'said', 'yes');
    await grow(2 * MILLION);
    await rig.until('it is rewritten', () => number() === 2);
    await rig.until('it is short', () => bytes('incr') < 1000);
    await looked();
    assert.equal(number(), 2);
    await rig.kill('redis');
    rig.start('redis');
    await rig.ready('redis');
    assert.equal((await rig.redis('GET', 'said')).trim(), 'yes');
});

test('it ends with the process that it serves', async () => {
    served.kill('SIGKILL');
    assert.equal(await looker.ended, 0);
});
