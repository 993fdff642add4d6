// bar -- one channel of a broadcast as a stacked bar of all its states. The
// parts always add up to the audience; if they do not, the page says so.

import {h} from '../dom.js';
import {number, percent} from '../format.js';
import {CHANNELS, STATES} from '../words.js';

const countOf = (channel, state) => channel.counts[state.id] || 0;

/** The sum of all states, known to this page or not. */
export const sumOf = (channel) =>
    Object.values(channel.counts).reduce((sum, n) => sum + n, 0);

function words(channel) {
    const parts = STATES.filter((s) => countOf(channel, s)).map(
        (s) => `${s.name} ${number(countOf(channel, s))}`,
    );
    return `${CHANNELS[channel.channel]}s to ${number(channel.audience)} people: ${parts.join(', ') || 'none'}.`;
}

/** Just the bar, with its words for those who do not see it. */
export function stackedBar(channel, {isSmall = false} = {}) {
    const parts = STATES.filter((s) => countOf(channel, s)).map((s) =>
        h('span', {
            class: `part s-${s.id}`,
            style: {flexGrow: String(countOf(channel, s))},
        }),
    );
    return h(
        'div',
        {
            class: isSmall ? 'stack small' : 'stack',
            role: 'img',
            'aria-label': words(channel),
        },
        parts,
    );
}

function line(channel, state) {
    const n = countOf(channel, state);
    return h(
        'tr',
        {},
        h(
            'th',
            {scope: 'row'},
            h(
                'span',
                {class: 'state'},
                h('span', {
                    class: `swatch s-${state.id}`,
                    'aria-hidden': 'true',
                }),
                h(
                    'span',
                    {},
                    state.name,
                    h('span', {class: 'meta means'}, state.means),
                ),
            ),
        ),
        h('td', {}, number(n)),
        h('td', {class: 'less'}, percent(n, channel.audience)),
    );
}

function sumLine(channel) {
    const sum = sumOf(channel);
    const isRight = sum === channel.audience;
    return h(
        'tr',
        {class: isRight ? 'sum' : 'sum is-wrong'},
        h(
            'th',
            {scope: 'row'},
            isRight
                ? 'All of them'
                : `These add up to ${number(sum)}, but the audience is`,
        ),
        h('td', {}, number(channel.audience)),
        h('td', {class: 'less'}, '100%'),
    );
}

/** The bar with its legend: a table of every state that has anyone in it. */
export function channelProgress(channel) {
    const shown = STATES.filter((s) => countOf(channel, s));
    const settled =
        channel.audience -
        ['pending', 'leased', 'deferred'].reduce(
            (sum, id) => sum + (channel.counts[id] || 0),
            0,
        );
    const rate = channel.rate
        ? `, ${number(Math.round(channel.rate))} a second`
        : '';
    return h(
        'section',
        {class: 'panel channel'},
        h(
            'div',
            {class: 'channel-head'},
            h('h2', {}, `${CHANNELS[channel.channel]}s`),
            h(
                'p',
                {class: 'settled'},
                `${number(settled)} of ${number(channel.audience)} settled${rate}`,
            ),
        ),
        stackedBar(channel),
        h(
            'table',
            {class: 'states'},
            h(
                'caption',
                {class: 'unseen'},
                `${CHANNELS[channel.channel]}s by state`,
            ),
            h(
                'thead',
                {class: 'unseen'},
                h(
                    'tr',
                    {},
                    ['State', 'People', 'Share'].map((t) =>
                        h('th', {scope: 'col'}, t),
                    ),
                ),
            ),
            h(
                'tbody',
                {},
                shown.map((s) => line(channel, s)),
                sumLine(channel),
            ),
        ),
    );
}
