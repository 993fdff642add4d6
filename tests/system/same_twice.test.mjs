// same_twice -- the same request twice at once, a hundred times: one effect.
// The same key with another content: 409.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const TIMES = 100;
let rig, c;

before(async () => {
    rig = await startRig({instances: {signup: 2, checkin: 2, broadcast: 2}});
    c = `/v1/campaigns/${rig.campaign}`;
});

after(() => rig && rig.stop());

const twice = (...args) =>
    Promise.all([rig.call(...args), rig.call(...args)]);

async function action(id) {
    const {json} = await rig.call('GET', `${c}/actions`);
    return json.actions.find((a) => a.id === id);
}

test('actions that are put at once are all there', async () => {
    const ids = Array.from({length: 200}, (_, i) => `at-once-${i}`);
    const answers = await Promise.all(ids.map((id) =>
        rig.call('PUT', `${c}/actions/${id}`, {token: rig.tokens.admin,
            body: {name: id, kind: 'rally', starts_at: '2030-09-28T10:30:00Z',
                ends_at: '2030-09-28T14:00:00Z', gates: []}})));
    for (const {status, text} of answers) assert.equal(status, 200, text);
    const {json} = await rig.call('GET', `${c}/actions`);
    const there = new Set(json.actions.map(({id}) => id));
    assert.deepEqual(ids.filter((id) => !there.has(id)), []);
});

test('two sign-ups by the same key are one entry with one place', async () => {
    for (let i = 0; i < TIMES; i++) {
        const body = {
            name: `Person ${i}`,
            phone: rig.phone(i),
            email: `p${i}@example.org`,
            actions: ['rally'],
            key: `the-same-key-${i}-again`,
        };
        const answers = await twice('POST', `${c}/signups`, {body});
        assert.deepEqual(
            answers.map((a) => a.status),
            [201, 201],
            answers.map((a) => a.text).join('\n'),
        );
        const [one, two] = answers.map((a) => a.json);
        assert.deepEqual(one, two);
    }
    const people = await rig.call('POST', `${c}/audiences/preview`, {
        token: rig.tokens.organiser,
        body: {query: 'signedup:rally', class: 'service', action: 'rally'},
    });
    assert.equal(people.json.people, TIMES);
    assert.equal((await action('rally')).confirmed, TIMES);
});

test('a last seat goes to one of two, and to the same one again', async () => {
    const sign = (n) =>
        rig.signUp({name: `Seat ${n}`, phone: rig.phone(n), actions: ['lobby'],
            key: `a-key-for-the-seat-${n}`});
    const all = await Promise.all(
        [900, 901, 902, 903, 900, 901, 902, 903].map(sign),
    );
    const states = all.map((a) => a.places[0].state);
    assert.deepEqual(states.slice(0, 4), states.slice(4));
    const {confirmed, waitlisted} = await action('lobby');
    assert.deepEqual([confirmed, waitlisted], [2, 2]);
    assert.equal(
        states.slice(0, 4).filter((state) => state === 'confirmed').length,
        2,
    );
});

test('two identical check-ins count once, the same scan otherwise is 409', async () => {
    const path = `${c}/actions/rally/checkins`;
    for (let i = 0; i < TIMES; i++) {
        const {places} = await rig.signUp({
            name: `Person ${i}`,
            phone: rig.phone(i),
            actions: ['rally'],
        });
        const body = {
            gate: 'north',
            kind: 'arrived',
            code: places[0].ticket.code,
            scan_id: rig.freshId('scan'),
            device: 'phone-1',
        };
        const answers = await twice('POST', path, {body});
        assert.deepEqual(
            answers.map((a) => a.status),
            [200, 200],
            answers.map((a) => a.text).join('\n'),
        );
        assert.deepEqual(answers[0].json, answers[1].json);
        assert.equal(answers[0].json.is_first, true);
        const other = await rig.call('POST', path, {
            body: {...body, gate: 'south'},
        });
        assert.equal(other.status, 409, other.text);
    }
    const {json} = await rig.call('GET', `${c}/actions/rally/attendance`, {
        token: rig.tokens.steward,
    });
    assert.equal(json.inside, TIMES);
    assert.equal(json.arrived, TIMES);
    assert.deepEqual(
        json.gates.map((g) => g.arrived),
        [TIMES, 0],
    );
});

test('two identical broadcast posts are one draft, another body is 409', async () => {
    const token = rig.tokens.organiser;
    const ids = new Set();
    for (let i = 0; i < TIMES; i++) {
        const body = {
            name: `Hello ${i}`,
            class: 'service',
            audience: 'all',
            action: 'rally',
            sms_text: 'Hello',
        };
        const headers = {'Idempotency-Key': `same-${i}`};
        const options = {token, headers, body};
        const answers = await twice('POST', `${c}/broadcasts`, options);
        assert.deepEqual(
            answers.map((a) => a.status),
            [201, 201],
            answers.map((a) => a.text).join('\n'),
        );
        assert.equal(answers[0].json.id, answers[1].json.id);
        ids.add(answers[0].json.id);
        const other = await rig.call('POST', `${c}/broadcasts`, {
            ...options,
            body: {...body, sms_text: 'Goodbye'},
        });
        assert.equal(other.status, 409, other.text);
    }
    assert.equal(ids.size, TIMES);
    const seen = new Set();
    for (let after; ; ) {
        const query = after ? `?after=${encodeURIComponent(after)}` : '';
        const {json} = await rig.call('GET', `${c}/broadcasts${query}`, {
            token,
        });
        for (const {id, is_system} of json.broadcasts)
            if (!is_system) seen.add(id);
        if (!(after = json.next)) break;
    }
    assert.equal(seen.size, TIMES);
});
