// keep_read -- reads protos and rows files for keep.mjs.
//
// What comes out: constants {NAME: Lua literal}, tables {NAME: Lua
// constructor}, and of a rows file its blocks in order, for C.

class Fault extends Error {
    constructor(where, why) {
        super(`${where}: ${why}`);
        this.name = 'Fault';
    }
}

function upper_snake(name) {
    return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

// A Lua string of these bytes.
function lua_string(bytes) {
    return `'${bytes.map((b) => `\\${b.toString().padStart(3, '0')}`).join('')}'`;
}

// ---- protos ---------------------------------------------------------------

const WIRE_TYPES = {double: 1, fixed64: 1, sfixed64: 1, string: 2, bytes: 2,
    float: 5, fixed32: 5, sfixed32: 5, uint32: 0, uint64: 0, int32: 0,
    int64: 0, sint32: 0, sint64: 0, bool: 0};

function varint(n) {
    const bytes = [];
    for (; n >= 128; n = Math.floor(n / 128)) {
        bytes.push(n % 128 + 128);
    }
    return [...bytes, n];
}

function enum_names(texts) {
    return new Set(texts.flatMap(([, text]) =>
        [...text.matchAll(/\benum\s+(\w+)/g)].map((m) => m[1])));
}

// A second value for one name is taken away: whoever uses it is told.
function put(into, twice, name, value) {
    if (into.has(name) && into.get(name) !== value) {
        twice.add(name);
    }
    into.set(name, value);
}

function read_field(state, [line, type, name, number]) {
    const short = type.split('.').pop();
    const wire = line.endsWith('packed = true') ? 2 :
        WIRE_TYPES[type] ?? (state.enums.has(short) ? 0 : 2);
    const message = state.path.filter((p) => p.kind === 'message')
        .map((p) => upper_snake(p.name)).join('_');
    const full = `${message}_${name.toUpperCase()}`;
    put(state.constants, state.twice, `${full}_TAG`, number);
    put(state.constants, state.twice, `${full}_KEY`,
        lua_string(varint(Number(number) * 8 + wire)));
}

const FIELD = new RegExp('^(?:optional\\s+|required\\s+|repeated\\s+)?' +
    '([\\w.]+)\\s+(\\w+)\\s*=\\s*(\\d+)(?:\\s*\\[packed = true)?');

function read_line(state, line) {
    const opens = /^(message|enum|oneof)\s+(\w+)\s*\{/.exec(line);
    if (opens) {
        state.path.push({kind: opens[1], name: opens[2]});
    }
    const inside = state.path.at(-1)?.kind;
    const value = inside === 'enum' && /^(\w+)\s*=\s*(\d+)/.exec(line);
    const field = !opens && (inside === 'message' || inside === 'oneof') &&
        FIELD.exec(line);
    if (value) {
        put(state.constants, state.twice, value[1], value[2]);
    } else if (field) {
        read_field(state, field);
    }
    for (const c of line) {
        if (c === '}') {
            state.path.pop();
        }
    }
}

export function read_protos(texts) {
    const state = {constants: new Map(), tables: new Map(), twice: new Set(),
        enums: enum_names(texts), path: []};
    for (const [, text] of texts) {
        const bare = text.replace(/\/\/[^\n]*/g, '').replace(/;/g, ';\n')
            .replace(/\{/g, '{\n');
        bare.split('\n').forEach((line) => read_line(state, line.trim()));
    }
    state.twice.forEach((name) => state.constants.delete(name));
    return {constants: state.constants, tables: state.tables};
}

// ---- rows files -----------------------------------------------------------

const LUA_TYPES = {u8: ['B', 1], u16: ['I2', 2], u24: ['I3', 3],
    u32: ['I4', 4], u48: ['I6', 6], i32: ['i4', 4],
    string8: ['Bc0', null, 1], string16: ['I2c0', null, 2],
    string32: ['I4c0', null, 4], rest: ['', null, 0]};

function read_type(where, words) {
    const [name, type, size] = words;
    if (type === 'bytes' && /^\d+$/.test(size ?? '')) {
        return {name, type, size: Number(size), lua: `c${size}`,
            bytes: Number(size)};
    }
    if (!(type in LUA_TYPES) || size !== undefined) {
        throw new Fault(where, `a field is "name type" with a type of ` +
            `${Object.keys(LUA_TYPES).join(' ')} or bytes N`);
    }
    const [lua, bytes] = LUA_TYPES[type];
    return {name, type, lua, bytes};
}

function number_of(where, word, shared) {
    const value = shared.constants.get(word) ?? word;
    if (!/^(\d+|0x[0-9a-f]+)$/i.test(value)) {
        throw new Fault(where, `"${word}" is no number and no constant`);
    }
    return Number(value);
}

function define(where, shared, name, literal) {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
        throw new Fault(where, `"${name}": a constant is in capitals`);
    }
    if (shared.constants.has(name)) {
        throw new Fault(where, `${name} is there already`);
    }
    shared.constants.set(name, literal);
}

// Each kind of block: begin(words) makes it, line(words) adds to it, end().
const KINDS = {
    const(block, where, shared, [name, value]) {
        block.name = name;
        block.value = number_of(where, value, shared);
        define(where, shared, name, `${block.value}`);
    },
    enum(block, where, shared, [name]) {
        block.name = name;
        block.line = (at, [value_name, value]) => {
            const number = value === undefined ? block.items.length :
                number_of(at, value, shared);
            block.items.push({name: value_name, value: number});
            define(at, shared, value_name, `${number}`);
        };
    },
    flags(block, where, shared, [name]) {
        block.name = name;
        block.line = (at, [flag]) => {
            const value = 2 ** block.items.length;
            if (block.items.length >= 32) {
                throw new Fault(at, 'flags have 32 bits');
            }
            block.items.push({name: flag, value});
            if (flag !== '-') {
                define(at, shared, flag, `${value}`);
            }
        };
    },
    row(block, where, shared, [name]) {
        block.name = name;
        block.line = (at, words) => {
            if (block.items.at(-1)?.type === 'rest') {
                throw new Fault(at, 'rest is the last field of a row');
            }
            block.items.push(read_type(at, words));
        };
        block.end = () => end_row(block, where, shared);
    },
    args(block, where, shared, [name, after, other]) {
        block.name = name;
        if (after === 'after') {
            const before = shared.args?.get(other);
            if (!before) {
                throw new Fault(where, `no args ${other} stand before`);
            }
            before.items.forEach((item) => add_arg(block, where, shared, item));
        }
        block.line = (at, [arg]) => add_arg(block, at, shared, arg);
        shared.args ??= new Map();
        shared.args.set(name, block);
    },
    table(block, where, shared, [name, ...columns]) {
        block.name = name;
        block.columns = columns.filter((c) => c !== ':');
        block.line = (at, words) => {
            if (words.length !== block.columns.length) {
                throw new Fault(at, `this table has ${block.columns.length} ` +
                    `columns: ${block.columns.join(' ')}`);
            }
            block.items.push(words);
        };
        block.end = () => end_table(block, where, shared);
    },
};

function add_arg(block, where, shared, name) {
    block.items.push(name);
    define(where, shared,
        `${block.name}_ARG_${name}`.toUpperCase(), `${block.items.length}`);
}

function end_row(block, where, shared) {
    const upper = `${block.name}_ROW`.toUpperCase();
    define(where, shared, upper,
        `'>${block.items.map((item) => item.lua).join('')}'`);
    block.bytes = block.items.every((item) => item.bytes) ?
        block.items.reduce((sum, item) => sum + item.bytes, 0) : null;
    if (block.bytes !== null) {
        define(where, shared, `${upper}_BYTES`, `${block.bytes}`);
    }
}

function lua_word(word, shared) {
    const value = shared.constants.get(word) ?? word;
    return /^\d+$/.test(value) || value.startsWith("'") ? value : `'${value}'`;
}

function end_table(block, where, shared) {
    const rows = block.items.map((words) => `{${words.map((word, i) =>
        `${block.columns[i]} = ${lua_word(word, shared)}`).join(', ')}}`);
    const name = block.name.toUpperCase();
    if (shared.constants.has(name) || shared.tables.has(name)) {
        throw new Fault(where, `${name} is there already`);
    }
    shared.tables.set(name, `{${rows.join(', ')}}`);
}

// Indented lines belong to the block above them; "#" begins a comment.
export function read_rows(file, text, shared) {
    const blocks = [];
    text.split('\n').forEach((raw, i) => {
        const where = `${file}:${i + 1}`;
        const words = raw.replace(/#.*/, '').trim().split(/\s+/);
        const note = /#\s*(.*)/.exec(raw)?.[1] ?? '';
        if (words[0] === '') {
            return;
        }
        if (/^\s/.test(raw)) {
            const block = blocks.at(-1);
            if (!block?.line) {
                throw new Fault(where, 'an indented line under no block');
            }
            block.line(where, words);
            block.notes.push(note);
            return;
        }
        if (!(words[0] in KINDS)) {
            throw new Fault(where, `"${words[0]}" is none of ` +
                Object.keys(KINDS).join(' '));
        }
        blocks.at(-1)?.end?.();
        const block = {kind: words[0], items: [], notes: [], note};
        KINDS[words[0]](block, where, shared, words.slice(1));
        blocks.push(block);
    });
    blocks.at(-1)?.end?.();
    return blocks;
}
