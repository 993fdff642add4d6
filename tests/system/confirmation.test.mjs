// confirmation -- what the system sends by itself is there for every campaign,
// is listed as its own, and is nobody's to make, approve, pause or stop.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {openDocument} from '../support/openapi.mjs';
import {startRig} from '../support/rig.mjs';

let rig, api, all;

before(async () => {
    rig = await startRig();
    const {json} = await rig.call('GET', '/v1/openapi.json');
    api = openDocument(json);
    all = `/v1/campaigns/${rig.campaign}/broadcasts`;
});

after(() => rig?.stop());

const ask = (method, path, body, headers) => rig.call(method, path,
    {token: rig.tokens.admin, body, headers});

async function confirmation() {
    let answer;
    await rig.until('the confirmation is there', async () => {
        answer = await ask('GET', `${all}/b0`);
        return answer.status === 200;
    });
    return answer;
}

test('a campaign that was just put has its confirmation', async () => {
    const answer = await confirmation();
    api.checkAnswer('get /v1/campaigns/{c}/broadcasts/{b}', answer);
    const {json} = answer;
    assert.equal(json.class, 'confirmation');
    assert.equal(json.is_system, true);
    assert.equal(json.stage, 'standing');
    assert.equal(json.made_by, 'muster');
    assert.match(json.sms_text, /\{\{confirm_url\}\}/);
    const listed = (await ask('GET', all)).json.broadcasts;
    assert.deepEqual(listed.map(({id}) => id), ['b0']);
});

test('nobody approves, forecasts, starts, pauses, resumes or stops it',
    async () => {
        const {json: {content_hash, revision}} = await confirmation();
        for (const act of ['forecast', 'approve', 'start', 'pause', 'resume',
            'stop']) {
            const body = act === 'approve' ? {content_hash} : undefined;
            const answer = await ask('POST', `${all}/b0/${act}`, body);
            assert.equal(answer.status, 403, `${act}: ${answer.text}`);
            assert.match(answer.json.detail, /words with the campaign/, act);
        }
        const {json: now} = await confirmation();
        assert.equal(now.stage, 'standing');
        assert.equal(now.revision, revision);
    });

test('nobody makes one', async () => {
    for (const kind of ['confirmation', 'note']) {
        const answer = await ask('POST', all, {name: 'Mine', class: kind,
            audience: 'all', sms_text: 'Hello'}, {'Idempotency-Key': kind});
        assert.equal(answer.status, 400, answer.text);
        assert.match(JSON.stringify(answer.json), /change the campaign/);
        assert.match(JSON.stringify(answer.json), /"class"/);
    }
    const forged = await ask('POST', all, {name: 'Mine', class: 'campaign',
        audience: 'all', sms_text: 'Hello', is_system: true},
    {'Idempotency-Key': 'forged'});
    assert.equal(forged.status, 400, forged.text);
});
