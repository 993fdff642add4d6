// packages -- where the build takes the pages' npm packages from, and that it
// takes nothing but what the lock file lists (web/tools/install.mjs).
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync,
    writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, test} from 'node:test';
import {fileURLToPath} from 'node:url';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const INSTALL = join(TOP, 'services/gateway/web/tools/install.mjs');
const LOCK = {
    '': {},
    'node_modules/esbuild': {version: '1.0.0'},
    'node_modules/leaf': {version: '2.0.0'},
    'node_modules/for-tests': {version: '3.0.0', dev: true},
    'node_modules/other-machine': {version: '1.0.0', optional: true},
};

let dir;
let web;
beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'muster-npm-'));
    web = join(dir, 'web');
    mkdirSync(join(dir, 'bin'));
    put('web/package.json', '{}');
    put('web/.npmrc', '');
    put('web/package-lock.json', JSON.stringify({packages: LOCK}));
    npmSays('exit 1'); // no network
});
afterEach(() => rmSync(dir, {recursive: true}));

function put(path, text) {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), text);
}

function npmSays(script) {
    put('bin/npm', `#!/bin/sh\necho "$@" >>"${dir}/asked"\n${script}\n`);
    chmodSync(join(dir, 'bin/npm'), 0o755);
}

/** Packages as npm lays them out, below a folder. */
function lay(folder, {leaf = '2.0.0', dev = true} = {}) {
    const about = (version) => JSON.stringify({version});
    put(`${folder}/node_modules/esbuild/package.json`, about('1.0.0'));
    put(`${folder}/node_modules/esbuild/bin/esbuild`, '');
    put(`${folder}/node_modules/leaf/package.json`, about(leaf));
    if (dev) {
        put(`${folder}/node_modules/for-tests/package.json`, about('3.0.0'));
    }
}

function install({cache = '', dev = 'ON'} = {}) {
    const {status, stdout, stderr} = spawnSync(process.execPath,
        [INSTALL, web, join(dir, 'to'), cache, dev], {
            encoding: 'utf8',
            env: {...process.env, PATH: `${dir}/bin:${process.env.PATH}`},
        });
    return {status, stdout, stderr};
}

const has = (name) =>
    existsSync(join(dir, 'to/node_modules', name, 'package.json'));

test('packages that are there are taken, and npm is not asked', () => {
    lay('web');
    const {status, stdout} = install();
    assert.equal(status, 0);
    assert.match(stdout, /from .*web\/node_modules/);
    assert.ok(has('leaf'));
    assert.ok(!existsSync(join(dir, 'asked')));
});

test('a tar is taken where there is nothing else', () => {
    lay('elsewhere');
    const made = spawnSync('tar', ['-C', join(dir, 'elsewhere'), '-cf',
        join(web, 'npm.tar'), 'node_modules']);
    assert.equal(made.status, 0);
    const {status, stdout} = install();
    assert.equal(status, 0);
    assert.match(stdout, /from .*npm\.tar/);
    assert.ok(has('leaf'));
});

test('a cache is used without a network', () => {
    lay('elsewhere');
    npmSays(`cp -r "${dir}/elsewhere/node_modules" .`);
    mkdirSync(join(dir, 'cache'));
    const {status, stdout} = install({cache: join(dir, 'cache')});
    assert.equal(status, 0);
    assert.match(stdout, /npm's cache/);
    const asked = readFileSync(join(dir, 'asked'), 'utf8');
    assert.match(asked, /^ci --ignore-scripts .*--offline --cache .*cache/);
});

test('another version than the locked one is passed over, and it is said', () => {
    lay('web', {leaf: '2.0.1'});
    const {status, stderr} = install();
    assert.equal(status, 1);
    assert.match(stderr, /leaf must be 2\.0\.0, not 2\.0\.1/);
    assert.match(stderr, /npm\.tar +ninja -C build npm-tar/);
});

test('what only tests need may be missing where there are none', () => {
    lay('web', {dev: false});
    assert.equal(install({dev: 'OFF'}).status, 0);
    assert.equal(install({dev: 'ON'}).status, 1);
});

test('an esbuild of another kind of machine is passed over', () => {
    lay('web');
    put('web/node_modules/esbuild/bin/esbuild', 'process.exit(1)');
    assert.equal(install().status, 1);
});
