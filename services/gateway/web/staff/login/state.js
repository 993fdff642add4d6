// @ts-check
// state -- what the login page knows: that somebody signs in, or why not.
import {signal} from '@preact/signals';

import {Problem, ownPath} from '../../js/api.js';
import {signIn} from '../api.js';

const WRONG =
    'That login name and password do not belong together. Please try again.';

export const isBusy = signal(false);
/** Why nobody is signed in; empty: nobody has tried. */
export const refusal = signal('');

/** @param {unknown} error */
const wordsOf = (error) =>
    error instanceof Problem && error.status === 401
        ? WRONG
        : (error instanceof Problem ? error : new Problem(0, {})).message;

/**
 * Goes on to the next page. Resolves to false when it was refused.
 *
 * @param {import('../api.js').Schemas['Login']} login
 * @param {string | null} next where one came from
 */
export async function enter(login, next) {
    refusal.value = '';
    isBusy.value = true;
    try {
        const {staff} = await signIn(login);
        const c = encodeURIComponent(staff.campaign || login.campaign);
        location.assign(ownPath(next, `/console?c=${c}`));
        return true;
    } catch (error) {
        isBusy.value = false;
        refusal.value = wordsOf(error);
        return false;
    }
}
