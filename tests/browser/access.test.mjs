// access -- every page, on a phone and on a desk: no barrier that axe knows
// of, nothing wider than the screen, reachable by keyboard.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {DESKTOP, PHONE, findBarriers} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';

let stage;
let person, choices, slip;
let broadcasts;
before(async () => {
    stage = await openStage();
    person = await stage.signUp({
        name: 'Axel Able',
        actions: [RALLY],
        consent_sms: true,
    });
    await stage.signUp({name: 'In Between', actions: [RALLY]});
    choices = await stage.choicesOf(person);
    slip = await stage.slipOf({name: 'Slip Per', actions: [RALLY, 'tiny-room']});
    await stage.checkIn(RALLY, 'north', person.ticket.code);
    const content = {
        class: 'service',
        audience: `signedup:${RALLY}`,
        action: RALLY,
        sms_text: 'Hello {{first_name}}, see you at {{place}}.',
    };
    broadcasts = {
        done: await stage.send({name: 'All done', ...content}),
        draft: (await stage.make({name: 'A draft', ...content})).id,
    };
});
after(() => stage?.close());

/** name, path, what is there once the page is complete */
const pagesOf = () => [
    ['home', '/', '.action'],
    ['sign-up', `/c/${stage.campaign}`, '#sign-up'],
    ['ticket', person.ticket.url, '.qr'],
    ['slip', slip, '.qr'],
    ['choices', choices, '.places li'],
    ['check-in', `/here/${stage.campaign}/${RALLY}/north`, '#code'],
    ['login', '/login', '#password'],
    ['not found', '/t/ABCDEFGHJKMNPQRSTVWX', 'h1'],
];
const staffPagesOf = () => [
    ['live', `/live/${stage.campaign}/${RALLY}`, '#chart canvas'],
    ['big', `/live/${stage.campaign}/${RALLY}?screen=big`, '#chart canvas'],
    ['console', `/console?c=${stage.campaign}`, '.broadcast'],
    ['compose', `/console?c=${stage.campaign}#new`, '.preview .falls'],
    ['draft', `/console?c=${stage.campaign}#b/${broadcasts.draft}`, '.falls'],
    ['done', `/console?c=${stage.campaign}#b/${broadcasts.done}`, '.channel'],
    ['outbox', `/outbox?c=${stage.campaign}`, '.message'],
];

/** Once loaded, on a phone and, turned wide, on a desk. */
async function judge(page, [name, path, complete]) {
    await page.goto('about:blank');
    await page.goto(path);
    await page.locator(complete).first().waitFor();
    for (const size of [PHONE, DESKTOP]) {
        const where = `${name} at ${size.width} px`;
        await page.setViewportSize(size);
        assert.deepEqual(await findBarriers(page), [], where);
        const width = await page.evaluate(
            () => document.documentElement.scrollWidth,
        );
        assert.ok(width <= size.width, `${where} is ${width} px wide`);
    }
    await page.setViewportSize(PHONE);
}

test('nobody is kept out of the public pages, on a phone or a desk', async () => {
    const page = await stage.open();
    page.expectComplaint(/status of 404/);
    for (const row of pagesOf()) {
        await judge(page, row);
    }
    page.assertClean();
    await page.shut();
});

test("nobody is kept out of the staff's pages, on a phone or a desk", async () => {
    const page = await stage.openAs('organiser');
    for (const row of staffPagesOf()) {
        await judge(page, row);
    }
    page.assertClean();
    await page.shut();
});

test('buttons, links in lists and ticks are large enough for a thumb', async () => {
    const page = await stage.open({size: PHONE});
    await page.goto(`/c/${stage.campaign}`);
    const small = await page.evaluate(() =>
        [
            ...document.querySelectorAll(
                'button, select, .pick, .tick, .button, ' +
                    'input:not([type=checkbox], [type=radio], [type=hidden])',
            ),
        ]
            .filter((e) => e.getBoundingClientRect().height < 44)
            .map((e) => e.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(small, []);
    await page.shut();
});

test('the first tab stop leads past the top, and is seen', async () => {
    const page = await stage.open({size: DESKTOP});
    await page.goto('/');
    await page.keyboard.press('Tab');
    const skip = page.locator('.skip');
    assert.ok(await skip.evaluate((e) => e === document.activeElement));
    assert.ok((await skip.boundingBox()).y >= 0);
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#main$/);
    await page.shut();
});

test('every page says what may run: nothing from elsewhere, nothing inline', async () => {
    for (const path of [
        '/',
        `/c/${stage.campaign}`,
        '/login',
        person.ticket.url,
    ]) {
        const answer = await fetch(new URL(path, stage.url));
        const policy = answer.headers.get('content-security-policy') || '';
        assert.match(policy, /default-src 'none'/, path);
        assert.match(policy, /script-src 'self'(;|$)/, path);
        assert.match(policy, /style-src 'self'(;|$)/, path);
        assert.match(policy, /frame-ancestors 'none'/, path);
        assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    }
});
