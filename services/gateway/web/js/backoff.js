// @ts-check
// backoff -- how long to wait before the next try: twice as long each time up
// to a limit, and never the same for everyone who lost the same gateway.

const MS_MIN = 500;
const MS_MAX = 8000;

/** @param {number} tries how often it has failed before */
export function backoffMs(tries) {
    const most = Math.min(MS_MAX, MS_MIN * 2 ** tries);
    return most / 2 + (Math.random() * most) / 2;
}
