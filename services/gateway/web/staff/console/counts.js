// @ts-check
// counts -- the arithmetic of one channel's states.

/** @typedef {import('../api.js').ChannelProgress} Channel */

const UNSETTLED = ['pending', 'leased', 'deferred'];

/** @param {Channel} channel @param {string} state */
export const countOf = ({counts}, state) =>
    /** @type {Record<string, number>} */ (counts)[state] || 0;

/**
 * The sum of all states, known to this page or not.
 *
 * @param {{counts: Record<string, number>}} channel
 */
export const sumOf = (channel) =>
    Object.values(channel.counts).reduce((sum, n) => sum + n, 0);

/** @param {Channel} channel how many of it need nothing more */
export const settledOf = (channel) =>
    UNSETTLED.reduce(
        (left, id) => left - countOf(channel, id),
        channel.audience,
    );

/** @param {Channel[]} channels how many of all of them have not gone out yet */
export const waitingOf = (channels) =>
    channels.reduce(
        (sum, c) => sum + countOf(c, 'pending') + countOf(c, 'deferred'),
        0,
    );
