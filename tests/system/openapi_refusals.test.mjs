// openapi_refusals -- each operation refuses with the statuses that the
// document states for it, and in the stated form; where one may try again,
// Retry-After says when.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {openDocument} from '../support/openapi.mjs';
import {startRig} from '../support/rig.mjs';

const C = '/v1/campaigns/{c}';
const B = `${C}/broadcasts/{b}`;

let rig, api;

before(async () => {
    rig = await startRig({
        conf: `[gateway]
behind_proxy = yes
signups_per_minute = 5
logins_per_minute = 3
`,
    });
    const {json} = await rig.call('GET', '/v1/openapi.json');
    api = openDocument(json);
});

after(() => rig && rig.stop());

/** What the document gives as an example of the operation's body. */
function exampleOf(operation) {
    const schema = operation.requestBody?.content['application/json'].schema;
    return schema &&
        api.follow(schema.oneOf ? schema.oneOf[0] : schema).examples[0];
}

/** As it should be asked, but for what is given. */
function ask({method, path, operation}, {ids = {}, query = '', ...options}) {
    const all = {c: rig.campaign, a: 'rally', b: 'b1', n: '0', ...ids};
    const token = 'token' in options ? options.token :
        operation.security.length > 0 ? rig.tokens.admin : undefined;
    return rig.call(
        method,
        path.replace(/{(\w+)}/g, (_, id) => all[id]) + query,
        {body: exampleOf(operation), ...options, token},
    );
}

function byCookieFromAnotherSite() {
    return {
        Cookie: `muster_session=${rig.tokens.admin}`,
        Origin: 'http://elsewhere.example',
    };
}

// What provokes a refusal that a rule of the document adds.
const PROVOKE = {
    400: (o) => ask(o, o.operation.requestBody ? {body: '{'} :
        {query: '?after=no-number'}),
    401: (o) => ask(o, {token: o.path === '/v1/session' &&
        o.method === 'POST' ? undefined : 'spring-march.none'}),
    403: (o) => ask(o, o.path.includes('{c}') ?
        {ids: {c: 'elsewhere'}, token: rig.tokens.admin} :
        {token: null, headers: byCookieFromAnotherSite()}),
    404: (o) => ask(o, {ids: {c: 'No_Such'}}),
    413: (o) => ask(o, {body: `"${'x'.repeat(70000)}"`}),
    415: (o) => ask(o, {body: 'name=Ann', type: 'text/plain'}),
};

for (const [status, provoke] of Object.entries(PROVOKE)) {
    test(`who is told ${status} is told so as stated`, async () => {
        let tried = 0;
        for (const o of api.operations()) {
            if (!o.operation.responses[status]) continue;
            const answer = await provoke(o);
            assert.equal(answer.status, Number(status),
                `${o.name}: ${answer.text}`);
            api.checkAnswer(o.name, answer);
            tried++;
        }
        assert.ok(tried > 0);
    });
}

const draft = (name) => ({
    name,
    class: 'service',
    audience: 'all',
    action: 'rally',
    sms_text: 'Hello',
});

// For each operation that states 409: what is asked, twice at most. b1 has
// been sent, b2 is a draft.
const CONFLICTS = {
    putCampaign: [{body: {name: 'Spring March', roles: ['other']}}],
    checkIn: [],
    makeStaff: [{}, {}],
    makeBroadcast: [
        {headers: {'Idempotency-Key': 'one'}, body: draft('other')},
    ],
    approveBroadcast: [{ids: {b: 'b2'}, body: {content_hash: 'other'}}],
    startBroadcast: [{ids: {b: 'b2'}}],
    pauseBroadcast: [{}],
    resumeBroadcast: [{}],
    stopBroadcast: [{}],
    mergeSupporter: [{body: {into: 0}}],
    splitSupporter: [{ids: {n: '1'}}], // part of 2, which is part of 0
};

/** One broadcast that is done, b1, and a draft, b2. */
async function makeBroadcasts() {
    const token = rig.tokens.admin;
    const all = `/v1/campaigns/${rig.campaign}/broadcasts`;
    for (const name of ['one', 'two']) {
        const headers = {'Idempotency-Key': name};
        await rig.must(201, 'POST', all, {token, headers, body: draft(name)});
    }
    const {content_hash} = await rig.must(200, 'GET', `${all}/b1`, {token});
    await rig.must(200, 'POST', `${all}/b1/approve`,
        {token, body: {content_hash}});
    await rig.must(200, 'POST', `${all}/b1/start`, {token});
    await rig.until('b1 is done', async () => {
        const {stage} = await rig.must(200, 'GET', `${all}/b1`, {token});
        return stage === 'done';
    });
}

test('what does not fit is a conflict, as stated', async () => {
    await makeBroadcasts();
    const {places} = await rig.signUp({
        name: 'Ann Example',
        phone: rig.phone(1),
        actions: ['rally'],
    });
    const mark = {
        gate: 'north',
        kind: 'arrived',
        code: places[0].ticket.code,
        scan_id: rig.freshId('scan'),
        device: 'phone-1',
    };
    CONFLICTS.checkIn = [{body: mark}, {body: {...mark, kind: 'left'}}];
    for (const n of [2, 3])
        await rig.signUp({name: 'Ann Example', phone: rig.phone(n)});
    for (const [n, into] of [[1, 2], [2, 0]])
        await rig.must(200, 'POST',
            `/v1/campaigns/${rig.campaign}/supporters/${n}/merge`,
            {token: rig.tokens.admin, body: {into}});
    const stating = api.operations()
        .filter(({operation}) => operation.responses[409]);
    assert.deepEqual(stating.map(({operation}) => operation.operationId).sort(),
        Object.keys(CONFLICTS).sort());
    for (const o of stating) {
        let answer;
        for (const options of CONFLICTS[o.operation.operationId])
            answer = await ask(o, options);
        assert.equal(answer.status, 409, `${o.name}: ${answer.text}`);
        api.checkAnswer(o.name, answer);
    }
});

/** Asked until it is told 429, by one address. */
async function askTooOften(name, options) {
    const o = api.operations().find((one) => one.name === name);
    const headers = {'X-Forwarded-For': '192.0.2.1'};
    let answer;
    for (let i = 0; i < 8; i++) {
        answer = await ask(o, {...options, headers});
        if (answer.status === 429) break;
    }
    assert.equal(answer.status, 429, name);
    api.checkAnswer(name, answer);
    assert.match(answer.headers.get('retry-after'), /^\d+$/);
}

test('who asks too often is told when to come back', async () => {
    const {login, password} = rig.staff.organiser;
    await askTooOften(`post ${C}/signups`, {});
    await askTooOften('post /v1/session',
        {body: {campaign: rig.campaign, login, password}});
});

async function checkAway(names) {
    const found = api.operations().filter((o) => names.includes(o.name));
    assert.equal(found.length, names.length);
    for (const o of found) {
        const answer = await ask(o, {});
        assert.ok([503, 504].includes(answer.status),
            `${o.name}: ${answer.status} ${answer.text}`);
        api.checkAnswer(o.name, answer);
        assert.match(answer.headers.get('retry-after'), /^\d+$/);
    }
}

test('without the service that knows, one is told when to try', async () => {
    await rig.kill('signup.0');
    await rig.kill('broadcast.0');
    await checkAway([`get ${C}/actions`, `get ${B}`]);
});

test('without the store, staff are told when to try', async () => {
    await rig.kill('redis');
    await checkAway([`get ${C}/staff`, 'get /v1/session']);
});
