// stage -- what a browser test stands on: all of Muster (tests/support/rig),
// a campaign with three actions, staff to sign in as, and a browser.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

import {startRig} from '../../support/rig.mjs';
import {openBrowser, until} from './browser.mjs';

const APPROVAL_ABOVE = 5; // recipients: a second person must look at more
const TIMES = {
    starts_at: '2030-09-28T10:30:00Z',
    ends_at: '2030-09-28T14:00:00Z',
};
const GATES = [
    {id: 'north', name: 'North gate'},
    {id: 'south', name: 'South gate'},
];
const ACTIONS = {
    rally: {
        name: 'Great Rally',
        kind: 'rally',
        place: 'The square',
        gates: GATES,
        ...TIMES,
    },
    march: {
        name: 'Long March',
        kind: 'march',
        place: 'The river',
        gates: GATES,
        ...TIMES,
    },
    'tiny-room': {
        name: 'Tiny Room',
        kind: 'roundtable',
        capacity: 1,
        gates: [],
        ...TIMES,
    },
};
const CAMPAIGN = {
    name: 'Spring March',
    summary: 'A campaign to look at.',
    roles: ['care-worker', 'unpaid-carer', 'draws-on-care'],
    regions: ['north-west', 'london'],
    sms_sender: 'SpringMarch',
    email_from: 'hello@spring-march.example.org',
    email_from_name: 'Spring March',
    approval_above: APPROVAL_ABOVE,
    allows_drama_numbers: true,
    consent_wording: 'Yes, you may ask me to take part.',
    consent_version: '2',
};

class Stage {
    constructor(rig, browser) {
        this.rig = rig;
        this.browser = browser;
        this.url = rig.base;
        this.campaign = rig.campaign;
        this.people = 0;
        this.cookies = new Map();
    }

    open(options) {
        return this.browser.open(options);
    }

    /** A page of somebody who is signed in already. */
    async openAs(role, options) {
        const page = await this.open(options);
        if (!this.cookies.has(role)) {
            const answer = await this.rig.call('POST', '/v1/session', {
                body: {campaign: this.campaign, ...this.rig.staff[role]},
            });
            assert.equal(answer.status, 200, answer.text);
            this.cookies.set(role, answer.headers.get('set-cookie'));
        }
        const [name, value] = this.cookies.get(role).split(';')[0].split('=');
        await page.context().addCookies([{name, value, url: this.url}]);
        return page;
    }

    /** Fills in the login page that is open. */
    async signInOn(page, role, password) {
        const staff = this.rig.staff[role];
        await page.selectOption('#campaign', this.campaign);
        await page.fill('#login', staff.login);
        await page.fill('#password', password || staff.password);
        await page.click('button[type=submit]');
    }

    newPhone() {
        return this.rig.phone(this.people++);
    }

    /** By a server: {phone, ticket: {code, url}}, the latter a path. */
    async signUp(person) {
        const phone = person.phone || this.newPhone();
        const answer = await this.rig.signUp({...person, phone});
        const pathOf = (url) => new URL(url).pathname;
        const ticket = answer.places.map((p) => p.ticket).find(Boolean);
        return {
            phone,
            ticket: ticket && {code: ticket.code, url: pathOf(ticket.url)},
        };
    }

    /** The path of somebody's choices, as a text to them says it. */
    async choicesOf({phone}, action = 'rally') {
        await this.send({
            name: 'Where your choices are',
            class: 'service',
            audience: `signedup:${action}`,
            action,
            sms_text: '{{preferences_url}}',
        });
        const digits = phone.replace(/ /g, '').replace(/^0/, '+44');
        // Their confirmation may be handed over after this.
        const linkIn = ({text}) => /\/p\/[\w-]+/.exec(text)?.[0];
        const texts = this.rig
            .outbox()
            .filter(({channel, to}) => channel === 'sms' && to === digits);
        return linkIn(texts.findLast(linkIn));
    }

    /** As a plain form does: the path of the slip's page. */
    async slipOf({actions, ...person}) {
        const form = new URLSearchParams({phone: this.newPhone(),
            key: await this.rig.formKey(), ...person});
        for (const action of actions) form.append('actions', action);
        const path = `/v1/campaigns/${this.campaign}/signups`;
        const answer = await this.rig.call('POST', path, {
            type: 'application/x-www-form-urlencoded',
            body: `${form}`,
        });
        assert.equal(answer.status, 303, answer.text);
        return answer.headers.get('location');
    }

    async api(method, path, options) {
        const {status, json} = await this.rig.call(method, path, options);
        return {status, body: json};
    }

    async checkIn(action, gate, code) {
        const path = `/v1/campaigns/${this.campaign}/actions/${action}/checkins`;
        const scan_id = this.rig.freshId('scan');
        const body = {gate, kind: 'arrived', code, scan_id, device: 'test-1'};
        return this.rig.must(200, 'POST', path, {body});
    }

    // ---- the gateway ----

    killGateway() {
        return this.rig.kill('gateway.0');
    }

    /** On the port that it had. */
    async startGateway() {
        process.env.MUSTER_GATEWAY_PORT = new URL(this.url).port;
        this.rig.start('gateway.0');
        await this.rig.ready('gateway.0');
    }

    // ---- broadcasts, by the API ----

    /** content: as the API wants it. */
    make(content) {
        const path = `/v1/campaigns/${this.campaign}/broadcasts`;
        return this.rig.must(201, 'POST', path, {
            token: this.rig.tokens.organiser,
            headers: {'Idempotency-Key': this.rig.freshId('key')},
            body: content,
        });
    }

    async act(id, act, token, body) {
        const path = `/v1/campaigns/${this.campaign}/broadcasts/${id}`;
        return this.rig.must(200, 'POST', `${path}/${act}`, {token, body});
    }

    async isDone(id) {
        const path = `/v1/campaigns/${this.campaign}/broadcasts/${id}`;
        const token = this.rig.tokens.organiser;
        const read = async () => (await this.api('GET', path, {token})).body;
        try {
            await until('done', async () => (await read()).stage === 'done');
        } catch {
            assert.fail(`never done: ${JSON.stringify(await read())}`);
        }
    }

    /** Makes it, has it approved and started: its id. */
    async start(content) {
        const {organiser, approver} = this.rig.tokens;
        const {id} = await this.make(content);
        const {content_hash} = await this.act(id, 'forecast', organiser);
        await this.act(id, 'approve', approver, {content_hash});
        await this.act(id, 'start', organiser);
        return id;
    }

    /** The same, and waits until it is done. */
    async send(content) {
        const id = await this.start(content);
        await this.isDone(id);
        return id;
    }

    /** The path that the newest mail to this address offers to stop. */
    unsubscribePath(address) {
        const message = this.rig
            .outbox()
            .findLast((m) => m.channel === 'email' && m.to.includes(address));
        const folder = dirname(this.rig.path('outbox', this.campaign, 'x'));
        const mail = readFileSync(join(folder, message.file), 'utf8');
        return /^List-Unsubscribe: <[^>]*(\/u\/[\w-]+)>/m.exec(mail)[1];
    }

    async close() {
        await this.browser.close();
        await this.rig.stop();
    }
}

/** Starts it all; conf: more lines for the services' configuration; campaign:
 * more fields of the campaign. */
export async function openStage({conf, campaign} = {}) {
    const rig = await startRig({conf});
    const token = rig.tokens.bootstrap;
    const base = `/v1/campaigns/${rig.campaign}`;
    await rig.must(200, 'PUT', base, {token, body: {...CAMPAIGN, ...campaign}});
    for (const [id, body] of Object.entries(ACTIONS)) {
        await rig.must(200, 'PUT', `${base}/actions/${id}`, {token, body});
    }
    const browser = await openBrowser(rig.base);
    return new Stage(rig, browser);
}
