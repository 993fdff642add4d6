// openapi -- the file says what the server does: every route is in it and
// nothing else, every answer is of the form that it states.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {openDocument, routes} from '../support/openapi.mjs';
import {startRig} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const C = '/v1/campaigns/{c}';
const A = `${C}/actions/{a}`;
const B = `${C}/broadcasts/{b}`;

let rig, api;
const tried = new Set();

before(async () => {
    rig = await startRig();
    const {json} = await rig.call('GET', '/v1/openapi.json');
    api = openDocument(json);
    tried.add('get /v1/openapi.json');
});

after(() => rig && rig.stop());

/** Calls one operation, checks request and answer against the file. */
async function use(method, path, {ids = {}, query = '', status, ...options}) {
    const name = `${method.toLowerCase()} ${path}`;
    const operation = api.find(name);
    const values = {c: rig.campaign, a: 'rally', ...ids};
    const url = path.replace(/{(\w+)}/g, (_, id) => values[id]) + query;
    if (options.body && !options.type) {
        const {schema} = operation.requestBody.content['application/json'];
        api.check(schema, options.body, `${name}: the request`);
    }
    const answer = await rig.call(method, url, options);
    const want = status || Number(Object.keys(operation.responses)[0]);
    assert.equal(answer.status, want, `${name}: ${answer.text}`);
    api.checkAnswer(name, answer);
    tried.add(name);
    return answer.json;
}

/** The first event of a stream. */
async function firstEvent(path, ids, token) {
    tried.add(`get ${path}`);
    const values = {c: rig.campaign, a: 'rally', ...ids};
    const stop = new AbortController();
    const answer = await fetch(
        rig.base + path.replace(/{(\w+)}/g, (_, id) => values[id]),
        {headers: {Authorization: `Bearer ${token}`}, signal: stop.signal},
    );
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^text\/event-stream/);
    let text = '';
    for await (const bytes of answer.body) {
        text += Buffer.from(bytes).toString();
        if (/\ndata: .*\n\n/.test(text)) break;
    }
    stop.abort();
    const [, name, id, data] = text.match(
        /event: (\w+)\nid: (\d+)\ndata: (.*)\n\n/,
    );
    return {name, id: Number(id), state: JSON.parse(data)};
}

test('every route is in the file, and nothing else is', () => {
    assert.deepEqual(
        api.operations().map((o) => o.name).sort(),
        routes().map((r) => r.name).sort(),
    );
});

/** Which status the file states each type of problem for. */
function statusesOfTypes() {
    const found = new Map();
    for (const {operation} of api.operations())
        for (const [status, answer] of Object.entries(operation.responses)) {
            const said = api.follow(answer).content || {};
            const schema = said['application/problem+json']?.schema;
            for (const type of schema?.allOf?.[1].properties.type.enum || [])
                found.set(type, status);
        }
    return found;
}

/** The gateway's own table: {type, status}. */
function problems() {
    const path = join(TOP, 'services', 'gateway', 'door', 'problem.c');
    const row = /^ {4}\{"([a-z-]+)", (\d+),/gm;
    return [...readFileSync(path, 'utf8').matchAll(row)]
        .map(([, slug, status]) => ({type: `/problems/${slug}`, status}));
}

test('the file states the types of problems that the table has', async () => {
    const {ProblemType} = api.json.components.schemas;
    assert.deepEqual([...ProblemType.enum].sort(),
        problems().map(({type}) => type).sort());
    const stated = statusesOfTypes();
    assert.ok(stated.size > 10);
    for (const {type, status} of problems()) {
        assert.equal(stated.get(type) ?? status, status, type);
        const page = await rig.call('GET', type);
        assert.equal(page.status, 200, type);
        assert.match(page.headers.get('content-type'), /^text\/html/);
    }
});

test('the file states the roles that the table has', () => {
    const stated = new Map(api.operations().map((o) => [o.name, o.operation]));
    for (const {name, roles} of routes()) {
        const operation = stated.get(name);
        if (roles === 'public') {
            assert.deepEqual(operation.security, [], name);
            continue;
        }
        const said = operation.description.match(/^Roles: (.*)\.$/m)[1];
        assert.equal(said.replaceAll(', ', ','), roles, name);
        assert.deepEqual(operation.security, [{token: []}, {cookie: []}], name);
    }
});

test('every staff route that changes something is an act', () => {
    for (const {name, roles, act} of routes()) {
        // Reading whom to ring is: it shows people's landlines.
        const isLooking =
            (name.startsWith('get ') && !name.endsWith('/calls')) ||
            name.endsWith('/preview');
        if (roles === 'public') continue;
        assert.equal(act === '-', isLooking, name);
    }
});

test('campaigns, actions and people answer as stated', async () => {
    const {admin, organiser} = rig.tokens;
    await use('GET', '/v1/campaigns', {});
    const {campaign, actions} = await use('GET', `${C}/actions`, {});
    await use('PUT', C, {
        token: admin,
        body: {
            ...campaign,
            summary: 'New.',
            allows_drama_numbers: true,
            confirmation_sms: 'Hello {{first_name}}: {{confirm_url}}',
            confirms_by: 'email',
        },
    });
    await use('PUT', A, {
        token: organiser,
        body: {...actions.find((a) => a.id === 'rally'), capacity: 5000},
    });
    const {places} = await use('POST', `${C}/signups`, {
        body: {
            name: 'Ann Example',
            phone: rig.phone(1),
            email: 'ann@example.org',
            confirm_by: 'sms', // and by that contact alone
            role: 'care-worker',
            region: 'london',
            format: 'plain',
            actions: ['rally', 'lobby'],
            consent_sms: true,
            consent_email: false,
            consent_version: '1',
        },
    });
    const mark = {
        gate: 'north',
        kind: 'arrived',
        code: places[0].ticket.code,
        scan_id: rig.freshId('scan'),
        device: 'phone-1',
    };
    await use('POST', `${A}/checkins`, {body: mark});
    await use('POST', `${A}/checkins`, {
        body: {marks: [mark, {...mark, scan_id: rig.freshId(), gate: 'x'}]},
    });
    await use('POST', `${C}/audiences/preview`, {
        token: organiser,
        body: {query: 'role:care-worker', class: 'campaign'},
    });
});

test('two supporters are merged and parted as stated', async () => {
    const token = rig.tokens.organiser;
    const merge = `${C}/supporters/{n}/merge`;
    const split = `${C}/supporters/{n}/split`;
    for (const n of [711, 712, 713])
        await rig.signUp({name: 'Amy Jones', phone: rig.phone(n)});
    const [ids, body] = [{n: '2'}, {into: 1}];
    for (const is_changed of [true, false])
        assert.deepEqual(await use('POST', merge, {ids, token, body}), {
            is_changed,
        });
    await use('POST', merge, {ids: {n: '1'}, token, body, status: 409});
    for (const is_changed of [true, false])
        assert.deepEqual(await use('POST', split, {ids, token}), {is_changed});
    await use('POST', split, {ids: {n: '9999999'}, token, status: 404});
});

test('attendance answers as stated, asked for and live', async () => {
    const token = rig.tokens.steward;
    const now = await use('GET', `${A}/attendance`, {token});
    const event = await firstEvent(`${A}/attendance/stream`, {}, token);
    assert.equal(event.name, 'attendance');
    assert.equal(event.id, event.state.revision);
    assert.ok(event.id >= now.revision);
    const schema = {$ref: '#/components/schemas/Attendance'};
    api.check(schema, event.state, 'the event');
});

test('staff, sessions and the audit log answer as stated', async () => {
    const {admin} = rig.tokens;
    const body = {
        login: 'new.one',
        name: 'New One',
        role: 'steward',
        password: 'ten characters',
    };
    await use('POST', `${C}/staff`, {token: admin, body});
    await use('POST', `${C}/staff`, {token: admin, body, status: 409});
    await use('GET', `${C}/staff`, {token: admin});
    await use('POST', `${C}/tokens`, {
        token: admin,
        body: {
            name: 'gate',
            role: 'steward',
            expires_at: '2031-01-01T00:00:00Z',
        },
    });
    const {token} = await use('POST', '/v1/session', {
        body: {
            campaign: rig.campaign,
            login: body.login,
            password: body.password,
        },
    });
    await use('GET', '/v1/session', {token});
    await use('DELETE', '/v1/session', {token});
    await use('GET', '/v1/session', {token, status: 401});
    const page = await use('GET', `${C}/audit`, {token: admin});
    assert.equal(page.is_whole, true);
});

test('broadcasts answer as stated, asked for and live', async () => {
    const {organiser, approver, coordinator} = rig.tokens;
    const made = await use('POST', `${C}/broadcasts`, {
        token: organiser,
        headers: {'Idempotency-Key': 'openapi-1'},
        body: {
            name: 'Hello',
            class: 'service',
            audience: 'all',
            action: 'rally',
            sms_text: 'Hello {{first_name}}',
            email_subject: 'Hello',
            email_text: 'Dear {{name}}',
        },
    });
    const ids = {b: made.id};
    const use_ = (method, path, token, more = {}) =>
        use(method, path, {ids, token, ...more});
    await use_('GET', `${C}/broadcasts`, coordinator);
    await use_('GET', B, coordinator);
    await use_('POST', `${B}/forecast`, approver);
    await use_('POST', `${B}/approve`, approver, {
        body: {content_hash: made.content_hash},
    });
    await use_('POST', `${B}/start`, organiser);
    const event = await firstEvent(`${B}/stream`, ids, coordinator);
    assert.equal(event.name, 'broadcast');
    const schema = {$ref: '#/components/schemas/Broadcast'};
    api.check(schema, event.state, 'the event');
    await rig.until('the broadcast is done', async () => {
        const {json} = await rig.call(
            'GET',
            `/v1/campaigns/${rig.campaign}/broadcasts/${made.id}`,
            {token: organiser},
        );
        return json.stage === 'done';
    });
    const query = '?channel=sms&state=accepted';
    const list = await use_('GET', `${B}/recipients`, organiser, {query});
    assert.deepEqual(list.numbers, [0]);
    const {is_equal} = await use_('POST', `${B}/recount`, organiser);
    assert.equal(is_equal, true);
    await use_('GET', `${C}/outbox`, organiser);
});

test('whom to ring, a STOP passed on and budgets are as stated', async () => {
    const {organiser, coordinator} = rig.tokens;
    const {calls} = await use('GET', `${C}/calls`, {token: organiser});
    assert.deepEqual(calls, []);
    const body = {phone: '07700 900999'};
    for (const isChanged of [true, false]) {
        const stop = await use('POST', `${C}/stops`, {token: organiser, body});
        assert.equal(stop.is_changed, isChanged);
    }
    const list = await use('GET', `${C}/budgets`, {token: coordinator});
    assert.equal(list.is_alarm, false);
    const hour = list.budgets.find((b) => b.name === 'contact-hour');
    assert.equal(hour.max, 3);
    assert.equal(hour.held_back, 0);
});

test('acts that do not fit the stage are refused as stated', async () => {
    const token = rig.tokens.organiser;
    const ids = {b: 'b1'};
    for (const act of ['pause', 'resume', 'stop'])
        await use('POST', `${B}/${act}`, {ids, token, status: 409});
    await use('POST', `${B}/doubt`, {
        ids,
        token,
        body: {channel: 'sms', numbers: [4000000], state: 'accepted'},
    });
});

test('every operation of the file was tried', () => {
    assert.deepEqual(
        api.operations()
            .map((o) => o.name)
            .filter((name) => !tried.has(name)),
        [],
    );
});
