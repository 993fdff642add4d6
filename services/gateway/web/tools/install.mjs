// install -- fills <to>/node_modules with exactly what the lock file lists.
//
//   node install.mjs <web> <to> <cache> <dev: ON or OFF>
//
// Taken from the first of these that is there and whole (see WAYS):
//   <web>/node_modules   of `npm ci --ignore-scripts` in that folder
//   <web>/npm.tar        of `ninja npm-tar` where there is a network
//   <cache>              a folder that npm used as its cache
//   the package registry
// What is taken is compared with the lock file, and its esbuild is run: a
// copy from another kind of machine, or of an older lock, is passed over.
// No package's own install script runs. dev OFF: without what only the tests
// need.
import {execFileSync} from 'node:child_process';
import {copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync}
    from 'node:fs';
import {join, resolve} from 'node:path';

const [web, to, cache, dev] = process.argv.slice(2);
const hasDev = dev === 'ON';
const installed = join(to, 'node_modules');

const run = (command, ...args) =>
    execFileSync(command, args, {cwd: to, stdio: ['ignore', 'pipe', 'inherit']})
        .toString();

function npmCi(...options) {
    const omit = hasDev ? [] : ['--omit=dev'];
    run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund',
        '--loglevel=error', ...omit, ...options);
}

const WAYS = [
    {
        name: join(web, 'node_modules'),
        isThere: () => existsSync(join(web, 'node_modules')),
        take: () => cpSync(join(web, 'node_modules'), installed,
            {recursive: true, verbatimSymlinks: true}),
    },
    {
        name: join(web, 'npm.tar'),
        isThere: () => existsSync(join(web, 'npm.tar')),
        take: () => run('tar', '-xf', join(web, 'npm.tar')),
    },
    {
        name: `npm's cache in ${cache}`,
        isThere: () => cache !== '' && existsSync(cache),
        take: () => npmCi('--offline', '--cache', resolve(cache)),
    },
    {
        name: 'the package registry',
        isThere: () => true,
        take: () => npmCi('--prefer-offline'),
    },
];

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Throws unless all that must be there is there, in the version locked. */
function check() {
    const {packages} = readJson(join(web, 'package-lock.json'));
    for (const [path, {version, dev: isDev, optional}] of
        Object.entries(packages)) {
        const isWanted = path !== '' && (hasDev || !isDev);
        const about = join(to, path, 'package.json');
        if (!isWanted || (optional && !existsSync(about))) {
            continue;
        }
        const has = existsSync(about) ? readJson(about).version : 'none';
        if (has !== version) {
            throw new Error(`${path} must be ${version}, not ${has}`);
        }
    }
    run(process.execPath, join(installed, 'esbuild/bin/esbuild'), '--version');
}

function take(way) {
    rmSync(installed, {recursive: true, force: true});
    way.take();
    check();
}

const HELP = `
The pages need packages from npm, by the lock file in services/gateway/web.
Is npm there and its registry reachable? Without a network, do one of these
on a machine of the same kind that has one, and copy the result here, below
services/gateway/web (a container build takes it along):
  node_modules   cd services/gateway/web && npm ci --ignore-scripts
  npm.tar        ninja -C build npm-tar
  npm-cache      cd services/gateway/web &&
                 npm ci --ignore-scripts --cache npm-cache
An npm cache elsewhere: cmake -DMUSTER_NPM_CACHE=<folder>, or the variable
MUSTER_NPM_CACHE when cmake first runs.`;

mkdirSync(to, {recursive: true});
for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    copyFileSync(join(web, file), join(to, file));
}
for (const way of WAYS.filter((w) => w.isThere())) {
    try {
        take(way);
        console.log(`npm packages: from ${way.name}`);
        process.exit(0);
    } catch (error) {
        console.error(`not from ${way.name}: ${error.message.split('\n')[0]}`);
    }
}
console.error(HELP);
process.exit(1);
