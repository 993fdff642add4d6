#!/usr/bin/env node
// keep -- what C and Lua share changes on both sides or does not build.
//
// Over a copy of the demonstration in tests/support/demo_keep: a widened row,
// a renumbered field, a moved argument change the header and the scripts
// alike; a name that nothing says, or a fragment that is not there, is a
// sentence and no file.
import {cpSync, mkdtempSync, readFileSync, readdirSync, rmSync,
    writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import assert from 'node:assert/strict';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '../..'));
const {make} = await import(join(process.cwd(), 'cmake/keep.mjs'));
const {write_rows_header} = await import(join(process.cwd(),
    'cmake/keep_c.mjs'));

// Both sides, after edits [[file, from, to]…] of the copy.
function both(...edits) {
    const dir = mkdtempSync(join(tmpdir(), 'keep-'));
    try {
        cpSync('tests/support/demo_keep', dir, {recursive: true});
        cpSync('proto', join(dir, 'proto'), {recursive: true});
        for (const [file, from, to] of edits) {
            const text = readFileSync(join(dir, file), 'utf8');
            assert.ok(text.includes(from), `${file} has no "${from}"`);
            writeFileSync(join(dir, file), text.replace(from, to));
        }
        const lua = readdirSync(dir).filter((f) => f.endsWith('.lua'))
            .map((f) => join(dir, f));
        const {shared, scripts} = make('demo', join(dir, 'proto'),
            join(dir, 'rows.txt'), lua);
        return {c: write_rows_header('demo', shared.own),
            lua: scripts.find((s) => s.name === 'demo_echo').text};
    } finally {
        rmSync(dir, {recursive: true});
    }
}

const today = both();

function both_change(what, edit, c, lua) {
    const then = both(edit);
    assert.match(then.c, c, `${what}: C`);
    assert.doesNotMatch(today.c, c, `${what}: C had it before`);
    assert.match(then.lua, lua, `${what}: Lua`);
    assert.doesNotMatch(today.lua, lua, `${what}: Lua had it before`);
}

both_change('a row that is widened',
    ['rows.txt', 'small   u8', 'small   u16'],
    /struct demo_all_row \{\n {4}uint16_t small;/, /'>I2I2I3/);
both_change('an argument put in the middle',
    ['rows.txt', '    row\n    fixed', '    new\n    row\n    fixed'],
    /DEMO_ECHO_ARG_NEW/, /ARGV\[4\]/);
both_change('a constant',
    ['rows.txt', 'const DEMO_LIMIT 3', 'const DEMO_LIMIT 5'],
    /DEMO_LIMIT 5U/, /== 5/);

const renumbered = both(['proto/signup.proto',
    'message PlaceChanged {\n  optional uint32 number = 1;',
    'message PlaceChanged {\n  optional uint32 number = 9;']);
assert.match(today.lua, /'\\008', 4\}/);
assert.match(renumbered.lua, /'\\072', 4\}/, 'a field that is renumbered');

assert.throws(() => both(['demo_echo.lua', 'DEMO_AGREED', 'DEMO_AGREE']),
    /demo_echo\.lua: no constant DEMO_AGREE/);
assert.throws(() => both(['demo_echo.lua', 'needs: demo_first', 'needs: demo']),
    /needs "demo": there is no demo\.lua/);
assert.throws(() => both(['demo_first.lua', '-- demo_first',
    '-- needs: demo_echo\n-- demo_first']), /needs itself/);
assert.throws(() => both(['rows.txt', 'small   u8', 'small   u7']),
    /rows\.txt:11: a field is "name type"/);
assert.throws(() => both(['rows.txt', 'args demo_echo after demo_first',
    'args demo_echo after nobody']), /no args nobody/);
console.log('C and Lua change together');
