// again -- a staff page that gets no answer says so, tries again by itself,
// and goes on where it was; nobody has to load it anew.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {DESKTOP, findBarriers, until} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

const RALLY = 'rally';
const LOST = /ERR_FAILED|ERR_CONNECTION|ERR_INCOMPLETE|Failed to load/;

let stage;
let draft;
let done;
before(async () => {
    stage = await openStage();
    await stage.signUp({name: 'Ann', actions: [RALLY]});
    const content = {
        class: 'service',
        audience: `signedup:${RALLY}`,
        action: RALLY,
        sms_text: 'Hello {{first_name}}',
    };
    draft = (await stage.make({name: 'A draft', ...content})).id;
    done = await stage.send({name: 'All done', ...content});
});
after(() => stage?.close());

const consolePath = (hash = '') => `/console?c=${stage.campaign}${hash}`;

async function open(role = 'organiser') {
    const page = await stage.openAs(role, {size: DESKTOP});
    page.expectComplaint(LOST);
    return page;
}

/** What matches is not answered until the returned function is called. */
async function cut(page, pattern, answer) {
    let asked = 0;
    await page.route(pattern, (route) => {
        asked++;
        return answer ? route.fulfill(answer) : route.abort();
    });
    return {
        isTried: (times) =>
            until(`tried ${times} times`, async () => asked >= times),
        mend: () => page.unroute(pattern),
    };
}

const saysItTries = (page) =>
    page.locator('.trying', {hasText: 'Trying again…'}).waitFor();

/** Each: what is not answered, where, and what is there once it is. */
const firstLooks = () => [
    ['who is here', '**/v1/session', consolePath(), '.broadcast'],
    ['the actions', '**/actions', consolePath(), '.broadcast'],
    ['the list', '**/broadcasts', consolePath(), '.broadcast'],
    ['a broadcast', `**/${done}`, consolePath(`#b/${done}`), '.channel'],
    ['its forecast', '**/forecast', consolePath(`#b/${draft}`), '.falls'],
    ['the preview', '**/preview', consolePath('#new'), '.falls'],
    ['the outbox', '**/outbox', `/outbox?c=${stage.campaign}`, '.message'],
];

test('what is not answered at first is asked again, and it is said', async () => {
    const page = await open();
    for (const [what, pattern, path, complete] of firstLooks()) {
        const line = await cut(page, pattern);
        await page.goto('about:blank');
        await page.goto(path);
        await saysItTries(page);
        await line.isTried(2);
        assert.equal(await page.locator(complete).count(), 0, what);
        await line.mend();
        await page.locator(complete).first().waitFor();
        assert.equal(await page.locator('.trying').count(), 0, what);
    }
    page.assertClean();
    await page.shut();
});

test('a page that waits for an answer keeps nobody out', async () => {
    const page = await open();
    for (const path of [consolePath(), consolePath(`#b/${done}`)]) {
        const line = await cut(page, `**/${path.includes('#') ? done : 'session'}`);
        await page.goto('about:blank');
        await page.goto(path);
        await saysItTries(page);
        assert.deepEqual(await findBarriers(page), [], path);
        await line.mend();
    }
    page.assertClean();
    await page.shut();
});

test('a broadcast that is watched goes on after the gateway was gone', async () => {
    const page = await open();
    await page.goto(consolePath(`#b/${draft}`));
    await page.locator('#stage[data-stage=draft]').waitFor();
    await page.locator('.falls').waitFor();
    await stage.killGateway();
    await saysItTries(page);
    await stage.startGateway();
    const {organiser, approver} = stage.rig.tokens;
    const {content_hash} = await stage.act(draft, 'forecast', organiser);
    await stage.act(draft, 'approve', approver, {content_hash});
    await page.locator('#stage[data-stage=approved]').waitFor();
    await until(
        'it no longer says so',
        async () => (await page.locator('.trying').count()) === 0,
    );
    page.assertClean();
    await page.shut();
});

test('what is refused for good is not asked again', async () => {
    const page = await open();
    await page.goto(consolePath('#b/no-such-broadcast'));
    await page.locator('.problem').waitFor();
    assert.equal(await page.locator('.trying').count(), 0);
    await page.click('.nav a[href^="/console"]');
    await page.locator('.broadcast').first().waitFor();
    page.assertClean();
    await page.shut();
});

test('a gateway that asks for time is given it', async () => {
    const page = await open();
    const seconds = 2;
    const times = [];
    await page.route(`**/${done}`, (route) => {
        times.push(Date.now());
        return times.length > 1
            ? route.continue()
            : route.fulfill({
                  status: 503,
                  headers: {'Retry-After': `${seconds}`},
                  contentType: 'application/problem+json',
                  body: '{"detail":"Too much at once."}',
              });
    });
    await page.goto(consolePath(`#b/${done}`));
    await page.locator('.trying').waitFor();
    assert.match(await page.innerText('.problem'), /Too much at once/);
    await page.locator('.channel').waitFor();
    assert.ok(times[1] - times[0] >= seconds * 1000, `${times}`);
    page.assertClean();
    await page.shut();
});

test('who is signed out meanwhile goes to sign in, and comes back', async () => {
    const page = await open();
    const line = await cut(page, `**/${done}`, {status: 401, body: '{}'});
    await page.goto(consolePath(`#b/${done}`));
    await page.waitForURL(/\/login\?next=/);
    await line.mend();
    page.assertClean();
    await page.shut();
});
