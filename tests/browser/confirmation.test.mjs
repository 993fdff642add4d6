// confirmation -- the console lists what Muster sends by itself with the
// others, says so, and has no buttons for it.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {DESKTOP} from './support/browser.mjs';
import {openStage} from './support/stage.mjs';

let stage;
before(async () => {
    stage = await openStage();
});
after(() => stage?.close());

test('the confirmation is shown as Muster’s own, without buttons', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    await page.goto(`/console?c=${stage.campaign}`);
    const item = page.locator('.broadcast', {hasText: 'Confirmation'});
    await item.waitFor();
    assert.match(await item.innerText(), /sent by Muster itself/);
    await item.locator('a').click();
    await page.locator('#stage[data-stage="standing"]').waitFor();
    assert.match(await page.innerText('.meta >> nth=0'), /Sent by Muster/);
    assert.match(await page.innerText('.acts'), /cannot be stopped/);
    assert.equal(await page.locator('.acts button').count(), 0);
    assert.match(await page.innerText('.bubble >> nth=0'), /Yes, that's me/);
    page.assertClean();
    await page.shut();
});

test('it is not among the kinds that one writes', async () => {
    const page = await stage.openAs('organiser', {size: DESKTOP});
    await page.goto(`/console?c=${stage.campaign}#new`);
    await page.locator('input[name=class]').first().waitFor();
    assert.equal(await page.locator('input[name=class]').count(), 3);
    page.assertClean();
    await page.shut();
});
