// clock -- days pass in real processes: what should end by then has ended,
// and all the rest goes on.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {DAY_MS, startRig} from '../support/rig.mjs';

const PEOPLE = 20;
let rig, c;

before(async () => {
    rig = await startRig({hasClock: true, conf: `[route.sms-slow]
channel = sms
provider = outbox
rate = 10
`});
    c = `/v1/campaigns/${rig.campaign}`;
});

after(() => rig?.stop());

// The rig's own clock: what the services say that it is.
const now = () => Date.now() + rig.clock.aheadMs;
const status = async (token) =>
    (await rig.call('GET', `${c}/broadcasts`, {token})).status;

async function makeBroadcast(more) {
    const made = await rig.must(201, 'POST', `${c}/broadcasts`, {
        token: rig.tokens.organiser,
        headers: {'Idempotency-Key': rig.freshId('clock')},
        body: {name: 'Where to meet', class: 'service', action: 'rally',
            audience: 'signedup:rally', sms_text: 'At the north gate.',
            ...more},
    });
    await rig.must(200, 'POST', `${c}/broadcasts/${made.id}/approve`, {
        token: rig.tokens.approver, body: {content_hash: made.content_hash}});
    return `${c}/broadcasts/${made.id}`;
}

const act = (b, what) => rig.must(200, 'POST', `${b}/${what}`,
    {token: rig.tokens.organiser});
const get = (b) => rig.must(200, 'GET', b, {token: rig.tokens.organiser});

test('sessions and tokens last as long as was said, and no longer',
    async () => {
        const {token: session} = await rig.must(200, 'POST', '/v1/session',
            {body: {campaign: rig.campaign, ...rig.staff.organiser}});
        const {token: days} = await rig.must(201, 'POST', `${c}/tokens`, {
            token: rig.tokens.bootstrap,
            body: {name: 'for-days', role: 'organiser', expires_at:
                new Date(now() + 2 * DAY_MS).toISOString()}});
        assert.deepEqual([await status(session), await status(days)],
            [200, 200]);
        rig.moveClock(DAY_MS);
        assert.deepEqual([await status(session), await status(days)],
            [401, 200]);
        rig.moveClock(2 * DAY_MS);
        assert.deepEqual([await status(days), await status(
            rig.tokens.organiser)], [401, 200]);
    });

test('what a paused broadcast has not sent by its time expires', async () => {
    for (let i = 0; i < PEOPLE; i++)
        await rig.signUp({name: `Early ${i}`, phone: rig.phone(i),
            actions: ['rally']});
    const b = await makeBroadcast({
        expires_at: new Date(now() + DAY_MS).toISOString()});
    await act(b, 'start');
    await rig.until('some are out', async () =>
        (await get(b)).channels[0].counts.accepted > 0);
    await act(b, 'pause');
    await rig.until('none is on its way', async () =>
        (await get(b)).channels[0].counts.leased === 0);
    const {accepted} = (await get(b)).channels[0].counts;
    rig.moveClock(2 * DAY_MS);
    await rig.until('it has expired', async () =>
        (await get(b)).stage === 'expired');
    const {counts} = (await get(b)).channels[0];
    assert.deepEqual([counts.accepted, counts.expired],
        [accepted, PEOPLE - accepted]);
});

test('everything goes on after a month, and the logs say when', async () => {
    rig.moveClock(30 * DAY_MS);
    const {places} = await rig.signUp({name: 'Late', phone: rig.phone(9),
        actions: ['rally']});
    await rig.must(200, 'POST', `${c}/actions/rally/checkins`, {body: {
        gate: 'north', kind: 'arrived', code: places[0].ticket.code,
        scan_id: rig.freshId('clock'), device: 'north-1'}});
    const b = await makeBroadcast({});
    await act(b, 'start');
    await rig.until('it is done', async () => (await get(b)).stage === 'done');
    const {started_at: started} = await get(b);
    assert.ok(Math.abs(Date.parse(started) - now()) < 60000, started);
    assert.equal(await rig.kill('checkin.0', 'SIGTERM'), 0);
    rig.start('checkin.0');
    await rig.ready('checkin.0');
    const last = rig.log('checkin.0').trim().split('\n').pop();
    assert.ok(Date.parse(JSON.parse(last).time) > Date.now() + 30 * DAY_MS);
    for (const {name, code} of rig.processes.values())
        assert.equal(code, null, name);
});
