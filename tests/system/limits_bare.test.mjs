// limits_bare -- with nothing configured in front: this machine is limited as
// any other, a proxy that was forgotten is named, and with few descriptors
// the gateway still reaches its store.
import assert from 'node:assert/strict';
import {connect} from 'node:net';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const DESCRIPTORS = 200;
let rig, c;

before(async () => {
    rig = await startRig({
        without: ['courier', 'broadcast'],
        descriptors: {gateway: DESCRIPTORS},
        conf: `[gateway]
exempt_loopback = no
signups_per_minute = 5
connections_per_address_max = 10000
`,
    });
    c = `/v1/campaigns/${rig.campaign}`;
});

after(() => rig && rig.stop());

async function readyz() {
    const port = rig.adminPort('gateway.0');
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).text();
}

async function signUps(count, headers = {}) {
    const statuses = [];
    for (let i = 0; i < count; i++) {
        const body = {name: 'Ann', phone: rig.phone(i), actions: ['rally']};
        const options = {body, headers};
        const answer = await rig.call('POST', `${c}/signups`, options);
        statuses.push(answer.status);
    }
    return statuses;
}

test('a program on this machine is limited as any other', async () => {
    assert.equal(await readyz(), 'ready\n');
    const statuses = await signUps(8);
    assert.deepEqual(statuses.slice(0, 5), [201, 201, 201, 201, 201]);
    assert.ok(statuses.slice(6).every((status) => status === 429));
});

test('a proxy that is not configured is not believed, and is named', async () => {
    const statuses = [];
    for (let i = 0; i < 4; i++) {
        const headers = {'X-Forwarded-For': `192.0.2.${i}`};
        statuses.push(...(await signUps(1, headers)));
    }
    assert.ok(statuses.slice(1).every((status) => status === 429), statuses);
    assert.match(await readyz(), /^ready\nwarning: .*behind_proxy = yes/);
    const said = rig.log('gateway.0').match(/gateway\.unknown_proxy/g);
    assert.equal(said.length, 1);
});

test('idle connections leave it descriptors to find its store again', async () => {
    const port = Number(new URL(rig.base).port);
    const sockets = Array.from({length: 3 * DESCRIPTORS}, () => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        socket.on('close', () => {
            socket.isOver = true;
        });
        return socket;
    });
    await rig.until('they have filled it', () =>
        sockets.some((socket) => socket.isOver),
    );
    await rig.kill('redis');
    rig.start('redis');
    await rig.ready('redis');
    await rig.until('the staff can be looked up again', async () => {
        const token = rig.tokens.admin;
        const path = `${c}/staff`;
        const answer = await rig.call('GET', path, {token}).catch(() => ({}));
        return answer.status === 200;
    });
    assert.ok(sockets.some((socket) => !socket.isOver));
    for (const socket of sockets) socket.destroy();
});
