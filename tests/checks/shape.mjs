#!/usr/bin/env node
// shape -- the limits on functions and files (see LIMITS), in C, JavaScript,
// Lua and shell alike. A tower of one-word lines is not short: a function of
// over `tower_lines` whose lines are thinner than `tower_columns` on average
// is one that was only made to look so.
import {complain, files, finish, read} from './tree.mjs';
import {LANGUAGES} from './languages.mjs';

const LIMITS = {
    function_lines_max: 60, function_lines_p95: 40, function_lines_median: 15,
    nesting_max: 3, parameters_max: 5,
    source_lines: 500, header_lines: 150, test_lines: 800,
    columns: 100, tower_lines: 30, tower_columns: 12,
};
const JUDGED_TOGETHER = 'C'; // median and percentile
const MANY_PARAMETERS = 'Lua'; // has no structs to pass

function file_limit(file) {
    if (file.startsWith('tests/')) {
        return LIMITS.test_lines;
    }
    return file.endsWith('.h') ? LIMITS.header_lines : LIMITS.source_lines;
}

// A file without an ending is shell when its first line says so.
function language_of(file) {
    const language = LANGUAGES.find(({pattern}) => pattern.test(file));
    return language?.name !== 'shell' || /^#!.*\b(ba)?sh\b/.test(read(file)) ||
        file.endsWith('.sh') ? language : undefined;
}

function check_file(file, language, text) {
    const lines = text.trimEnd().split('\n');
    if (lines.length > file_limit(file)) {
        complain(file, `${lines.length} lines, at most ${file_limit(file)}`);
    }
    if (language.name === 'C' &&
        !/^\/[*/] ?\w+[\w.]* -- |^\/\/ links:/.test(text)) {
        complain(file, 'does not begin with "name -- what it is for"');
    }
    lines.forEach((line, i) => {
        if (line.length > LIMITS.columns && !/https?:/.test(line)) {
            complain(`${file}:${i + 1}`,
                `${line.length} columns, at most ${LIMITS.columns}`);
        }
    });
}

function check_tower(where, language, text, {line, lines}) {
    const code = language.bare(text).split('\n').slice(line - 1, line - 1 + lines)
        .map((l) => l.trim()).filter((l) => l !== '');
    const columns = code.reduce((sum, l) => sum + l.length, 0) / code.length;
    if (code.length > LIMITS.tower_lines && columns < LIMITS.tower_columns) {
        complain(where, `${code.length} lines of ${columns.toFixed(0)} ` +
            'columns on average: a tower');
    }
}

function check_function(file, language, text, found) {
    const where = `${file}:${found.line} ${found.name}`;
    for (const [value, limit, what] of [
        [found.lines, LIMITS.function_lines_max, 'lines'],
        [found.nesting, LIMITS.nesting_max, 'blocks deep'],
        [found.parameters, language.name === MANY_PARAMETERS ? Infinity :
            LIMITS.parameters_max, 'parameters']]) {
        if (value > limit) {
            complain(where, `${value} ${what}, at most ${limit}`);
        }
    }
    check_tower(where, language, text, found);
}

const lengths = [];
for (const file of files(/./)) {
    const language = language_of(file);
    if (!language || /package-lock|\/node_modules\//.test(file)) {
        continue;
    }
    const text = read(file);
    check_file(file, language, text);
    for (const found of language.functions(text)) {
        check_function(file, language, text, found);
        if (language.name === JUDGED_TOGETHER) {
            lengths.push(found.lines);
        }
    }
}
lengths.sort((a, b) => a - b);
for (const [share, limit] of [[0.5, LIMITS.function_lines_median],
    [0.95, LIMITS.function_lines_p95]]) {
    const lines = lengths[Math.floor(lengths.length * share)] ?? 0;
    console.log(`${lengths.length} functions in ${JUDGED_TOGETHER}, ` +
        `${share * 100} % have at most ${lines} lines (limit ${limit})`);
    if (lines > limit) {
        complain('the tree', `its functions are too long`);
    }
}
finish();
