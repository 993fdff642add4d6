// bad_input -- what is wrong is refused by the right status as a problem, and
// changes nothing.
import assert from 'node:assert/strict';
import {connect} from 'node:net';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const WAIT_MS = 20000;
let rig, c, port;

before(async () => {
    rig = await startRig({conf: ''});
    c = `/v1/campaigns/${rig.campaign}`;
    port = Number(new URL(rig.base).port);
});

after(() => rig && rig.stop());

const good = () => ({
    name: 'Ann Example',
    phone: rig.phone(7),
    actions: ['rally'],
});

/** What the public and the staff can see of the state. */
async function state() {
    const token = rig.tokens.admin;
    const paths = [
        '/v1/campaigns',
        `${c}/actions`,
        `${c}/broadcasts`,
        `${c}/staff`,
        `${c}/actions/rally/attendance`,
    ];
    const all = [];
    for (const path of paths) {
        const {json} = await rig.call('GET', path, {token});
        delete json.as_of;
        delete json.minutes;
        all.push(json);
    }
    return JSON.stringify(all);
}

function assertProblem(answer, status, what) {
    assert.equal(answer.status, status, `${what}: ${answer.text}`);
    assert.match(
        answer.headers.get('content-type'),
        /^application\/problem\+json/,
        what,
    );
    assert.equal(answer.json.status, status, what);
    assert.match(answer.json.type, /^\/problems\/[a-z-]+$/, what);
    assert.ok(answer.json.title, what);
}

const fieldsOf = (answer) => (answer.json.errors || []).map((e) => e.field);

test('a sign-up with something wrong names every wrong field', async () => {
    const before = await state();
    const rows = [
        ['{', 400, []],
        ['', 400, []],
        ['{"name":"a","name":"b"}', 400, []],
        ['[]', 400, ['']],
        ['"x"', 400, []],
        ['\ufeff{}', 400, []],
        ['{"name":"a\\u0000b","phone":"1"}', 400, []],
        [`{"a":${'['.repeat(40)}${']'.repeat(40)}}`, 400, []],
        [{}, 400, ['name', 'phone']],
        [{name: 5, phone: 7}, 400, ['name', 'phone']],
        [{name: 'x'.repeat(101), phone: '1'}, 400, ['name']],
        [{name: 'a\u0007b', phone: '1'}, 400, ['name']],
        [{name: 'a\nb', phone: '1'}, 400, ['name']],
        [{name: '', phone: '1'}, 400, ['name']],
        [{...good(), format: 'brief'}, 400, ['format']],
        [{...good(), actions: 'rally'}, 400, ['actions']],
        [{...good(), actions: [1]}, 400, ['actions']],
        [{...good(), actions: Array(33).fill('rally')}, 400, ['actions']],
        [{...good(), consent_sms: 'yes'}, 400, ['consent_sms']],
        [{...good(), is_admin: true}, 400, ['is_admin']],
        [{name: 'Ann'}, 400, ['phone']],
        [{...good(), phone: '01632 960001'}, 400, null],
        [{...good(), phone: '070 1234 5678'}, 400, null],
        [{...good(), phone: 'not a number'}, 400, null],
        [{name: 'Ann', email: 'a@b\u00a0.org'}, 400, null],
        [{name: 'Ann', email: 'a b@example.org'}, 400, null],
        [{...good(), role: 'astronaut'}, 400, null],
    ];
    for (const [body, status, fields] of rows) {
        const what = JSON.stringify(body).slice(0, 80);
        const answer = await rig.call('POST', `${c}/signups`, {
            body,
            headers: {'Content-Type': 'application/json'},
        });
        assertProblem(answer, status, what);
        if (fields) assert.deepEqual(fieldsOf(answer), fields, what);
    }
    assert.equal(await state(), before);
});

test('a query that is no number is named, not taken for another', async () => {
    const token = rig.tokens.admin;
    for (const path of ['audit', 'outbox'])
        for (const after of ['zz', '-1', '1x', '', '99999999999999999999']) {
            const answer = await rig.call('GET',
                `${c}/${path}?after=${after}`, {token});
            assertProblem(answer, 400, `${path} ${after}`);
            assert.deepEqual(fieldsOf(answer), ['after']);
        }
    const recipients = `${c}/broadcasts/b1/recipients?channel=sms&state=failed`;
    for (const from of ['zz', '-1', '4294967296']) {
        const answer = await rig.call('GET', `${recipients}&from=${from}`,
            {token});
        assertProblem(answer, 400, from);
        assert.deepEqual(fieldsOf(answer), ['from']);
    }
});

test('what is not there is 404, also with a strange name', async () => {
    const before = await state();
    const body = good();
    const rows = [
        ['POST', '/v1/campaigns/nobody/signups', {body}],
        ['GET', '/v1/campaigns/nobody/actions', {}],
        ['POST', '/v1/campaigns/%7Bx%7D/signups', {body}],
        ['POST', '/v1/campaigns/a%2Fb/signups', {body}],
        ['GET', '/v1/campaigns/%00/actions', {}],
        ['GET', '/v1/campaigns/%zz/actions', {}],
        ['GET', `/v1/campaigns/${'x'.repeat(41)}/actions`, {}],
        ['POST', `${c}/signups`, {body: {...body, actions: ['nothing']}}],
        ['GET', '/nothing', {}],
        ['GET', '/v1/', {}],
        ['GET', '/assets/../../keys/gateway.key', {}],
        ['GET', '/assets/..%2f..%2fkeys/gateway.key', {}],
        ['GET', '/t/00000000000000', {}],
    ];
    for (const [method, path, options] of rows)
        assert.equal(
            (await rig.call(method, path, options)).status,
            404,
            `${method} ${path}`,
        );
    assert.equal(await state(), before);
});

test('a wrong method is 405 and says which are right', async () => {
    const answer = await rig.call('DELETE', `${c}/signups`);
    assertProblem(answer, 405, 'DELETE signups');
    assert.equal(answer.headers.get('allow'), 'POST');
    const head = await rig.call('HEAD', '/v1/campaigns');
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
});

test('what a problem is, is said at the address that is its type', async () => {
    const rows = [
        [await rig.call('POST', `${c}/signups`, {body: {}}), 'invalid-field'],
        [await rig.call('POST', `${c}/signups`, {body: '{'}), 'bad-request'],
        [await rig.call('GET', '/v1/session'), 'unauthenticated'],
        [await rig.call('GET', '/nothing'), 'not-found'],
        [await rig.call('PATCH', c), 'wrong-method'],
    ];
    for (const [{json}, slug] of rows) {
        assert.equal(json.type, `/problems/${slug}`);
        const page = await rig.call('GET', json.type);
        assert.equal(page.status, 200, slug);
        assert.match(page.headers.get('content-type'), /^text\/html/);
        assert.ok(page.text.includes(json.title.replace(/'/g, '&#39;')), slug);
    }
    assert.equal((await rig.call('GET', '/problems/none')).status, 404);
});

test('one wrong field is named, also one that only signup can see', async () => {
    const body = {...good(), phone: '01632 960001'};
    const {json} = await rig.call('POST', `${c}/signups`, {body});
    assert.equal(json.field, 'phone');
    assert.deepEqual(json.errors, [{
        field: 'phone',
        detail: json.errors[0].detail,
        is_sentence: true,
    }]);
    const other = await rig.call('POST', `${c}/signups`, {
        body: {...good(), name: ''},
    });
    assert.equal(other.json.field, 'name');
});

test('a wrong content type is 415', async () => {
    for (const type of ['text/plain', 'application/jsonx', 'multipart/form-data'])
        assertProblem(
            await rig.call('POST', `${c}/signups`, {body: '{}', type}),
            415,
            type,
        );
});

test('a huge body is 413', async () => {
    const body = JSON.stringify({name: 'x'.repeat(70000)});
    assertProblem(await rig.call('POST', `${c}/signups`, {body}), 413, 'huge');
});

test('a huge header is 431, a huge address 414', async () => {
    const long = await raw(
        `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(17000)}\r\n\r\n`,
    );
    assert.match(long, /^HTTP\/1\.1 431 /);
    assertProblem(
        await rig.call('GET', `/${'x'.repeat(3000)}`),
        414,
        'address',
    );
});

/** Sends bytes as they are; all that comes back until the end. */
function raw(bytes, {drip = 0} = {}) {
    return new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        let text = '';
        const timer = setTimeout(() => {
            socket.destroy();
            reject(new Error(`no end; so far: ${text}`));
        }, WAIT_MS);
        const end = () => {
            clearTimeout(timer);
            resolve(text);
        };
        socket.on('data', (data) => {
            text += data.toString('latin1');
        });
        socket.on('error', end);
        socket.on('close', end);
        if (!drip) {
            socket.write(Buffer.from(bytes, 'latin1'));
            return;
        }
        let at = 0;
        const tick = setInterval(() => {
            if (socket.destroyed) clearInterval(tick);
            else socket.write(bytes[at++] || 'a');
        }, drip);
    });
}

const post = 'POST /v1/campaigns/spring-march/signups HTTP/1.1\r\n' +
    'Host: x\r\nContent-Type: application/json\r\n';
const smuggled = 'GET /v1/campaigns HTTP/1.1\r\nHost: x\r\n\r\n';

test('what two readers could read differently is 400 and closed', async () => {
    const rows = {
        'two lengths': `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
        'two hosts': `GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n`,
        'no host': `GET / HTTP/1.1\r\n\r\n`,
        'space before colon': `${post}Content-Length : 2\r\n\r\n{}`,
        'plus': `${post}Content-Length: +2\r\n\r\n{}`,
        'hexadecimal': `${post}Content-Length: 0x2\r\n\r\n{}`,
        'both framings': `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        'strange encoding': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
        'encoding twice': `${post}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
        'NUL': `GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n`,
        'bare LF': `GET / HTTP/1.1\nHost: x\n\n`,
        'folded': `GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n`,
        'chunk of +2': `${post}Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n`,
        'body on GET': `GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /`,
    };
    const before = await state();
    for (const [name, bytes] of Object.entries(rows)) {
        const text = await raw(bytes + smuggled);
        assert.match(text, /^HTTP\/1\.1 400 /, name);
        assert.match(text, /\r\nConnection: close\r\n/, name);
        assert.match(text, /application\/problem\+json/, name);
        assert.equal(text.match(/HTTP\/1\.1 /g).length, 1, name);
    }
    assert.equal(await state(), before);
});

test('a client of one byte at a time is shown the door', async () => {
    const text = await raw('GET / HTTP/1.1\r\nHost: x\r\nX: aaaa', {drip: 50});
    assert.match(text, /^HTTP\/1\.1 408 /);
});

test('without a token it is 401, whatever the route', async () => {
    const paths = [
        ['GET', `${c}/broadcasts`],
        ['GET', `${c}/staff`],
        ['GET', '/v1/session'],
        ['POST', `${c}/broadcasts`],
        ['PUT', c],
    ];
    const tokens = [
        undefined,
        'x',
        'spring-march.',
        'spring-march.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        `nobody.${rig.tokens.admin.split('.')[1]}`,
        rig.tokens.admin.slice(0, -1),
        `${rig.tokens.admin}A`,
        '{x}.y',
    ];
    for (const [method, path] of paths)
        for (const token of tokens) {
            const answer = await rig.call(method, path, {token});
            assertProblem(answer, 401, `${method} ${path} ${token}`);
            assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
        }
});

test('an expired token is 401', async () => {
    const {json} = await rig.call('POST', `${c}/tokens`, {
        token: rig.tokens.admin,
        body: {name: 'old', role: 'admin', expires_at: '2020-01-01T00:00:00Z'},
    });
    assertProblem(
        await rig.call('GET', `${c}/staff`, {token: json.token}),
        401,
        'expired',
    );
});

test('the wrong role or campaign is 403 and changes nothing', async () => {
    const token = rig.tokens.bootstrap;
    await rig.call('PUT', '/v1/campaigns/other', {
        token,
        body: {name: 'Other'},
    });
    const other = (
        await rig.call('POST', '/v1/campaigns/other/tokens', {
            token,
            body: {name: 'other', role: 'admin'},
        })
    ).json.token;
    const before = await state();
    const rows = [
        ['PUT', c, rig.tokens.organiser, {name: 'Mine now'}],
        ['PUT', c, other, {name: 'Mine now'}],
        ['PUT', `${c}/actions/rally`, rig.tokens.approver, {}],
        ['GET', `${c}/audit`, rig.tokens.organiser],
        ['GET', `${c}/audit`, other],
        ['POST', `${c}/staff`, rig.tokens.coordinator, {}],
        ['POST', `${c}/broadcasts`, rig.tokens.steward, {}],
        ['POST', `${c}/broadcasts/b1/start`, rig.tokens.coordinator],
        ['GET', `${c}/broadcasts`, rig.tokens.steward],
    ];
    for (const [method, path, who, body] of rows)
        assertProblem(
            await rig.call(method, path, {token: who, body}),
            403,
            `${method} ${path}`,
        );
    assert.equal(await state(), before);
});

test('a confirmation that nobody could answer is refused by field', async () => {
    const before = await state();
    const token = rig.tokens.admin;
    const rows = [
        ['confirmation_sms', 'Welcome'],
        ['confirmation_sms', `{{confirm_url}} ${'x'.repeat(480)}`],
        ['confirmation_subject', '{{place}}'],
        ['confirmation_email', 'Yes: {{confirm_url}}'],
        ['confirmation_email', 'Not me: {{not_me_url}}'],
        ['confirms_by', 'post'],
    ];
    for (const [field, words] of rows) {
        const answer = await rig.call('PUT', c, {
            token, body: {name: 'Spring March', [field]: words},
        });
        assertProblem(answer, 400, `${field}: ${words}`);
        assert.equal(answer.json.field, field, words);
    }
    assert.equal(await state(), before);
});

test('a broadcast with something wrong is refused by field', async () => {
    const before = await state();
    const token = rig.tokens.organiser;
    const body = {
        name: 'Hello',
        class: 'service',
        audience: 'all',
        action: 'rally',
        sms_text: 'Hello',
    };
    const headers = {'Idempotency-Key': rig.freshId()};
    const rows = [
        [{...body, class: 'urgent'}, headers, ['class']],
        [{...body, audience: 7}, headers, ['audience']],
        [{...body, sms_text: undefined}, headers, ['sms_text']],
        [{...body, email_text: 'x'}, headers, ['email_subject']],
        [{...body, expires_at: 'soon'}, headers, ['expires_at']],
        [{...body, is_standing: 1}, headers, ['is_standing']],
        [body, {}, ['Idempotency-Key']],
        [body, {'Idempotency-Key': 'x'.repeat(81)}, ['Idempotency-Key']],
        [{...body, sms_text: 'Hello {{nobody}}'}, headers, null],
        [{...body, sms_text: 'Hello {{name'}, headers, null],
    ];
    for (const [draft, more, fields] of rows) {
        const what = JSON.stringify(draft);
        const answer = await rig.call('POST', `${c}/broadcasts`, {
            token,
            body: draft,
            headers: more,
        });
        assertProblem(answer, 400, what);
        if (fields) assert.deepEqual(fieldsOf(answer), fields, what);
    }
    assert.equal(await state(), before);
});

test('a query that means nothing is refused before anyone is sent it', async () => {
    const token = rig.tokens.organiser;
    const body = {query: 'planet:mars', class: 'campaign'};
    assertProblem(
        await rig.call('POST', `${c}/audiences/preview`, {token, body}),
        400,
        'preview',
    );
    const {json} = await rig.call('POST', `${c}/broadcasts`, {
        token,
        headers: {'Idempotency-Key': rig.freshId()},
        body: {
            name: 'Hello',
            class: 'campaign',
            audience: 'planet:mars',
            sms_text: 'Hello',
        },
    });
    if (json.id)
        assertProblem(
            await rig.call('POST', `${c}/broadcasts/${json.id}/forecast`, {
                token,
            }),
            400,
            'forecast',
        );
    else assert.equal(json.status, 400);
});

test('a check-in with something wrong is refused and counts nobody', async () => {
    const {places} = await rig.signUp({...good(), phone: rig.phone(8)});
    // Else its ticket, on its way, is what changes.
    await rig.until('its ticket is sent', async () => {
        const {channels} = await rig.must(200, 'GET', `${c}/broadcasts/b0`,
            {token: rig.tokens.organiser});
        return channels.some(({counts}) => counts.accepted > 0);
    });
    const before = await state();
    const mark = {
        gate: 'north',
        kind: 'arrived',
        code: places[0].ticket.code,
        scan_id: 'bad-input-1',
        device: 'phone',
    };
    const code = `${mark.code[0] === '0' ? '1' : '0'}${mark.code.slice(1)}`;
    const rows = [
        [{...mark, code}, 404],
        [{...mark, code: 'short'}, 404],
        [{...mark, gate: 'nowhere'}, 404],
        [{...mark, kind: 'flew'}, 400],
        [{...mark, scan_id: 'short'}, 400],
        [{...mark, scan_id: 'with a space'}, 400],
        [{...mark, device: ''}, 400],
        [{...mark, ticket: 'MU1.x'}, 400],
        [{...mark, code: undefined}, 400],
        [{...mark, code: undefined, ticket: 'MU1.AAAA'}, 404],
        [{marks: []}, 400],
        [{marks: Array(101).fill(mark)}, 400],
        [{marks: [mark, {}]}, 400],
        [{marks: [mark], extra: 1}, 400],
    ];
    for (const [body, status] of rows)
        assertProblem(
            await rig.call('POST', `${c}/actions/rally/checkins`, {body}),
            status,
            JSON.stringify(body).slice(0, 120),
        );
    assert.equal(await state(), before);
});

test('a cookie alone does not act for another site', async () => {
    const {login, password} = rig.staff.organiser;
    const session = await rig.call('POST', '/v1/session', {
        body: {campaign: rig.campaign, login, password},
    });
    const cookie = session.headers.get('set-cookie');
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Strict/);
    const Cookie = cookie.split(';')[0];
    const put = (headers) =>
        raw(
            `PUT ${c}/actions/rally HTTP/1.1\r\nHost: muster.test\r\n` +
                `Cookie: ${Cookie}\r\nContent-Type: application/json\r\n` +
                `Connection: close\r\n${headers}Content-Length: 2\r\n\r\n{}`,
        );
    assert.match(await put(''), /^HTTP\/1\.1 403 /);
    assert.match(
        await put('Origin: http://evil.test\r\n'),
        /^HTTP\/1\.1 403 /,
    );
    assert.match(await put('Origin: null\r\n'), /^HTTP\/1\.1 403 /);
    assert.match(
        await put('Sec-Fetch-Site: cross-site\r\n'),
        /^HTTP\/1\.1 403 /,
    );
    assert.match(
        await put('Origin: http://muster.test\r\n'),
        /^HTTP\/1\.1 400 /,
    );
    assert.match(
        await put('Sec-Fetch-Site: same-origin\r\n'),
        /^HTTP\/1\.1 400 /,
    );
    const look = await rig.call('GET', '/v1/session', {headers: {Cookie}});
    assert.equal(look.status, 200);
});

test('too many wrong passwords for one login are 429', async () => {
    const {login, password} = rig.staff.coordinator;
    const body = {campaign: rig.campaign, login, password: 'wrong'};
    let answer;
    for (let i = 0; i < 20; i++) {
        answer = await rig.call('POST', '/v1/session', {body});
        if (answer.status !== 401) break;
    }
    assertProblem(answer, 429, 'guessing');
    assert.ok(answer.headers.get('retry-after'));
    const right = await rig.call('POST', '/v1/session', {
        body: {...body, password},
    });
    assert.equal(right.status, 429); /* nor does the right one get in */
    const {login: other} = rig.staff.steward;
    const elsewhere = await rig.call('POST', '/v1/session', {
        body: {...body, login: other, password},
    });
    assert.equal(elsewhere.status, 200);
});

test('an answer carries the headers that keep it safe', async () => {
    const page = await rig.call('GET', '/login', {
        headers: {Accept: 'text/html'},
    });
    assert.match(
        page.headers.get('content-security-policy'),
        /default-src 'none'.*frame-ancestors 'none'/,
    );
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    const json = await rig.call('GET', '/v1/campaigns');
    assert.equal(json.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(json.headers.get('cache-control'), 'no-store');
});

test('no log line holds what a person typed', async () => {
    const words = ['Ann Example', '07700', '447700', 'correct horse'];
    for (const name of rig.processes.keys())
        for (const word of words)
            assert.ok(!rig.log(name).includes(word), `${name}: ${word}`);
});
