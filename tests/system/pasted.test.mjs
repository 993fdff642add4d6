// pasted -- numbers, addresses, names and codes as they come off a clipboard,
// a phone's list or a scanner: what one saw is what counts, by JSON and by a
// plain form.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const FORM = 'application/x-www-form-urlencoded';
let rig, c;

before(async () => {
    rig = await startRig();
    c = `/v1/campaigns/${rig.campaign}`;
});

after(() => rig?.stop());

async function signUp(person, isForm) {
    const said = {actions: ['rally'], ...person};
    if (isForm) said.key = await rig.formKey();
    const answer = await rig.call('POST', `${c}/signups`, isForm
        ? {type: FORM, body: `${new URLSearchParams(said)}`}
        : {body: said});
    assert.equal(answer.status, isForm ? 303 : 201,
        `${JSON.stringify(person)}: ${answer.text}`);
}

/** To whom the outbox has handed what, once there are so many. */
async function handed(channel, count) {
    const all = () => rig.outbox().filter((one) => one.channel === channel);
    await rig.until(`${count} of ${channel}`, () => all().length >= count);
    return all();
}

test('a number is what one sees of it', async () => {
    const typed = (i) => [
        ['07700\u00a0900', ''], ['07700\u202f900', ''], ['07700\u2011900', ''],
        ['07700\u2013900', ''], ['07700\u2212900', ''],
        ['\u202a07700 900', '\u202c'], ['\u200b07700900', ''],
        ['\ufeff07700900', ''], ['tel:+447700900', ''], ['07700900', '\t'],
        ['07700900', '\n'], ['07700900', '\r\n'], ['07700900', '\r'],
        ['\t07700\t900', ''], ['+44 (0)7700 900', ' '],
    ].map(([front, back], row) => `${front}${100 + 20 * i + row}${back}`);
    const wanted = [];
    for (const isForm of [false, true]) {
        for (const phone of typed(Number(isForm))) {
            await signUp({name: 'Amy', phone}, isForm);
            wanted.push(`+447700900${/\d{3}(?=\D*$)/.exec(phone)[0]}`);
        }
        const wide = isForm ? '０７７００９００１９８' : '０７７００９００１９９';
        await signUp({name: 'Amy', phone: wide}, isForm);
        wanted.push(isForm ? '+447700900198' : '+447700900199');
    }
    const texts = await handed('sms', wanted.length);
    assert.deepEqual(texts.map(({to}) => to).sort(), wanted.sort());
});

test('two numbers, and a number that a sheet has rounded, are refused',
    async () => {
        for (const phone of ['07700 900101 07700 900102',
            '07700 900101 / 07700 900102', '07700900101\n07700900102',
            '7.7009E+09', '07700 900\u0007101']) {
            const answer = await rig.call('POST', `${c}/signups`,
                {body: {name: 'Amy', phone}});
            assert.equal(answer.status, 400, phone);
            assert.equal(answer.json.errors[0].field, 'phone', phone);
        }
    });

test('an address is what one sees of it', async () => {
    const rows = [
        ['amy1@example.org\u00a0', 'amy1@example.org'],
        ['\u200bamy2@example.org', 'amy2@example.org'],
        ['\ufeffamy3@example.org', 'amy3@example.org'],
        ['o’brien@example.org', 'o\'brien@example.org'],
        ['mailto:amy4@example.org', 'amy4@example.org'],
        ['amy5@example.org\t', 'amy5@example.org'],
        ['amy6@example.org\r\n', 'amy6@example.org'],
    ];
    for (const [i, [email]] of rows.entries())
        await signUp({name: 'Amy', email}, i % 2 === 1);
    const mails = await handed('email', rows.length);
    assert.deepEqual(mails.map(({to}) => to).sort(),
        rows.map(([, to]) => to).sort());
});

test('a name is what one sees of it, and one without is none', async () => {
    for (const name of ['\u200b', '\u00a0', '\u2800', '\u3164', '\u200d', '\t',
        'Amy\u0085Jones', 'Amy\u2028Jones', 'Amy\nJones', 'A\u0007my']) {
        const answer = await rig.call('POST', `${c}/signups`,
            {body: {name, phone: '07700 900300'}});
        assert.equal(answer.status, 400, JSON.stringify(name));
        assert.equal(answer.json.errors[0].field, 'name', JSON.stringify(name));
    }
    const rows = [['Amy\u00a0Jones', 'Amy'], ['Bea\tJones\r\n', 'Bea'],
        ['Cy \u202eevil', 'Cy'], ['\u2066Di\u2069', 'Di']];
    const before = (await handed('sms', 0)).length;
    for (const [i, [name]] of rows.entries())
        await signUp({name, phone: `07700 90031${i}`}, i % 2 === 1);
    const texts = (await handed('sms', before + rows.length)).slice(before);
    for (const [, first] of rows)
        assert.ok(texts.some(({text}) => text.includes(` ${first} signed up`)),
            `${first}: ${texts.map(({text}) => text).join('\n')}`);
});

test('a code is what one sees of it', async () => {
    const {places: [{ticket}]} = await rig.signUp(
        {name: 'Ed', phone: '07700 900400', actions: ['rally']});
    const groups = ticket.code.match(/.{5}/g);
    const wide = ticket.code.replace(/\d/g,
        (d) => String.fromCharCode(0xff10 + Number(d)));
    const codes = [ticket.code, `${ticket.code}\r`, `${ticket.code}\n`,
        `${ticket.code}\r\n`, `${ticket.code}\t`, groups.join('\u2011'),
        groups.join('\u2013'), groups.join('\u00a0'), groups.join('.'),
        `\u200b${ticket.code}`, wide, ticket.url, `${ticket.url}\r\n`];
    for (const [i, code] of codes.entries()) {
        const answer = await rig.call('POST', `${c}/actions/rally/checkins`, {
            token: rig.tokens.steward,
            body: {gate: 'north', kind: 'arrived', code,
                scan_id: rig.freshId('scan'), device: 'test-1'},
        });
        const what = `${JSON.stringify(code)}: ${answer.text}`;
        assert.equal(answer.status, 200, what);
        assert.equal(answer.json.is_first, i === 0, what);
    }
});
