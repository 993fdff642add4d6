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
    await page.waitForURL(/\/s\/[\w-]+$/);
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
    assert.match(await page.innerText('h1'), /Thank you, Ana Plain/);
    assert.match(await page.innerText('.ticket'), /Great Rally/);
    assert.match(await page.innerText('.ticket'), /You have a place/);
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

test('what is missing is said in the same words, with JavaScript and without', async () => {
    const said = [];
    for (const js of [true, false]) {
        const page = await stage.open({js});
        page.expectComplaint(/status of 400/);
        await page.goto(`/c/${stage.campaign}`);
        await page.check(`input[value="${RALLY}"]`);
        await page.fill('#phone', stage.newPhone());
        await submit(page);
        const problem = page.locator('#problem');
        await problem.waitFor();
        said.push(await problem.innerText());
        assert.match(await page.title(), /^Error: /);
        assert.equal(await page.getAttribute('#name', 'aria-invalid'), 'true');
        if (js)
            assert.ok(await problem.evaluate((e) =>
                e === document.activeElement));
        page.assertClean();
        await page.shut();
    }
    assert.match(said[0], /Your name is missing/);
    assert.equal(said[0], said[1]);
});

test('a form with nothing chosen is an error, also without JavaScript', async () => {
    for (const js of [true, false]) {
        const page = await stage.open({js});
        page.expectComplaint(/status of 400/);
        await page.goto(`/c/${stage.campaign}`);
        await submit(page);
        const problem = page.locator('#problem');
        await problem.waitFor();
        const text = await problem.innerText();
        assert.match(text, /Your name is missing/);
        assert.match(text, /Choose at least one thing to come to/);
        assert.match(text, /Give a mobile number or an email, or tick/);
        assert.match(await page.innerText('#actions-error'), /Choose at least/);
        page.assertClean();
        await page.shut();
    }
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

test('a bad number and a bad address are both said at once', async () => {
    for (const js of [true, false]) {
        const page = await stage.open({js});
        page.expectComplaint(/status of 400/);
        await page.goto(`/c/${stage.campaign}`);
        await fillForm(page, {name: 'Two Typos', phone: '12', email: 'ann@',
            actions: [RALLY]});
        await submit(page);
        await page.locator('#problem').waitFor();
        for (const field of ['phone', 'email'])
            assert.notEqual(await page.innerText(`#${field}-error`), '');
        page.assertClean();
        await page.shut();
    }
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

test('who signs up for two actions sees each with its state and code', async () => {
    const page = await stage.open();
    await page.goto(`/c/${stage.campaign}`);
    await fillForm(page, {
        name: 'Two Times',
        phone: stage.newPhone(),
        actions: [RALLY, TINY],
    });
    await submit(page);
    await page.waitForURL(/\/s\//);
    assert.equal(await page.locator('.ticket .code').count(), 2);
    for (const name of ['Great Rally', 'Tiny Room']) {
        const ticket = page.locator(`.ticket:has-text("${name}")`);
        assert.match(await ticket.innerText(), /You have a place|Kept for you/);
        assert.match(await readQr(ticket.locator('.qr')), /^MU1\./);
    }
    page.assertClean();
    await page.shut();
});

test('what was typed is shown to that browser, and stands in no address', async () => {
    const page = await stage.open({js: false});
    const phone = stage.newPhone();
    await signUp(page, {name: 'Shown Once', phone});
    const slip = page.url();
    for (const word of ['Shown', 'Once', phone.replace(/\D/g, '').slice(-6)])
        assert.ok(!slip.includes(word), slip);
    assert.match(await page.innerText('.banner'), /Now look at your texts/);
    assert.ok((await page.innerText('.banner')).includes(phone));
    assert.match(await page.innerText('.banner'), /outbox/);
    const before_it = await page.innerText('main');
    await page.reload();
    assert.equal(await page.innerText('main'), before_it);
    page.assertClean();
    await page.shut();
    const other = await stage.open({js: false});
    await other.goto(slip);
    const text = await other.innerText('main');
    assert.match(text, /Great Rally/);
    assert.ok(!text.includes('Shown') && !text.includes(phone), text);
    other.assertClean();
    await other.shut();
});

/** How many have signed up to an action, as staff see it. */
async function signedUp(action) {
    const token = stage.rig.tokens.organiser;
    const path = `/v1/campaigns/${stage.campaign}/actions`;
    const {body} = await stage.api('GET', path, {token});
    const {confirmed, held, asked} = body.actions.find((a) => a.id === action);
    return confirmed + held + asked;
}

test('a double click signs up once, with JavaScript and without', async () => {
    for (const js of [true, false]) {
        const count = await signedUp('march');
        const page = await stage.open({js});
        await page.goto(`/c/${stage.campaign}`);
        await fillForm(page, {
            name: 'Click Click',
            phone: stage.newPhone(),
            actions: ['march'],
        });
        await page.dblclick('button[type=submit]');
        await page.waitForURL(/\/s\//);
        assert.equal(await signedUp('march'), count + 1);
        page.assertClean();
        await page.shut();
    }
});

test('Back with a correction is one entry, and another form another', async () => {
    for (const js of [true, false]) {
        const count = await signedUp('march');
        const page = await stage.open({js});
        await page.goto(`/c/${stage.campaign}`);
        await fillForm(page, {
            name: 'Cora Correct',
            phone: stage.newPhone(),
            actions: ['march'],
        });
        await submit(page);
        await page.waitForURL(/\/s\//);
        const first = await codeOf(page);
        const phone = stage.newPhone();
        await page.goBack();
        await page.fill('#phone', phone);
        await submit(page);
        await page.waitForURL(/\/s\//);
        assert.ok((await page.innerText('.banner')).includes(phone));
        assert.notEqual(await codeOf(page), first);
        await until('the first is taken back', async () =>
            (await signedUp('march')) === count + 1);
        await page.click('text=Sign up somebody else');
        await fillForm(page, {
            name: 'Ola Other',
            phone,
            actions: ['march'],
        });
        await submit(page);
        await page.waitForURL(/\/s\//);
        assert.match(await page.innerText('h1'), /Thank you, Ola Other/);
        assert.equal(await signedUp('march'), count + 2);
        page.assertClean();
        await page.shut();
    }
});

test('staff who are signed in are told that they vouch', async () => {
    const page = await stage.openAs('steward');
    await page.goto(`/c/${stage.campaign}`);
    assert.match(await page.innerText('.banner'), /You are at the desk/);
    await fillForm(page, {
        name: 'Desk Guest',
        phone: stage.newPhone(),
        actions: [RALLY],
    });
    await submit(page);
    await page.waitForURL(/\/s\//);
    assert.match(await page.innerText('.banner'), /nothing to confirm/);
    const kept = await page.evaluate(() => localStorage.length);
    assert.equal(kept, 0);
    page.assertClean();
    await page.shut();
});

test('a hostile name stays text on every page that shows it', async () => {
    const page = await stage.open();
    const person = await stage.signUp({name: HOSTILE, actions: [RALLY]});
    const {ticket} = person;
    const preferences = await stage.choicesOf(person);
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

test('the phone that signed up offers its ticket at the gate', async () => {
    const page = await stage.open();
    await signUp(page, {name: 'Same Phone', phone: stage.newPhone()});
    const code = (await codeOf(page)).replaceAll('-', '');
    await page.goto(`/here/${stage.campaign}/${RALLY}/north`);
    await until(
        'the code is filled in',
        async () => (await page.inputValue('#code')) === code,
    );
    for (const width of [360, 320]) {
        await page.setViewportSize({width, height: 640});
        assert.ok(await page.locator('#code').evaluate(
            (e) => e.scrollWidth <= e.clientWidth), `cut at ${width} px`);
    }
    await submit(page);
    assert.match(await page.innerText('main'), /You are counted/);
    page.assertClean();
    await page.shut();
});

test('choices are kept, and changed without JavaScript', async () => {
    const path = await stage.choicesOf(await stage.signUp({
        name: 'Choosy One',
        actions: [RALLY],
        consent_sms: true,
    }));
    const page = await stage.open({js: false});
    await page.goto(path);
    assert.ok(await page.isChecked('input[name=news_sms]'));
    assert.ok(await page.isChecked('input[name=mine_sms]'));
    assert.ok(await page.isDisabled('input[name=news_email]'));
    assert.match(await page.innerText('main'), /no switch for these/);
    assert.match(await page.innerText('.places'), /You have a place/);
    const empty = await stage.rig.call('POST', path);
    assert.equal(empty.status, 400);
    await page.goto(path);
    assert.ok(await page.isChecked('input[name=news_sms]'));
    await page.uncheck('input[name=news_sms]');
    await submit(page);
    assert.match(await page.innerText('[role=status]'), /Saved/);
    await page.goto(path);
    assert.equal(await page.isChecked('input[name=news_sms]'), false);
    assert.ok(await page.isChecked('input[name=mine_sms]'));
    page.assertClean();
    await page.shut();
});

test('what does not exist says so, kindly, as a page', async () => {
    const page = await stage.open({js: false});
    page.expectComplaint(/status of 404/);
    const paths = [
        '/c/no-such-campaign',
        '/t/ABCDEFGHJKMNPQRSTVWX',
        '/s/AAAAAAAAAAAAAAAAAAAAAAAAAA',
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
