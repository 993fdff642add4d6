// live -- who watches sees every change's newest state, also after a service
// was killed; who signs in at a gateway that loses its neighbours is told so.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

let rig, c;

before(async () => {
    rig = await startRig();
    c = `/v1/campaigns/${rig.campaign}`;
});

after(() => rig && rig.stop());

/** A viewer: states as they come, newest last; closed when the line ends. */
function watch(path, token) {
    const stop = new AbortController();
    const viewer = {states: [], ids: [], isClosed: false, stop: () => stop.abort()};
    viewer.ended = (async () => {
        const answer = await fetch(rig.base + path, {
            headers: {Authorization: `Bearer ${token}`},
            signal: stop.signal,
        });
        assert.equal(answer.status, 200);
        let text = '';
        for await (const bytes of answer.body) {
            text += Buffer.from(bytes).toString();
            const parts = text.split('\n\n');
            text = parts.pop();
            for (const part of parts) {
                const data = part.match(/^data: (.*)$/m);
                if (!data) continue;
                viewer.states.push(JSON.parse(data[1]));
                viewer.ids.push(Number(part.match(/^id: (\d+)$/m)[1]));
            }
        }
    })()
        .catch(() => {})
        .then(() => {
            viewer.isClosed = true;
        });
    return viewer;
}

async function arrive(n) {
    const {places} = await rig.signUp({
        name: `Person ${n}`,
        phone: rig.phone(n),
        actions: ['rally'],
    });
    await rig.must(200, 'POST', `${c}/actions/rally/checkins`, {
        body: {
            gate: n % 2 ? 'north' : 'south',
            kind: 'arrived',
            code: places[0].ticket.code,
            scan_id: rig.freshId('scan'),
            device: 'phone-1',
        },
    });
}

const checkinIsBack = () =>
    rig.until('checkin is back for the gateway', async () => {
        const {status} = await rig.call('GET', `${c}/actions/rally/attendance`, {
            token: rig.tokens.steward,
        });
        return status === 200;
    });

const newest = (viewer) => viewer.states[viewer.states.length - 1] || {};

test('every viewer sees the count climb, ids only rise', async () => {
    const path = `${c}/actions/rally/attendance/stream`;
    const viewers = Array.from({length: 20}, () =>
        watch(path, rig.tokens.steward),
    );
    await rig.until('all have a first state', () =>
        viewers.every((v) => v.states.length > 0),
    );
    assert.equal(newest(viewers[0]).inside, 0);
    for (let n = 1; n <= 20; n++) await arrive(n);
    await rig.until('all saw twenty', () =>
        viewers.every((v) => newest(v).inside === 20),
    );
    for (const {ids} of viewers)
        for (let i = 1; i < ids.length; i++) assert.ok(ids[i] > ids[i - 1]);
    for (const viewer of viewers) viewer.stop();
    await Promise.all(viewers.map((v) => v.ended));
});

test('a viewer stays and catches up when checkin is killed', async () => {
    const path = `${c}/actions/rally/attendance/stream`;
    const viewer = watch(path, rig.tokens.steward);
    await rig.until('a first state', () => viewer.states.length > 0);
    await rig.kill('checkin.0');
    rig.start('checkin.0');
    await rig.ready('checkin.0');
    await checkinIsBack();
    await arrive(21);
    await rig.until('the change is seen', () => newest(viewer).inside === 21);
    assert.equal(viewer.isClosed, false);
    viewer.stop();
});

test('a broadcast is watched from its draft to its end', async () => {
    const {organiser, approver} = rig.tokens;
    const made = await rig.must(201, 'POST', `${c}/broadcasts`, {
        token: organiser,
        headers: {'Idempotency-Key': rig.freshId()},
        body: {
            name: 'Hello',
            class: 'service',
            audience: 'signedup:rally',
            action: 'rally',
            sms_text: 'Hello {{first_name}}',
        },
    });
    const path = `${c}/broadcasts/${made.id}`;
    const viewer = watch(`${path}/stream`, organiser);
    await rig.until('the draft', () => newest(viewer).stage === 'draft');
    await rig.must(200, 'POST', `${path}/approve`, {
        token: approver,
        body: {content_hash: made.content_hash},
    });
    await rig.must(200, 'POST', `${path}/start`, {token: organiser});
    await rig.until('the end', () => newest(viewer).stage === 'done');
    const [sms] = newest(viewer).channels;
    assert.equal(sms.audience, 21);
    assert.equal(sms.counts.accepted, 21);
    const own = rig.outbox().filter(
        ({ref}) => ref.startsWith(`${rig.campaign}.${made.id}.`));
    assert.equal(own.length, 21);
    viewer.stop();
});

test('what is not there cannot be watched', async () => {
    for (const path of [
        `${c}/actions/nothing/attendance/stream`,
        `${c}/broadcasts/b999/stream`,
    ]) {
        const {status} = await rig.call('GET', path, {
            token: rig.tokens.organiser,
        });
        assert.equal(status, 404, path);
    }
});

test('a form that fails is answered with a page to a person', async () => {
    const headers = {Accept: 'text/html,application/xhtml+xml'};
    const type = 'application/x-www-form-urlencoded';
    const wrong = await rig.call('POST', `${c}/signups`, {
        headers,
        type,
        body: 'name=Ann&phone=nonsense&actions=rally',
    });
    assert.equal(wrong.status, 400);
    assert.match(wrong.headers.get('content-type'), /^text\/html/);
    const right = await rig.call('POST', `${c}/signups`, {
        headers,
        type,
        body: 'name=Ann+Form&phone=07700+900500&actions=rally&consent_sms=yes'
            + '&consent_version=1',
    });
    assert.equal(right.status, 303, right.text);
    assert.match(right.headers.get('location'), /^\/s\/[\w-]+$/);
    const slip = await rig.call('GET', right.headers.get('location'), {
        headers,
    });
    assert.equal(slip.status, 200);
    assert.match(slip.text, /Rally in the square/);
});

test('when signup is away the answer is a clear 503 or 504', async () => {
    await rig.kill('signup.0');
    const answer = await rig.call('POST', `${c}/signups`, {
        body: {name: 'Ann', phone: rig.phone(600), actions: ['rally']},
    });
    assert.ok([503, 504].includes(answer.status), answer.text);
    assert.ok(answer.headers.get('retry-after'));
    rig.start('signup.0');
    await rig.ready('signup.0');
    await rig.until('signup is back for the gateway', async () => {
        const {status} = await rig.call('POST', `${c}/signups`, {
            body: {name: 'Ann', phone: rig.phone(600), actions: ['rally']},
        });
        return status === 201;
    });
});

test('when Redis is away staff are told, and readiness says so', async () => {
    await rig.kill('redis');
    await rig.until('not ready', async () => !(await rig.isReady('gateway.0')));
    const answer = await rig.call('GET', `${c}/staff`, {
        token: rig.tokens.admin,
    });
    assert.equal(answer.status, 503, answer.text);
    rig.start('redis');
    await rig.ready('redis');
    await rig.ready('gateway.0');
    await rig.until('staff are served again', async () => {
        const {status} = await rig.call('GET', `${c}/staff`, {
            token: rig.tokens.admin,
        });
        return status === 200;
    });
});

test('SIGTERM ends streams and idle connections, with exit code 0', async () => {
    await checkinIsBack();
    const path = `${c}/actions/rally/attendance/stream`;
    const viewer = watch(path, rig.tokens.steward);
    await rig.until('a first state', () => viewer.states.length > 0);
    assert.equal(await rig.kill('gateway.0', 'SIGTERM'), 0);
    await viewer.ended;
    assert.equal(viewer.isClosed, true);
    rig.start('gateway.0');
    await rig.ready('gateway.0');
});
