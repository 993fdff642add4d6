// browser -- one Chromium for a test file, and pages that are watched: no
// errors on the console, nothing refused by the content security policy, no
// request to another host.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

import jsQR from 'jsqr';
import {chromium} from 'playwright-core';
import {PNG} from 'pngjs';

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const ARGS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];
const AXE = readFileSync(
    createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
    'utf8',
);
export const WAIT_MS = 30000; // a busy machine; a quiet one needs far less

export const PHONE = {width: 360, height: 740};
export const DESKTOP = {width: 1280, height: 800};

/** {open(options) -> watched page, close()}; host: the only one allowed. */
export async function openBrowser(host) {
    const browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ARGS,
    });
    return {
        open: (options) => openPage(browser, host, options),
        close: () => browser.close(),
    };
}

async function openPage(browser, host, {size = PHONE, js = true} = {}) {
    const context = await browser.newContext({
        viewport: size,
        javaScriptEnabled: js,
        reducedMotion: 'reduce',
        baseURL: host,
    });
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    const complaints = [];
    const expected = [];
    watch(page, host, complaints);
    return Object.assign(page, {
        /** A complaint that matches is part of the test. */
        expectComplaint: (pattern) => expected.push(pattern),
        assertClean: () =>
            assert.deepEqual(
                complaints.filter((c) => !expected.some((e) => e.test(c))),
                [],
            ),
        shut: () => context.close(),
    });
}

function watch(page, host, complaints) {
    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) {
            complaints.push(
                `console: ${message.text()} ${message.location().url}`,
            );
        }
    });
    page.on('pageerror', (error) => complaints.push(`error: ${error.stack}`));
    page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(`${host}/`) && !url.startsWith('data:')) {
            complaints.push(`request to another host: ${url}`);
        }
    });
}

/** What axe finds, as lines; [] when all is well. */
export async function findBarriers(page) {
    await page.evaluate(AXE);
    const found = await page.evaluate(() =>
        axe.run({
            runOnly: [
                'wcag2a',
                'wcag2aa',
                'wcag21a',
                'wcag21aa',
                'wcag22aa',
                'best-practice',
            ],
        }),
    );
    return found.violations.flatMap((v) =>
        v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}`),
    );
}

/** What the QR code in an element says, read from its picture. */
export async function readQr(locator) {
    const {data, width, height} = PNG.sync.read(await locator.screenshot());
    const code = jsQR(new Uint8ClampedArray(data), width, height);
    return code && code.data;
}

/** True until proved otherwise: asks again until it holds, or fails. */
export async function until(what, check, waitMs = WAIT_MS) {
    const end = Date.now() + waitMs;
    for (;;) {
        const got = await check();
        if (got) {
            return got;
        }
        assert.ok(Date.now() < end, `not in time: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 30));
    }
}
