// upgrade -- a var/ that an older Muster left behind comes up under this one:
// every count is what it was, nobody is written to twice, and what people
// hold in their hands (tickets, links, logins, tokens) still opens.
//
// A file of tests/system for each folder of tests/fixtures, whose README says
// how it was made and what is in it; it imports this as "upgrade.mjs?0.1".
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {startRig} from './rig.mjs';
import {takeSnapshot} from './snapshot.mjs';

const VERSION = new URL(import.meta.url).search.slice(1);
const FIXTURE = join(dirname(fileURLToPath(import.meta.url)),
    `../fixtures/var-${VERSION}`);
const CONFIRMATION = 'Confirmation of sign-ups'; // made by this version
const expected = JSON.parse(
    readFileSync(join(FIXTURE, 'expected.json'), 'utf8'));
const {campaign, tokens, cut} = expected;
const C = `/v1/campaigns/${campaign}`;
let rig;

before(async () => {
    rig = await startRig({isEmpty: true, from: join(FIXTURE, 'var.tar.gz'),
        instances: {courier: 2}});
});

after(() => rig?.stop());

const ask = (method, path, body) => rig.must(200, method, path,
    {token: tokens.admin, body});
const countsOf = async (id) =>
    (await ask('GET', `${C}/broadcasts/${id}`)).channels[0].counts;

// The one that was cut off was begun after the snapshot: it has a test of
// its own.
async function snapshot() {
    const counted = await takeSnapshot(ask, campaign);
    delete counted.broadcasts['Cut off'];
    return counted;
}

test('what was on the wire is in doubt, and the rest goes out once',
    async () => {
        let counts;
        await rig.until('nothing is on its way', async () => {
            counts = await countsOf(cut.id);
            return counts.pending + counts.leased + counts.deferred === 0;
        });
        const sum = (all) => Object.values(all).reduce((a, b) => a + b, 0);
        assert.equal(sum(counts), sum(cut.counts));
        assert.ok(counts.in_doubt >= cut.held.length,
            JSON.stringify(counts));
        const sent = rig.outbox(campaign)
            .filter(({text}) => text?.includes('Cut off'));
        assert.equal(sent.length, counts.accepted);
        const phones = [...sent.map(({to}) => to), ...cut.held];
        assert.equal(new Set(phones).size, phones.length);
    });

test('every count is what it was, and each ledger recounts equal',
    async () => {
        const got = await snapshot();
        const want = structuredClone(expected.counted);
        assert.equal(got.audit.isWhole, true);
        assert.deepEqual(got.audit.hashes.slice(0, want.audit.length),
            want.audit.hashes);
        delete got.audit;
        delete want.audit;
        delete got.broadcasts[CONFIRMATION];
        assert.deepEqual(got, want);
    });

test('the confirmation of now writes to nobody of before', async () => {
    const {broadcasts} = await snapshot();
    assert.deepEqual(
        broadcasts[CONFIRMATION].channels.map(({audience}) => audience),
        [0, 0]);
});

test('tickets and links that people hold still open', async () => {
    const page = await rig.call('GET', `/t/${expected.code}`);
    assert.equal(page.status, 200, page.text);
    assert.match(page.text, /src="\/t\/[0-9A-Z]{20}\.svg"/); // its new code
    const mark = {gate: 'north', kind: 'arrived', code: expected.code,
        scan_id: rig.freshId('upgrade'), device: 'north-9'};
    const {arrived} = expected.counted.attendance.walk;
    assert.equal((await rig.must(200, 'POST', `${C}/actions/walk/checkins`,
        {body: mark})).is_first, true);
    await rig.until('they are counted', async () => arrived + 1 ===
        (await ask('GET', `${C}/actions/walk/attendance`)).arrived);
    for (const path of [expected.preferences_path,
        expected.unsubscribe_path])
        assert.equal((await rig.call('GET', path)).status, 200, path);
});

test('an unsubscribe link of before still unsubscribes', async () => {
    const query = {query: 'consent:email', class: 'campaign'};
    const preview = () => ask('POST', `${C}/audiences/preview`, query);
    const {people} = await preview();
    const answer = await rig.call('POST', expected.unsubscribe_path, {
        body: 'List-Unsubscribe=One-Click',
        type: 'application/x-www-form-urlencoded'});
    assert.ok(answer.status < 400, answer.text);
    assert.equal((await preview()).people, people - 1);
});

test('staff sign in by their passwords, tokens keep a role', async () => {
    await rig.must(200, 'POST', '/v1/session',
        {body: {campaign, ...expected.login}});
    const list = (token) => rig.call('GET', `${C}/broadcasts`, {token});
    assert.equal((await list(tokens.organiser)).status, 200);
    const staff = await rig.call('GET', `${C}/staff`,
        {token: tokens.organiser});
    assert.equal(staff.status, 403);
});

test('somebody who signs up now is new, counted, and gets the standing one',
    async () => {
        const {people} = await ask('POST', `${C}/audiences/preview`,
            {query: 'all', class: 'campaign'});
        const body = {name: 'Late Comer', phone: rig.phone(900),
            actions: ['walk']};
        const key = 'the-late-comer-comes-once';
        const once = await rig.signUp({...body, key}, campaign);
        assert.deepEqual(await rig.signUp({...body, key}, campaign), once);
        const now = await ask('POST', `${C}/audiences/preview`,
            {query: 'all', class: 'campaign'});
        assert.equal(now.people, people + 1);
        await rig.until('the text is out', () => rig.outbox(campaign).some(
            ({to, text}) => to === '+447700900900' &&
                /Your place/.test(text)));
    });

// The seeds of before had a confirmation of their own, standing.
async function confirmationOfSeeds(seed) {
    const {broadcasts} = await rig.must(200, 'GET',
        `/v1/campaigns/${seed}/broadcasts`, {token: rig.tokens.bootstrap});
    return broadcasts.find(({name}) => name === 'Confirmation');
}

/** How many messages of any kind somebody new gets for a sign-up there. */
async function messagesFor(seed, action) {
    const email = `new.at.${action}@example.org`;
    const got = () => rig.outbox(seed).filter(({to}) => to.includes(email));
    await rig.signUp({name: 'New Here', email, actions: [action]}, seed);
    await rig.until(`${seed} writes`, () => got().length > 0);
    await rig.until(`${seed} has ended its own`, async () =>
        (await confirmationOfSeeds(seed)).is_retired);
    return got();
}

test('a confirmation of the seeds of before gives way: one message each',
    async () => {
        assert.equal((await confirmationOfSeeds('providers-unite')).stage,
            'standing');
        const [one, ...more] =
            await messagesFor('providers-unite', 'westminster-rally');
        assert.match(one.subject, /Please confirm|Your ticket/);
        assert.deepEqual(more, []);
        await rig.until('it is done', async () =>
            (await confirmationOfSeeds('providers-unite')).stage === 'done');
    });

test('so does one that is paused, and it ends when it is resumed',
    async () => {
        const seed = 'home-first';
        const act = async (word) => rig.must(200, 'POST',
            `/v1/campaigns/${seed}/broadcasts/` +
                `${(await confirmationOfSeeds(seed)).id}/${word}`,
            {token: rig.tokens.bootstrap});
        await act('pause');
        assert.equal((await messagesFor(seed, 'assembly-leeds')).length, 1);
        assert.equal((await confirmationOfSeeds(seed)).stage, 'paused');
        await act('resume');
        await rig.until('it is done', async () =>
            (await confirmationOfSeeds(seed)).stage === 'done');
    });

test('what was paused goes on, and each one gets it once', async () => {
    const paused = expected.counted.broadcasts['Paused half-way'];
    const b = `${C}/broadcasts/${paused.id}`;
    await ask('POST', `${b}/resume`);
    await rig.until('it is done',
        async () => (await ask('GET', b)).stage === 'done');
    const counts = await countsOf(paused.id);
    const sent = rig.outbox(campaign)
        .filter(({subject}) => subject === 'Paused half-way')
        .map(({to}) => to);
    assert.equal(new Set(sent).size, sent.length);
    assert.equal(sent.length, counts.accepted);
    // One of them has unsubscribed above.
    assert.equal(counts.accepted + counts.withheld,
        paused.channels[0].audience);
    assert.equal((await ask('POST', `${b}/recount`)).is_equal, true);
});

test('what has been brought over is not brought over again', async () => {
    const before_kill = await snapshot();
    for (const name of rig.names()) await rig.kill(name, 'SIGKILL');
    await rig.startServices();
    const after_it = await snapshot();
    assert.equal(after_it.audit.isWhole, true);
    delete before_kill.audit;
    delete after_it.audit;
    assert.deepEqual(after_it, before_kill);
});
