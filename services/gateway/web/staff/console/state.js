// @ts-check
// state -- what the whole console knows: who is here, whose campaign it is,
// and which view is open. Each view keeps its own beside it.
import {signal} from '@preact/signals';

import {dressNav, whoAmI} from '../../js/staff.js';
import {keepAsking, makeTrouble} from '../again.js';
import {listActions, listCampaigns} from '../api.js';

/**
 * @typedef {object} App
 * @property {import('../api.js').Staff} staff
 * @property {string} campaign its id
 * @property {import('../api.js').ActionList} about the campaign and its actions
 */
/** @typedef {import('../api.js').Schemas['CampaignSummary']} Summary */

const ABOVE_ALL = 'muster'; // the campaign of who looks after them all

/** Null until it is known. */
export const app = signal(/** @type {App | null} */ (null));
/** What somebody above all may choose from; null: nothing is to be chosen. */
export const campaigns = signal(/** @type {Summary[] | null} */ (null));
export const trouble = makeTrouble();
/** What follows the "#": which view. */
export const hash = signal(location.hash);
/** What just happened, for those who do not see it. */
export const said = signal('');

/**
 * @template T
 * @param {(stop: AbortSignal) => Promise<T>} ask
 */
async function load(ask) {
    const never = new AbortController().signal; // left only with the page
    const answer = await keepAsking(ask, never, trouble.retrying);
    trouble.clear();
    return answer;
}

export async function open() {
    try {
        const staff = await load(whoAmI);
        const campaign =
            new URLSearchParams(location.search).get('c') || staff.campaign;
        if (campaign === ABOVE_ALL) {
            campaigns.value = (await load(listCampaigns)).campaigns;
            return;
        }
        dressNav(campaign, staff);
        const about = await load((stop) => listActions(campaign, stop));
        app.value = {staff, campaign, about};
    } catch (error) {
        trouble.refused(error);
    }
}
