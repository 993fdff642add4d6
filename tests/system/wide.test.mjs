// wide -- as many regions and gates as there may be, through the HTTP API, and
// one more of each.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const REGIONS = 4096;
const GATES = 256;
const regions = Array.from({length: REGIONS}, (_, i) => `area-${i}`);
let rig, c;

before(async () => {
    rig = await startRig();
    c = '/v1/campaigns/wide';
});

after(() => rig?.stop());

const put = (path, body) =>
    rig.call('PUT', path, {token: rig.tokens.bootstrap, body});

test('a campaign has 4,096 regions; a sign-up and an audience name any',
    async () => {
        const wide = {name: 'Wide', regions, allows_drama_numbers: true};
        assert.equal((await put(c, wide)).status, 200);
        const {status, text} = await rig.call('POST', `${c}/signups`, {body: {
            name: 'Ann Smith', phone: rig.phone(1), region: 'area-4095',
        }});
        assert.equal(status, 201, text);
        const count = async (query) => (await rig.call('POST',
            `${c}/audiences/preview`, {token: rig.tokens.bootstrap,
                body: {query, class: 'campaign'}})).json.people;
        assert.equal(await count('region:area-4095'), 1);
        assert.equal(await count('region:area-255'), 0);
        const more = await put(c, {...wide, regions: [...regions, 'one-more']});
        assert.equal(more.status, 400);
        assert.match(more.text, /regions/);
    });

test('a region that is none of the campaign\'s is named as the field at fault',
    async () => {
        const {status, json} = await rig.call('POST', `${c}/signups`, {body: {
            name: 'Ann Smith', phone: rig.phone(1), region: 'atlantis',
        }});
        assert.equal(status, 400);
        assert.deepEqual(json.errors.map(({field}) => field), ['region']);
    });

test('an action has 256 gates', async () => {
    const gates = Array.from({length: GATES}, (_, i) =>
        ({id: `g${i}`, name: `Gate ${i}`}));
    const action = {name: 'March', kind: 'march', place: 'Here',
        starts_at: '2030-05-01T10:00:00Z', ends_at: '2030-05-01T16:00:00Z',
        gates};
    const answer = await put(`${c}/actions/march`, action);
    assert.equal(answer.status, 200, answer.text);
    const more = await put(`${c}/actions/march`,
        {...action, gates: [...gates, {id: 'more', name: 'More'}]});
    assert.equal(more.status, 400);
    assert.match(more.text, /gates/);
});
