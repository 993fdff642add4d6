// bots -- what a machine seems to have sent is answered as any other, and never
// written to: a form with the hidden field filled, sent too fast or without
// the key that ours has; JSON in the same ways, and more of it than one person
// types.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const FORM = 'application/x-www-form-urlencoded';
const SLOW_MS = 3000; // more than form_ms_min
const KEYLESS_MAX = 6; // [gateway] keyless_signups_per_minute

let rig, c, server;
let people = 0;

before(async () => {
    rig = await startRig({hasClock: true, conf: `[gateway]
form_ms_min = 2000
exempt_loopback = no
proxies = 127.0.0.1
behind_proxy = yes
`});
    c = `/v1/campaigns/${rig.campaign}`;
    server = await rig.signUpToken();
});
after(() => rig?.stop());

/** Everybody has an address of a mail, and one on the network, of their own. */
function person() {
    const n = ++people;
    return {
        email: `person${n}@example.org`,
        from: {'X-Forwarded-For': `192.0.2.${n}`},
    };
}

/** A key of a form that somebody has looked at for a while. */
async function slowKey(campaign) {
    const key = await rig.formKey(campaign);
    rig.moveClock(SLOW_MS);
    return key;
}

function postForm(who, more) {
    const fields = {name: 'Pat Person', email: who.email, actions: 'rally',
        website: '', ...more};
    return rig.call('POST', `${c}/signups`, {type: FORM, headers: who.from,
        body: `${new URLSearchParams(fields)}`});
}

function postJson(who, {headers = {}, token, ...more} = {}) {
    const body = {name: 'Pat Person', email: who.email, actions: ['rally'],
        ...more};
    return rig.call('POST', `${c}/signups`,
        {body, token, headers: {...who.from, ...headers}});
}

const hasMessage = ({email}) => rig.outbox().some(({to}) => to.includes(email));

/** Whatever was asked before this was answered is sent by then, or never. */
async function allIsSent() {
    const who = person();
    assert.equal((await postJson(who, {token: server})).status, 201);
    await rig.until('the last is written to', () => hasMessage(who));
}

/** What does not differ between any two answers. */
async function shapeOf(answer) {
    const names = [...answer.headers.keys()].filter((name) => name !== 'date');
    const to = answer.headers.get('location');
    let page = answer.text;
    if (to) {
        const Cookie = answer.headers.get('set-cookie').split(';')[0];
        page = (await rig.call('GET', to, {headers: {Cookie}})).text;
    }
    const text = page.replace(/person\d+@/g, 'person@')
        .replace(/[0-9A-HJKMNP-TV-Z]{20}|([0-9A-HJKMNP-TV-Z]{5}-?){4}/g, 'CODE')
        .replace(/trace:\w+/g, 'trace');
    return {status: answer.status, names, text};
}

/** Each is answered as good is; and while good is written to, they are not. */
async function neverWrittenTo(good, bots) {
    const human = person();
    const want = await shapeOf(await good(human));
    const machines = [];
    for (const [what, post] of Object.entries(bots)) {
        const machine = {...person(), what};
        assert.deepEqual(await shapeOf(await post(machine)), want, what);
        machines.push(machine);
    }
    await rig.until('a person is written to', () => hasMessage(human));
    await allIsSent();
    for (const machine of machines)
        assert.equal(hasMessage(machine), false, machine.what);
    return machines;
}

test('a form that a machine filled in is answered, and goes nowhere', async () => {
    await rig.must(200, 'PUT', '/v1/campaigns/other',
        {token: rig.tokens.bootstrap, body: {name: 'Other'}});
    await neverWrittenTo(
        async (who) => postForm(who, {key: await slowKey()}),
        {
            'the hidden field': async (who) => postForm(who,
                {key: await slowKey(), website: 'https://spam.example'}),
            'too fast': async (who) => postForm(who, {key: await rig.formKey()}),
            'no key': (who) => postForm(who, {}),
            'a forged key': (who) => postForm(who, {key: 'A'.repeat(30)}),
            'a key of its own': (who) => postForm(who,
                {key: 'drawn-at-random-0001'}),
            'another campaign’s key': async (who) => postForm(who,
                {key: await slowKey('other')}),
        },
    );
});

test('JSON has the same looked at, with a form’s key or without', async () => {
    const site = {'Sec-Fetch-Site': 'cross-site'};
    await neverWrittenTo(
        async (who) => postJson(who, {key: await slowKey()}),
        {
            'too fast': async (who) => postJson(who, {key: await rig.formKey()}),
            'a browser without a key': (who) => postJson(who,
                {headers: {Origin: 'https://elsewhere.example'}}),
            'a page of another site': (who) => postJson(who, {headers: site}),
            'a browser with a key of its own': (who) => postJson(who,
                {headers: site, key: 'drawn-at-random-0002'}),
        },
    );
});

test('a program without a token writes to few, and one with it to all', async () => {
    const {from} = person();
    const people = Array.from({length: KEYLESS_MAX + 3},
        () => ({...person(), from}));
    const statuses = [];
    for (const who of people) statuses.push((await postJson(who)).status);
    assert.deepEqual(statuses, people.map(() => 201));
    const vouched = Array.from({length: KEYLESS_MAX + 3},
        () => ({...person(), from}));
    for (const who of vouched) await postJson(who, {token: server});
    await allIsSent();
    assert.deepEqual(people.map(hasMessage),
        people.map((_, i) => i < KEYLESS_MAX));
    assert.deepEqual(vouched.map(hasMessage), vouched.map(() => true));
    // Whoever has our form before them is not counted with them.
    const form = {...person(), from};
    await postForm(form, {key: await slowKey()});
    await rig.until('the form is written to', () => hasMessage(form));
});

test('no message of staff reaches what a machine typed either', async () => {
    const [machine] = await neverWrittenTo(
        async (who) => postForm(who, {key: await slowKey()}),
        {'no key': (who) => postForm(who, {})},
    );
    const path = `${c}/broadcasts`;
    const {id} = await rig.must(201, 'POST', path, {
        token: rig.tokens.organiser, headers: {'Idempotency-Key': 'all'},
        body: {name: 'Gate', class: 'safety', action: 'rally',
            audience: 'signedup:rally', email_subject: 'The gate is shut',
            email_text: 'Please go round.'},
    });
    const act = (word, token, body) =>
        rig.must(200, 'POST', `${path}/${id}/${word}`, {token, body});
    const {content_hash} = await act('forecast', rig.tokens.organiser);
    await act('approve', rig.tokens.approver, {content_hash});
    await act('start', rig.tokens.organiser);
    let email;
    await rig.until('it is done', async () => {
        const read = await rig.must(200, 'GET', `${path}/${id}`,
            {token: rig.tokens.organiser});
        email = read.channels.find(({channel}) => channel === 'email');
        return read.stage === 'done';
    });
    assert.ok(email.counts.accepted > 0);
    assert.equal(hasMessage(machine), false);
    const machines = rig.outbox().filter(({subject}) =>
        subject === 'The gate is shut').length;
    assert.equal(machines, email.counts.accepted);
});
