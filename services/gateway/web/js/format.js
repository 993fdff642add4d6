// @ts-check
// format -- numbers, times and slugs as people read them.

const NUMBER = new Intl.NumberFormat('en-GB');
const CLOCK = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone: 'Europe/London',
});
const DAY = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'Europe/London',
});
const POUNDS = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: 'GBP',
});

/** @param {number} n */
export const number = (n) => NUMBER.format(n || 0);

/** @param {string} at */
export const clock = (at) => CLOCK.format(new Date(at));

/** @param {string | null} [at] */
export const dayAndTime = (at) => (at ? DAY.format(new Date(at)) : '');

/** @param {number} n @param {string} one @param {string} many */
export const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;

/** "try again" -> "Try again.", as show_sentence of the gateway. @param {string} text */
export function sentence(text) {
    const end = /[.?!]$/.test(text) ? '' : '.';
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

/** "care-worker" -> "Care worker". @param {string} slug */
export function label(slug) {
    const text = String(slug || 'not said').replace(/[-_]/g, ' ');
    return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {number} part @param {number} whole */
export function percent(part, whole) {
    if (!whole) return '0%';
    const share = (100 * part) / whole;
    return share > 0 && share < 1 ? '<1%' : `${Math.floor(share)}%`;
}

/** 75 -> "1 min 15 s". @param {number} seconds */
export function duration(seconds) {
    if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
    if (seconds < 3600) {
        const rest = Math.round(seconds % 60);
        return `${Math.floor(seconds / 60)} min${rest ? ` ${rest} s` : ''}`;
    }
    return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** @param {number} value */
export const pounds = (value) => POUNDS.format(Number(value) || 0);

/**
 * Who has signed up to an action, as staff are told: of those with a place,
 * and of those who will have one, how many nobody has heard of since.
 *
 * @param {{confirmed: number, not_confirmed?: number, held?: number, asked?: number}} action
 */
export function signedUpWords({confirmed, not_confirmed = 0, held = 0, asked = 0}) {
    const open = not_confirmed + held + asked;
    const all = `${number(confirmed + held + asked)} signed up`;
    return open ? `${all}, of them ${number(open)} not confirmed` : all;
}
