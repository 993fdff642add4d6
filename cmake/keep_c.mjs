// keep_c -- writes for C what keep.mjs has read.

const C_TYPES = {u8: 'uint8_t', u16: 'uint16_t', u24: 'uint32_t',
    u32: 'uint32_t', u48: 'uint64_t', i32: 'int32_t',
    string8: 'struct bytes', string16: 'struct bytes',
    string32: 'struct bytes', rest: 'struct bytes'};
const PREFIX_BYTES = {string8: 1, string16: 2, string32: 4};

function guard(name, body) {
    return `/* Made by the build; see cmake/keep.mjs. */\n#ifndef ${name}\n` +
        `#define ${name}\n\n${body}\n#endif\n`;
}

// ---- rows -----------------------------------------------------------------

function declare(item) {
    return item.type === 'bytes' ? `uint8_t ${item.name}[${item.size}]` :
        `${C_TYPES[item.type]} ${item.name}`;
}

function append_field(item) {
    const from = `row->${item.name}`;
    if (item.type === 'bytes') {
        return `    buf_add(to, ${from}, ${item.size});`;
    }
    if (item.type === 'rest') {
        return `    buf_add(to, ${from}.data, ${from}.len);`;
    }
    if (item.type in PREFIX_BYTES) {
        return `    rows_put(to, ${from}.len, ${PREFIX_BYTES[item.type]});\n` +
            `    buf_add(to, ${from}.data, ${from}.len);`;
    }
    const value = item.type === 'i32' ? `(uint32_t)${from}` : from;
    return `    rows_put(to, ${value}, ${item.bytes});`;
}

function read_field(item) {
    const to = `row->${item.name}`;
    if (item.type === 'bytes') {
        return `    if (!rows_get_bytes(from, ${to}, ${item.size})) {\n` +
            '        return false;\n    }';
    }
    if (item.type === 'rest') {
        return `    ${to} = *from;\n    *from = bytes_of(NULL, 0);`;
    }
    if (item.type in PREFIX_BYTES) {
        return `    if (!rows_get_string(from, ${PREFIX_BYTES[item.type]}, ` +
            `&${to})) {\n        return false;\n    }`;
    }
    return `    if (!rows_get(from, ${item.bytes}, &n)) {\n` +
        `        return false;\n    }\n    ${to} = (${C_TYPES[item.type]})n;`;
}

function write_row(block) {
    const name = `${block.name}_row`;
    const needs_n = block.items.some((item) => item.bytes &&
        item.type !== 'bytes');
    const size = block.bytes === null ? '' :
        `#define ${name.toUpperCase()}_BYTES ${block.bytes}\n`;
    return `${size}struct ${name} {\n` +
        block.items.map((item) => `    ${declare(item)};\n`).join('') +
        '};\n\nstatic inline void\n' +
        `${name}_append(struct buf *to, const struct ${name} *row)\n{\n` +
        `${block.items.map(append_field).join('\n')}\n}\n\n` +
        '/* Takes one off the front of from; false: it is cut short. */\n' +
        'static inline bool\n' +
        `${name}_read(struct bytes *from, struct ${name} *row)\n{\n` +
        (needs_n ? '    uint64_t n;\n' : '') +
        `${block.items.map(read_field).join('\n')}\n    return true;\n}\n`;
}

// ---- the other blocks -----------------------------------------------------

const WRITERS = {
    const: (block) => `#define ${block.name} ${block.value}U\n`,
    enum: (block) => `enum ${block.name} {\n${block.items.map((item) =>
        `    ${item.name} = ${item.value},\n`).join('')}};\n`,
    flags: (block) => block.items.filter((item) => item.name !== '-')
        .map((item) => `#define ${item.name} UINT32_C(${item.value})\n`)
        .join(''),
    row: write_row,
    args: (block) => {
        const upper = block.name.toUpperCase();
        return `enum ${block.name}_arg {\n${block.items.map((item) =>
            `    ${upper}_ARG_${item.toUpperCase()},\n`).join('')}` +
            `    ${upper}_ARGS\n};\n`;
    },
    table: (block) => `/* X(${block.columns.join(', ')}) */\n` +
        `#define ${block.name.toUpperCase()}_TABLE(X) \\\n${block.items
            .map((words) => `    X(${words.join(', ')})`).join(' \\\n')}\n`,
};

export function write_rows_header(name, blocks) {
    const includes = name === 'shared' ?
        '#include <stdint.h>\n' :
        '#include "common/base/base.h"\n#include "shared_rows.h"\n';
    return guard(`${name.toUpperCase()}_ROWS_H`, `${includes}\n` +
        blocks.map((block) => WRITERS[block.kind](block)).join('\n'));
}

// ---- scripts --------------------------------------------------------------

function c_bytes(text) {
    const bytes = [...Buffer.from(text, 'utf8')].map((b) =>
        b > 127 ? `(char)${b}` : `${b}`);
    const lines = [];
    for (let i = 0; i < bytes.length; i += 20) {
        lines.push(bytes.slice(i, i + 20).join(','));
    }
    return `${lines.join(',\n')},0`;
}

export function write_scripts(name, scripts) {
    const upper = name.toUpperCase();
    const header = guard(`${upper}_SCRIPTS_H`,
        `enum ${name}_script {\n${scripts.map((script) =>
            `    ${upper}_SCRIPT_${script.name.toUpperCase()},\n`).join('')}` +
        `    ${upper}_SCRIPT_COUNT\n};\n\n` +
        `extern const char *const ${name}_scripts[${upper}_SCRIPT_COUNT];\n`);
    const source = `#include "${name}_scripts.h"\n\n${scripts.map((script) =>
        `static const char lua_${script.name}[] = {\n` +
        `${c_bytes(script.text)}};\n`).join('\n')}\n` +
        `const char *const ${name}_scripts[${upper}_SCRIPT_COUNT] = {\n` +
        `${scripts.map((script) => `    lua_${script.name},\n`).join('')}};\n`;
    return {header, source};
}
