// find -- somebody without a link at hand: a code by text, typed in a browser.
// Everything is real but the phone.
import test, {after, before} from 'node:test';
import assert from 'node:assert/strict';
import {startRig} from '../support/rig.mjs';

let rig;

before(async () => {
    rig = await startRig({});
});
after(() => rig?.stop());

const post = (fields, cookie = '') => fetch(
    `${rig.base}/find/${rig.campaign}`, {
        method: 'POST', redirect: 'manual', headers: {Cookie: cookie},
        body: new URLSearchParams(fields),
    });
const cookie_of = (answer) => answer.headers.get('set-cookie').split(';')[0];
const codes = () => rig.outbox().map(({text = ''}) =>
    /your code is (\d{6})/.exec(text)?.[1]).filter((code) => code);

test('a code that was sent opens what is hers, and no other does', async () => {
    const phone = rig.phone(77);
    await rig.enter({name: 'Ann', phone, actions: ['rally']});
    const asked = await post({do: 'ask', contact: phone});
    assert.equal(asked.status, 303);
    await rig.until('the code is there', async () => codes().length > 0);
    const [code] = codes();
    const wrong = code === '000000' ? '000001' : '000000';
    assert.equal((await post({do: 'code', code: wrong}, cookie_of(asked)))
        .status, 400);
    const right = await post({do: 'code', code}, cookie_of(asked));
    assert.equal(right.status, 303);
    assert.equal(right.headers.get('location'), `/my/${rig.campaign}`);
});

test('signup knows when the provider took it', async () => {
    await rig.until('the hand-over was told', async () => Number(
        await rig.redis('HGET', `{${rig.campaign}}:su:t`, 'handed')) > 0);
});

test('who is not known is answered the same, and sent nothing', async () => {
    const sent = codes().length;
    const asked = await post({do: 'ask', contact: rig.phone(88)});
    assert.equal(asked.status, 303);
    assert.equal(asked.headers.get('location'), `/find/${rig.campaign}?code=`);
    await post({do: 'ask', contact: rig.phone(77)});
    assert.equal((await post({do: 'code', code: '123456'}, cookie_of(asked)))
        .status, 400);
    assert.equal(codes().length, sent);
});
