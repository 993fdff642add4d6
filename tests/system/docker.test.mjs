// docker -- what containers are started with, without an engine for them:
// Redis' users, and the compose file for other counts.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync}
    from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {SERVICES, aclUsers, processes} from '../support/services.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const variable = (name) => `MUSTER_STORE_${name.toUpperCase()}_PASSWORD`;
const passwords = Object.fromEntries(SERVICES.filter(({owner}) => owner)
    .map(({name}) => [variable(name), `"${name}'s / & $1`]));
const hash = (text) => createHash('sha256').update(text).digest('hex');
let dir;

before(() => {
    dir = mkdtempSync(join(tmpdir(), 'muster-docker-'));
    for (const file of ['docker/users.acl', 'services/services.txt'])
        copyFileSync(join(TOP, file), join(dir, file.split('/')[1]));
    writeFileSync(join(dir, 'redis-server'), '#!/bin/sh\necho "$@"\n',
        {mode: 0o700});
    writeFileSync(join(dir, 'muster'), '#!/bin/sh\necho "$@" >&2\n' +
        'case $* in *broken) exit 3 ;; esac\n', {mode: 0o700});
    writeFileSync(join(dir, 'log-short.sh'), '#!/bin/sh\n' +
        `echo "$REDISCLI_AUTH" "$@" >${dir}/short\n`, {mode: 0o700});
});

after(() => rmSync(dir, {recursive: true, force: true}));

// docker/redis.sh, with programs that only say how they were called.
function startRedis(env, data = 'x') {
    return spawnSync('/bin/sh', [join(TOP, 'docker/redis.sh'), '--dir', data],
        {encoding: 'utf8', env: {PATH: `${dir}:${process.env.PATH}`,
            MUSTER_REDIS_FROM: dir, MUSTER_REDIS_ACL: join(dir, 'acl'),
            ...env}});
}

test('Redis is started with the users of the list, whatever a password holds',
    () => {
        const {status, stdout, stderr} = startRedis(passwords);
        assert.equal(status, 0, stderr);
        assert.equal(stdout,
            `${dir}/redis.conf --aclfile ${dir}/acl --dir x\n`);
        const users = readFileSync(join(dir, 'acl'), 'utf8');
        const [password, ...words] = readFileSync(join(dir, 'short'), 'utf8')
            .trim().split(' ');
        assert.match(words.join(' '), /^10 \d+ x redis-cli --user keeper$/);
        assert.equal(users, aclUsers((name) => hash(passwords[variable(name)]))
            + `user keeper on #${hash(password)} -@all +bgrewriteaof\n`);
    });

test('its log is looked at first, and a broken one is not started with', () => {
    assert.equal(startRedis(passwords).stderr, 'log-check --cut x\n');
    const {status, stdout} = startRedis(passwords, 'broken');
    assert.equal(status, 3);
    assert.equal(stdout, '');
});

test('a password that is missing is named, and nothing is started', () => {
    for (const missing of Object.keys(passwords)) {
        const {[missing]: _, ...rest} = passwords;
        const {status, stdout, stderr} = startRedis(rest);
        assert.equal(status, 1);
        assert.equal(stdout, '');
        assert.match(stderr, new RegExp(`${missing} is not set`));
    }
});

test('the compose file has as many as it is asked for', () => {
    const {status, stdout} = spawnSync(join(TOP, 'docker/compose.sh'),
        {encoding: 'utf8', env: {PATH: process.env.PATH,
            MUSTER_INSTANCES_GATEWAY: '2', MUSTER_INSTANCES_COURIER: '3'}});
    assert.equal(status, 0);
    const containers = [...stdout.matchAll(/^ {2}([a-z]+)-(\d+):$/gm)]
        .map(([, service, i]) => `${service}.${i}`);
    assert.deepEqual(containers, processes({gateway: 2, courier: 3}));
    assert.match(stdout, /^ {2}MUSTER_INSTANCES_COURIER: 3$/m);
    assert.equal(stdout.match(/^ {4}ports:$/gm).length, 1);
});
