// audit -- every act is one record before it is done, and the chain of
// records shows when one is changed or gone.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {startRig} from '../support/rig.mjs';

const ACTS = 40;
let rig, c, second;

before(async () => {
    rig = await startRig({instances: {gateway: 2}});
    c = `/v1/campaigns/${rig.campaign}`;
    const port = readFileSync(rig.path('run', 'gateway.1.port'), 'utf8');
    second = `http://127.0.0.1:${Number(port)}`;
});

after(() => rig && rig.stop());

async function log() {
    const records = [];
    let isWhole = true;
    for (let after = 0; ; ) {
        const page = await rig.must(200, 'GET', `${c}/audit?after=${after}`, {
            token: rig.tokens.admin,
        });
        records.push(...page.records);
        isWhole = isWhole && page.is_whole;
        if (!page.next) return {records, isWhole};
        after = page.next;
    }
}

const act = (base, n) =>
    fetch(`${base}${c}/broadcasts/b${n}/start`, {
        method: 'POST',
        headers: {Authorization: `Bearer ${rig.tokens.organiser}`},
    });

test('what the rig did so far is there, in order', async () => {
    const {records, isWhole} = await log();
    assert.equal(isWhole, true);
    const acts = records.map((r) => r.act);
    assert.deepEqual(acts.slice(0, 3), [
        'campaign.put',
        'action.put',
        'action.put',
    ]);
    assert.equal(acts.filter((a) => a === 'staff.make').length, 5);
    assert.equal(acts.filter((a) => a === 'token.make').length, 5);
    assert.equal(records[0].staff, 'bootstrap');
});

test('acts at two gateways at once make one chain', async () => {
    const before = (await log()).records.length;
    const numbers = Array.from({length: ACTS}, (_, n) => n + 100);
    const answers = await Promise.all(
        numbers.flatMap((n) => [act(rig.base, n), act(second, n)]),
    );
    for (const answer of answers)
        assert.equal(answer.status, 404, await answer.text());
    const {records, isWhole} = await log();
    assert.equal(isWhole, true);
    assert.equal(records.length - before, 2 * ACTS);
    assert.deepEqual(
        records.map((r) => r.seq),
        records.map((_, i) => i + 1),
    );
    const subjects = records.slice(before).map((r) => r.subject);
    for (const n of numbers)
        assert.equal(subjects.filter((s) => s === `b${n}`).length, 2);
});

test('an act that cannot be recorded is not done', async () => {
    const key = `{${rig.campaign}}:gw:audit-head`;
    await rig.redis('RENAME', key, 'kept');
    await rig.redis('LPUSH', key, 'x'); // of the wrong type: the script fails
    const body = {
        name: 'Changed',
        kind: 'rally',
        starts_at: '2030-01-01T00:00:00Z',
        ends_at: '2030-01-01T01:00:00Z',
    };
    const answer = await rig.call('PUT', `${c}/actions/rally`, {
        token: rig.tokens.organiser,
        body,
    });
    assert.equal(answer.status, 503);
    const {json} = await rig.call('GET', `${c}/actions`);
    assert.ok(!json.actions.some((a) => a.name === 'Changed'));
    await rig.redis('RENAME', 'kept', key);
    const again = await rig.call('PUT', `${c}/actions/rally`, {
        token: rig.tokens.organiser,
        body,
    });
    assert.equal(again.status, 200);
    assert.equal((await log()).isWhole, true);
});

/** Writes the stream anew, each record through a Lua expression. */
async function rewrite(expression) {
    await rig.redis(
        'EVAL',
        `local all = redis.call('XRANGE', KEYS[1], '-', '+')
         redis.call('COPY', KEYS[1], 'whole', 'REPLACE')
         redis.call('DEL', KEYS[1])
         for i, e in ipairs(all) do
             local r, h = e[2][2], e[2][4]
             ${expression}
         end
         return #all`,
        '1',
        `{${rig.campaign}}:gw:audit`,
    );
}

const restore = () =>
    rig.redis('COPY', 'whole', `{${rig.campaign}}:gw:audit`, 'REPLACE');

test('a record that was changed shows', async () => {
    await rewrite(`
        if i == 5 then r = string.gsub(r, 'bootstrap', 'bootstrup') end
        redis.call('XADD', KEYS[1], e[1], 'r', r, 'h', h)`);
    assert.equal((await log()).isWhole, false);
    await restore();
    assert.equal((await log()).isWhole, true);
});

test('the newest record being gone shows', async () => {
    await rewrite(`
        if i < #all then redis.call('XADD', KEYS[1], e[1], 'r', r, 'h', h) end`);
    assert.equal((await log()).isWhole, false);
    await restore();
    assert.equal((await log()).isWhole, true);
});

test('a page begins behind the record it was asked to', async () => {
    const last = (await log()).records.length;
    const path = `${c}/audit?after=${last - 1}`;
    const token = rig.tokens.admin;
    const page = await rig.must(200, 'GET', path, {token});
    assert.deepEqual(
        page.records.map((r) => r.seq),
        [last],
    );
    assert.equal(page.is_whole, true);
    await rewrite(`
        if i ~= ${last - 1} then
            redis.call('XADD', KEYS[1], e[1], 'r', r, 'h', h)
        end`);
    const gap = await rig.must(200, 'GET', path, {token});
    assert.equal(gap.is_whole, false);
    await restore();
});

test('a record that is gone shows', async () => {
    await rewrite(`
        if i ~= 5 then redis.call('XADD', KEYS[1], e[1], 'r', r, 'h', h) end`);
    assert.equal((await log()).isWhole, false);
    await restore();
    assert.equal((await log()).isWhole, true);
});
