#!/usr/bin/env node
// services -- what cannot read services/services.txt says the same as it.
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {readServices} from '../support/services.mjs';
import {complain, finish} from './tree.mjs';

const LIST = 'services/services.txt';
const SERVICES = readServices('.');

function check_rows() {
    for (const {name, owner, instances, admin, about} of SERVICES) {
        if (!/^[a-z]+$/.test(name) || !(owner === null ||
            /^[a-z]{2}$/.test(owner)) || !(instances >= 1) ||
            !(admin >= 0 && admin <= 9) || about === '')
            complain(LIST, `the row ${name} is not as its head says`);
    }
    for (const key of ['name', 'owner', 'admin']) {
        const all = SERVICES.map((row) => row[key]).filter((v) => v !== null);
        if (new Set(all).size !== all.length)
            complain(LIST, `two rows have one ${key}`);
    }
}

function check_folders() {
    const programs = readdirSync('services').filter((name) =>
        name !== 'cli' && existsSync(join('services', name, 'main.c')));
    for (const name of programs)
        if (!SERVICES.some((row) => row.name === name))
            complain(LIST, `there is services/${name}, but no row`);
    for (const {name, owner} of SERVICES) {
        const run = spawnSync('git', ['grep', '--untracked', '-qE',
            '\\.uses_store = (true|uses_store)', '--', `services/${name}/*.c`]);
        if ((run.status === 0) !== (owner !== null))
            complain(`services/${name}`,
                `.uses_store is not what ${LIST} says`);
    }
}

// No service's code names the keys of another.
function check_keys() {
    for (const {name, owner} of SERVICES) {
        const others = SERVICES.map((row) => row.owner)
            .filter((one) => one && one !== owner);
        const run = spawnSync('git', ['grep', '--untracked', '-nE', `[}]:(${others.join('|')}):`,
            '--', `services/${name}`], {encoding: 'utf8'});
        if (run.stdout !== '')
            complain(`services/${name}`, `another's keys:\n${run.stdout}`);
    }
}

function check_compose() {
    const printed = execFileSync('docker/compose.sh', {encoding: 'utf8',
        env: {PATH: process.env.PATH}});
    if (printed !== readFileSync('docker/compose.yaml', 'utf8'))
        complain('docker/compose.yaml', 'is not what docker/compose.sh prints');
    const passwords = Object.fromEntries(SERVICES.map(({name}) =>
        [`MUSTER_STORE_${name.toUpperCase()}_PASSWORD`, 'x']));
    const run = spawnSync('docker-compose',
        ['-f', 'docker/compose.yaml', 'config', '-q'],
        {encoding: 'utf8', env: {...process.env, ...passwords}});
    if (run.error?.code !== 'ENOENT' && run.status !== 0)
        complain('docker/compose.yaml', run.stderr);
}

check_rows();
check_folders();
check_keys();
if (existsSync('docker/compose.sh')) {
    check_compose();
}
finish();
