// @ts-check
// bar -- one channel of a broadcast as a stacked bar of all its states.
import {number} from '../../js/format.js';
import {html} from '../html.js';
import {CHANNELS, STATES} from '../words.js';
import {countOf} from './counts.js';

/** @typedef {import('./counts.js').Channel} Channel */

/** @param {Channel} channel the states that have anyone in them */
export const shownStates = (channel) =>
    STATES.filter((s) => countOf(channel, s.id));

/** @param {Channel} channel */
function wordsOf(channel) {
    const parts = shownStates(channel).map(
        (s) => `${s.name} ${number(countOf(channel, s.id))}`,
    );
    const whom = `${CHANNELS[channel.channel]}s to ${number(channel.audience)}`;
    return `${whom} people: ${parts.join(', ') || 'none'}.`;
}

/**
 * Just the bar, with its words for those who do not see it.
 *
 * @param {{channel: Channel, isSmall?: boolean}} props
 */
export function StackedBar({channel, isSmall = false}) {
    const parts = shownStates(channel).map(
        ({id}) =>
            html`<span
                key=${id}
                class=${`part s-${id}`}
                style=${{flexGrow: String(countOf(channel, id))}}
            ></span>`,
    );
    return html`<div
        class=${isSmall ? 'stack small' : 'stack'}
        role="img"
        aria-label=${wordsOf(channel)}
    >
        ${parts}
    </div>`;
}
