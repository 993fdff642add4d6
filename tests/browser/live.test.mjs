// live -- the count climbs as people come, says how fresh it is, and heals.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {DESKTOP, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';

let stage;
before(async () => {
    stage = await openStage();
});
after(() => stage?.close());

const numberIn = async (page, id) =>
    Number((await page.innerText(`#${id}`)).replace(/,/g, ''));
const livePath = () => `/live/${stage.campaign}/${RALLY}`;
const freshness = (page) => page.innerText('#fresh');

async function arrive(count, gate = 'north') {
    for (let i = 0; i < count; i++) {
        const {ticket} = await stage.signUp({
            name: `Marcher ${i}`,
            actions: [RALLY],
            role: 'care-worker',
        });
        await stage.checkIn(RALLY, gate, ticket.code);
    }
}

async function canCount() {
    const {status} = await stage.api(
        'GET',
        `/v1/campaigns/${stage.campaign}/actions/${RALLY}/attendance`,
        {token: stage.rig.tokens.coordinator},
    );
    return status === 200;
}

const shows = (page, inside) =>
    until(
        `the page shows ${inside} inside`,
        async () => (await numberIn(page, 'inside')) === inside,
    );

test('who is not signed in is asked to sign in, and comes back', async () => {
    const page = await stage.open();
    await page.goto(livePath());
    await page.waitForURL(/\/login\?next=/);
    await stage.signInOn(page, 'organiser');
    await page.waitForURL((url) => url.pathname === livePath());
    page.assertClean();
    await page.shut();
});

test('the count climbs while people check in, by gate and by role', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    await page.goto(livePath());
    await until('live', async () => /^Live, as of/.test(await freshness(page)));
    const before = await numberIn(page, 'inside');
    await arrive(3, 'north');
    await shows(page, before + 3);
    await arrive(2, 'south');
    await shows(page, before + 5);
    assert.equal(await numberIn(page, 'arrived'), before + 5);
    await until(
        'who signed up is counted too',
        async () =>
            (await numberIn(page, 'signed-up')) === before + 5 &&
            /Care worker\s+5\s+5\s+5/.test(await page.innerText('#roles')),
    );
    assert.match(await page.innerText('#gates'), /North gate\s+3\s+3/);
    assert.match(await page.innerText('#gates'), /South gate\s+2\s+2/);
    assert.match(await page.innerText('#method'), /How this is counted/);
    page.assertClean();
    await page.shut();
});

test('arrivals are drawn as a chart and said in words', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    await page.goto(livePath());
    await page.locator('#chart canvas').waitFor();
    await until('the words', async () =>
        /Busiest minute|Nobody has arrived/.test(
            await page.innerText('#chart-words'),
        ),
    );
    page.assertClean();
    await page.shut();
});

test('the big screen shows the number large, and no tools', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    await page.goto(`${livePath()}?screen=big`);
    const number = page.locator('#inside');
    await number.waitFor();
    await until('a number', async () => (await number.innerText()) !== '–');
    const {height} = await number.boundingBox();
    assert.ok(height > DESKTOP.height / 5, `${height} px high`);
    assert.equal(await page.locator('.live-tools').isVisible(), false);
    assert.equal(await page.locator('.nav').isVisible(), false);
    page.assertClean();
    await page.shut();
});

test('after the gateway was killed and restarted the count goes on', async () => {
    const page = await stage.openAs('organiser');
    page.expectComplaint(/ERR_CONNECTION|Failed to load|ERR_INCOMPLETE/);
    await page.goto(livePath());
    await until('live', async () => /^Live, as of/.test(await freshness(page)));
    const before = await numberIn(page, 'inside');
    await stage.killGateway();
    await until('stale', async () => /^Not live/.test(await freshness(page)));
    assert.equal(await numberIn(page, 'inside'), before);
    await stage.startGateway();
    await arrive(2);
    await shows(page, before + 2);
    await until('live', async () => /^Live, as of/.test(await freshness(page)));
    page.assertClean();
    await page.shut();
});

test('a count that nobody can make is not called live', async () => {
    const page = await stage.openAs('organiser');
    page.expectComplaint(/status of 50[34]/);
    await page.goto(livePath());
    await until('live', async () => /^Live, as of/.test(await freshness(page)));
    const before = await numberIn(page, 'inside');
    await stage.rig.kill('checkin.0');
    await until('stale', async () => /^Not live/.test(await freshness(page)));
    assert.equal(await numberIn(page, 'inside'), before);
    stage.rig.start('checkin.0');
    await stage.rig.ready('checkin.0');
    await until('the gateway has found checkin again', canCount);
    await arrive(1);
    await shows(page, before + 1);
    await until('live', async () => /^Live, as of/.test(await freshness(page)));
    page.assertClean();
    await page.shut();
});

test('an action that does not exist says so', async () => {
    const page = await stage.openAs('organiser');
    page.expectComplaint(/status of 404/);
    await page.goto(`/live/${stage.campaign}/no-such-action`);
    await page.locator('#problem').waitFor();
    assert.match(await page.innerText('#problem'), /no such action/);
    page.assertClean();
    await page.shut();
});
