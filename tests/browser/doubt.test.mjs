// doubt -- a provider that takes a message and never answers: the people are
// listed by number, and an organiser decides, once and knowingly.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {after, before, test} from 'node:test';

import {DESKTOP, findBarriers, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';
const PEOPLE = 3;

let stage;
let provider;
before(async () => {
    provider = createServer(() => null); // reads, and says nothing
    await new Promise((done) => provider.listen(0, '127.0.0.1', done));
    stage = await openStage({
        conf: `[route.sms-silent]
channel = sms
provider = http
url = http://127.0.0.1:${provider.address().port}/
body = json
body_template = {"to":"{{to}}","text":"{{text}}","ref":"{{ref}}"}
rate = 100
concurrency = 10
timeout_ms = 1000
`,
    });
    for (let i = 0; i < PEOPLE; i++) {
        await stage.signUp({name: `Unsure ${i}`, actions: [RALLY]});
    }
});
after(async () => {
    provider?.closeAllConnections();
    provider?.close();
    await stage?.close();
});

test('who is in doubt is listed, and settled by hand after a second look', async () => {
    const id = await stage.start({
        name: 'Did it go?',
        class: 'service',
        audience: `signedup:${RALLY}`,
        action: RALLY,
        sms_text: 'Hello {{first_name}}',
    });
    const page = await stage.openAs('organiser', {size: DESKTOP});
    await page.goto(`/console?c=${stage.campaign}#b/${id}`);
    const doubt = page.locator('.doubt');
    await until(
        'all are in doubt',
        async () =>
            (await doubt.count()) === 1 &&
            (await page.locator('.numbers li').count()) === PEOPLE,
    );
    assert.match(await doubt.innerText(), /In doubt: 3 texts/);
    assert.doesNotMatch(await doubt.innerText(), /The first/);
    assert.deepEqual(await findBarriers(page), []);
    await page.click('[data-doubt=accepted]');
    assert.match(await page.innerText('dialog'), /3 people/);
    await page.click('dialog [data-answer=no]');
    assert.equal(await page.locator('.numbers li').count(), PEOPLE);
    await page.click('[data-doubt=accepted]');
    await page.click('dialog [data-answer=yes]');
    await until('nobody is in doubt', async () => (await doubt.count()) === 0);
    assert.match(await page.innerText('.states'), /Sent\s[^]*3\s+100%/);
    page.assertClean();
    await page.shut();
});

test('a coordinator may watch and press nothing', async () => {
    const page = await stage.openAs('coordinator', {size: DESKTOP});
    await page.goto(`/console?c=${stage.campaign}`);
    await page.locator('.broadcast a').first().waitFor();
    assert.equal(await page.locator('text=Write a message').count(), 0);
    assert.equal(
        await page.locator('.nav a[href^="/outbox"]').isVisible(),
        false,
    );
    await page.locator('.broadcast a').first().click();
    await page.locator('.channel').waitFor();
    assert.equal(await page.locator('.acts button').count(), 0);
    page.assertClean();
    await page.shut();
});
