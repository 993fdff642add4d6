// gateway_formats -- what the gateway keeps says its format; what a newer one
// wrote is refused in words, and never misread.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const NEWER = /written by a newer Muster than this gateway/;
let rig, c;

before(async () => {
    rig = await startRig({without: ['courier', 'broadcast', 'checkin']});
    c = `/v1/campaigns/${rig.campaign}`;
});

after(() => rig && rig.stop());

/** Appends bytes to every value of a hash: the last of a field counts. */
const append = (key, bytes) => rig.redis('EVAL', `
    for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
        local value = redis.call('HGET', KEYS[1], field)
        redis.call('HSET', KEYS[1], field, value .. '${bytes}')
    end`, '1', `{${rig.campaign}}:gw:${key}`);

test('the store says of which format it is', async () => {
    const format = await rig.redis('HGET', '{muster}:gw:meta', 'format');
    assert.equal(format.trim(), '2');
});

test('a token of a newer format opens nothing, and says why', async () => {
    await append('tokens', '\\56\\99'); // format = 99
    const token = rig.tokens.admin;
    const answer = await rig.call('GET', `${c}/staff`, {token});
    assert.equal(answer.status, 503);
    assert.match(answer.json.detail, NEWER);
    await append('tokens', '\\56\\1'); // of 0.1, which knew no other
    await rig.must(200, 'GET', `${c}/staff`, {token});
});

test('a login of a newer format does not open, and says why', async () => {
    const {login, password} = rig.staff.admin;
    const body = {campaign: rig.campaign, login, password};
    await append('staff', '\\56\\99');
    const answer = await rig.call('POST', '/v1/session', {body});
    assert.equal(answer.status, 503);
    assert.match(answer.json.detail, NEWER);
    await append('staff', '\\56\\2');
    assert.equal((await rig.call('POST', '/v1/session', {body})).status, 200);
});

test('a gateway of before does not start on what is newer', async () => {
    await rig.redis('HSET', '{muster}:gw:meta', 'format', '99');
    await rig.kill('gateway.0', 'SIGTERM');
    const {ended} = rig.start('gateway.0');
    assert.notEqual(await ended, 0);
    assert.match(rig.log('gateway.0').slice(-2000), /newer|99/);
});
