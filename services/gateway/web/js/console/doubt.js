// doubt -- the people of one channel about whom nobody can know whether the
// message went: by number, and what an organiser may decide about them.

import {get, post} from '../api.js';
import {fill, h} from '../dom.js';
import {plural} from '../format.js';
import {CHANNELS} from '../words.js';
import {confirmAct} from './confirm.js';

const SHOWN_MAX = 1000; // one page of the API

const ASKS = {
    accepted: {
        title: 'Count them as sent?',
        yes: 'Yes, count as sent',
        text: 'Nobody gets anything more. Use this when the provider says they went.',
    },
    pending: {
        title: 'Send to them again?',
        yes: 'Yes, send again',
        text: 'Some of these people may then get the message twice.',
    },
};

async function decide(watch, channel, numbers, state, place) {
    if (
        !(await confirmAct(
            ASKS[state],
            plural(numbers.length, 'person', 'people'),
        ))
    )
        return;
    try {
        watch.show(
            await post(`${watch.path}/doubt`, {
                channel: channel.channel,
                numbers,
                state,
            }),
        );
    } catch (error) {
        place.append(watch.app.problem(error));
    }
}

function choices(watch, channel, numbers, place) {
    const button = (state, text) =>
        h(
            'button',
            {
                type: 'button',
                class: 'button quiet',
                'data-doubt': state,
                onclick: () => decide(watch, channel, numbers, state, place),
            },
            text,
        );
    return h(
        'div',
        {class: 'acts'},
        button('accepted', 'Count these as sent'),
        button('pending', 'Send these again'),
    );
}

function showNumbers(watch, channel, place, {numbers, next}) {
    const hasMore = next !== undefined && next !== null;
    fill(
        place,
        h(
            'ul',
            {class: 'numbers', tabindex: '0', 'aria-label': 'Who is in doubt'},
            numbers.map((n) => h('li', {}, `No. ${n}`)),
        ),
        hasMore
            ? h('p', {class: 'meta'}, `The first ${numbers.length} of them.`)
            : null,
        watch.may('organiser') ? choices(watch, channel, numbers, place) : null,
    );
}

export function doubtPanel(watch, channel) {
    const place = h('div', {}, h('p', {role: 'status'}, 'Loading…'));
    const name = CHANNELS[channel.channel].toLowerCase();
    const query = new URLSearchParams({
        channel: channel.channel,
        state: 'in_doubt',
        max: SHOWN_MAX,
    });
    get(`${watch.path}/recipients?${query}`)
        .then((page) => showNumbers(watch, channel, place, page))
        .catch((error) => fill(place, watch.app.problem(error)));
    return h(
        'section',
        {class: 'panel doubt'},
        h(
            'h2',
            {},
            `In doubt: ${plural(channel.counts.in_doubt, name, `${name}s`)}`,
        ),
        h(
            'p',
            {},
            'The line broke while these were handed over. They may have arrived or not. Muster never sends them twice by itself.',
        ),
        place,
    );
}
