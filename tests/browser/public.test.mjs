// public -- what anyone may do: sign up, show a ticket, check in, choose,
// stop; with and without JavaScript, on a phone.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {readQr, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';
const TINY = 'tiny-room';
const HOSTILE =
    '"><img src=x onerror="window.hit=1"><script>window.hit=1</script>';

let stage;
before(async () => {
    stage = await openStage();
});
after(() => stage?.close());

async function fillForm(page, {name, phone, email, actions}) {
    for (const action of actions) {
        await page.check(`input[name=actions][value="${action}"]`);
    }
    await page.fill('#name', name);
    await page.fill('#phone', phone || '');
    await page.fill('#email', email || '');
}

const submit = (page) => page.click('button[type=submit]');

async function signUp(page, person) {
    await page.goto(`/c/${stage.campaign}`);
    await fillForm(page, {actions: [RALLY], ...person});
    await submit(page);
    await page.waitForURL(/\/t\/[^/]+$/);
}

const codeOf = async (page) => (await page.innerText('.code')).trim();

test('the front page leads to the form of the action one picks', async () => {
    const page = await stage.open({js: false});
    await page.goto('/');
    await page.click('text=Great Rally');
    await page.waitForURL(/\/c\//);
    assert.ok(await page.isChecked(`input[value="${RALLY}"]`));
    assert.equal(await page.isChecked(`input[value="${TINY}"]`), false);
    page.assertClean();
    await page.shut();
});

test('without JavaScript one signs up and has a ticket', async () => {
    const page = await stage.open({js: false});
    await signUp(page, {name: 'Ana Plain', phone: stage.newPhone()});
    assert.match(await page.innerText('h1'), /Great Rally/);
    assert.match(await page.innerText('.ticket'), /Ana Plain/);
    assert.match(await codeOf(page), /^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/);
    page.assertClean();
    await page.shut();
});

test('a name without a break does not push the QR code off the ticket', async () => {
    const page = await stage.open();
    await signUp(page, {name: 'x'.repeat(100), phone: stage.newPhone()});
    assert.match(await readQr(page.locator('.qr')), /^MU1\./);
    const [ticket, qr] = await Promise.all(['.ticket', '.qr'].map((what) =>
        page.locator(what).boundingBox()));
    assert.ok(qr.x >= ticket.x && qr.x + qr.width <= ticket.x + ticket.width);
    page.assertClean();
    await page.shut();
});

test('the QR of a ticket checks in, once', async () => {
    const page = await stage.open();
    await signUp(page, {name: 'Qadir Square', phone: stage.newPhone()});
    const ticket = await readQr(page.locator('.qr'));
    assert.match(ticket, /^MU1\./);
    const path = `/v1/campaigns/${stage.campaign}/actions/${RALLY}/checkins`;
    const mark = (scan_id) =>
        stage.api('POST', path, {
            body: {
                ticket,
                gate: 'north',
                kind: 'arrived',
                scan_id,
                device: 'test-1',
            },
        });
    const first = await mark('browser-scan-1');
    assert.equal(first.status, 200);
    assert.equal(first.body.is_first, true);
    assert.equal(first.body.was_present, false);
    const second = await mark('browser-scan-2');
    assert.equal(second.body.was_present, true);
    page.assertClean();
    await page.shut();
});

test('with JavaScript the form says what is missing before it is sent', async () => {
    const page = await stage.open();
    const sent = [];
    page.on('request', (r) => r.method() === 'POST' && sent.push(r.url()));
    await page.goto(`/c/${stage.campaign}`);
    await submit(page);
    const problem = page.locator('#problem');
    await problem.waitFor();
    assert.match(await problem.innerText(), /Write your name/);
    assert.match(await problem.innerText(), /mobile number or an email/);
    assert.equal(await page.getAttribute('#name', 'aria-invalid'), 'true');
    assert.ok(await problem.evaluate((e) => e === document.activeElement));
    assert.deepEqual(sent, []);
    page.assertClean();
    await page.shut();
});

test('a refused form comes back as it was typed, without JavaScript', async () => {
    const page = await stage.open({js: false});
    page.expectComplaint(/status of 4\d\d/);
    await page.goto(`/c/${stage.campaign}`);
    await fillForm(page, {
        name: 'Zoë Kept',
        phone: '12',
        email: 'zoe@example.org',
        actions: [RALLY],
    });
    await page.check('input[name=consent_email]');
    await submit(page);
    await page.locator('#problem').waitFor();
    assert.equal(await page.inputValue('#name'), 'Zoë Kept');
    assert.equal(await page.inputValue('#phone'), '12');
    assert.equal(await page.inputValue('#email'), 'zoe@example.org');
    assert.ok(await page.isChecked(`input[value="${RALLY}"]`));
    assert.ok(await page.isChecked('input[name=consent_email]'));
    assert.equal(await page.isChecked('input[name=consent_sms]'), false);
    assert.equal(await page.getAttribute('#phone', 'aria-invalid'), 'true');
    page.assertClean();
    await page.shut();
});

test('a refused form says so beside the field, with JavaScript', async () => {
    const page = await stage.open();
    page.expectComplaint(/status of 4\d\d/);
    await page.goto(`/c/${stage.campaign}`);
    await fillForm(page, {name: 'Zoë Told', phone: '12', actions: [RALLY]});
    await submit(page);
    await page.locator('#problem').waitFor();
    assert.notEqual(await page.innerText('#phone-error'), '');
    assert.equal(await page.inputValue('#name'), 'Zoë Told');
    page.assertClean();
    await page.shut();
});

test('who signs up for two actions sees both tickets', async () => {
    const page = await stage.open();
    await page.goto(`/c/${stage.campaign}`);
    await fillForm(page, {
        name: 'Two Times',
        phone: stage.newPhone(),
        actions: [RALLY, 'march'],
    });
    await submit(page);
    await page.locator('.places li').first().waitFor();
    const links = page.locator('.places a');
    assert.equal(await links.count(), 2);
    await page.locator('.places li:has-text("Long March") a').click();
    await page.waitForURL(/\/t\//);
    assert.match(await page.innerText('h1'), /Long March/);
    page.assertClean();
    await page.shut();
});

test('who comes too late is on the waiting list, and told so', async () => {
    await stage.signUp({name: 'First In', actions: [TINY]});
    for (const js of [true, false]) {
        const page = await stage.open({js});
        await page.goto(`/c/${stage.campaign}`);
        assert.match(await page.innerText('form'), /Full. You can join/);
        await fillForm(page, {
            name: 'Too Late',
            phone: stage.newPhone(),
            actions: [TINY],
        });
        await submit(page);
        await page.locator('main >> text=/waiting list/i').first().waitFor();
        assert.equal(await page.locator('.qr').count(), 0);
        page.assertClean();
        await page.shut();
    }
});

test('a hostile name stays text on every page that shows it', async () => {
    const page = await stage.open();
    const {ticket, preferences_url: preferences} = await stage.signUp({
        name: HOSTILE,
        actions: [RALLY],
    });
    for (const path of [ticket.url, preferences]) {
        await page.goto(path);
        assert.ok((await page.innerText('main')).includes(HOSTILE), path);
        assert.equal(await page.evaluate(() => window.hit), undefined);
        assert.equal(await page.locator('img[src=x]').count(), 0);
    }
    const query = new URLSearchParams({name: HOSTILE, phone: HOSTILE});
    await page.goto(`/c/${stage.campaign}?${query}`);
    assert.equal(await page.inputValue('#name'), HOSTILE);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    page.assertClean();
    await page.shut();
});

test('at the gate one types the code and is in, counted once', async () => {
    const {ticket} = await stage.signUp({name: 'Self Made', actions: [RALLY]});
    const page = await stage.open({js: false});
    page.expectComplaint(/status of 4\d\d/);
    const gate = `/here/${stage.campaign}/${RALLY}/north`;
    await page.goto(gate);
    await page.fill('#code', 'ABCDEFGHJKMNPQRSTVWX');
    await submit(page);
    assert.match(await page.innerText('#problem'), /do not know this code/);
    const typed = `${ticket.code.slice(0, 5)}-${ticket.code.slice(5)}`;
    await page.fill('#code', typed.toLowerCase());
    await submit(page);
    assert.match(await page.innerText('main'), /You are counted/);
    await page.goto(gate);
    await page.fill('#code', ticket.code);
    await submit(page);
    assert.match(await page.innerText('main'), /checked in already/);
    page.assertClean();
    await page.shut();
});

test('the phone that showed a ticket offers it at the gate', async () => {
    const {ticket} = await stage.signUp({name: 'Same Phone', actions: [RALLY]});
    const page = await stage.open();
    await page.goto(ticket.url);
    await page.goto(`/here/${stage.campaign}/${RALLY}/north`);
    await until(
        'the code is filled in',
        async () => (await page.inputValue('#code')) === ticket.code,
    );
    await submit(page);
    assert.match(await page.innerText('main'), /You are counted/);
    page.assertClean();
    await page.shut();
});

test('choices are kept, and changed without JavaScript', async () => {
    const {preferences_url: path} = await stage.signUp({
        name: 'Choosy One',
        actions: [RALLY],
        consent_sms: true,
    });
    const page = await stage.open({js: false});
    await page.goto(path);
    assert.ok(await page.isChecked('input[name=consent_sms]'));
    assert.ok(await page.isDisabled('input[name=consent_email]'));
    assert.match(await page.innerText('.places'), /You have a place/);
    const empty = await stage.rig.call('POST', path);
    assert.equal(empty.status, 400);
    await page.goto(path);
    assert.ok(await page.isChecked('input[name=consent_sms]'));
    await page.uncheck('input[name=consent_sms]');
    await submit(page);
    assert.match(await page.innerText('[role=status]'), /Saved/);
    await page.goto(path);
    assert.equal(await page.isChecked('input[name=consent_sms]'), false);
    page.assertClean();
    await page.shut();
});

test('what does not exist says so, kindly, as a page', async () => {
    const page = await stage.open({js: false});
    page.expectComplaint(/status of 404/);
    const paths = [
        '/c/no-such-campaign',
        '/t/ABCDEFGHJKMNPQRSTVWX',
        '/p/AAAAAAAAAAAAAAAAAAAA',
        '/u/AAAAAAAAAAAAAAAAAAAA',
        `/here/${stage.campaign}/${RALLY}/no-such-gate`,
    ];
    for (const path of paths) {
        const answer = await page.goto(path);
        assert.equal(answer.status(), 404, path);
        assert.match(await page.innerText('h1'), /do not know this/, path);
    }
    page.assertClean();
    await page.shut();
});
