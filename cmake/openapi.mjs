#!/usr/bin/env node
// openapi -- one document out of services/gateway/openapi/*.json.
//
//   node openapi.mjs OUT FOLDER VERSION
//
// head.json holds what all share; every other file is one owner's part: its
// tag, its paths, their parameters, its schemas. A part says only what is its own, and this
// writes out the rest, so that the document hides nothing:
//
//   "roles": "public" | [roles]   becomes security and the line "Roles: …"
//   "requestBody": "Name"         that schema, as JSON; also {type: "Name"}
//   "responses": {"200": "Name"}  the same
//   "refuses": ["409"]            problems that no rule of "answers" adds
//   "asks": false                 it answers by itself: no 429 and no 504
//   {c} in a path                 the parameter c, of head.json or its own
//
// head.json's "answers" are the rules: always; asks; staff (not public);
// some (not every member of staff, or not of every campaign, or not from
// every page); path (with an id in it); body (with one). Its "problems" are
// the answers, with the types that each may have: /problems/<type>.
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';

const OPERATION = ['operationId', 'summary', 'description', 'deprecated',
    'roles', 'asks', 'parameters', 'requestBody', 'responses', 'refuses'];
const NEEDED = ['operationId', 'summary', 'roles', 'responses'];
const PART = ['tag', 'paths', 'parameters', 'schemas'];
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const JSON_TYPE = 'application/json';

const faults = [];

function complain(where, why) {
    faults.push(`${where}: ${why}`);
}

// ---- reading ----

/** JSON.parse keeps the last of two equal keys and says nothing. */
function findTwice(where, text) {
    const open = [];
    for (const [token, , colon] of text.matchAll(
        /("(?:\\.|[^"\\])*")(\s*:)?|[{}]/g)) {
        if (token === '{') {
            open.push(new Set());
        } else if (token === '}') {
            open.pop();
        } else if (colon) {
            const key = token.slice(0, -colon.length);
            if (open.at(-1)?.has(key)) complain(where, `${key} stands twice`);
            open.at(-1)?.add(key);
        }
    }
}

function read(path) {
    const text = readFileSync(path, 'utf8');
    try {
        const value = JSON.parse(text);
        findTwice(basename(path), text);
        return {where: basename(path), ...value};
    } catch (error) {
        complain(basename(path), `is not JSON: ${error.message}`);
        return {where: basename(path)};
    }
}

// ---- one operation written out ----

const refTo = (kind, name) => ({$ref: `#/components/${kind}/${name}`});

function schemaOf(said) {
    return typeof said === 'string' ? refTo('schemas', said) : said;
}

function contentOf(said) {
    const types = typeof said === 'string' || !Object.keys(said)
        .every((type) => type.includes('/')) ? {[JSON_TYPE]: said} : said;
    return Object.fromEntries(Object.entries(types).map(
        ([type, schema]) => [type, {schema: schemaOf(schema)}]));
}

function answerOf(said) {
    return said.description ? said :
        {description: 'as asked', content: contentOf(said)};
}

function isForSome(head, {path, method, said}) {
    const everybody = head.schemas.Role.enum.length;
    return said.roles !== 'public' && (method !== 'get' ||
        path.includes('{c}') || said.roles.length < everybody);
}

function refusals(head, one) {
    const {always, asks, staff, some, path: named, body} = head.answers;
    const {path, said} = one;
    const statuses = [
        ...always,
        ...said.asks === false ? [] : asks,
        ...said.roles === 'public' ? [] : staff,
        ...isForSome(head, one) ? some : [],
        ...path.includes('{') ? named : [],
        ...said.requestBody ? body : [],
        ...said.refuses || [],
    ];
    return [...new Set(statuses)].sort();
}

function addRefusals(where, head, one) {
    const answers = {};
    for (const status of refusals(head, one)) {
        const problem = head.problems[status];
        if (problem) answers[status] = refTo('responses', problem.name);
        else complain(where, `head.json has no problem ${status}`);
    }
    return answers;
}

function parametersOf(path, said) {
    const names = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name);
    return [...names.map((name) => refTo('parameters', name)),
        ...said.parameters || []];
}

function writeOut(where, head, one) {
    const {path, tag, said} = one;
    const isPublic = said.roles === 'public';
    const roles = isPublic ? [] : [`Roles: ${said.roles.join(', ')}.`];
    const text = [said.description, ...roles].filter(Boolean).join('\n\n');
    const parameters = parametersOf(path, said);
    const answers = Object.entries(said.responses)
        .map(([status, answer]) => [status, answerOf(answer)]);
    return {
        operationId: said.operationId,
        summary: said.summary,
        ...text && {description: text},
        ...said.deprecated && {deprecated: true},
        tags: [tag],
        security: isPublic ? [] :
            Object.keys(head.securitySchemes).map((name) => ({[name]: []})),
        ...parameters.length && {parameters},
        ...said.requestBody && {requestBody:
            {required: true, content: contentOf(said.requestBody)}},
        responses: {...Object.fromEntries(answers),
            ...addRefusals(where, head, one)},
    };
}

// ---- the parts put together ----

function isGood(where, method, said) {
    const before = faults.length;
    if (!METHODS.includes(method)) {
        complain(where, `${method} is not one of ${METHODS.join(', ')}`);
        return false;
    }
    for (const key of NEEDED) {
        if (!said[key]) complain(where, `has no ${key}`);
    }
    for (const key of Object.keys(said)) {
        if (!OPERATION.includes(key)) complain(where, `what is "${key}"?`);
    }
    return faults.length === before;
}

function addPaths(document, owners, head, part) {
    for (const [path, methods] of Object.entries(part.paths || {})) {
        for (const [method, said] of Object.entries(methods)) {
            const where = `${part.where}: ${method} ${path}`;
            const key = `${method} ${path}`;
            if (owners.has(key)) {
                complain(where, `stands in ${owners.get(key)} too`);
            }
            owners.set(key, part.where);
            if (!isGood(where, method, said)) continue;
            const tag = part.tag?.name;
            document.paths[path] ??= {};
            document.paths[path][method] =
                writeOut(where, head, {path, method, tag, said});
        }
    }
}

/** What a part names, which no other may name too. */
function addNamed(document, owners, part) {
    for (const kind of ['parameters', 'schemas']) {
        for (const [name, what] of Object.entries(part[kind] || {})) {
            const key = `the ${kind.slice(0, -1)} ${name}`;
            if (owners.has(key)) {
                complain(part.where, `${key} stands in ${owners.get(key)} too`);
            }
            owners.set(key, part.where);
            document.components[kind][name] = what;
        }
    }
}

const typeOf = (name) => `/problems/${name}`;

/** A problem of the types that its status has. */
function problemOf(types) {
    return {allOf: [refTo('schemas', 'Problem'),
        {type: 'object', properties: {type: {enum: types.map(typeOf)}}}]};
}

function responsesOf(head) {
    return Object.fromEntries(Object.entries(head.problems).map(
        ([status, {name, types, description, header}]) => [name, {
            description,
            ...header && {headers: {[header]: refTo('headers', header)}},
            content: {'application/problem+json': {schema:
                status === 'default' ? refTo('schemas', 'Problem') :
                    problemOf(types)}},
        }]));
}

function problemTypes(head) {
    const types = Object.values(head.problems).flatMap((one) => one.types);
    return {
        type: 'string',
        format: 'uri-reference',
        description: 'the kind of problem; stable, and a page that explains it',
        enum: types.map(typeOf),
    };
}

function merge(head, parts) {
    const document = {
        openapi: head.openapi,
        info: {...head.info, version},
        servers: head.servers,
        tags: parts.map((part) => part.tag).filter(Boolean),
        paths: {},
        components: {
            securitySchemes: head.securitySchemes,
            parameters: {},
            headers: head.headers,
            responses: responsesOf(head),
            schemas: {ProblemType: problemTypes(head)},
        },
    };
    const owners = new Map();
    for (const part of [head, ...parts]) {
        addPaths(document, owners, head, part);
        addNamed(document, owners, part);
    }
    for (const part of parts) {
        for (const key of Object.keys(part)) {
            if (key !== 'where' && !PART.includes(key)) {
                complain(part.where, `what is "${key}"?`);
            }
        }
        if (!part.tag) complain(part.where, 'has no tag');
    }
    return document;
}

// ---- what the whole must keep ----

function checkNames(document) {
    const seen = new Map();
    for (const [path, methods] of Object.entries(document.paths)) {
        for (const [method, {operationId}] of Object.entries(methods)) {
            const name = `${method} ${path}`;
            if (seen.has(operationId)) {
                complain(name,
                    `${operationId} is the name of ${seen.get(operationId)}`);
            }
            seen.set(operationId, name);
        }
    }
}

/** Everything that value refers to, by way of what that refers to. */
function follow(document, where, value, used) {
    if (value === null || typeof value !== 'object') return;
    const {$ref} = value;
    if (typeof $ref === 'string' && !used.has($ref)) {
        const [, , kind, name] = $ref.split('/');
        const target = document.components[kind]?.[name];
        used.add($ref);
        if (target) follow(document, $ref, target, used);
        else complain(where, `${$ref} is nowhere`);
    }
    for (const inner of Object.values(value)) {
        follow(document, where, inner, used);
    }
}

function checkRefs(document) {
    const used = new Set();
    for (const [path, methods] of Object.entries(document.paths)) {
        for (const [method, operation] of Object.entries(methods)) {
            follow(document, `${method} ${path}`, operation, used);
        }
    }
    for (const [kind, items] of Object.entries(document.components)) {
        if (kind === 'securitySchemes') continue;
        for (const name of Object.keys(items)) {
            const {$ref} = refTo(kind, name);
            if (!used.has($ref)) complain($ref, 'nothing uses it');
        }
    }
}

const [out, folder, version] = process.argv.slice(2);
const head = read(join(folder, 'head.json'));
const parts = readdirSync(folder).sort()
    .filter((file) => file.endsWith('.json') && file !== 'head.json')
    .map((file) => read(join(folder, file)));
if (faults.length === 0) {
    const document = merge(head, parts);
    checkNames(document);
    checkRefs(document);
    if (faults.length === 0) {
        writeFileSync(out, `${JSON.stringify(document, null, 1)}\n`);
    }
}
for (const fault of faults) {
    console.error(`openapi: ${fault}`);
}
process.exit(faults.length === 0 ? 0 : 1);
