// tree -- what the checks written in JavaScript share: the files of the tree
// (TREE: another one, for the checks' own test), its libraries, complaints.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

process.chdir(process.env.TREE ??
    join(dirname(fileURLToPath(import.meta.url)), '../..'));

export const BUILD = process.env.BUILD ?? 'build';

let wrong = 0;

export function complain(where, why) {
    console.log(`${where}: ${why}`);
    wrong++;
}

export function finish() {
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
