// @ts-check
// staff -- who is signed in, the staff links of this campaign, signing out.

import {get, goToLogin, signOut} from './api.js';
import {byId} from './dom.js';

/** @typedef {{id: string, name: string, role: string, campaign: string}} Staff */

/**
 * The session's staff; goes to sign in if there is none.
 *
 * @returns {Promise<any>} a Staff
 */
export async function whoAmI() {
    try {
        const {staff} = await get('/v1/session');
        return staff;
    } catch (error) {
        const {status} = /** @type {import('./api.js').Problem} */ (error);
        if (status === 401) goToLogin();
        throw error;
    }
}

const ROLES = ['steward', 'coordinator', 'approver', 'organiser', 'admin'];
/** @type {Record<string, string>} */
const LEAST = {'/console': 'coordinator', '/outbox': 'organiser'};

/**
 * May somebody of this role do what the least of the roles may?
 *
 * @param {{role: string}} staff
 * @param {string} least
 */
export const isAtLeast = (staff, least) =>
    ROLES.indexOf(staff.role) >= ROLES.indexOf(least);

/** @param {HTMLAnchorElement} link @param {string} c @param {Staff} staff */
function dressLink(link, c, staff) {
    const path = new URL(link.href).pathname;
    link.hidden = !isAtLeast(staff, LEAST[path]);
    link.href = `${path}?c=${encodeURIComponent(c)}`;
    if (path === location.pathname) link.setAttribute('aria-current', 'page');
}

/**
 * Shows the links of campaign c that are for staff, and the way out.
 *
 * @param {string} c
 * @param {Staff} staff
 */
export function dressNav(c, staff) {
    const nav = byId('staff-nav');
    if (!nav) return;
    for (const link of nav.querySelectorAll('a')) dressLink(link, c, staff);
    const out = byId('sign-out');
    out.hidden = false;
    out.addEventListener('click', signOut);
}
