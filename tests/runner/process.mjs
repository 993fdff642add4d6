// process -- one program, its output in a log, its time measured.
//
// A program is the head of a process group of its own, so that a limit or
// Ctrl-C ends all that it started.
import {spawn} from 'node:child_process';
import {closeSync, mkdirSync, openSync, readFileSync, writeSync} from 'node:fs';
import {dirname} from 'node:path';

// bash adds "work: user system" as the last line.
const TIMED = 'TIMEFORMAT="work: %U %S"; time "$@"';
const WORK = /\n?work: ([\d.]+) ([\d.]+)\n$/;
const KILL_AFTER_MS = 5000; // of SIGTERM

const groups = new Set();

function end_group(pid, signal) {
    try {
        process.kill(-pid, signal);
    } catch {
        // It has ended already.
    }
}

// For Ctrl-C: nothing is left behind.
export function end_all() {
    groups.forEach((pid) => end_group(pid, 'SIGTERM'));
}

// Resolves to {code, output, work_s}: output is both of its outputs, also
// written to `log`; work_s is processor time.
export function run(log, [command, ...args], {env = {}, limit_s = 0} = {}) {
    mkdirSync(dirname(log), {recursive: true});
    const out = openSync(log, 'w');
    return new Promise((resolve) => {
        const child = spawn('bash', ['-c', TIMED, command, command, ...args], {
            detached: true, env: {...process.env, ...env},
            stdio: ['ignore', out, out],
        });
        groups.add(child.pid);
        const timer = limit_s && setTimeout(() => {
            writeSync(out, `\nstopped: it took over ${limit_s} s\n`);
            end_group(child.pid, 'SIGTERM');
            setTimeout(end_group, KILL_AFTER_MS, child.pid, 'SIGKILL').unref();
        }, limit_s * 1000);
        child.on('close', (code) => {
            clearTimeout(timer);
            groups.delete(child.pid);
            closeSync(out);
            const text = readFileSync(log, 'utf8');
            const work = WORK.exec(text);
            resolve({
                code: code ?? 1, output: text.replace(WORK, '\n'),
                work_s: work ? Number(work[1]) + Number(work[2]) : 0,
            });
        });
    });
}
