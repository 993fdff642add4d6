// console -- from the first word of a message to the last recipient: write,
// forecast, a second person approves, start, watch, stop; then what the
// people get, and how they stop it.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {DESKTOP, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';
const PEOPLE = 12; // more than the stage's approval_above
const HOSTILE = '<img src=x onerror="window.hit=1"><b>bold</b>';

// Texts go out at three a second, so that there is something to stop.
const ROUTES = `[route.sms-slow]
channel = sms
provider = outbox
rate = 3
concurrency = 1
[route.email-outbox]
channel = email
provider = outbox
rate = 2000
concurrency = 50
`;

let stage;
const people = [];
before(async () => {
    stage = await openStage({conf: ROUTES});
    for (let i = 0; i < PEOPLE; i++) {
        people[i] = await stage.signUp({
            name: `Person ${i} ${HOSTILE}`,
            email: `person${i}@example.org`,
            actions: [RALLY],
            consent_email: true,
        });
    }
});
after(() => stage?.close());

const consolePath = () => `/console?c=${stage.campaign}`;
const stageIs = (page, name) =>
    page.locator(`#stage[data-stage="${name}"]`).waitFor();

async function write(page, {name, sms, subject, email, kind}) {
    await page.goto(`${consolePath()}#new`);
    await page.fill('#name', name);
    if (kind) {
        await page.check(`input[name=class][value=${kind}]`);
    }
    await page.fill('#query', `signedup:${RALLY}`);
    if (sms) {
        await page.fill('#sms', sms);
    }
    if (email) {
        await page.fill('#subject', subject);
        await page.fill('#email', email);
    }
    await page.click('#compose button[type=submit]');
    await page.waitForURL(/#b\//);
    await stageIs(page, 'draft');
    return page.url();
}

async function approveAndStart(url) {
    const page = await stage.openAs('approver', {size: DESKTOP});
    await page.goto(url);
    await page.click('[data-act=approve]');
    await stageIs(page, 'approved');
    page.assertClean();
    await page.shut();
    const starter = await stage.openAs('organiser', {size: DESKTOP});
    await starter.goto(url);
    await starter.click('[data-act=start]');
    await starter.click('dialog [data-answer=yes]');
    return starter;
}

/** Every bar's parts and its audience, as the table says them. */
const readBars = (page) =>
    page.locator('.channel').evaluateAll((panels) =>
        panels.map((panel) => {
            const numbers = [...panel.querySelectorAll('tbody tr')].map((r) =>
                Number(r.querySelector('td').textContent.replace(/,/g, '')),
            );
            return {parts: numbers.slice(0, -1), audience: numbers.at(-1)};
        }),
    );

function assertBarsAddUp(bars) {
    assert.ok(bars.length > 0);
    for (const {parts, audience} of bars) {
        assert.equal(
            parts.reduce((sum, n) => sum + n, 0),
            audience,
        );
    }
}

test('a wrong password is refused in words, and nothing is given away', async () => {
    const page = await stage.open();
    page.expectComplaint(/status of 401/);
    await page.goto('/login');
    await stage.signInOn(page, 'organiser', 'not the password');
    await page.locator('#problem').waitFor();
    assert.match(await page.innerText('#problem'), /do not belong together/);
    assert.equal(await page.inputValue('#password'), '');
    page.assertClean();
    await page.shut();
});

test('what was typed before the page was complete is kept', async () => {
    const page = await stage.open();
    let release;
    const complete = new Promise((resolve) => {
        release = resolve;
    });
    await page.route('**/assets/staff.js', async (route) => {
        await complete;
        await route.continue();
    });
    await page.goto('/login', {waitUntil: 'commit'});
    const {login, password} = stage.rig.staff.organiser;
    await page.selectOption('#campaign', stage.campaign);
    await page.fill('#login', login);
    await page.fill('#password', password);
    release();
    await page.waitForLoadState('load');
    await page.click('button[type=submit]');
    await page.waitForURL(/\/console\?c=/);
    await page.locator('h1').waitFor();
    page.assertClean();
    await page.shut();
});

test('the audience is counted as one types, and a mistake is explained', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    page.expectComplaint(/status of 400/);
    await page.goto(`${consolePath()}#new`);
    await page.fill('#query', `signedup:${RALLY}`);
    const preview = page.locator('.preview');
    await until('the count', async () =>
        new RegExp(`^${PEOPLE} people match`).test(
            (await preview.innerText()).replace(/\s+/g, ' '),
        ),
    );
    await page.fill('#query', 'role:no-such-role');
    await until(
        'why not',
        async () => (await page.innerText('#query-error')) !== '',
    );
    assert.equal(await page.getAttribute('#query', 'aria-invalid'), 'true');
    await page.fill('#query', `signedup:${RALLY} -signedup:${RALLY}`);
    await until('nobody', async () =>
        /^0 people match/.test(
            (await preview.innerText()).replace(/\s+/g, ' '),
        ),
    );
    page.assertClean();
    await page.shut();
});

test('the parts of a text are counted as one types', async () => {
    const page = await stage.openAs('organiser');
    await page.goto(`${consolePath()}#new`);
    const counter = page.locator('.counter');
    await page.fill('#sms', 'a'.repeat(160));
    assert.match(await counter.innerText(), /1 part · 160/);
    await page.fill('#sms', 'a'.repeat(161));
    assert.match(await counter.innerText(), /2 parts · 161/);
    await page.fill('#sms', 'We’re here');
    assert.match(await counter.innerText(), /1 part .*instead of ’/);
    page.assertClean();
    await page.shut();
});

test('a field goes where one is writing, and one writes on after it', async () => {
    const page = await stage.openAs('organiser');
    page.expectComplaint(/status of 400/); // a query without an action
    await page.goto(`${consolePath()}#new`);
    await page.fill('#sms', 'Hello !');
    await page.press('#sms', 'ArrowLeft');
    await page.click('text=First name >> nth=0');
    await page.keyboard.type(' Jones');
    assert.equal(await page.inputValue('#sms'), 'Hello {{first_name}} Jones!');
    await page.selectOption('#action', '');
    assert.ok(await page.isDisabled('.chip:text-is("Ticket code") >> nth=0'));
    await page.click('text=Choose from a list');
    await page.click('.chip:text-is("Everyone")');
    assert.equal(await page.inputValue('#query'), `signedup:${RALLY} all`);
    await page.click('.chip:text-is("Everyone")');
    assert.equal(await page.inputValue('#query'), `signedup:${RALLY}`);
    page.assertClean();
    await page.shut();
});

test('what is missing is said beside its field, and the first one focused', async () => {
    const page = await stage.openAs('organiser');
    await page.goto(`${consolePath()}#new`);
    await page.fill('#name', 'Nearly');
    await page.fill('#email', 'Dear all');
    await page.click('#compose button[type=submit]');
    assert.equal(await page.innerText('#name-error'), '');
    assert.match(await page.innerText('#subject-error'), /needs a subject/);
    assert.equal(await page.locator('#subject:focus').count(), 1);
    page.assertClean();
    await page.shut();
});

test('write, forecast, a second person approves, start, watch, done', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    const name = `All of it ${HOSTILE}`;
    const url = await write(page, {
        name,
        sms: `Hello {{first_name}} ${HOSTILE}`,
        subject: 'About {{action}}',
        email: 'Dear {{first_name}},\n\nyour ticket: {{ticket_url}}\n',
    });
    await page.locator('.falls').first().waitFor();
    assert.match(
        await page.innerText('.fall.in >> nth=0'),
        new RegExp(`${PEOPLE}`),
    );
    assert.match(await page.innerText('.acts'), /Someone else must approve/);
    assert.equal(await page.innerText('h1'), name);
    assert.ok(
        (await page.innerText('.bubble:visible >> nth=0')).includes('Hello'),
    );
    page.assertClean();
    await page.shut();

    const watcher = await approveAndStart(url);
    await stageIs(watcher, 'done');
    const bars = await readBars(watcher);
    assertBarsAddUp(bars);
    assert.deepEqual(
        bars.map((b) => b.audience),
        [PEOPLE, PEOPLE],
    );
    assert.equal(await watcher.evaluate(() => window.hit), undefined);
    assert.equal(await watcher.locator('.acts button').count(), 0);
    await watcher.goto(consolePath());
    await watcher.locator('.broadcast').first().waitFor();
    assert.ok((await watcher.innerText('.broadcasts')).includes(name));
    watcher.assertClean();
    await watcher.shut();
});

test('what was sent stands in the outbox as text', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    await page.goto(`/outbox?c=${stage.campaign}`);
    await page.locator('.message').first().waitFor();
    await until(
        'all messages, and the confirmations',
        async () => (await page.locator('.message').count()) >= 2 * PEOPLE,
    );
    const text = await page.innerText('.messages');
    assert.ok(text.includes(HOSTILE));
    assert.ok(text.includes('About Great Rally'));
    assert.equal(await page.evaluate(() => window.hit), undefined);
    page.assertClean();
    await page.shut();
});

test('stop asks once more, and then nothing goes out', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    const url = await write(page, {
        name: 'Never mind',
        sms: 'This text goes slowly {{first_name}}',
    });
    await page.shut();
    const watcher = await approveAndStart(url);
    await watcher.click('[data-act=stop]');
    await watcher.click('dialog [data-answer=no]');
    assert.equal(await watcher.locator('dialog').count(), 0);
    await watcher.focus('[data-act=stop]');
    await watcher.keyboard.press('Enter');
    await watcher.locator('dialog').waitFor();
    await watcher.keyboard.press('Escape');
    assert.equal(await watcher.locator('dialog').count(), 0);
    const focused = watcher.locator('[data-act=stop]:focus');
    assert.equal(await focused.count(), 1);
    await watcher.click('[data-act=stop]');
    await watcher.click('dialog [data-answer=yes]');
    await stageIs(watcher, 'stopped');
    await until('the rest is stopped', async () =>
        /Stopped/.test(await watcher.innerText('.states')),
    );
    assertBarsAddUp(await readBars(watcher));
    watcher.assertClean();
    await watcher.shut();
});

test('opening the link to stop changes nothing; the button stops', async () => {
    await stage.send({
        name: 'Please come',
        class: 'campaign',
        audience: 'all',
        email_subject: 'Will you come?',
        email_text: 'Dear {{first_name}}, will you come?',
    });
    const page = await stage.open({js: false});
    const unsubscribe = stage.unsubscribePath('person3@example.org');
    const preferences = await stage.choicesOf(people[3]);
    const wantsEmail = async () => {
        await page.goto(preferences);
        return page.isChecked('input[name=news_email]');
    };
    assert.equal(await wantsEmail(), true);
    await page.goto(unsubscribe);
    assert.match(await page.innerText('main'), /Nothing has changed yet/);
    assert.equal(await wantsEmail(), true);
    await page.goto(unsubscribe);
    await page.click('button[type=submit]');
    assert.match(await page.innerText('h1'), /We have stopped/);
    assert.equal(await wantsEmail(), false);
    page.assertClean();
    await page.shut();
});

test('a mail program that posts the link for a person stops too', async () => {
    const unsubscribe = stage.unsubscribePath('person4@example.org');
    const preferences = await stage.choicesOf(people[4]);
    const answer = await fetch(new URL(unsubscribe, stage.url), {
        method: 'POST',
        headers: {'Content-Type': 'application/x-www-form-urlencoded'},
        body: 'List-Unsubscribe=One-Click',
    });
    assert.equal(answer.status, 200);
    const page = await stage.open({js: false});
    await page.goto(preferences);
    assert.equal(await page.isChecked('input[name=news_email]'), false);
    await page.shut();
});

test('signing out leads back to the door', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    await page.goto(consolePath());
    await page.click('#sign-out');
    await page.waitForURL(/\/login$/);
    await page.goto(consolePath());
    await page.waitForURL(/\/login\?next=/);
    page.assertClean();
    await page.shut();
});
