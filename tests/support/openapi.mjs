// openapi -- the document that describes the HTTP API, to check by.
//
//   const api = openDocument(json);
//   api.operations()          [{name: 'get /v1/…', method, path, operation}]
//   api.follow(value)         what a {$ref} stands for, else the value
//   api.check(schema, value, what)      throws unless the value is of it
//   routes()                  the gateway's own table: [{name, roles, act}]
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BIN = process.env.MUSTER_BIN || join(TOP, 'build', 'bin');
// The packages are those of tests/system.
const require = createRequire(join(TOP, 'tests', 'system', 'package.json'));

export function routes() {
    const program = join(BIN, 'muster-gateway');
    return execFileSync(program, ['--routes'], {encoding: 'utf8'})
        .trim()
        .split('\n')
        .map((line) => line.split(' '))
        .map(([method, path, roles, act]) => ({
            name: `${method.toLowerCase()} ${path}`,
            isApi: path.startsWith('/v1/'),
            roles,
            act,
        }))
        .filter(({isApi}) => isApi);
}

export function openDocument(json) {
    const Ajv = require('ajv/dist/2020.js').default;
    const ajv = new Ajv({strict: false, allErrors: true});
    require('ajv-formats').default(ajv);
    ajv.addSchema({$id: 'api', components: json.components});
    return new Document(json, ajv);
}

class Document {
    constructor(json, ajv) {
        this.json = json;
        this.ajv = ajv;
    }

    operations() {
        return Object.entries(this.json.paths).flatMap(([path, methods]) =>
            Object.entries(methods).map(([method, operation]) => ({
                name: `${method} ${path}`,
                method: method.toUpperCase(),
                path,
                operation,
            })),
        );
    }

    find(name) {
        return this.operations().find((o) => o.name === name).operation;
    }

    follow(value) {
        if (!value.$ref) return value;
        const [, ...steps] = value.$ref.split('/');
        return steps.reduce((at, step) => at[step], this.json);
    }

    /** A schema of the document, its references made to point into it. */
    compile(schema) {
        const text = JSON.stringify(schema).replaceAll(
            '"#/components/',
            '"api#/components/',
        );
        return this.ajv.compile(JSON.parse(text));
    }

    check(schema, value, what) {
        const validate = this.compile(schema);
        const got = JSON.stringify(value);
        const why = `${what}: ${this.ajv.errorsText(validate.errors)}\n${got}`;
        assert.ok(validate(value), why);
    }

    /** A whole answer: stated, its headers there, its body of the schema. */
    checkAnswer(name, answer) {
        const {responses} = this.find(name);
        assert.ok(responses[answer.status],
            `${name}: ${answer.status} is not stated: ${answer.text}`);
        const stated = this.follow(responses[answer.status]);
        for (const header of Object.keys(stated.headers || {}))
            assert.ok(answer.headers.get(header),
                `${name}: ${answer.status} without ${header}`);
        const type = answer.headers.get('content-type').split(';')[0];
        this.check(stated.content[type].schema, answer.json,
            `${name}: ${answer.status}`);
    }
}
