// merged -- two that are one person's, found out between the freeze and the
// hand-over: she gets it once, and the other's row says why it was not sent.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

let rig, c;

before(async () => {
    rig = await startRig();
    c = `/v1/campaigns/${rig.campaign}`;
});
after(() => rig?.stop());

const staff = (status, method, path, body, headers) => rig.must(status, method,
    `${c}${path}`, {token: rig.tokens.organiser, body, headers});
const WORDS = 'The square is open';

/** A broadcast to all who come, frozen, and nobody there to hand it over. */
async function freeze() {
    const made = await staff(201, 'POST', '/broadcasts', {
        name: 'Where we meet', class: 'service', action: 'rally',
        audience: 'signedup:rally', sms_text: `${WORDS}, {{first_name}}`,
    }, {'Idempotency-Key': rig.freshId('merged')});
    await rig.must(200, 'POST', `${c}/broadcasts/${made.id}/approve`,
        {token: rig.tokens.approver, body: {content_hash: made.content_hash}});
    await staff(200, 'POST', `/broadcasts/${made.id}/start`);
    await rig.until('it is frozen', async () => {
        const {channels} = await staff(200, 'GET', `/broadcasts/${made.id}`);
        return channels.some(({audience}) => audience === 5);
    });
    return made.id;
}

const listed = async (id, state) => (await staff(200, 'GET',
    `/broadcasts/${id}/recipients?channel=sms&state=${state}`));

test('who is merged meanwhile gets it once', async () => {
    const names = []; // in the order of their numbers
    const enter = (name, n, actions) => {
        names.push(name);
        return rig.signUp({name, phone: rig.phone(n), actions});
    };
    const numberOf = (name) => names.indexOf(name);
    // Both of one number and of another; one who came alone; one of no place.
    await enter('Ann Smith', 1, ['rally']);
    await enter('Anne Smith', 1, ['rally']);
    await enter('Bob Brown', 2, ['rally']);
    await enter('Bobby Brown', 3, ['rally']);
    await enter('Cy Green', 4, ['lobby']);
    await enter('Cyril Green', 5, ['rally']);
    await rig.kill('courier.0');
    const id = await freeze();
    const merge = (name, into) => staff(200, 'POST',
        `/supporters/${numberOf(name)}/merge`, {into: numberOf(into)});
    await merge('Anne Smith', 'Ann Smith');
    await merge('Bobby Brown', 'Bob Brown');
    await merge('Cyril Green', 'Cy Green');
    rig.start('courier.0');
    await rig.ready('courier.0');
    await rig.until('all is sent', async () => {
        const {channels} = await staff(200, 'GET', `/broadcasts/${id}`);
        const {counts} = channels.find(({channel}) => channel === 'sms');
        return !counts.pending && !counts.leased;
    });
    const sent = rig.outbox().filter(({text = ''}) => text.startsWith(WORDS))
        .map(({to, text}) => `${to} ${text.slice(WORDS.length + 2)}`).sort();
    // Cyril's place is Cy's now, so it comes to Cy under Cyril's row.
    assert.deepEqual(sent, ['+447700900001 Ann', '+447700900002 Bob',
        '+447700900004 Cy']);
    assert.deepEqual((await listed(id, 'withheld')).numbers,
        [numberOf('Anne Smith'), numberOf('Bobby Brown')]);
    assert.deepEqual((await listed(id, 'accepted')).numbers,
        ['Ann Smith', 'Bob Brown', 'Cyril Green'].map(numberOf));
    const {channels} = await staff(200, 'GET', `/broadcasts/${id}`);
    const sms = channels.find(({channel}) => channel === 'sms');
    assert.equal(sms.withheld.gone, 2);
});
