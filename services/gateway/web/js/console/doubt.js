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

export function doubtPanel(watch, channel) {
    const place = h('div', {}, h('p', {role: 'status'}, 'Loading…'));
    const query = new URLSearchParams({
        channel: channel.channel,
        state: 'in_doubt',
        max: SHOWN_MAX,
    });
    get(`${watch.path}/recipients?${query}`)
        .then(({numbers, next}) => {
            fill(
                place,
                h(
                    'ul',
                    {class: 'numbers'},
                    numbers.map((n) => h('li', {}, `No. ${n}`)),
                ),
                next !== undefined && next !== null
                    ? h(
                          'p',
                          {class: 'meta'},
                          `These are the first ${numbers.length}.`,
                      )
                    : null,
                h(
                    'div',
                    {class: 'acts'},
                    h(
                        'button',
                        {
                            type: 'button',
                            class: 'button quiet',
                            onclick: () =>
                                decide(
                                    watch,
                                    channel,
                                    numbers,
                                    'accepted',
                                    place,
                                ),
                        },
                        'Count these as sent',
                    ),
                    h(
                        'button',
                        {
                            type: 'button',
                            class: 'button quiet',
                            onclick: () =>
                                decide(
                                    watch,
                                    channel,
                                    numbers,
                                    'pending',
                                    place,
                                ),
                        },
                        'Send these again',
                    ),
                ),
            );
        })
        .catch((error) => fill(place, watch.app.problem(error)));
    return h(
        'section',
        {class: 'panel doubt'},
        h(
            'h2',
            {},
            `In doubt: ${plural(channel.counts.in_doubt, CHANNELS[channel.channel].toLowerCase(), `${CHANNELS[channel.channel].toLowerCase()}s`)}`,
        ),
        h(
            'p',
            {},
            'The line broke while these were handed over. They may have arrived or not. Muster never sends them twice by itself.',
        ),
        place,
    );
}
