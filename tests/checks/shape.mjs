#!/usr/bin/env node
// shape -- the limits on functions and files (see LIMITS).
//
// Functions are found by the one form they have here: a name in the first
// column before "(", the brace alone in the first column, and its end.
import {readFileSync} from 'node:fs';
import {execFileSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '../..'));

const LIMITS = {
    function_lines_max: 60, function_lines_p95: 40, function_lines_median: 15,
    nesting_max: 3, parameters_max: 5,
    source_lines: 500, header_lines: 150, test_lines: 800,
};
const NOT_NAMES = new Set(['if', 'for', 'while', 'switch', 'return']);

let wrong = 0;
function complain(where, why) {
    console.log(`${where}: ${why}`);
    wrong++;
}

function file_limit(file) {
    if (file.startsWith('tests/')) {
        return LIMITS.test_lines;
    }
    return file.endsWith('.h') ? LIMITS.header_lines : LIMITS.source_lines;
}

// The text with comments and literals blanked out, line by line as before.
function bare(text) {
    return text.replace(
        /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
        (m) => m.replace(/[^\n]/g, ' '));
}

// Blocks inside the body, but not initialisers ("= {", "){", ", {").
function nesting(lines) {
    const stack = [];
    let deepest = 0;
    const body = lines.join('\n');
    for (let i = 0; i < body.length; i++) {
        if (body[i] === '{') {
            const before = body.slice(0, i).trimEnd();
            const is_block = /(\)\s*|\belse|\bdo|;|:|\}|\{)$/.test(before) &&
                !/\)$/.test(body.slice(0, i)) || stack.length === 0;
            stack.push(is_block);
            deepest = Math.max(deepest, stack.filter(Boolean).length - 1);
        } else if (body[i] === '}') {
            stack.pop();
        }
    }
    return deepest;
}

function parameters(signature) {
    const inside = signature.slice(signature.indexOf('(') + 1,
        signature.lastIndexOf(')')).trim();
    let depth = 0;
    let commas = 0;
    for (const c of inside) {
        depth += c === '(' ? 1 : c === ')' ? -1 : 0;
        commas += c === ',' && depth === 0 ? 1 : 0;
    }
    return inside === '' || inside === 'void' ? 0 : commas + 1;
}

function functions(file, text) {
    const lines = bare(text).split('\n');
    const found = [];
    for (let i = 0; i < lines.length; i++) {
        if (lines[i] !== '{') {
            continue;
        }
        let first = i - 1;
        while (first > 0 && !/^[A-Za-z_]\w*\(/.test(lines[first])) {
            if (lines[first].trim() === '' || i - first > 12) {
                first = -1;
            }
            first--;
        }
        const name = first > 0 && /^(\w+)\(/.exec(lines[first])?.[1];
        if (!name || NOT_NAMES.has(name)) {
            continue;
        }
        const end = lines.indexOf('}', i);
        found.push({
            where: `${file}:${first + 1} ${name}`, lines: end - first + 1,
            nesting: nesting(lines.slice(i, end + 1)),
            parameters: parameters(lines.slice(first, i).join(' ')),
        });
    }
    return found;
}

const files = execFileSync('git', ['ls-files', 'common', 'services', 'tests'],
    {encoding: 'utf8'}).split('\n').filter((f) => /\.[ch]$/.test(f));
const all = [];
for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const count = text.split('\n').length - 1;
    if (count > file_limit(file)) {
        complain(file, `${count} lines, at most ${file_limit(file)}`);
    }
    if (!/^\/[*/] ?\w+[\w.]* -- |^\/\/ links:/.test(text)) {
        complain(file, 'does not begin with "name -- what it is for"');
    }
    all.push(...functions(file, text));
}
for (const f of all) {
    if (f.lines > LIMITS.function_lines_max) {
        complain(f.where, `${f.lines} lines, at most ${LIMITS.function_lines_max}`);
    }
    if (f.nesting > LIMITS.nesting_max) {
        complain(f.where, `nested ${f.nesting} deep, at most ${LIMITS.nesting_max}`);
    }
    if (f.parameters > LIMITS.parameters_max) {
        complain(f.where, `${f.parameters} parameters, at most ${LIMITS.parameters_max}`);
    }
}
const by_length = all.map((f) => f.lines).sort((a, b) => a - b);
for (const [share, limit] of [[0.5, LIMITS.function_lines_median],
    [0.95, LIMITS.function_lines_p95]]) {
    const lines = by_length[Math.floor(by_length.length * share)];
    console.log(`${all.length} functions, ${share * 100} % have at most ` +
        `${lines} lines (limit ${limit})`);
    if (lines > limit) {
        wrong++;
    }
}
process.exit(wrong ? 1 : 0);
