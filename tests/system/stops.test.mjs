// stops -- what the pages promise a number that has said STOP: with a provider
// that keeps such a list itself not even a safety warning, and without one that
// still comes. Each sentence is read where it is shown; the texts are those
// that were really sent.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const routes = (keeps_stops) => `[route.sms-outbox]
channel = sms
provider = outbox
keeps_stops = ${keeps_stops}
[route.email-outbox]
channel = email
provider = outbox
`;
const e164 = (phone) => `+44${phone.replace(/ /g, '').slice(1)}`;
const FORM = 'application/x-www-form-urlencoded';
const NOT_EVEN = /not even a safety warning/;
const STILL = /still text a safety warning|but a safety warning/;
const PLACE_CHANGES = /We text you about what you signed up for/;

/** What two pages and a note say to somebody whose number said STOP. */
class Somebody {
    constructor(rig) {
        this.rig = rig;
        this.phone = rig.phone(1);
        this.email = 'sal@example.org';
    }

    texts() {
        return this.rig.outbox().filter(({to}) => to === e164(this.phone));
    }

    /** Signs up, proves it, and is sent a text with every link that texts
     * have. */
    async join() {
        const {rig, phone, email} = this;
        await rig.enter({name: 'Sal Stops', phone, email, actions: ['rally'],
            consent_sms: true, consent_email: true, confirm_by: 'sms'});
        const link = (prefix) => () => this.texts().map(({text}) =>
            new RegExp(`/${prefix}/[\\w-]{20,}`).exec(text)?.[0])
            .find(Boolean);
        await rig.until('a link to /y/', link('y'));
        this.contact = link('y')();
        await this.post(this.contact, {do: 'yes'});
        await this.send('{{preferences_url}}');
        await rig.until('a link to /p/', link('p'));
        this.choices = link('p')();
    }

    async send(sms_text) {
        const {rig} = this;
        const path = `/v1/campaigns/${rig.campaign}/broadcasts`;
        const {organiser, approver} = rig.tokens;
        const {id} = await rig.must(201, 'POST', path, {
            token: organiser, headers: {'Idempotency-Key': rig.freshId('key')},
            body: {name: 'Links', class: 'campaign', audience: 'all', sms_text},
        });
        const act = (word, token, body) =>
            rig.must(200, 'POST', `${path}/${id}/${word}`, {token, body});
        const {content_hash} = await act('forecast', organiser);
        await act('approve', approver, {content_hash});
        await act('start', organiser);
    }

    stop() {
        return this.rig.must(200, 'POST',
            `/v1/campaigns/${this.rig.campaign}/stops`,
            {token: this.rig.tokens.organiser, body: {phone: this.phone}});
    }

    post(path, fields) {
        return this.rig.call('POST', path, {type: FORM,
            body: `${new URLSearchParams(fields)}`});
    }

    async page(path) {
        const {status, text} = await this.rig.call('GET', path);
        assert.equal(status, 200, `${path}: ${text}`);
        return text;
    }

    async find() {
        const {rig} = this;
        const asked = await this.post(`/find/${rig.campaign}`,
            {do: 'ask', contact: rig.phone(2)});
        const Cookie = asked.headers.get('set-cookie').split(';')[0];
        const {text} = await rig.call('GET', asked.headers.get('location'),
            {headers: {Cookie}});
        return text;
    }
}

const CASES = [
    {keeps_stops: 'yes', says: NOT_EVEN, never: STILL},
    {keeps_stops: 'no', says: STILL, never: NOT_EVEN},
];

for (const {keeps_stops, says, never} of CASES) {
    describe(`a provider that keeps STOPs: ${keeps_stops}`, () => {
        let rig, sal;

        before(async () => {
            rig = await startRig({conf: routes(keeps_stops)});
            sal = new Somebody(rig);
            await sal.join();
        });
        after(() => rig?.stop());

        const reads = (where, text) => {
            assert.match(text, says, where);
            assert.doesNotMatch(text, never, where);
        };

        test('before STOP nothing is said of it', async () => {
            for (const path of [sal.contact, sal.choices]) {
                const text = await sal.page(path);
                assert.doesNotMatch(text, NOT_EVEN, path);
                assert.doesNotMatch(text, /STOP/, path);
                assert.match(text, PLACE_CHANGES, path);
            }
        });

        test('after it every page says what still comes', async () => {
            await sal.stop();
            for (const path of [sal.contact, sal.choices]) {
                const text = await sal.page(path);
                reads(path, text);
                assert.doesNotMatch(text, PLACE_CHANGES, path);
            }
        });

        test('and so does the text that confirms the STOP', async () => {
            const confirmed = () => sal.texts().find(({text}) =>
                text.includes('no more texts from us'));
            await rig.until('the STOP is confirmed', confirmed);
            reads('note', confirmed().text);
            assert.equal(sal.texts().filter(({text}) =>
                text.includes('no more texts')).length, 1);
        });

        test('"Find my tickets" says whether a code can come', async () => {
            const text = await sal.find();
            if (keeps_stops === 'yes')
                assert.match(text, /A number that said STOP gets no code/);
            else assert.doesNotMatch(text, /STOP/);
        });

        test('who starts texts again is told what that takes', async () => {
            const started = await sal.post(sal.contact, {do: 'start-texts'});
            assert.equal(started.status, 303);
            const text = await sal.page(started.headers.get('location'));
            assert.doesNotMatch(text, /Texts are stopped/);
            if (keeps_stops === 'yes')
                assert.match(text, /once you have texted START/);
            else assert.match(text, /Texts start again/);
        });
    });
}
