// stories -- people as they come: with neither phone nor mail, whom a manager
// signs up, at a stall; each from the form to what they end with.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {readQr, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';

let stage;
before(async () => {
    stage = await openStage();
});
after(() => stage?.close());

const e164 = (phone) => `+44${phone.replace(/\D/g, '').slice(1)}`;
const textsTo = (phone) =>
    stage.rig.outbox().filter(({to}) => to === e164(phone));
const textOf = (page) => page.innerText('main');
const press = (page, words) => page.click(`button:has-text("${words}")`);

async function fill(page, {name, phone = '', isOther, hasNone}) {
    await page.goto(`/c/${stage.campaign}`);
    await page.check(`input[name=actions][value="${RALLY}"]`);
    if (isOther) await page.check('input[name=for_other][value=yes]');
    if (hasNone) await page.check('#no_contact');
    await page.fill('#name', name);
    await page.fill('#phone', phone);
    await page.click('button[type=submit]');
    await page.waitForURL(/\/s\/[\w-]+$/);
}

async function linkTo(phone, about) {
    const found = () => textsTo(phone)
        .filter(({text}) => text.includes(about))
        .map(({text}) => /\/y\/[\w-]{22}/.exec(text)?.[0])
        .find(Boolean);
    return until(`a link to ${phone} about ${about}`, found);
}

/** Names of those whom the campaign is to ring. */
async function calls() {
    const token = stage.rig.tokens.organiser;
    const path = `/v1/campaigns/${stage.campaign}/calls`;
    const {status, body} = await stage.api('GET', path, {token});
    assert.equal(status, 200);
    return body.calls;
}

test('who has neither phone nor mail has a slip, and is rung or met',
    async () => {
        const page = await stage.open({js: false});
        await fill(page, {name: 'Nell Nothing', hasNone: true});
        assert.match(await textOf(page), /You have a place/);
        assert.doesNotMatch(await textOf(page), /We are sending/);
        assert.match(await readQr(page.locator('.qr')), /^MU1\./);
        const code = (await page.innerText('.code')).trim();
        assert.ok((await calls()).some(({name}) => name === 'Nell Nothing'));
        await stage.checkIn(RALLY, 'north', code);
        page.assertClean();
        await page.shut();
    });

test('a manager signs staff up with her own phone, and one takes hers over',
    async () => {
        const manager = stage.newPhone();
        const names = ['Ada Arden', 'Bo Barnes', 'Cai Cole'];
        const page = await stage.open({js: false});
        for (const name of names)
            await fill(page, {name, phone: manager, isOther: true});
        for (const name of names)
            await until(`a text for ${name}`, () => textsTo(manager)
                .find(({text}) => text.startsWith(`For ${name.split(' ')[0]}`)));
        await page.goto(await linkTo(manager, 'For Ada'));
        await press(page, 'Yes');
        await page.waitForURL(/done=yes/);
        for (const name of names.slice(1)) {
            await press(page, `Add ${name}`);
            await page.waitForURL(/done=add/);
        }
        assert.deepEqual(
            (await page.locator('.member h2').allInnerTexts()).sort(), names);

        const own = stage.newPhone();
        await page.click('summary:has-text("My number or email is another")');
        await page.selectOption('#member', {label: 'Bo Barnes'});
        await page.fill('#contact', own);
        await press(page, 'Change it');
        await page.waitForURL(/done=change$/);
        assert.match(await textOf(page), /We have sent a link to the new/);
        assert.deepEqual(
            (await page.locator('.member h2').allInnerTexts()).sort(),
            ['Ada Arden', 'Cai Cole']);
        assert.doesNotMatch(await textOf(page), /Bo Barnes/);

        const bo = await stage.open({js: false});
        await bo.goto(await linkTo(own, ''));
        assert.match(await textOf(bo), /Bo Barnes/);
        assert.doesNotMatch(await textOf(bo), /Ada Arden|Cai Cole/);
        for (const one of [page, bo]) {
            one.assertClean();
            await one.shut();
        }
    });

test('at a stall one browser signs many up, and keeps nobody', async () => {
    const page = await stage.openAs('steward');
    const people = [
        {name: 'Dee Desk', phone: stage.newPhone()},
        {name: 'Len Landline', phone: '020 7946 0018'},
        {name: 'Ned Nothing', hasNone: true},
    ];
    for (const [i, person] of people.entries()) {
        await fill(page, person);
        assert.match(await page.innerText('.banner'), /nothing to confirm/);
        await page.goto(`/c/${stage.campaign}`);
        const form = await page.content();
        for (const {name} of people.slice(0, i + 1))
            assert.ok(!form.includes(name), name);
        assert.equal(await page.inputValue('#phone'), '');
    }
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await until('her ticket is sent', () => textsTo(people[0].phone)[0]);
    const rung = (await calls()).map(({name}) => name);
    assert.ok(rung.includes('Len Landline') && rung.includes('Ned Nothing'));
    assert.ok(!rung.includes('Dee Desk'));
    assert.equal(textsTo(people[1].phone).length, 0);
    page.assertClean();
    await page.shut();
});
