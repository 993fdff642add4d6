#!/usr/bin/env node
// selftest -- each check finds what it is for: a bad example, planted in a
// small tree of its own, is named; the same tree without it is not.
// needs: build (types.sh checks with its packages)
import {execFileSync, spawnSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync,
    writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

const TOP = join(HERE, '../..');
const PACKAGES = resolve(TOP, process.env.BUILD || 'build', 'npm');

const many = (count, line) => Array(count).fill(line).join('\n');

// A page that asks, and what the API has, as the build would have put it.
const PAGE = 'services/gateway/web/staff/main.js';
const page_that_reads = (field) => '// main -- asks.\n' +
    "/** @param {import('muster-openapi').Place} place */\n" +
    `export const nameOf = (place) => place.${field};\n`;
const TYPES = {
    'build/types/openapi.d.ts': 'export interface Place {name: string}\n',
    'build/types/tsconfig.json':
        readFileSync(join(TOP, 'services/gateway/web/tools/tsconfig.json.in'),
            'utf8').replace('@web_sources@', '../../services/gateway/web'),
};

// A tree with nothing wrong, on which each bad example is planted.
const GOOD = {
    '.gitignore': '/build*/\n',
    [PAGE]: page_that_reads('name'),
    'common/libraries.txt': 'base : : inih\nloop : base : libevent\n',
    'common/base/base.h': '/* base -- all of it. */\nint base_get(void);\n',
    'common/base/conf.c': '/* conf -- reads. */\n#include <ini.h>\n',
    'common/loop/loop.c':
        '/* loop -- turns. */\n#include "common/base/base.h"\n',
    'services/services.txt': 'x - 1 0 keeps nothing\n',
    'services/x/x.h': '/* x -- the map. */\nint a_get(void);\nint b_get(void);\n',
    'services/x/a/a.c': '/* a -- low. */\n#include "services/x/x.h"\n' +
        'int\na_get(void)\n{\n    return 1;\n}\n',
    'services/x/b/b.c': '/* b -- over a. */\n#include "services/x/x.h"\n' +
        'int\nb_get(void)\n{\n    return a_get();\n}\n',
};

// [check, what is planted, what the check then says]
const BAD = [
    ['includes', {'services/y/y.c': '#include "services/x/x.h"\n'},
        /y\.c:1: includes services\/x\/x\.h: a service never/],
    ['includes', {'services/x/c.c': '#include "common/base/conf.h"\n'},
        /c\.c:1: includes common\/base\/conf\.h, which is private to base/],
    ['includes', {'common/base/up.c': '#include "common/loop/loop.h"\n'},
        /up\.c:1: includes common\/loop\/loop\.h: base does not stand on loop/],
    ['includes', {'services/x/c.c': '#include <event2/event.h>\n'},
        /c\.c:1: includes <event2\/event\.h>: only common\/loop may/],
    ['includes', {'common/base/log.c': '#include <ini.h>\n'},
        /log\.c:1: includes <ini\.h>: only common\/base may, there/],
    ['names', {'services/y/a.c': 'int a_get(void);\nint\na_get(void)\n' +
        '{\n    return 2;\n}\n'},
    /services\/x\/a\/a\.c and services\/y\/a\.c: both define a_get/],
    ['circles', {'services/x/a/up.c': '#include "services/x/x.h"\n' +
        'int a_up(void);\nint\na_up(void)\n{\n    return b_get();\n}\n'},
    /x\/a -> services\/x\/b: is part of a circle:\n.*up\.c uses b_get/],
    ['circles', {'services/x/b/b.h': '/* b -- b. */\n',
        'services/x/a/up.h': '#include "services/x/b/b.h"\n'},
    /x\/a -> services\/x\/b: .*\n.*up\.h:1 includes services\/x\/b\/b\.h/],
    ['shape', {'services/x/long.c': `/* long -- long. */\nint\nlong_get(void)\n` +
        `{\n${many(60, '    x();')}\n}\n`}, /long\.c:3 long_get: 63 lines/],
    ['shape', {'services/x/deep.c': '/* deep -- deep. */\nint\ndeep_get(int a)\n' +
        '{\n    if (a) {\n        if (a) {\n            if (a) {\n' +
        '                if (a) {\n                }\n            }\n' +
        '        }\n    }\n}\n'}, /deep_get: 4 blocks deep/],
    ['shape', {'services/x/wide.c': '/* wide -- wide. */\nint\n' +
        'wide_get(int a, int b, int c, int d, int e, int f)\n{\n}\n'},
    /wide_get: 6 parameters/],
    ['shape', {'services/x/bare.c': 'int x;\n'}, /does not begin with "name/],
    ['shape', {'services/x/big.h': `/* big -- big. */\n${many(150, 'int x;')}\n`},
        /big\.h: 151 lines, at most 150/],
    ['shape', {'web/long.js': `function grow(a) {\n${many(60, '    a += "{";')}\n}\n`},
        /long\.js:1 grow: 62 lines/],
    ['shape', {'web/arrow.mjs': `const f = async (a) => {\n${many(60, 'a(`${b}`);')}\n};\n`},
        /arrow\.mjs:1 f: 62 lines/],
    ['shape', {'keep/long.lua': `local function grow(a)\n` +
        `${many(60, '  if a then a = 1 end')}\nend\n`},
        /long\.lua:1 grow: 62 lines/],
    ['shape', {'keep/flat.lua': `${many(61, "redis.call('SET', 'a', 'b')")}\n`},
        /flat\.lua:1 \(the script itself\): 61 lines/],
    ['shape', {'keep/tower.lua': `local function f()\nreturn g(\n${many(40, 'a,')}\nb)\nend\n`},
        /tower\.lua:1 f: .* a tower/],
    ['shape', {'run': `#!/bin/sh\ngrow() {\n${many(60, '    echo a')}\n}\n`},
        /run:2 grow: 62 lines/],
    ['shape', {'keep/wide.lua': `local a = '${'x'.repeat(100)}'\n`},
        /wide\.lua:1: 112 columns/],
    ['words', {'notes.md': 'see /ho' + 'me/somebody/notes\n'},
        /a path of somebody's machine/],
    ['words', {'notes.md': '<'.repeat(7) + ' HEAD\none\n'},
        /a conflict that nobody has resolved/],
    ['paths', {'notes.md': 'see `common/nowhere/x.c`\n'},
        /notes\.md:1: there is no common\/nowhere\/x\.c/],
    ['services', {'services/services.txt': 'x aa 1 0 a service\n',
        'services/x/main.c': '', 'services/y/main.c': ''},
    /there is services\/y, but no row/],
    ['services', {'services/services.txt': 'x aa 1 0 one\ny bb 1 0 two\n'},
        /two rows have one admin/],
    ['services', {'services/services.txt': 'x aa 1 0 one\ny bb 1 1 two\n',
        'services/x/keep/x.lua': "call('GET', '{c}:bb:x')\n"},
    /services\/x: another's keys:\n.*x\.lua:1/],
    ['services', {'services/services.txt': 'x - 1 0 keeps nothing\n',
        'services/x/main.c': '    .uses_store = true,\n'},
    /services\/x: \.uses_store is not what/],
    ['scripts', {'run': '#!/bin/sh\ncd $dir\nrm -r $(ls *.c)\n'}, /SC2164/],
    ['format', {'common/base/ugly.c': 'int  x ;\n'}, /ugly\.c/],
    ['lua', {'services/x/keep/a.lua': 'local a = 1\nb = 2\nreturn redis.call(c)\n'},
        /a\.lua:2.*'b'/],
    ['lua', {'services/x/keep/a.lua': 'return other.call(C)\n'}, /'other'/],
    ['types', {[PAGE]: page_that_reads('nam')}, /main\.js\(3.*'nam' does not exist/],
];

// [how a program is linked, what hardening.sh then says of it]
const SOFT = [
    [['-no-pie', '-fno-pie'], /not position-independent/],
    [['-Wl,-z,norelro'], /no read-only relocations/],
    [['-Wl,-z,lazy'], /bound late/],
    [['-Wl,-z,execstack'], /the stack may be executed/],
    [['-fno-stack-protector'], /no stack protector/],
    [['-D_FORTIFY_SOURCE=0'], /nothing is fortified/],
    [[], /^$/],
];
const HARD = ['-O2', '-fstack-protector-strong', '-fPIE', '-pie', '-w',
    '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2', '-Wl,-z,relro', '-Wl,-z,now'];
const PROGRAM = '#include <stdio.h>\n#include <string.h>\nint main(int n, ' +
    'char **v) { char b[9]; strcpy(b, v[n - 1]); return puts(b); }\n';

const top = mkdtempSync(join(tmpdir(), 'muster-selftest-'));
let wrong = 0;

function plant(dir, planted) {
    for (const [path, text] of Object.entries(planted)) {
        mkdirSync(dirname(join(dir, path)), {recursive: true});
        writeFileSync(join(dir, path), text);
    }
    copyFileSync(join(HERE, '../../.clang-format'), join(dir, '.clang-format'));
    execFileSync('git', ['init', '-q', dir]);
    execFileSync('git', ['-C', dir, 'add', '-A']);
}

// Objects where CMake would have put them.
function compile(dir) {
    const sources = execFileSync('git', ['-C', dir, 'ls-files',
        'common/*/*.c', 'services/**.c'], {encoding: 'utf8'}).trim().split('\n');
    for (const source of sources.filter((path) => path.includes('services/'))) {
        const object = join(dir, 'build/CMakeFiles/svc.dir', `${source}.o`);
        mkdirSync(dirname(object), {recursive: true});
        execFileSync('cc', ['-c', '-I.', '-o', object, source], {cwd: dir});
    }
}

// What types.sh checks with.
function lend_types(dir) {
    for (const [path, text] of Object.entries(TYPES)) {
        mkdirSync(dirname(join(dir, path)), {recursive: true});
        writeFileSync(join(dir, path), text);
    }
    symlinkSync(PACKAGES, join(dir, 'build/npm'));
}

function check(name, dir) {
    const path = ['mjs', 'sh'].map((end) => join(HERE, `${name}.${end}`))
        .find((file) => existsSync(file));
    const {status, stdout, stderr} = spawnSync(path, [], {encoding: 'utf8',
        env: {...process.env, TREE: dir, BUILD: 'build'}});
    return {status, output: stdout + stderr};
}

function complain(what, output) {
    console.log(`${what}\n${output.replace(/^/gm, '    | ')}`);
    wrong++;
}

BAD.forEach(([name, planted, says], i) => {
    const dir = join(top, String(i));
    plant(dir, {...GOOD, ...planted});
    if (name === 'names' || name === 'circles') {
        compile(dir);
    }
    if (name === 'types') {
        lend_types(dir);
    }
    const {status, output} = check(name, dir);
    if (status === 0 || !says.test(output)) {
        complain(`${name} does not find ${Object.keys(planted)}: ${says}`, output);
    }
});
SOFT.forEach(([flags, says], i) => {
    const dir = join(top, `soft${i}`);
    plant(dir, {...GOOD, 'main.c': PROGRAM, 'build/bin/empty': ''});
    execFileSync('cc', [...HARD, ...flags, '-o', 'build/bin/x', 'main.c'],
        {cwd: dir});
    const {status, output} = check('hardening', dir);
    if ((status === 0) !== (flags.length === 0) || !says.test(output)) {
        complain(`hardening does not find ${flags}`, output);
    }
});
const good = join(top, 'good');
plant(good, GOOD);
compile(good);
lend_types(good);
for (const name of new Set(BAD.map(([check_name]) => check_name))) {
    const {status, output} = check(name, good);
    if (status !== 0) {
        complain(`${name} finds something where nothing is wrong`, output);
    }
}
rmSync(top, {recursive: true});
console.log(`${BAD.length + SOFT.length - 1} bad examples, ${wrong} not found`);
process.exitCode = wrong ? 1 : 0;
