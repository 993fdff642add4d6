// guesses -- wrong ticket codes from outside are soon refused, and right ones
// are not for others' guessing. So many are tried at once that what is owed
// keeps the limit for as long as a test looks at it.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

let rig, checkins, right, scans = 0;

before(async () => {
    rig = await startRig({
        without: ['courier', 'broadcast'],
        conf: `[gateway]
behind_proxy = yes
`,
    });
    checkins = `/v1/campaigns/${rig.campaign}/actions/rally/checkins`;
    const {places} = await rig.signUp({
        name: 'Ann', phone: rig.phone(1), actions: ['rally'],
    });
    right = places[0].ticket.code;
});

after(() => rig && rig.stop());

const from = (address) => ({'X-Forwarded-For': address});

/** A code of the same campaign, action and number, that is none. */
function wrong() {
    const last = right.at(-1) === '7' ? '8' : '7';
    return right.slice(0, -1) + last;
}

const markOf = (code) => ({
    gate: 'north', kind: 'arrived', code, device: 'phone-1',
    scan_id: `guess-${String(++scans).padStart(6, '0')}`,
});

async function tryCode(address, code, token) {
    return rig.call('POST', checkins, {
        headers: from(address), body: markOf(code), token,
    });
}

/** A hundred wrong ones at once: for seconds the address owes them. */
async function guess(address, token) {
    const marks = Array.from({length: 100}, () => markOf(wrong()));
    const {status, json} = await rig.call('POST', checkins,
        {headers: from(address), body: {marks}, token});
    assert.equal(status, 200);
    return json.results.map((result) => result.status);
}

async function metric(outcome) {
    const port = rig.adminPort('gateway.0');
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const line = `muster_gateway_wrong_codes_total\\{outcome="${outcome}"\\} (\\d+)`;
    return Number((new RegExp(line).exec(text) || [0, 0])[1]);
}

test('a wrong code says which field is at fault', async () => {
    const answer = await tryCode('192.0.2.200', wrong());
    assert.equal(answer.status, 404);
    assert.equal(answer.json.field, 'code');
});

test('a caller who guesses is told to wait, and for how long', async () => {
    const statuses = await guess('192.0.2.1');
    assert.ok(statuses.every((status) => status === 404));
    for (const code of [wrong(), right]) {
        const answer = await tryCode('192.0.2.1', code);
        assert.equal(answer.status, 429);
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
        assert.match(answer.headers.get('content-type'), /problem\+json/);
    }
    const again = await guess('192.0.2.1'); // each mark of a batch is a try
    assert.ok(again.every((status) => status === 429));
    assert.equal(await metric('answered'), 101);
    assert.equal(await metric('refused'), 102);
});

test('others who are new are answered all the while', async () => {
    await guess('192.0.2.2');
    for (let i = 0; i < 20; i++) {
        const answer = await tryCode(`198.51.100.${i}`, right);
        assert.equal(answer.status, 200, `caller ${i}`);
    }
    for (const path of [`/t/${right}`, `/t/${right}.svg`]) {
        const answer = await rig.call('GET', path,
            {headers: from('198.51.100.77')});
        assert.equal(answer.status, 200);
    }
});

test('who was wrong three times is no new caller', async () => {
    for (let i = 0; i < 3; i++)
        await rig.until('a wrong code is answered', async () =>
            (await tryCode('192.0.2.6', wrong())).status === 404);
    await guess('192.0.2.7');
    await guess('192.0.2.8');
    assert.equal((await tryCode('192.0.2.6', right)).status, 429);
});

test('the pages refuse the same caller', async () => {
    await guess('192.0.2.3');
    const headers = {...from('192.0.2.3'), Accept: 'text/html'};
    for (const path of [`/t/${wrong()}`, `/t/${wrong()}.svg`, `/t/${right}`]) {
        const answer = await rig.call('GET', path, {headers});
        assert.equal(answer.status, 429, path);
        assert.ok(answer.headers.get('retry-after'));
    }
    const here = await rig.call('POST', `/here/${rig.campaign}/rally/north`, {
        headers, type: 'application/x-www-form-urlencoded',
        body: `code=${wrong()}&scan_id=guess-here-0001`,
    });
    assert.equal(here.status, 429);
});

test('a household of IPv6 is one caller', async () => {
    await guess('2001:db8:7:7::1');
    const answer = await tryCode('2001:db8:7:7:abcd::9', wrong());
    assert.equal(answer.status, 429);
});

test('a gate with a steward signed in is never held up', async () => {
    const token = rig.tokens.steward;
    for (let i = 0; i < 3; i++) {
        const statuses = await guess('192.0.2.1', token);
        assert.ok(statuses.every((status) => status === 404));
    }
    const answer = await tryCode('192.0.2.1', right, token);
    assert.equal(answer.status, 200);
});

test('who has guessed is let in again when it is paid off', async () => {
    await rig.until('the right code is taken', async () =>
        (await tryCode('192.0.2.200', right)).status === 200);
});

test('what is no code of a ticket takes nothing from the campaign', async () => {
    for (let i = 0; i < 100; i++)
        await tryCode(`203.0.113.${i}`, 'hello there');
    const answer = await tryCode('203.0.113.200', right);
    assert.equal(answer.status, 200);
});
