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

test('a page that tells to wait says when to come again', async () => {
    const options = {
        headers: {...from('192.0.2.1'), Accept: 'text/html'},
        type: 'application/x-www-form-urlencoded',
        body: 'name=Ann&actions=rally',
    };
    const answer = await rig.call('POST', `${c}/signups`, options);
    assert.equal(answer.status, 429);
    assert.match(answer.headers.get('content-type'), /text\/html/);
    assert.ok(answer.headers.get('retry-after'));
});

test('a household of IPv6 shares what is left, its neighbour does not', async () => {
    const ok = [201, 201, 201];
    assert.deepEqual(await signUps('2001:db8:7:7::1', 3), ok);
    assert.deepEqual(await signUps('2001:db8:7:7:abcd::9', 3), [201, 201, 429]);
    assert.deepEqual(await signUps('2001:db8:7:8::1', 3), ok);
});

/** Sockets that send the bytes and listen. */
function openSockets(count, bytes = '') {
    const port = Number(new URL(rig.base).port);
    return Array.from({length: count}, () => {
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
        socket.on('error', () => {});
        socket.on('close', () => {
            socket.isOver = true;
        });
        socket.on('data', (data) => {
            socket.text = (socket.text || '') + data;
        });
        return socket;
    });
}

const isThere = async () => {
    const answer = await rig.call('GET', '/v1/campaigns').catch(() => ({}));
    return answer.status === 200;
};

test('connections beyond the cap are turned away, and room comes back', async () => {
    // Those in the middle of a request stay; who comes when all are is told.
    const sockets = openSockets(49, 'GET / HTTP/1.1\r\n');
    await rig.until('some are turned away', () => {
        sockets.push(...openSockets(1, 'GET / HTTP/1.1\r\n'));
        return sockets.some((s) => /^HTTP\/1\.1 503 /.test(s.text || ''));
    });
    for (const socket of sockets) socket.destroy();
    await rig.until('it answers again', isThere);
});

test('those who say nothing do not shut the door', async () => {
    const sockets = openSockets(200);
    await rig.until('most have been given up', () =>
        sockets.filter((s) => s.isOver).length >= 140,
    );
    for (let i = 0; i < 5; i++) assert.ok(await isThere());
    for (const socket of sockets) socket.destroy();
});
