// contacts -- a number that is another now, a second contact that is proved
// too, a number that has said STOP, and a slip on the smallest phone.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {findBarriers, readQr, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';
const SMALLEST = {width: 320, height: 568};

let stage;
before(async () => {
    stage = await openStage();
});
after(() => stage?.close());

const e164 = (phone) => `+44${phone.replace(/\D/g, '').slice(1)}`;
const messagesTo = (to) => {
    const address = to.includes('@') ? to : e164(to);
    return stage.rig.outbox().filter((m) => m.to.includes(address));
};
const textOf = (page) => page.innerText('main');
const press = (page, words) => page.click(`button:has-text("${words}")`);
const enter = (person) => stage.rig.enter({actions: [RALLY], ...person});

/** The newest message there that says so, once there is one. */
const said = (to, words) => until(`${words} to ${to}`, () =>
    messagesTo(to).findLast(({text}) => words.test(text)));

/** The path of the newest link to /y/ there. */
async function linkTo(to) {
    const {text} = await said(to, /\/y\/[\w-]{22}/);
    return /\/y\/[\w-]{22}/.exec(text)[0];
}

async function prove(page, to) {
    await page.goto(await linkTo(to));
    await press(page, 'Yes, that’s me');
    await page.waitForURL(/done=yes/);
}

/** A broadcast's only text or mail there; false: there is none. */
async function reaches(to, class_, words) {
    await stage.send({
        name: words,
        class: class_,
        audience: `signedup:${RALLY}`,
        ...(class_ === 'service' && {action: RALLY}),
        sms_text: words,
        email_subject: words,
        email_text: words,
    });
    return messagesTo(to).some(({text, subject}) =>
        text?.includes(words) || subject?.includes(words));
}

async function change(page, to) {
    await page.click('summary:has-text("My number or email is another")');
    await page.fill('#contact', to);
    await press(page, 'Change it');
}

test('a new number counts at once, news after its proof; the old is told',
    async () => {
        const [old, now] = [stage.newPhone(), stage.newPhone()];
        await enter({name: 'Mo Moves', phone: old, consent_sms: true,
            consent_version: '2'});
        const page = await stage.open({js: false});
        page.expectComplaint(/status of 404/);
        await prove(page, old);
        const oldLink = await linkTo(old);
        await change(page, now);
        await page.waitForURL(/\/find\/.*done=changed/);
        assert.match(await textOf(page), /sent a link to the new number/);
        assert.match((await said(old, /go to another number/)).text, /Mo/);
        assert.ok(!(await said(old, /another number/)).text
            .includes(e164(now)));

        // What is about the action goes there; news not before the proof.
        assert.ok(await reaches(now, 'service', 'The gate has moved'));
        assert.ok(!messagesTo(old).some((m) => m.text.includes('gate has')));
        assert.equal(await reaches(now, 'campaign', 'News one'), false);
        // Whoever has the old one sees nothing of her.
        assert.equal((await page.goto(oldLink)).status(), 404);
        assert.doesNotMatch(await textOf(page), /Mo Moves/);

        await prove(page, now);
        assert.match(await textOf(page), /Mo Moves/);
        assert.match(await textOf(page), /You have a place/);
        assert.ok(await reaches(now, 'campaign', 'News two'));
        page.assertClean();
        await page.shut();
    });

test('the other contact corrects a number too, and the old number is told',
    async () => {
        const [old, now] = [stage.newPhone(), stage.newPhone()];
        const email = 'olga@example.org';
        await enter({name: 'Olga Other', phone: old, email, confirm_by: 'sms'});
        const page = await stage.open({js: false});
        await prove(page, old);
        await press(page, 'Send a link to');
        await page.waitForURL(/done=other/);
        await prove(page, email);
        await change(page, now);
        await page.waitForURL(/done=change$/);
        assert.match(await textOf(page), /Olga Other/);
        await said(old, /go to another number/);
        assert.ok(await reaches(now, 'service', 'To the new number'));
        assert.ok(!messagesTo(old).some(({text}) =>
            text.includes('To the new number')));
        await prove(page, now);
        assert.match(await textOf(page), /Olga Other/);
        page.assertClean();
        await page.shut();
    });

test('a number that is none is said beside the field, and nothing changes',
    async () => {
        const phone = stage.newPhone();
        await enter({name: 'Wyn Wrong', phone});
        const page = await stage.open({js: false});
        page.expectComplaint(/status of 400/);
        await prove(page, phone);
        await change(page, '0770');
        await page.locator('#contact-error:not(:empty)').waitFor();
        assert.equal(await page.inputValue('#contact'), '0770');
        assert.match(await page.title(), /^Error: /);
        await page.goto(await linkTo(phone));
        assert.match(await textOf(page), /Wyn Wrong/);
        page.assertClean();
        await page.shut();
    });

test('the contact that was typed too is used once it is proved there',
    async () => {
        const [phone, email] = [stage.newPhone(), 'tess@example.org'];
        await enter({name: 'Tess Two', phone, email, confirm_by: 'sms'});
        const page = await stage.open({js: false});
        await prove(page, phone);
        const member = page.locator('.member');
        assert.match(await member.innerText(), /was typed too/);
        assert.ok(!(await member.innerText()).includes(email));
        assert.equal(messagesTo(email).length, 0);
        assert.equal(await reaches(email, 'service', 'Only by text'), false);

        await press(page, 'Send a link to');
        await page.waitForURL(/done=other/);
        assert.match(await textOf(page), /We have sent a link/);
        await page.reload();
        await prove(page, email);
        assert.match(await textOf(page), /Tess Two/);
        assert.equal(messagesTo(email).filter(({text}) =>
            /\/y\//.test(text)).length, 1);
        assert.ok(await reaches(email, 'service', 'By mail as well'));
        await page.goto(await linkTo(phone));
        assert.doesNotMatch(await textOf(page), /was typed too/);
        page.assertClean();
        await page.shut();
    });

/** The path of somebody's choices, as the newest message there says it. */
async function choicesIn(to, words) {
    await stage.send({
        name: words,
        class: 'service',
        audience: `signedup:${RALLY}`,
        action: RALLY,
        sms_text: `${words} {{preferences_url}}`,
        email_subject: words,
        email_text: `${words} {{preferences_url}}`,
    });
    return /\/p\/[\w-]+/.exec((await said(to, new RegExp(words))).text)[0];
}

test('texts that STOP has ended are started from that number alone',
    async () => {
        const [phone, email] = [stage.newPhone(), 'stan@example.org'];
        await enter({name: 'Stan Stops', phone, email, confirm_by: 'sms'});
        const page = await stage.open({js: false});
        await prove(page, phone);
        await press(page, 'Send a link to');
        await page.waitForURL(/done=other/);
        await prove(page, email);
        const byText = await choicesIn(phone, 'Choices by text');
        const byMail = await choicesIn(email, 'Choices by mail');
        await stage.rig.must(200, 'POST',
            `/v1/campaigns/${stage.campaign}/stops`,
            {token: stage.rig.tokens.organiser, body: {phone}});

        await page.goto(byMail);
        assert.match(await textOf(page), /Texts are stopped by STOP/);
        assert.match(await textOf(page), /still text a safety warning/);
        assert.equal(await page.locator('button:has-text("Start")').count(), 0);
        assert.match(
            await page.locator('.banner a').getAttribute('href'),
            /^\/find\//,
        );
        // A form made by hand does not either, nor does another person's link.
        const forged = await stage.rig.call('POST', byMail, {
            type: 'application/x-www-form-urlencoded',
            body: 'do=start-texts',
        });
        assert.ok(forged.status >= 400, `${forged.status}`);
        assert.equal(await reaches(phone, 'service', 'Not by text'), false);
        assert.ok(messagesTo(email).some(({subject}) =>
            subject === 'Not by text'));

        await page.goto(byText);
        assert.match(await textOf(page), /Texts are stopped by STOP/);
        await press(page, 'Start texts again');
        await page.waitForURL(/saved=yes/);
        assert.doesNotMatch(await textOf(page), /Texts are stopped/);
        assert.ok(await reaches(phone, 'service', 'By text again'));
        page.assertClean();
        await page.shut();
    });

test('a slip is whole on the smallest phone, also in large letters', async () => {
    const path = await stage.slipOf({
        name: 'Wolfeschlegelsteinhausenbergerdorffwelche',
        email: `${'long'.repeat(14)}@sub.example.org`,
        actions: [RALLY, 'march', 'tiny-room'],
    });
    const page = await stage.open({size: SMALLEST});
    await page.goto(path);
    for (const size of ['100%', '200%']) {
        await page.evaluate((fontSize) => {
            document.documentElement.style.fontSize = fontSize;
        }, size);
        assert.equal(
            await page.evaluate(() => document.documentElement.scrollWidth),
            SMALLEST.width,
            size,
        );
        assert.deepEqual(await findBarriers(page), [], size);
    }
    await page.reload();
    const qrs = page.locator('.qr');
    assert.equal(await qrs.count(), 3);
    for (let i = 0; i < 3; i++) {
        const box = await qrs.nth(i).boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= SMALLEST.width);
        assert.match(await readQr(qrs.nth(i)), /^MU1\./);
    }
    page.assertClean();
    await page.shut();
});
