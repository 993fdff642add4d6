// list -- all broadcasts of the campaign, newest first, and its actions.

import {get} from '../api.js';
import {fill, h} from '../dom.js';
import {dayAndTime, plural} from '../format.js';
import {isAtLeast} from '../staff.js';
import {CHANNELS, CLASSES, STAGES} from '../words.js';
import {stackedBar} from './bar.js';

function reach(broadcast) {
    const parts = broadcast.channels
        .filter((c) => c.audience)
        .map((c) =>
            plural(
                c.audience,
                CHANNELS[c.channel].toLowerCase(),
                `${CHANNELS[c.channel].toLowerCase()}s`,
            ),
        );
    return parts.join(', ');
}

function item(broadcast) {
    const stage = STAGES[broadcast.stage] || {name: broadcast.stage, tone: ''};
    const started = broadcast.started_at
        ? `started ${dayAndTime(broadcast.started_at)}`
        : `written ${dayAndTime(broadcast.made_at)}`;
    const bars = broadcast.started_at
        ? broadcast.channels
              .filter((c) => c.audience)
              .map((c) => stackedBar(c, {isSmall: true}))
        : [];
    return h(
        'li',
        {class: 'broadcast'},
        h(
            'div',
            {class: 'broadcast-head'},
            h('h2', {}, h('a', {href: `#b/${broadcast.id}`}, broadcast.name)),
            h('span', {class: `pill ${stage.tone}`}, stage.name),
        ),
        h(
            'p',
            {class: 'meta'},
            [(CLASSES[broadcast.class] || {}).name, reach(broadcast), started]
                .filter(Boolean)
                .join(' · '),
        ),
        bars,
    );
}

function actionLink(app, action) {
    return h(
        'li',
        {},
        h(
            'a',
            {
                href: `/live/${encodeURIComponent(app.campaign)}/${encodeURIComponent(action.id)}`,
            },
            action.name,
        ),
        h('span', {class: 'meta'}, dayAndTime(action.starts_at)),
    );
}

export function showList(app) {
    const place = h('div', {}, h('p', {role: 'status'}, 'Loading…'));
    fill(
        app.root,
        h(
            'div',
            {class: 'row-head'},
            h(
                'div',
                {},
                h('p', {class: 'over'}, app.about.campaign.name),
                h('h1', {}, 'Messages'),
            ),
            isAtLeast(app.staff, 'organiser')
                ? h('a', {class: 'button big', href: '#new'}, 'Write a message')
                : null,
        ),
        place,
        h(
            'section',
            {class: 'panel'},
            h('h2', {}, 'Live counts'),
            h(
                'ul',
                {class: 'links'},
                app.about.actions.map((a) => actionLink(app, a)),
            ),
        ),
    );
    document.title = 'Messages – Muster';
    get(`${app.base}/broadcasts`)
        .then(({broadcasts}) => {
            const newest = [...broadcasts].sort((a, b) =>
                String(b.made_at).localeCompare(String(a.made_at)),
            );
            fill(
                place,
                newest.length
                    ? h('ul', {class: 'broadcasts'}, newest.map(item))
                    : h(
                          'p',
                          {class: 'sheet'},
                          'No messages yet. Write the first one.',
                      ),
            );
        })
        .catch((error) => fill(place, app.problem(error)));
}
