// budgets -- staff see in the console that messages to people who have not
// confirmed are held back: what is over, since when, how many, what to do.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {DESKTOP, PHONE, findBarriers, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const CONF = `[budgets]
contact_hour_max = 1
texts_day_pounds = 1
`;
const DAY_MS = 86400000;

let stage;
before(async () => {
    stage = await openStage({conf: CONF});
});
after(() => stage?.close());

const path = () => `/v1/campaigns/${stage.campaign}/budgets`;
const budgets = () =>
    stage.rig.must(200, 'GET', path(), {token: stage.rig.tokens.coordinator});
const heldBack = async (name) =>
    (await budgets()).budgets.find((b) => b.name === name).held_back;

/** As often as somebody types that number into the form. */
async function enter(phone, times) {
    for (let i = 0; i < times; i++)
        await stage.rig.enter({name: `Person ${i}`, phone, actions: ['rally']});
}

const openConsole = async (role, size) => {
    const page = await stage.openAs(role, {size});
    await page.goto(`/console?c=${stage.campaign}`);
    await page.locator('.broadcast').first().waitFor();
    return page;
};

test('where nothing is held back, nothing is said of it', async () => {
    await enter(stage.newPhone(), 1);
    await until('the confirmation is there', () => stage.rig.outbox().length);
    const page = await openConsole('organiser', DESKTOP);
    assert.equal((await budgets()).is_alarm, false);
    assert.equal(await page.locator('.budgets').count(), 0);
    page.assertClean();
    await page.shut();
});

test('what is over stands above the messages, and what to do', async () => {
    await enter(stage.newPhone(), 3);
    await until('two are held back', async () =>
        (await heldBack('contact-hour')) === 2);
    for (const size of [DESKTOP, PHONE]) {
        const page = await openConsole('coordinator', size);
        const banner = page.locator('.budgets');
        await banner.waitFor();
        const row = banner.locator('[data-budget=contact-hour]');
        const text = await row.innerText();
        assert.match(text, /typed in more than 1 time in one hour/);
        assert.match(text, /2 messages held back today, since \w+/);
        assert.match(text, /contact_hour_max under \[budgets\]/);
        assert.equal(await banner.locator('li').count(), 1);
        assert.deepEqual(await findBarriers(page), []);
        const width = await page.evaluate(
            () => document.documentElement.scrollWidth,
        );
        assert.ok(width <= size.width, `${width} px wide`);
        assert.equal(
            await banner.locator('a').getAttribute('href'),
            `/find/${stage.campaign}`,
        );
        page.assertClean();
        await page.shut();
    }
});

test('a day of texts that costs too much says so in pounds', async () => {
    // A text is reckoned at 8 pence: the thirteenth is over a pound.
    for (let i = 0; i < 14; i++) await enter(stage.newPhone(), 1);
    await until('the pound is spent', async () =>
        (await heldBack('pence-day')) > 0);
    const page = await openConsole('organiser', DESKTOP);
    const row = page.locator('[data-budget=pence-day]');
    await row.waitFor();
    assert.match(await row.innerText(), /£0\.96 of £1\.00 today/);
    assert.match(await row.innerText(), /texts_day_pounds/);
    page.assertClean();
    await page.shut();
});

test('codes that strangers ask for have their row', async () => {
    const phone = stage.newPhone();
    const {rig, campaign} = stage;
    await enter(phone, 1);
    // As after five hundred of them.
    await rig.redis(
        'EVAL',
        "return redis.call('HSET', KEYS[1], 'day', " +
            "struct.pack('>I4I4I4I6I6', ARGV[1], 500, 0, 0, 0))",
        ...['1', `{${campaign}}:su:o`],
        String(Math.floor(Date.now() / DAY_MS)),
    );
    const asked = await rig.call('POST', `/find/${campaign}`, {
        type: 'application/x-www-form-urlencoded',
        body: `${new URLSearchParams({do: 'ask', contact: phone})}`,
    });
    assert.equal(asked.status, 303);
    assert.equal(await heldBack('codes-day'), 1);
    const page = await openConsole('approver', PHONE);
    const row = page.locator('[data-budget=codes-day]');
    await row.waitFor();
    assert.match(await row.innerText(), /Of the 500 texts a day/);
    assert.match(await row.innerText(), /1 message held back today/);
    assert.match(await row.innerText(), /A code by email/);
    assert.deepEqual(await findBarriers(page), []);
    page.assertClean();
    await page.shut();
});
