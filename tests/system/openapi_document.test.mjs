// openapi_document -- the document itself, without a server: a judge that is
// not ours finds it good, its examples are of their schemas, and what is
// wrong in a part stops the build with a sentence.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {
    copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import redocly from '@redocly/openapi-core';
import {openDocument} from '../support/openapi.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PARTS = join(TOP, 'services', 'gateway', 'openapi');
const MERGE = join(TOP, 'cmake', 'openapi.mjs');
// The document may be read by anybody; it answers by itself, or not at all.
const RULES = {'info-license': 'off', 'operation-4xx-response': 'off'};

let dir, api;

before(() => {
    dir = mkdtempSync(join(tmpdir(), 'muster-openapi-'));
    const {status, stderr} = merge(PARTS);
    assert.equal(status, 0, stderr);
    api = openDocument(JSON.parse(readFileSync(join(dir, 'openapi.json'))));
});

after(() => rmSync(dir, {recursive: true, force: true}));

function merge(folder) {
    const out = join(dir, 'openapi.json');
    return spawnSync(process.execPath, [MERGE, out, folder, '1.2.3'],
        {encoding: 'utf8'});
}

/** The parts with one changed: {'staff.json': (text) => text}. */
function mergeChanged(changes) {
    const folder = mkdtempSync(join(dir, 'parts-'));
    for (const file of readdirSync(PARTS))
        copyFileSync(join(PARTS, file), join(folder, file));
    for (const [file, change] of Object.entries(changes)) {
        const text = readFileSync(join(folder, file), 'utf8');
        const changed = change(text);
        assert.notEqual(changed, text, `${file} was changed`);
        writeFileSync(join(folder, file), changed);
    }
    return merge(folder);
}

test('a judge of OpenAPI documents has nothing to say', async () => {
    const config = await redocly.createConfig(
        {extends: ['recommended'], rules: RULES});
    const ref = join(dir, 'openapi.json');
    const said = await redocly.lint({ref, config});
    assert.deepEqual(said.map(({ruleId, message, location}) =>
        `${ruleId}: ${message} at ${location[0].pointer}`), []);
});

test('it has the version of the program', () => {
    assert.equal(api.json.info.version, '1.2.3');
});

test('every example is of its schema, and every body has one', () => {
    for (const [name, schema] of Object.entries(api.json.components.schemas))
        for (const example of schema.examples || [])
            api.check(schema, example, `the example of ${name}`);
    for (const {name, operation} of api.operations()) {
        if (!operation.requestBody) continue;
        const {schema} = operation.requestBody.content['application/json'];
        const first = api.follow(schema.oneOf ? schema.oneOf[0] : schema);
        assert.ok(first.examples?.length > 0, `${name} has no example`);
    }
});

test('every answer that has a body states its schema', () => {
    for (const {name, operation} of api.operations()) {
        for (const [status, said] of Object.entries(operation.responses)) {
            if (status === '303') continue;
            const content = Object.values(api.follow(said).content || {});
            assert.ok(content.length > 0, `${name}: ${status}`);
            for (const {schema} of content) api.compile(schema);
        }
    }
});

test('where one may try again, it is said when', () => {
    for (const {name, operation} of api.operations()) {
        for (const status of ['429', '503', '504']) {
            const said = operation.responses[status];
            const asks = operation.operationId !== 'getOpenapi';
            if (status !== '503' && !asks) continue;
            assert.ok(api.follow(said).headers['Retry-After'],
                `${name}: ${status}`);
        }
    }
});

const SIGNUPS = '"/v1/campaigns/{c}/signups"';
const FAULTS = [
    ['a path and method of another part',
        {'staff.json': (t) => t.replace('"/v1/session"', SIGNUPS)},
        /post \/v1\/campaigns\/\{c\}\/signups: stands in signup.json too/],
    ['a schema of another part',
        {'staff.json': (t) => t.replace('"Login": {', '"Gate": {')},
        /the schema Gate stands in signup.json too/],
    ['a parameter of head.json',
        {'staff.json': (t) => t.replace('"schemas": {',
            '"parameters": {"c": {}}, "schemas": {')},
        /staff.json: the parameter c stands in head.json too/],
    ['a schema twice in one part',
        {'staff.json': (t) => t.replace('"Login": {', '"Session": {')},
        /staff.json: "Session" stands twice/],
    ['a reference to nothing',
        {'staff.json': (t) => t.replace('"200": "StaffList"', '"200": "Lst"')},
        /#\/components\/schemas\/Lst is nowhere/],
    ['a schema that nothing uses',
        {'staff.json': (t) => t.replace('"requestBody": "Login"',
            '"requestBody": "Session"')},
        /#\/components\/schemas\/Login: nothing uses it/],
    ['an operation without a name',
        {'ops.json': (t) => t.replace('"operationId": "listOutbox",', '')},
        /ops.json: get \/v1\/campaigns\/\{c\}\/outbox: has no operationId/],
    ['two operations of one name',
        {'ops.json': (t) => t.replace('"listOutbox"', '"listStaff"')},
        /listStaff is the name of get/],
    ['a misspelt key',
        {'ops.json': (t) => t.replace('"asks":', '"aks":')},
        /what is "aks"\?/],
    ['an id that is stated nowhere',
        {'ops.json': (t) => t.replace('/{c}/outbox', '/{d}/outbox')},
        /#\/components\/parameters\/d is nowhere/],
    ['a problem that head.json does not have',
        {'staff.json': (t) => t.replace('["409"]', '["418"]')},
        /head.json has no problem 418/],
    ['what is not JSON',
        {'staff.json': (t) => t.replace('{', '')}, /staff.json: is not JSON/],
];

for (const [what, changes, sentence] of FAULTS) {
    test(`the build ends at ${what}`, () => {
        const {status, stderr} = mergeChanged(changes);
        assert.equal(status, 1);
        assert.match(stderr, sentence);
    });
}
