// stamps -- a command for each C file, side by side; a file that was found
// clean is not looked at again until it, a header that it includes (as the
// build's own dependencies say) or the command changes.
import {execFileSync, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join, relative, resolve} from 'node:path';
import {BUILD, complain} from './tree.mjs';

const JOBS = Number(process.env.JOBS ?? availableParallelism());

// source -> {flags: of the preprocessor, object}, by the build's own commands.
export function compile_commands() {
    const rows = JSON.parse(readFileSync(join(BUILD, 'compile_commands.json'),
        'utf8'));
    return new Map(rows.map(({file, command, output}) => {
        const words = command.split(/\s+/).map((word) =>
            word.replaceAll('\\"', '"'));
        const flags = words.filter((word, i) => /^-(?:I|D|std=)/.test(word) ||
            word === '-isystem' || words[i - 1] === '-isystem');
        return [relative('.', file), {flags, object: output ??
            /-o (\S+)/.exec(command)?.[1]}];
    }));
}

// object -> the files of this tree and of the build that it was made of.
function dependencies() {
    const text = execFileSync('ninja', ['-C', BUILD, '-t', 'deps'],
        {encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore']});
    return new Map(text.split('\n\n').flatMap((entry) => {
        const [head, ...lines] = entry.trim().split('\n');
        const object = /^(.*): #deps/.exec(head)?.[1];
        return object ? [[object, lines.map((line) => line.trim())
            .filter((path) => !path.startsWith('/usr/'))
            .map((path) => resolve(BUILD, path))]] : [];
    }));
}

const texts = new Map();

function text_of(path) {
    if (!texts.has(path)) {
        texts.set(path, existsSync(path) ? readFileSync(path) : '');
    }
    return texts.get(path);
}

function stamp_of(source, paths, command) {
    const hash = createHash('sha256');
    hash.update(command.join('\0'));
    [resolve(source), ...paths].forEach((path) => hash.update(text_of(path)));
    return hash.digest('hex').slice(0, 40);
}

function run(source, command) {
    return new Promise((done) => {
        const child = spawn(command[0], command.slice(1),
            {stdio: ['ignore', 'pipe', 'pipe']});
        let output = '';
        child.stdout.on('data', (data) => output += data);
        child.stderr.on('data', (data) => output += data);
        child.on('close', (code) => {
            if (code !== 0) {
                complain(source, `\n${output.trim()}`);
            }
            done(code === 0);
        });
    });
}

// Checks the `sources` that the build knows with command(source, row) -> words;
// `settings` are files whose change makes every stamp void.
export async function check_each(name, sources, command, settings = []) {
    const dir = join(BUILD, name);
    mkdirSync(dir, {recursive: true});
    const rows = compile_commands();
    const depends = dependencies();
    const waiting = sources.filter((source) => rows.has(source));
    async function lane() {
        for (let source; (source = waiting.shift());) {
            const words = command(source, rows.get(source));
            const stamp = join(dir, stamp_of(source, [...settings.map(
                (path) => resolve(path)),
            ...depends.get(rows.get(source).object) ?? []], words));
            if (!existsSync(stamp) && await run(source, words)) {
                writeFileSync(stamp, '');
            }
        }
    }
    await Promise.all(Array.from({length: JOBS}, lane));
}
