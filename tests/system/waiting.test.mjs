// waiting -- whoever waited for a seat is written to when there is one, by the
// link to her ticket. Everything is real but the phone.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {ACTIONS} from '../support/campaign.mjs';
import {startRig} from '../support/rig.mjs';

let rig, c;

before(async () => {
    rig = await startRig();
    c = `/v1/campaigns/${rig.campaign}`;
});
after(() => rig?.stop());

const put = (more) => rig.must(200, 'PUT', `${c}/actions/lobby`,
    {token: rig.tokens.organiser, body: {...ACTIONS.lobby, ...more}});
const told = () => rig.outbox()
    .filter(({text = ''}) => text.includes('a place has become free'));
const stateOf = ({places}) => places[0].state;

test('whoever confirms at a full action joins the waiting list', async () => {
    await rig.must(200, 'PUT', `${c}/actions/table`, {
        token: rig.tokens.organiser,
        body: {...ACTIONS.lobby, name: 'Round table', capacity: 1},
    });
    const entered = async (n) => (await rig.enter({name: `Person ${n}`,
        phone: rig.phone(n), actions: ['table']})).places[0];
    const held = await entered(20);
    const page = async (place) =>
        (await rig.call('GET', `/t/${place.ticket.code}`)).text;
    const asked = await entered(21);
    assert.deepEqual([held.state, asked.state], ['held', 'asked']);
    assert.match(await page(asked), /if one is left\. Else you join the/);
    const press = async (n, says) => {
        const to = `+447700900${String(n).padStart(3, '0')}`;
        await rig.until('the message is there', () =>
            rig.outbox().some((message) => message.to === to));
        const {text} = rig.outbox().find((message) => message.to === to);
        const [, path] = /http:\/\/muster\.test(\/y\/\S+)/.exec(text);
        const answer = await fetch(rig.base + path, {method: 'POST',
            body: new URLSearchParams({do: 'yes'})});
        assert.match(await answer.text(), says);
    };
    await press(20, /You have a place/);
    assert.match(await page(asked),
        /Full\. Confirm, and you join the waiting list\./);
    const form = await rig.call('GET', `/c/${rig.campaign}`);
    assert.match(form.text, /Sign up and confirm, and you join the waiting/);
    await press(21, /Waiting list/);
});

test('a larger room tells each of those who get in, once', async () => {
    const people = [
        {name: 'Ann Smith', phone: rig.phone(1)},
        {name: 'Bob Brown', phone: rig.phone(2)},
        {name: 'Cy Green', phone: rig.phone(3)},
        {name: 'Di White', email: 'di@example.org', phone: rig.phone(4)},
        {name: 'Ed Black', phone: rig.phone(5)},
    ];
    const states = [];
    for (const person of people)
        states.push(stateOf(await rig.signUp({...person, actions: ['lobby']})));
    assert.deepEqual(states, ['confirmed', 'confirmed', 'waitlisted',
        'waitlisted', 'waitlisted']);
    await put({capacity: 4});
    await rig.until('both are told', () => told().length >= 2);
    const [text, mail] = told().sort((a, b) => (a.to < b.to ? -1 : 1));
    assert.equal(text.to, '+447700900003');
    assert.match(text.text, new RegExp('^Spring March: Cy, a place has ' +
        'become free for you at Meet your MP \\(Fri 1 Mar 2030, 13:00\\)\\. ' +
        'Your ticket: http://muster\\.test/y/\\S+ If you cannot come'));
    assert.equal(mail.to, 'di@example.org');
    assert.match(mail.text, /Di, a place has become free/);
    const [, path] = /http:\/\/muster\.test(\/y\/\S+)/.exec(text.text);
    const page = await rig.call('GET', path);
    assert.equal(page.status, 200);
    assert.match(page.text, /Meet your MP/);
    // Nobody is told again, and Ed is once there is one for him.
    await put({capacity: 4});
    await put({capacity: 5});
    await rig.until('Ed is told', () =>
        told().some(({to}) => to === '+447700900005'));
    assert.equal(told().length, 3);
});
