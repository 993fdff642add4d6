// @ts-check
// state -- the messages that the outbox has shown so far, newest first.
import {signal} from '@preact/signals';

import {dressNav, whoAmI} from '../../js/staff.js';
import {isPassing, keepAsking, makeTrouble} from '../again.js';
import {listOutbox} from '../api.js';
import {SHOWN_MAX} from './count.js';

const REFRESH_MS = 4000;

/** @typedef {import('../api.js').OutboxMessage} Message */
/** @typedef {Message & {key: number}} Shown its place in the order they came */

/** Null until the first answer came. */
export const messages = signal(/** @type {Shown[] | null} */ (null));
export const found = signal(0);
export const isReading = signal(true); // what was sent last may still come
export const trouble = makeTrouble();
const stop = new AbortController().signal; // left only with the page
let campaign = '';
let after = '';

/** Reads on from where it was. Resolves to true when there may be more. */
async function more() {
    const page = await listOutbox(campaign, after, stop);
    if (page.next) after = page.next;
    const fresh = page.messages.map((m, i) => ({...m, key: found.value + i}));
    const all = [...fresh.reverse(), ...(messages.value || [])];
    found.value += fresh.length;
    isReading.value = fresh.length > 0;
    messages.value = all.slice(0, SHOWN_MAX);
    trouble.clear();
    return isReading.value;
}

async function refresh() {
    let waitMs = REFRESH_MS;
    try {
        if (await more()) waitMs = 0;
    } catch (error) {
        if (!isPassing(error)) return trouble.refused(error);
        trouble.retrying(/** @type {Error} */ (error));
    }
    return setTimeout(refresh, waitMs);
}

export async function open() {
    try {
        const staff = await keepAsking(whoAmI, stop, trouble.retrying);
        campaign =
            new URLSearchParams(location.search).get('c') || staff.campaign;
        dressNav(campaign, staff);
        await keepAsking(more, stop, trouble.retrying);
        await refresh();
    } catch (error) {
        trouble.refused(error);
    }
}
