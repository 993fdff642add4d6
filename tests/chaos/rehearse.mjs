// rehearse -- a broadcast on its worst day, and what must be so at its end.
//
// It goes to a crowd through an HTTP provider that remembers, while people go
// on signing up and checking in, and while something is disturbed: killed with
// -9, frozen, moved. At the end every recipient is exactly one of accepted,
// failed, withheld, in doubt; the provider saw nobody twice; whoever is in
// doubt was on the wire when a courier was killed; and what was acknowledged
// meanwhile is there.
import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';

import {World, random_from, wait_until} from './world.mjs';

const CAMPAIGN = '/v1/campaigns/chaos';
const CONCURRENCY = 10; // of the route: hand-overs open at once
const WORKERS = 32;
const STALE_MS = 4000; // kill on though the sending stands still
const END_MS = 120000;
const FROZEN_MS = 6000;
const AWAY_MS = 4000;
const STATES = ['pending', 'leased', 'deferred', 'accepted', 'delivered',
    'failed', 'withheld', 'in_doubt', 'expired', 'superseded', 'stopped'];
const ENDS = ['accepted', 'failed', 'withheld', 'in_doubt'];

// A mobile number that is nobody's: nothing here leaves the machine.
function phone(i) {
    return `+447400${String(100000 + i)}`;
}

// The same key is the same entry, however often it is sent.
function sign_up_body(i, action) {
    return {name: `Person ${i}`, phone: phone(i), actions: [action],
        consent_sms: true, consent_version: '1', key: `chaos-person-${action}-${i}`};
}

// By an organisation's own server, which vouches: nobody is asked to confirm,
// so that what the provider sees is the broadcast.
async function ask_to_sign_up(world, i, action) {
    return await world.ask('POST', `${CAMPAIGN}/signups`,
        sign_up_body(i, action),
        {authorization: `Bearer ${world.server_token}`});
}

async function make_campaign(world) {
    const put = async (path, body) => {
        const {status, body: answer} = await world.staff('PUT', path, body);
        assert.ok(status === 200 || status === 201,
            `PUT ${path}: ${status} ${JSON.stringify(answer)}`);
    };
    await put(CAMPAIGN, {name: 'Chaos', summary: 'A rehearsal of the worst.',
        roles: ['marcher'], regions: ['london'], sms_sender: 'Chaos',
        consent_wording: 'Yes, text me.', consent_version: '1',
        approval_above: 100000});
    for (const id of ['rally', 'film']) {
        await put(`${CAMPAIGN}/actions/${id}`, {name: `The ${id}`,
            kind: 'rally', place: 'Parliament Square', summary: 'A march.',
            starts_at: new Date(Date.now() + 3600e3).toISOString(),
            ends_at: new Date(Date.now() + 7200e3).toISOString(),
            gates: [{id: 'north', name: 'North'}]});
    }
    const made = await world.staff('POST', `${CAMPAIGN}/tokens`,
        {name: 'server', role: 'signups'});
    assert.equal(made.status, 201, JSON.stringify(made.body));
    world.server_token = made.body.token;
}

// The code of a ticket: until there is one. (While checkin is away a place has
// none yet.)
async function sign_up(world, i, action) {
    return await wait_until(`sign-up ${i}`, async () => {
        const {status, body} = await ask_to_sign_up(world, i, action);
        assert.ok(![400, 409, 422].includes(status),
            `sign-up ${i}: ${status} ${JSON.stringify(body)}`);
        const place = body?.places?.find((one) => one.action === action);
        return status === 201 && place?.ticket?.code;
    });
}

// Work on each item by several workers; what each gave, in order.
async function for_each(items, work) {
    const results = new Array(items.length);
    let next = 0;
    await Promise.all(Array.from({length: WORKERS}, async () => {
        while (next < items.length) {
            const at = next++;
            results[at] = await work(items[at]);
        }
    }));
    return results;
}

async function start_broadcast(world) {
    const make = await world.staff('POST', `${CAMPAIGN}/broadcasts`, {
        name: 'Change of route', class: 'service', action: 'rally',
        audience: 'signedup:rally',
        sms_text: 'Hello {{first_name}}, the march turns left at noon.',
    }, {'idempotency-key': 'chaos-1'});
    assert.equal(make.status, 201, JSON.stringify(make.body));
    const path = `${CAMPAIGN}/broadcasts/${make.body.id}`;
    const forecast = await world.staff('POST', `${path}/forecast`, {});
    assert.equal(forecast.status, 200, JSON.stringify(forecast.body));
    const approved = await world.staff('POST', `${path}/approve`,
        {content_hash: forecast.body.content_hash});
    assert.equal(approved.status, 200, JSON.stringify(approved.body));
    const started = await world.staff('POST', `${path}/start`, {});
    assert.equal(started.status, 200, JSON.stringify(started.body));
    return path;
}

// ---- what goes on meanwhile ----------------------------------------------

// New people sign up for the film and the crowd checks in at the rally, one
// after the other; only what was acknowledged is remembered.
class Bystanders {
    constructor(world, tickets) {
        this.world = world;
        this.tickets = tickets;
        this.signed_up = new Map(); // i -> the ticket's code, or null
        this.asked = 0;
        this.arrived = new Set();
        this.unknown = new Set(); // check-ins asked and never acknowledged
        this.is_over = false;
        this.work = Promise.all([this.#sign_people_up(), this.#check_in()]);
        this.work.catch(() => {}); // end() tells
    }

    async #sign_people_up() {
        for (let i = this.tickets.length; !this.is_over; i++) {
            const got = await ask_to_sign_up(this.world, i, 'film');
            this.asked++;
            if (got.status === 201) {
                this.signed_up.set(i, got.body.places[0].ticket?.code);
            }
            await pause(got.status === 201 ? 5 : 50);
        }
    }

    async #check_in() {
        for (let i = 0; !this.is_over && i < this.tickets.length; i++) {
            const got = await this.world.ask('POST',
                `${CAMPAIGN}/actions/rally/checkins`, {gate: 'north',
                    kind: 'arrived', code: this.tickets[i],
                    scan_id: `scan-${i}-first`, device: 'phone-1'});
            (got.status === 200 ? this.arrived : this.unknown).add(i);
            await pause(got.status === 200 ? 5 : 50);
        }
    }

    async end() {
        this.is_over = true;
        await this.work;
    }

    async #count_film() {
        const {body} = await this.world.staff('POST',
            `${CAMPAIGN}/audiences/preview`, {query: 'signedup:film',
                class: 'service', action: 'film'});
        return body.people;
    }

    // Asked again by the same key, each is the entry it was.
    async #assert_sign_ups() {
        const {world, signed_up, asked} = this;
        const people = await this.#count_film();
        assert.ok(people >= signed_up.size && people <= asked,
            `${people} signed up, ${signed_up.size} of ${asked} acknowledged`);
        await for_each([...signed_up], async ([i, code]) => {
            const again = await sign_up(world, i, 'film');
            assert.ok(!code || code === again,
                `the sign-up of ${i} was acknowledged and is another`);
        });
        assert.equal(await this.#count_film(), people,
            'a sign-up was acknowledged and is not there');
    }

    async assert_all_there() {
        const {world} = this;
        await this.#assert_sign_ups();
        const {body} = await world.staff('GET',
            `${CAMPAIGN}/actions/rally/attendance`);
        const least = this.arrived.size;
        assert.ok(body.arrived >= least &&
            body.arrived <= least + this.unknown.size,
        `${body.arrived} arrived, ${least} were acknowledged, ` +
            `${this.unknown.size} unknown`);
        await for_each([...this.arrived], async (i) => {
            // Asked again while the store is busy, which changes nothing.
            let got;
            await wait_until(`the check-in of ${i} is answered`, async () => {
                got = await world.ask('POST',
                    `${CAMPAIGN}/actions/rally/checkins`, {gate: 'north',
                        kind: 'arrived', code: this.tickets[i],
                        scan_id: `scan-${i}-again`, device: 'phone-1'});
                return got.status !== 503 && got.status !== 0;
            });
            assert.equal(got.status, 200);
            assert.ok(!got.body.is_first && got.body.was_present !== false,
                `the check-in of ${i} was acknowledged and is not there`);
        });
    }
}

// Kills victims as the provider has seen each further part of the crowd.
export async function kill_as_it_proceeds(world, {recipients, kills, victims,
    random}) {
    const plan = Array.from({length: kills}, (_, i) => ({
        victim: victims[Math.floor(random() * victims.length)],
        due: recipients * (i + random()) / (kills + 1),
        pause_ms: 50 + random() * 250,
    }));
    let seen = 0, moved_at = Date.now();
    for (const {victim, due, pause_ms} of plan) {
        while (seen < due && Date.now() - moved_at < STALE_MS) {
            await pause(10);
            const stats = await world.provider('/stats');
            moved_at = stats.distinct === seen ? moved_at : Date.now();
            seen = stats.distinct;
        }
        await wait_until(`${victim} lives`, () => world.kill(victim));
        moved_at = Date.now();
        await pause(pause_ms);
    }
    return plan.map((kill) => kill.victim);
}

// Stops the couriers' clocks for longer than any lease of theirs lasts.
export async function freeze_couriers(world, {recipients}) {
    const frozen = [];
    for (const name of ['courier.0', 'courier.1']) {
        await wait_until('the sending proceeds', async () =>
            (await world.provider('/stats')).distinct >
                recipients * (frozen.length + 1) / 4, END_MS);
        world.freeze(name);
        await pause(FROZEN_MS);
        world.thaw(name);
        frozen.push(name);
    }
    return frozen;
}

// ---- what must be so at the end ------------------------------------------

async function wait_for_end(world, path) {
    let counts;
    await wait_until('the broadcast ends', async () => {
        const {body} = await world.staff('GET', path);
        counts = body.channels[0].counts;
        return body.stage === 'done' && !counts.pending && !counts.leased &&
            !counts.deferred;
    }, END_MS).catch((error) => {
        throw new Error(`${error.message}: ${JSON.stringify(counts)}`);
    });
    return counts;
}

async function recipients_by_state(world, path) {
    const found = {};
    for (const state of STATES) {
        found[state] = [];
        let from = '';
        do {
            const {body} = await world.staff('GET', `${path}/recipients` +
                `?channel=sms&state=${state}&max=1000${from}`);
            found[state].push(...body.numbers);
            from = body.next === undefined || body.next === null ? '' :
                `&from=${body.next}`;
        } while (from !== '');
    }
    return found;
}

function assert_each_is_one(found, counts, recipients) {
    const all = Object.values(found).flat();
    assert.equal(new Set(all).size, all.length, 'a recipient in two states');
    assert.equal(all.length, recipients, 'not everybody is in the ledger');
    for (const state of STATES) {
        assert.equal(found[state].length, counts[state] ?? 0,
            `${state}: listed and counted differ`);
        assert.ok(found[state].length === 0 || ENDS.includes(state),
            `${found[state].length} ended as ${state}`);
    }
}

async function assert_nobody_twice(world, counts) {
    const all = await world.provider('/seen');
    assert.deepEqual(all.filter((one) => one.times !== 1), []);
    // Confirmations go the same way, and are killed alike: one each as well.
    const seen = all.filter(({ref}) => ref.split('.')[1] !== 'b0');
    assert.equal(new Set(seen.map((one) => one.to)).size, seen.length,
        'one phone under two references');
    const accepted = counts.accepted ?? 0, in_doubt = counts.in_doubt ?? 0;
    assert.ok(seen.length >= accepted && seen.length <= accepted + in_doubt,
        `the provider saw ${seen.length}; ${accepted} accepted, ` +
        `${in_doubt} in doubt`);
}

export async function rehearse(t, {recipients, kills, victims, rate, seed,
    engine, disturb = kill_as_it_proceeds}) {
    t.diagnostic(`seed ${seed}`);
    const random = random_from(seed);
    const world = new World({rate, concurrency: CONCURRENCY}, engine);
    // A Redis of several stays away until a replica has taken over.
    world.restart_after_ms = (name) => 50 + Math.random() * 300 +
        (name.startsWith('redis.') ? AWAY_MS : 0);
    let bystanders;
    try {
        await world.start();
        await make_campaign(world);
        const tickets = await for_each([...Array(recipients).keys()],
            (i) => sign_up(world, i, 'rally'));
        bystanders = new Bystanders(world, tickets);
        const began_at = Date.now();
        const path = await start_broadcast(world);
        const killed = await disturb(world,
            {recipients, kills, victims, random});
        const counts = await wait_for_end(world, path);
        const took_ms = Date.now() - began_at;
        await bystanders.end();
        await world.ready();
        const courier_kills = killed
            .filter((name) => name.startsWith('courier')).length;
        t.diagnostic(`${killed.length} times (${killed.join(' ')}) in ${took_ms} ms: ` +
            `${JSON.stringify(counts)}; meanwhile ` +
            `${bystanders.signed_up.size} sign-ups, ` +
            `${bystanders.arrived.size} check-ins acknowledged`);
        assert_each_is_one(await recipients_by_state(world, path), counts,
            recipients);
        await assert_nobody_twice(world, counts);
        assert.ok((counts.in_doubt ?? 0) <= courier_kills * CONCURRENCY,
            `${counts.in_doubt} in doubt after ${courier_kills} kills of ` +
            `couriers with at most ${CONCURRENCY} requests on the wire`);
        const recount = await world.staff('POST', `${path}/recount`, {});
        assert.equal(recount.body.is_equal, true,
            JSON.stringify(recount.body));
        await bystanders.assert_all_there();
        assert.deepEqual(world.ends, [], 'a process ended by itself');
        assert.deepEqual(await world.stop(), [], 'a process did not end well');
        assert.deepEqual(world.crashes(), []);
        return counts;
    } catch (error) {
        if (bystanders) {
            bystanders.is_over = true;
        }
        t.diagnostic(world.tell());
        throw error;
    } finally {
        world.remove();
    }
}

