// staff -- who is signed in, the staff links of this campaign, signing out.

import {call, get, goToLogin} from './api.js';
import {byId} from './dom.js';

/** The session's staff {id, name, role, campaign}; goes to sign in if none. */
export async function whoAmI() {
    try {
        const {staff} = await get('/v1/session');
        return staff;
    } catch (error) {
        if (error.status === 401) goToLogin();
        throw error;
    }
}

const ROLES = ['steward', 'coordinator', 'approver', 'organiser', 'admin'];
const LEAST = {'/console': 'coordinator', '/outbox': 'organiser'};

/** May somebody of this role do what the least of the roles may? */
export const isAtLeast = (staff, least) =>
    ROLES.indexOf(staff.role) >= ROLES.indexOf(least);

/** Shows the links of campaign c that are for staff, and the way out. */
export function dressNav(c, staff) {
    const nav = byId('staff-nav');
    if (!nav) return;
    for (const link of nav.querySelectorAll('a')) {
        const path = new URL(link.href).pathname;
        link.hidden = !isAtLeast(staff, LEAST[path]);
        link.href = `${path}?c=${encodeURIComponent(c)}`;
        if (path === location.pathname)
            link.setAttribute('aria-current', 'page');
    }
    const out = byId('sign-out');
    out.hidden = false;
    out.addEventListener('click', async () => {
        await call('DELETE', '/v1/session').catch(() => null);
        location.assign('/login');
    });
}
