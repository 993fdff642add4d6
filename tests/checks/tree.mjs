// tree -- what the checks written in JavaScript share: the files of the tree
// (TREE: another one, for the checks' own test), its libraries, complaints.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

process.chdir(process.env.TREE ??
    join(dirname(fileURLToPath(import.meta.url)), '../..'));

export const BUILD = process.env.BUILD ?? 'build';

// What is known to be wrong and on its way out: "check: what" a line.
const KNOWN = 'tests/checks/known.txt';
const CHECK = /([a-z_]+)\.mjs$/.exec(process.argv[1])[1];

function read_known() {
    const lines = existsSync(KNOWN) ? read(KNOWN).split('\n') : [];
    return new Map(lines.filter((line) => line.startsWith(`${CHECK}: `))
        .map((line) => [line.slice(CHECK.length + 2), 0]));
}

const known = read_known();
let wrong = 0;

// `what` is the name of the thing in KNOWN: its file, if it has no other.
export function complain(where, why, what = where.replace(/[: ].*/, '')) {
    if (known.has(what)) {
        known.set(what, known.get(what) + 1);
        return;
    }
    console.log(`${where}: ${why}`);
    wrong++;
}

export function finish() {
    for (const [what, times] of known) {
        console.log(times ? `known, to be mended: ${what}` :
            `${what} is mended: strike it out of ${KNOWN}`);
    }
    process.exitCode = wrong ? 1 : 0;
}

// Committed or to be committed: what git does not ignore.
export function files(pattern, ...folders) {
    return execFileSync('git', ['ls-files', '--cached', '--others',
        '--exclude-standard', ...folders], {encoding: 'utf8'}).split('\n')
        .filter((file) => pattern.test(file) && existsSync(file)).sort();
}

export function read(file) {
    return readFileSync(file, 'utf8');
}

// [{line, header}] of a C file.
export function includes(file) {
    return read(file).split('\n').flatMap((text, i) => {
        const match = /^\s*#\s*include\s*[<"]([^>"]+)[>"]/.exec(text);
        return match ? [{line: i + 1, header: match[1]}] : [];
    });
}

// common/libraries.txt: name -> {below: all it stands on, outside}.
export function libraries() {
    const rows = new Map();
    for (const line of read('common/libraries.txt').split('\n')) {
        const match = /^([a-z]\w*)\s*:(.*):(.*)$/.exec(line);
        if (!match) {
            continue;
        }
        const [, name, below, outside] = match;
        const direct = below.trim().split(/\s+/).filter(Boolean);
        rows.set(name, {
            outside: outside.trim().split(/\s+/).filter(Boolean),
            below: new Set(direct.flatMap((other) =>
                [other, ...(rows.get(other)?.below ?? [])])),
        });
    }
    return rows;
}
