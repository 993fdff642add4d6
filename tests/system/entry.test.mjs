// entry -- what a stranger learns by signing somebody up: nothing. The same
// bytes and the same commands for known and unknown contacts; a key counts
// once; machines and leaked tokens are noticed; who vouches learns no more.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {after, before, test} from 'node:test';
import {until, startRig} from '../support/rig.mjs';

const PEOPLE = 10000;
const AT_ONCE = 64;
const FORM = 'application/x-www-form-urlencoded';

let rig, c, server;

before(async () => {
    rig = await startRig({conf: `[gateway]
token_signups_per_minute = 40
`});
    c = `/v1/campaigns/${rig.campaign}`;
    server = await rig.signUpToken();
});

after(() => rig && rig.stop());

const emailOf = (kind, i) => `${kind}${String(i).padStart(5, '0')}@example.org`;
const post = (body, more = {}) =>
    rig.call('POST', `${c}/signups`, {body, ...more});
const action = async (id, token) =>
    (await rig.must(200, 'GET', `${c}/actions`, {token}))
        .actions.find((a) => a.id === id);

/** Does each of count with AT_ONCE at a time: their results. */
async function all(count, one) {
    const results = [];
    let next = 0;
    const work = async () => {
        for (let i = next++; i < count; i = next++) results[i] = await one(i);
    };
    await Promise.all(Array.from({length: AT_ONCE}, work));
    return results;
}

/** An answer without what differs between any two: codes, times, traces. */
function shapeOf({status, headers, text}) {
    const said = [...headers]
        .filter(([name]) => name !== 'date')
        .map(([name, value]) => `${name}: ${value}`);
    return JSON.stringify({
        status,
        said,
        text: text.replace(/\b[0-9A-HJKMNP-TV-Z]{20}\b/g, 'CODE'),
        bytes: Buffer.byteLength(text),
    });
}

/** What was asked of Redis while act ran: lines of MONITOR. */
async function monitored(small, act) {
    const monitor = spawn('redis-cli', [
        '-s', small.path('run', 'redis.sock'), '--user', 'operator', 'MONITOR',
    ], {env: {...process.env, REDISCLI_AUTH: small.passwords.operator}});
    let text = '';
    monitor.stdout.on('data', (bytes) => {
        text += bytes;
    });
    await until('MONITOR listens', () => text.startsWith('OK'));
    await act();
    await small.redis('ECHO', 'the-end');
    await until('all is seen', () => text.includes('"the-end"'));
    monitor.kill();
    return text.split('\n');
}

/** The commands of each script that wrote an entry, with keys of its kind. */
function entriesOf(lines) {
    const scripts = [];
    for (const line of lines) {
        const [, by, command, key = ''] =
            /^\S+ \[\d+ (\S+)\] "(\w+)"(?: "([^"]*)")?/.exec(line) || [];
        if (by !== 'lua') scripts.push([]);
        else scripts.at(-1)?.push(`${command.toUpperCase()} ` +
            key.replace(/:n:\w+$/, ':n:BUCKET').replace(/:\d+$/, ':N'));
    }
    return scripts.map((lines) => lines.join('\n'))
        .filter((text) => /^RPUSH .*:su:r:N$/m.test(text));
}

test('the same commands run, on keys of the same kinds', async () => {
    const few = 50;
    const small = await startRig({without: ['broadcast', 'courier']});
    const enter = async (kind) => {
        for (let i = 0; i < few; i++)
            await small.enter({name: `Person ${i}`, email: emailOf(kind, i),
                phone: small.phone(kind === 'known' ? i : 100 + i),
                actions: ['rally', 'lobby'], consent_sms: true,
                consent_version: '1'});
    };
    try {
        for (let i = 0; i < few; i++)
            await small.signUp({name: `Person ${i}`, phone: small.phone(i),
                email: emailOf('known', i), actions: ['rally', 'lobby']});
        const known = entriesOf(await monitored(small, () => enter('known')));
        const fresh = entriesOf(await monitored(small, () => enter('fresh')));
        assert.deepEqual([known.length, fresh.length], [few, few]);
        assert.equal(new Set([...known, ...fresh]).size, 1,
            [...new Set([...known, ...fresh])].join('\n\n'));
        // Neither the index nor anybody's record is read.
        assert.doesNotMatch(known[0], /^(?!RPUSH|HSET).*:su:(i|n|r):/m);
    } finally {
        await small.stop();
    }
});

test('a stranger with name, number, address and a token learns nothing', async () => {
    const her = {
        name: 'Grace Hopper',
        phone: rig.phone(1),
        email: 'grace@example.org',
    };
    const known = await rig.signUp({...her, actions: ['rally', 'lobby'],
        consent_email: true});
    const tries = [
        [{name: 'x', email: her.email}, {}],
        [{name: 'Mallory', phone: her.phone, actions: ['rally']}, {}],
        [{...her, actions: ['rally']}, {}],
        [{...her, email: 'mallory@example.org', actions: ['rally']}, {}],
        [{...her, actions: ['rally']}, {token: server}],
        [{...her, name: 'Mallory', actions: ['lobby']}, {token: server}],
    ];
    const codes = known.places.map(({ticket}) => ticket?.code).filter(Boolean);
    const ticket = `/t/${codes[0]}`;
    const hers = (await rig.call('GET', ticket)).text;
    for (const [body, more] of tries) {
        const {status, json, text} = await post(body, more);
        assert.equal(status, 201, text);
        assert.deepEqual(Object.keys(json).sort(), ['confirm', 'places']);
        assert.deepEqual(json.places.map((p) => p.action), body.actions || []);
        for (const code of codes) assert.ok(!text.includes(code), text);
        assert.doesNotMatch(text, /Grace|Hopper|grace|900001|number|\/p\//);
    }
    assert.equal((await rig.call('GET', ticket)).text, hers);
});

test('the public count tells nobody that a contact is known', async () => {
    await rig.must(200, 'PUT', `${c}/actions/vigil`, {
        token: rig.tokens.admin,
        body: {name: 'Vigil', kind: 'rally', starts_at: '2030-03-01T11:00:00Z',
            ends_at: '2030-03-01T15:00:00Z'},
    });
    const her = {name: 'Vi Gil', email: 'vi@example.org', actions: ['vigil']};
    const exact = async () =>
        (await action('vigil', rig.tokens.admin)).confirmed;
    const told = async () => (await action('vigil')).confirmed;
    await rig.signUp(her);
    await rig.enter({...her, email: 'other@example.org'});
    assert.deepEqual([await told(), await exact()], [2, 2]);
    await rig.enter(her);
    assert.equal(await told(), 3);
    await until('the twin is found', async () => {
        const [before_it, now, after_it] =
            [await told(), await exact(), await told()];
        assert.deepEqual([before_it, after_it], [3, 3]);
        return now === 2;
    });
});

test('a token of role signups does nothing else', async () => {
    const elsewhere = [
        ['GET', `${c}/actions`], ['GET', `${c}/staff`], ['GET', '/v1/session'],
        ['GET', `${c}/actions/rally/attendance`], ['GET', `${c}/outbox`],
        ['POST', `${c}/audiences/preview`], ['PUT', c], ['DELETE', '/v1/session'],
    ];
    for (const [method, path] of elsewhere) {
        const {status} = await rig.call(method, path, {token: server,
            ...method.startsWith('P') && {body: {}}});
        assert.equal(status, 403, `${method} ${path}`);
    }
    await rig.must(200, 'PUT', '/v1/campaigns/other',
        {token: rig.tokens.bootstrap, body: {name: 'Other'}});
    const there = await rig.call('POST', '/v1/campaigns/other/signups',
        {token: server, body: {name: 'Ann', phone: rig.phone(2)}});
    assert.equal(there.status, 403);
    const staff = await rig.call('POST', `${c}/staff`, {
        token: rig.tokens.admin,
        body: {login: 'robot', name: 'R', role: 'signups',
            password: 'ten characters'},
    });
    assert.equal(staff.status, 400);
});

test('a token that a browser sends is refused, and reported', async () => {
    const body = {name: 'Ann', phone: rig.phone(3), actions: ['rally']};
    const count = (await action('rally')).confirmed;
    for (const headers of [
        {Origin: 'https://leaky.example'},
        {'Sec-Fetch-Site': 'cross-site'},
        {'Sec-Fetch-Dest': 'empty'},
        {Cookie: 'a=b'},
    ]) {
        const {status, text} = await post(body, {token: server, headers});
        assert.equal(status, 403, JSON.stringify(headers));
        assert.match(text, /has got out/);
    }
    const stolen = await post(body, {headers: {
        Cookie: `muster_session=${server}`,
        Origin: rig.base,
    }});
    assert.equal(stolen.status, 403);
    // Also when twins of before are found out meanwhile.
    assert.equal((await action('rally')).confirmed, count);
    const {records} = await rig.must(200, 'GET', `${c}/audit`,
        {token: rig.tokens.admin});
    const reports = records.filter(({act}) => act === 'token.leaked');
    assert.deepEqual(reports.map(({subject}) => subject), ['token:server']);
    const port = rig.adminPort('gateway.0');
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, /muster_gateway_leaked_tokens_total 5\b/);
});

test('the same key is one entry, whatever is sent at once', async () => {
    const body = {name: 'Kay Once', phone: rig.phone(4), actions: ['march'],
        key: 'a-key-of-kay-0001'};
    await rig.must(200, 'PUT', `${c}/actions/march`, {
        token: rig.tokens.admin,
        body: {name: 'March', kind: 'march', starts_at: '2030-03-01T11:00:00Z',
            ends_at: '2030-03-01T15:00:00Z'},
    });
    const answers = await Promise.all(
        Array.from({length: 20}, () => post(body)));
    assert.equal(new Set(answers.map(({text}) => text)).size, 1);
    assert.equal((await action('march')).confirmed, 1);
    const {key, ...rest} = body;
    const headers = {'Idempotency-Key': key};
    const byHeader = await post(rest, {headers});
    assert.equal(byHeader.text, answers[0].text);
    const other = await post({...body, name: 'Kay Other',
        key: 'a-key-of-kay-0002'});
    assert.notEqual(other.text, answers[0].text);
    const short = await post({...body, key: '1'});
    assert.equal(short.status, 400);
    assert.equal(short.json.errors[0].field, 'key');
});

test('a correction by the same key takes the place of the first', async () => {
    const key = 'a-key-to-correct-1';
    const count = (await action('march')).confirmed;
    const wrong = await post({name: 'Cora', phone: rig.phone(5),
        actions: ['march'], key});
    const right = await post({name: 'Cora', phone: rig.phone(6),
        actions: ['march'], key});
    assert.equal(right.status, 201);
    assert.notEqual(right.text, wrong.text);
    await until('the first is taken back', async () =>
        (await action('march')).confirmed === count + 1);
});

test('consent is to the words that were shown', async () => {
    const body = {name: 'Con Sent', phone: rig.phone(7), actions: ['rally'],
        consent_sms: true};
    assert.equal((await post({...body, consent_version: '1'})).status, 201);
    const old = await post({...body, consent_version: '0'});
    assert.equal(old.status, 400);
    assert.equal(old.json.errors[0].field, 'consent_version');
    const unsaid = await post(body);
    assert.equal(unsaid.status, 400);
    assert.equal(unsaid.json.errors[0].field, 'consent_version');
    assert.match(unsaid.json.errors[0].detail, /Say which wording was shown/);
    const none = await post({...body, consent_sms: false, consent_version: '0'});
    assert.equal(none.status, 201);
    const form = new URLSearchParams({...body, consent_sms: 'yes',
        consent_version: '0'});
    const page = await post(`${form}`, {type: FORM,
        headers: {Accept: 'text/html'}});
    assert.equal(page.status, 400);
    assert.match(page.text, /<title>Error: /);
    assert.match(page.text, /has other words now/);
    assert.match(page.text, /name="consent_version" value="1"/);
    assert.match(page.text, /value="Con Sent"/);
    assert.doesNotMatch(page.text, /name="consent_sms" value="yes" checked/);
});

test('nobody says yes to news for somebody else', async () => {
    const body = {name: 'Ola Other', phone: rig.phone(8), actions: ['rally'],
        for_other: true};
    assert.equal((await post(body)).status, 201);
    const asked = await post({...body, consent_sms: true});
    assert.equal(asked.status, 400);
    assert.equal(asked.json.errors[0].field, 'consent_sms');
    const form = new URLSearchParams({...body, for_other: 'yes',
        consent_sms: 'yes'});
    const to = await post(`${form}`, {type: FORM});
    assert.equal(to.status, 303, to.text);
    const page = await rig.call('GET', to.headers.get('location'), {headers:
        {Cookie: to.headers.get('set-cookie').split(';')[0]}});
    assert.match(page.text, /Ola Other is signed up/);
    assert.match(page.text, /comes to you, and begins/);
});

test('no phone and no email is no barrier where there is room', async () => {
    const open = await post({name: 'Nora Nophone', actions: ['rally']});
    assert.equal(open.status, 201, open.text);
    assert.equal(open.json.confirm, null);
    assert.equal(open.json.places[0].state, 'confirmed');
    assert.equal((await post({name: 'Nora'})).status, 400);
    assert.equal((await post({name: 'Nora', actions: ['lobby']})).status, 400);
    const form = (more) => post(`${new URLSearchParams({name: 'Nora',
        actions: 'rally', ...more})}`, {type: FORM});
    const untold = await form({});
    assert.equal(untold.status, 400);
    assert.match(untold.text, /tick that you have neither/);
    const told = await form({no_contact: 'yes'});
    assert.equal(told.status, 303, told.text);
    const slip = await rig.call('GET', told.headers.get('location'));
    assert.match(slip.text, /keep this page/);
});

test('a token has a budget, apart from everybody else', async () => {
    const strict = await startRig({conf: `[gateway]
exempt_loopback = no
token_signups_per_minute = 5
`});
    try {
        const path = `/v1/campaigns/${strict.campaign}/signups`;
        const token = await strict.signUpToken();
        const body = {name: 'Ann', phone: strict.phone(1), actions: ['rally']};
        const statuses = [];
        for (let i = 0; i < 8; i++)
            statuses.push((await strict.call('POST', path, {token, body}))
                .status);
        assert.deepEqual(statuses.slice(0, 5), Array(5).fill(201));
        assert.ok(statuses.includes(429), statuses.join());
        assert.equal((await strict.call('POST', path, {body})).status, 201);
    } finally {
        await strict.stop();
    }
});

test('staff see how many are not confirmed, and nobody else', async () => {
    for (const token of [rig.tokens.steward, rig.tokens.organiser]) {
        const {not_confirmed, confirmed} = await action('rally', token);
        assert.ok(not_confirmed > 0 && not_confirmed <= confirmed);
    }
    const seen = await action('rally');
    for (const name of ['not_confirmed', 'held', 'asked'])
        assert.equal(name in seen, false, name);
});

test('staff at a desk vouch, and it is written down', async () => {
    const before_it = await action('rally', rig.tokens.admin);
    const answer = await post({name: 'Des Desk', phone: rig.phone(9),
        actions: ['rally']}, {token: rig.tokens.steward});
    assert.equal(answer.status, 201, answer.text);
    const after_it = await action('rally', rig.tokens.admin);
    assert.equal(after_it.confirmed, before_it.confirmed + 1);
    assert.equal(after_it.not_confirmed, before_it.not_confirmed);
    const {records} = await rig.must(200, 'GET', `${c}/audit`,
        {token: rig.tokens.admin});
    assert.ok(records.some(({act, staff}) =>
        act === 'entry.vouch' && staff === 'token:test-steward'));
});

test('10,000 known and 10,000 unknown contacts are answered the same', async () => {
    const person = (kind, i) => ({
        name: `Person ${i}`,
        email: emailOf(kind, i),
        actions: ['rally'],
        consent_email: true,
        consent_version: '1',
    });
    const shapes = new Set();
    await all(PEOPLE, (i) => post(person('known', i)));
    for (const kind of ['known', 'new'])
        for (const answer of await all(PEOPLE, (i) => post(person(kind, i)))) {
            assert.equal(answer.status, 201, answer.text);
            shapes.add(shapeOf(answer));
        }
    assert.equal(shapes.size, 1, [...shapes].slice(0, 3).join('\n'));
});
