// plain_http -- at an address of a network without https a browser keeps none
// of our cookies: no page offers to remember it there, and no code is sent that
// would lead nowhere. On this machine, and behind a proxy with https, it does.
import assert from 'node:assert/strict';
import {request} from 'node:http';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const FORM = 'application/x-www-form-urlencoded';
const TICK = 'name="remember"';

let rig, link;

before(async () => {
    rig = await startRig();
    await rig.enter({name: 'Lan Liz', phone: rig.phone(1), actions: ['rally']});
    const find = () => rig.outbox().map(({text}) =>
        /\/y\/[\w-]{22}/.exec(text)?.[0]).find(Boolean);
    await rig.until('a link', find);
    link = find();
});
after(() => rig?.stop());

/** As a browser at that address asks: fetch does not let one say Host. */
function ask(method, path, {headers = {}, form} = {}) {
    const {hostname, port} = new URL(rig.base);
    return new Promise((resolve, reject) => {
        const asked = request({hostname, port, method, path, agent: false,
            headers: {...headers, ...form && {'Content-Type': FORM}}});
        asked.on('error', reject).on('response', (answer) => {
            let text = '';
            answer.on('data', (part) => {
                text += part;
            }).on('end', () => resolve({status: answer.statusCode,
                headers: answer.headers, text}));
        }).end(form && `${new URLSearchParams(form)}`);
    });
}

const LAN = {Host: '192.168.1.20:8080'};
const KEEPS = [
    {Host: '127.0.0.1:8080'}, {Host: 'localhost'}, {Host: '[::1]:8080'},
    {...LAN, 'X-Forwarded-Proto': 'https'},
];
const KEEPS_NOT = [
    LAN, {Host: 'muster.test'}, {Host: '127.evil.example'},
    {Host: 'localhost.example'}, {...LAN, 'X-Forwarded-Proto': 'http'},
];

const ofFind = () => `/find/${rig.campaign}`;

test('the tick is offered where the browser would keep it', async () => {
    for (const headers of KEEPS) {
        const {status, text} = await ask('GET', link, {headers});
        assert.equal(status, 200);
        assert.ok(text.includes(TICK), JSON.stringify(headers));
        const find = await ask('GET', ofFind(), {headers});
        assert.match(find.text, /Send me a code/, JSON.stringify(headers));
    }
});

test('nowhere else, and who ticks it all the same is told no lie', async () => {
    for (const headers of KEEPS_NOT) {
        const {status, text} = await ask('GET', link, {headers});
        assert.equal(status, 200);
        assert.ok(!text.includes(TICK), JSON.stringify(headers));
        assert.match(text, /Yes, that’s me/);
    }
    const {status, headers} = await ask('POST', link,
        {headers: LAN, form: {do: 'yes', remember: 'yes'}});
    assert.equal(status, 303);
    assert.equal(headers['set-cookie'], undefined);
    assert.equal(headers.location, `${link}?done=yes`);
    const page = await ask('GET', headers.location, {headers: LAN});
    assert.match(page.text, /Thank you. It is confirmed/);
    assert.ok(!page.text.includes(TICK));
    assert.doesNotMatch(page.text, /Remember me here/);
});

test('no code is sent to where it cannot be typed', async () => {
    const sent = rig.outbox().length;
    for (const headers of KEEPS_NOT) {
        const page = await ask('GET', ofFind(), {headers});
        assert.match(page.text, /does not begin with https/);
        assert.match(page.text, /open the link in our message/);
        assert.doesNotMatch(page.text, /<form/);
        const asked = await ask('POST', ofFind(), {headers,
            form: {do: 'ask', contact: rig.phone(1)}});
        assert.match(asked.text, /does not begin with https/);
    }
    await ask('POST', ofFind(), {headers: KEEPS[0],
        form: {do: 'ask', contact: rig.phone(1)}});
    await rig.until('the code of the last', () => rig.outbox().length > sent);
    assert.equal(rig.outbox().length, sent + 1);
});

test('a proxy that does not say https is believed by its address', async () => {
    const here = rig;
    process.env.MUSTER_GATEWAY_PUBLIC_URL = 'https://muster.test';
    try {
        rig = await startRig({without: ['broadcast', 'courier', 'checkin']});
        for (const [Host, keeps] of [['muster.test', true],
            ['MUSTER.test', true], ['muster.test.evil.example', false],
            ['muster', false], ['192.168.1.20', false]]) {
            const {text} = await ask('GET', ofFind(), {headers: {Host}});
            assert.equal(text.includes('Send me a code'), keeps, Host);
        }
    } finally {
        delete process.env.MUSTER_GATEWAY_PUBLIC_URL;
        if (rig !== here) await rig.stop();
        rig = here;
    }
});
