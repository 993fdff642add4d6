// limits -- one address cannot crowd the others out: sign-ups, sign-ins and
// connections are counted by the address that the proxy in front has seen.
import assert from 'node:assert/strict';
import {connect} from 'node:net';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

let rig, c;

before(async () => {
    rig = await startRig({
        without: ['courier', 'broadcast'],
        conf: `[gateway]
behind_proxy = yes
signups_per_minute = 5
logins_per_minute = 3
connections_max = 50
`,
    });
    c = `/v1/campaigns/${rig.campaign}`;
});

after(() => rig && rig.stop());

const from = (address) => ({'X-Forwarded-For': address});

async function signUps(address, count) {
    const statuses = [];
    for (let i = 0; i < count; i++) {
        const answer = await rig.call('POST', `${c}/signups`, {
            headers: from(address),
            body: {name: 'Ann', phone: rig.phone(i), actions: ['rally']},
        });
        statuses.push(answer.status);
        if (answer.status === 429) {
            assert.match(answer.headers.get('content-type'), /problem\+json/);
            assert.ok(answer.headers.get('retry-after'));
        }
    }
    return statuses;
}

test('an address that signs up too often is told to wait', async () => {
    const statuses = await signUps('192.0.2.1', 8);
    assert.deepEqual(statuses.slice(0, 5), [201, 201, 201, 201, 201]);
    assert.ok(statuses.slice(6).every((status) => status === 429));
});

test('another address is not held back by it', async () => {
    assert.deepEqual(await signUps('192.0.2.2', 2), [201, 201]);
    assert.deepEqual(await signUps('2001:db8::1', 2), [201, 201]);
});

test('only the last hop is believed', async () => {
    // A caller may write what it likes before what the proxy appends.
    const statuses = await signUps('198.51.100.7, 192.0.2.1', 2);
    assert.deepEqual(statuses, [429, 429]);
});

test('an address that signs in too often is told to wait', async () => {
    const {login, password} = rig.staff.organiser;
    const body = {campaign: rig.campaign, login, password};
    const statuses = [];
    for (let i = 0; i < 5; i++) {
        const options = {headers: from('192.0.2.9'), body};
        statuses.push((await rig.call('POST', '/v1/session', options)).status);
    }
    assert.deepEqual(statuses.slice(0, 3), [200, 200, 200]);
    assert.equal(statuses[4], 429);
});

test('connections beyond the cap are turned away, and room comes back', async () => {
    const port = Number(new URL(rig.base).port);
    const sockets = Array.from({length: 80}, () => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        socket.on('data', (data) => {
            socket.text = (socket.text || '') + data;
        });
        return socket;
    });
    await rig.until('some are turned away', () =>
        sockets.some((s) => /^HTTP\/1\.1 503 /.test(s.text || '')),
    );
    for (const socket of sockets) socket.destroy();
    await rig.until('it answers again', async () => {
        const answer = await rig.call('GET', '/v1/campaigns').catch(() => ({}));
        return answer.status === 200;
    });
});
