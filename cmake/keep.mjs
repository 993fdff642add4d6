#!/usr/bin/env node
// keep -- what C and Lua share, written once, made into both.
//
//   keep.mjs NAME OUT PROTO_DIR ROWS_FILE LUA_FILE...
//
// Reads the enums and fields of proto/*.proto, proto/shared.txt and a
// service's rows.txt (see proto/shared.txt for the form), and writes
//
//   OUT/NAME_rows.h     constants, enums, rows with their readers and writers,
//                       the places of arguments
//   OUT/NAME_scripts.h  enum NAME_script and the table NAME_scripts[]
//   OUT/NAME_scripts.c  the scripts, each behind the fragments that it names
//                       in lines "-- needs: fragment...", every constant in
//                       its place
//
// A name in capitals that is neither local to a script nor a constant ends
// the build with a sentence.
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {read_protos, read_rows} from './keep_read.mjs';
import {write_rows_header, write_scripts} from './keep_c.mjs';

const WORDS_OF_REDIS = new Set(['KEYS', 'ARGV']);
const TOKEN = new RegExp([
    '--\\[\\[[\\s\\S]*?\\]\\]', '--[^\\n]*', // comments
    "'(?:\\\\[\\s\\S]|[^'\\\\\\n])*'", '"(?:\\\\[\\s\\S]|[^"\\\\\\n])*"',
    '\\[\\[[\\s\\S]*?\\]\\]', // strings
    '[A-Za-z_][A-Za-z0-9_]*', '\\d[\\w.]*', '\\.\\.\\.?', '\\s+', '[\\s\\S]',
].join('|'), 'g');
const IS_CONSTANT = /^[A-Z][A-Z0-9_]*$/;

export class Fault extends Error {}

// ---- scripts --------------------------------------------------------------

function needs_of(text) {
    return [...text.matchAll(/^-- needs: (.+)$/gm)]
        .flatMap((line) => line[1].trim().split(/[\s,]+/));
}

// The names of the fragments before a script, each once, needs first.
function fragments_of(name, texts, open = []) {
    const found = [];
    for (const need of needs_of(texts.get(name))) {
        if (!texts.has(need)) {
            throw new Fault(`${name}.lua needs "${need}": there is no ` +
                `${need}.lua beside it`);
        }
        if ([...open, name].includes(need)) {
            throw new Fault(`${need}.lua needs itself, by ${name}.lua`);
        }
        found.push(...fragments_of(need, texts, [...open, name]), need);
    }
    return [...new Set(found)];
}

// Names after "local", "for" and in parameter lists belong to the script.
function own_names(text) {
    const bare = text.replace(/--[^\n]*/g, '');
    const own = new Set();
    const lists = [
        ...bare.matchAll(/\blocal\s+(?!function\b)([\w\s,]+)/g),
        ...bare.matchAll(/\bfor\s+([\w\s,]+?)\s*(?:=|\bin\b)/g),
        ...bare.matchAll(/\bfunction\b[^(]*\(([^)]*)\)/g),
    ];
    for (const [, list] of lists) {
        list.split(',').forEach((name) => own.add(name.trim().split(/\s/)[0]));
    }
    return own;
}

function nearest(name, known) {
    const last = name.split('_').pop();
    const alike = [...known.keys()].filter((k) => k.endsWith(last));
    return alike.length ? `; there are ${alike.slice(0, 4).join(', ')}` : '';
}

// The text with every constant in its place, and the tables it uses.
function fill(name, text, shared) {
    const own = own_names(text);
    const tables = new Set();
    let before = '';
    const filled = text.replace(TOKEN, (token) => {
        const is_name = IS_CONSTANT.test(token) && !own.has(token) &&
            !WORDS_OF_REDIS.has(token) && before !== '.' && before !== ':';
        before = token.trim() === '' ? before : token;
        if (!is_name) {
            return token;
        }
        if (shared.tables.has(token)) {
            tables.add(token);
            return token;
        }
        if (!shared.constants.has(token)) {
            throw new Fault(`${name}.lua: no constant ${token}` +
                nearest(token, shared.constants));
        }
        return shared.constants.get(token);
    });
    return {filled, tables};
}

// A script as Redis gets it.
export function assemble(name, texts, shared) {
    const names = [...fragments_of(name, texts), name];
    const {filled, tables} = fill(name,
        names.map((part) => texts.get(part)).join(''), shared);
    const head = [...tables].map((table) =>
        `local ${table} = ${shared.tables.get(table)}\n`).join('');
    return head + filled;
}

// ---- all of it ------------------------------------------------------------

export function read_shared(proto_dir, rows_file) {
    const protos = readdirSync(proto_dir).filter((f) => f.endsWith('.proto'))
        .sort().map((f) => [f, readFileSync(join(proto_dir, f), 'utf8')]);
    const shared = read_protos(protos);
    const common = read_rows('proto/shared.txt',
        readFileSync(join(proto_dir, 'shared.txt'), 'utf8'), shared);
    const own = rows_file === '-' ? [] :
        read_rows(rows_file, readFileSync(rows_file, 'utf8'), shared);
    return {...shared, common, own};
}

export function make(name, proto_dir, rows_file, lua_files) {
    const shared = read_shared(proto_dir, rows_file);
    const texts = new Map(lua_files.map((f) =>
        [basename(f, '.lua'), readFileSync(f, 'utf8')]));
    [...texts.keys()].forEach((n) => fragments_of(n, texts));
    const fragments = new Set([...texts.values()].flatMap(needs_of));
    const scripts = [...texts.keys()].filter((n) => !fragments.has(n)).sort()
        .map((script) => ({name: script,
            text: assemble(script, texts, shared)}));
    return {shared, scripts};
}

function main([name, out, proto_dir, rows_file, ...lua_files]) {
    const {shared, scripts} = make(name, proto_dir, rows_file, lua_files);
    const blocks = name === 'shared' ? shared.common : shared.own;
    writeFileSync(join(out, `${name}_rows.h`), write_rows_header(name, blocks));
    if (name !== 'shared') {
        const {header, source} = write_scripts(name, scripts);
        writeFileSync(join(out, `${name}_scripts.h`), header);
        writeFileSync(join(out, `${name}_scripts.c`), source);
    }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    try {
        main(process.argv.slice(2));
    } catch (error) {
        if (!(error instanceof Fault) && error.name !== 'Fault') {
            throw error;
        }
        console.error(`keep: ${error.message}`);
        process.exitCode = 1;
    }
}
