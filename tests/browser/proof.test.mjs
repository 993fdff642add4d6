// proof -- whoever holds a contact: the link of a message and its buttons,
// everybody of a phone on one page, a code in another browser, choices.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {DESKTOP, PHONE, findBarriers, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';
const SMALL = {width: 320, height: 640};

let stage;
// The campaign's own words for what confirms: the links, and no more.
const OWN = 'You? {{confirm_url}} Not you? {{not_me_url}}';
before(async () => {
    stage = await openStage({
        campaign: {
            confirmation_sms: OWN,
            confirmation_subject: 'You?',
            confirmation_email: OWN,
        },
    });
});
after(() => stage?.close());

const e164 = (phone) => `+44${phone.replace(/\D/g, '').slice(1)}`;

/** An entry of the public form: nobody answers for it. */
const enter = (person) => stage.rig.enter({actions: [RALLY], ...person});

const messagesTo = (to) =>
    stage.rig.outbox().filter((m) => m.to === to || m.to === `<${to}>`);

/** The path of the n-th link to /y/ that was sent there. */
async function linkTo(to, n = 0) {
    const links = () =>
        messagesTo(to)
            .map((m) => /(\/y\/[\w-]{22})/.exec(m.text)?.[1])
            .filter(Boolean);
    return until(`a link to ${to}`, () => links()[n]);
}

const codesTo = (to) =>
    messagesTo(to)
        .map((m) => /\b(\d{6})\b/.exec(m.text)?.[1])
        .filter(Boolean);

const press = (page, words) => page.click(`button:has-text("${words}")`);
const textOf = (page) => page.innerText('main');

async function prove(page, path) {
    await page.goto(path);
    await press(page, 'Yes, that’s me');
    await page.waitForURL(/done=yes/);
}

test('a scanner that opens a link proves nothing', async () => {
    const email = 'scanned@example.org';
    await enter({name: 'Sian Scanned', email});
    const path = await linkTo(email);
    for (const method of ['HEAD', 'GET', 'HEAD', 'GET']) {
        const answer = await stage.rig.call(method, path);
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('set-cookie'), null);
    }
    const page = await stage.open({js: true});
    await page.goto(path);
    assert.match(await page.innerText('h1'), /Is this you/);
    assert.match(await textOf(page), /Sian Scanned/);
    page.assertClean();
    await page.shut();
});

test('a family of four on one phone is on one page', async () => {
    const phone = stage.newPhone();
    const names = ['Ffion Four', 'Gwen Four', 'Huw Four', 'Ifan Four'];
    for (const name of names) await enter({name, phone});
    const page = await stage.open({js: false});
    await prove(page, await linkTo(e164(phone)));
    for (const name of names.slice(1)) {
        assert.match(await textOf(page), new RegExp(`Also asked for: ${name}`));
        await press(page, `Add ${name}`);
        await page.waitForURL(/done=add/);
    }
    assert.deepEqual(
        (await page.locator('.member h2').allInnerTexts()).sort(),
        names,
    );
    assert.equal(await page.locator('.member a.button').count(), 4);
    await page.locator('.member a.button').first().click();
    await page.waitForURL(/\/t\//);
    assert.equal(await page.locator('.qr').count(), 1);
    page.assertClean();
    await page.shut();
});

test('reload and Back after an answer do nothing twice', async () => {
    const phone = stage.newPhone();
    await enter({name: 'Rhys Reload', phone});
    const page = await stage.open({js: false});
    const path = await linkTo(e164(phone));
    await prove(page, path);
    await page.reload();
    assert.match(await page.innerText('h1'), /Your tickets/);
    await page.goBack();
    await page.goto(path);
    assert.equal(await page.locator('.member').count(), 1);
    page.assertClean();
    await page.shut();
});

test('"Not me" drops the entry, and says what it did', async () => {
    const phone = stage.newPhone();
    await enter({name: 'A Stranger', phone});
    const page = await stage.open({js: false});
    await page.goto(`${await linkTo(e164(phone))}?not-me`);
    const first = page.locator('form button').first();
    assert.match(await first.innerText(), /Not me/);
    assert.match(await textOf(page), /What you signed up for yourself stays/);
    await first.click();
    await page.waitForURL(/done=not-me/);
    assert.match(await textOf(page), /We dropped that sign-up/);
    assert.doesNotMatch(await textOf(page), /A Stranger/);
    page.assertClean();
    await page.shut();
});

test('a browser is remembered where that is ticked, and nowhere else', async () => {
    const phone = stage.newPhone();
    await enter({name: 'Nia Remembered', phone});
    const path = await linkTo(e164(phone));
    const page = await stage.open({js: false});
    await prove(page, path);
    assert.deepEqual(await page.context().cookies(), []);
    await page.check('input[name=remember]');
    await press(page, 'Remember me here');
    await page.waitForURL(new RegExp(`/my/${stage.campaign}`));
    assert.match(await textOf(page), /Nia Remembered/);
    const [cookie] = await page.context().cookies();
    assert.equal(cookie.name, `__Host-muster-my-${stage.campaign}`);
    assert.deepEqual(
        [cookie.httpOnly, cookie.secure, cookie.sameSite],
        [true, true, 'Lax'],
    );
    assert.ok(cookie.expires > Date.now() / 1000);
    assert.ok(!cookie.value.includes('Nia'));
    await press(page, 'Sign out here');
    await page.waitForURL(/\/find\//);
    assert.deepEqual(await page.context().cookies(), []);
    await page.goto(`/my/${stage.campaign}`);
    await page.waitForURL(/\/find\//);
    page.assertClean();
    await page.shut();
});

test('staff who help somebody are not offered to be remembered', async () => {
    const phone = stage.newPhone();
    await enter({name: 'Desk Helped', phone});
    const page = await stage.openAs('steward', {js: false});
    await prove(page, await linkTo(e164(phone)));
    assert.equal(await page.locator('input[name=remember]').count(), 0);
    await page.shut();
});

test('another browser opens the same by a code', async () => {
    const phone = stage.newPhone();
    await enter({name: 'Carys Code', phone});
    const own = await stage.open({js: false});
    await prove(own, await linkTo(e164(phone)));
    await own.shut();

    const page = await stage.open({js: false});
    page.expectComplaint(/status of 400/);
    await page.goto(`/c/${stage.campaign}`);
    await page.click('main >> text=Find my tickets');
    await page.fill('#contact', phone);
    await press(page, 'Send me a code');
    await page.waitForURL(/\?code/);
    assert.doesNotMatch(page.url(), /7700|900/);
    const [code] = await until('a code', () => {
        const codes = codesTo(e164(phone));
        return codes.length && codes;
    });
    const wrong = code === '000000' ? '111111' : '000000';
    await page.fill('#code', wrong);
    await press(page, 'Show my tickets');
    assert.match(await page.innerText('#problem'), /not the code/);
    await page.fill('#code', `${code.slice(0, 3)} ${code.slice(3)}`);
    await press(page, 'Show my tickets');
    await page.waitForURL(new RegExp(`/my/${stage.campaign}$`));
    assert.match(await textOf(page), /Carys Code/);
    const cookies = await page.context().cookies();
    assert.deepEqual(
        cookies.map((c) => c.expires),
        [-1],
    );
    await page.reload();
    assert.match(await textOf(page), /Carys Code/);
    page.assertClean();
    await page.shut();
});

test('who is unknown reads the same words as who is known', async () => {
    const phone = stage.newPhone();
    await enter({name: 'Kit Known', phone});
    const page = await stage.open({js: false});
    const said = [];
    for (const typed of [phone, stage.newPhone()]) {
        await page.goto(`/find/${stage.campaign}`);
        await page.fill('#contact', typed);
        await press(page, 'Send me a code');
        await page.waitForURL(/\?code/);
        said.push((await textOf(page)).replaceAll(typed, '…'));
    }
    assert.equal(said[0], said[1]);
    page.assertClean();
    await page.shut();
});

test('a place is given back by whoever holds the contact', async () => {
    const phone = stage.newPhone();
    await enter({name: 'Gareth Gives', phone, actions: [RALLY, 'march']});
    const page = await stage.open({js: false});
    await prove(page, await linkTo(e164(phone)));
    const place = page.locator('.places li:has-text("Long March")');
    await place.locator('summary').click();
    await place.locator('button:has-text("Give back")').click();
    await page.waitForURL(/done=give-back/);
    assert.match(await place.innerText(), /Cancelled/);
    assert.match(
        await page.locator('.places li:has-text("Great Rally")').innerText(),
        /You have a place/,
    );
    page.assertClean();
    await page.shut();
});

test('a tab of yesterday changes only what is changed in it', async () => {
    const phone = stage.newPhone();
    await enter({name: 'Tomos Tabs', phone, consent_sms: true});
    const page = await stage.open({js: false});
    const stale = await stage.open({js: false});
    const path = await linkTo(e164(phone));
    await prove(page, path);
    const open = (tab) => tab.locator('.member summary:has-text("What we")');
    await stale.goto(path);
    await open(stale).click();
    await open(page).click();
    await page.locator('.switches input[name=news_sms]').uncheck();
    await press(page, 'Save the choices');
    await page.waitForURL(/done=switches/);
    await stale.locator('.switches input[name=mine_sms]').uncheck();
    await press(stale, 'Save the choices');
    await stale.waitForURL(/done=switches/);
    await open(stale).click();
    const isOn = (name) =>
        stale.locator(`.switches input[name=${name}]`).isChecked();
    assert.equal(await isOn('mine_sms'), false);
    assert.equal(await isOn('news_sms'), false);
    // What was turned off is asked about, never ticked, and on when ticked.
    const question = stale.locator('form.banner');
    assert.match(await question.innerText(), /once asked us to stop/);
    assert.equal(await question.locator('input[name=news_sms]').isChecked(),
        false);
    await question.locator('input[name=news_sms]').check();
    await press(stale, 'Save this choice');
    await stale.waitForURL(/done=switches/);
    await open(stale).click();
    assert.equal(await isOn('news_sms'), true);
    assert.equal(await isOn('mine_sms'), false);
    await page.shut();
    await stale.shut();
});

test('a cookie acts for our own pages alone', async () => {
    const phone = stage.newPhone();
    await enter({name: 'Olwen Own', phone});
    const page = await stage.open({js: false});
    const path = await linkTo(e164(phone));
    await page.goto(path);
    await page.check('input[name=remember]');
    await press(page, 'Yes, that’s me');
    await page.waitForURL(/\/my\//);
    const [{name, value}] = await page.context().cookies();
    const key = await page.locator('input[name=key]').first().inputValue();
    const post = (headers, form) =>
        stage.rig.call('POST', `/my/${stage.campaign}`, {
            headers: {Cookie: `${name}=${value}`, ...headers},
            type: 'application/x-www-form-urlencoded',
            body: new URLSearchParams(form).toString(),
        });
    const form = {do: 'sign-out', key};
    const site = (where) => ({'Sec-Fetch-Site': where});
    assert.equal((await post(site('cross-site'), form)).status, 403);
    assert.equal(
        (await post({Origin: 'https://evil.example'}, form)).status,
        403,
    );
    assert.equal((await post({}, {do: 'sign-out'})).status, 403);
    assert.equal((await post({Origin: 'null'}, form)).status, 303);
    assert.equal((await post(site('same-origin'), form)).status, 303);
    await page.shut();
});

test('a link that is none leads to Find my tickets, or home', async () => {
    const answer = await stage.rig.call('GET', '/y/AAAAAAAAAAAAAAAAAAAAAA');
    assert.equal(answer.status, 404);
    const {headers} = await stage.rig.call('GET', `/my/${stage.campaign}`);
    assert.equal(
        headers.get('location'),
        `/find/${stage.campaign}?done=ended`,
    );
});

/** No barrier that axe knows of, and nothing wider than the screen, also at
 * 320 px with text at 200 %. */
async function judge(page, where) {
    for (const size of [PHONE, DESKTOP]) {
        await page.setViewportSize(size);
        assert.deepEqual(await findBarriers(page), [], where);
    }
    await page.setViewportSize(SMALL);
    await page.evaluate(() => {
        document.documentElement.style.fontSize = '200%';
        for (const d of document.querySelectorAll('details')) d.open = true;
    });
    const width = await page.evaluate(
        () => document.documentElement.scrollWidth,
    );
    assert.ok(width <= SMALL.width, `${where} is ${width} px wide`);
    await page.setViewportSize(PHONE);
}

test('nobody is kept out of these pages, on any screen', async () => {
    const phone = stage.newPhone();
    const name = 'Wolfeschlegelsteinhausenbergerdorffwelche';
    await enter({name, phone, consent_sms: true});
    await enter({name: 'Another One', phone});
    const path = await linkTo(e164(phone));
    const page = await stage.open();
    await page.goto(path);
    await judge(page, 'is this you?');
    await prove(page, path);
    await judge(page, 'everybody');
    await page.goto(`/find/${stage.campaign}`);
    await judge(page, 'find');
    await page.fill('#contact', `${'long'.repeat(14)}@sub.example.org`);
    await press(page, 'Send me a code');
    await page.waitForURL(/\?code/);
    await judge(page, 'code');
    page.assertClean();
    await page.shut();
});
