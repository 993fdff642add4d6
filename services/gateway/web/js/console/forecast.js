// forecast -- who would get it, and who is left out by which rule, as steps
// going down from everyone who matches to the people who get it.

import {h} from '../dom.js';
import {dayAndTime, duration, number, plural, pounds} from '../format.js';
import {CHANNELS, ruleWords} from '../words.js';

function step(kind, text, count, from, whole) {
    const left = whole ? (100 * from) / whole : 0;
    const width = whole ? (100 * count) / whole : 0;
    return h(
        'li',
        {class: `fall ${kind}`},
        h('span', {class: 'fall-words'}, text),
        h(
            'span',
            {class: 'fall-count'},
            kind === 'out' ? `−${number(count)}` : number(count),
        ),
        h(
            'span',
            {class: 'fall-track', 'aria-hidden': 'true'},
            count > 0
                ? h('span', {
                      class: 'fall-bar',
                      style: {marginLeft: `${left}%`, width: `${width}%`},
                  })
                : null,
        ),
    );
}

/** channel: {channel, recipients, excluded}; people: who match at all. */
export function waterfall(channel, people) {
    const outs = Object.entries(channel.excluded || {})
        .filter(([, n]) => n > 0)
        .sort((a, b) => b[1] - a[1]);
    const steps = [step('all', 'match', people, 0, people)];
    let left = people;
    for (const [rule, n] of outs) {
        left -= n;
        steps.push(step('out', ruleWords(rule), n, left, people));
    }
    const name = CHANNELS[channel.channel].toLowerCase();
    steps.push(step('in', `get the ${name}`, channel.recipients, 0, people));
    return h(
        'ol',
        {class: 'falls', 'aria-label': `Who gets the ${name}`},
        steps,
    );
}

function smsFacts(channel) {
    if (channel.channel !== 'sms' || !channel.sms_parts) return null;
    const ucs2 = channel.sms_ucs2
        ? ` ${plural(channel.sms_ucs2, 'text needs', 'texts need')} special characters, so fewer fit in a part.`
        : '';
    return h(
        'p',
        {class: 'meta'},
        `${plural(channel.sms_parts, 'text part', 'text parts')} in all, at most ${number(channel.sms_parts_max)} for one person.${ucs2}`,
    );
}

function channelForecast(channel, people) {
    return h(
        'section',
        {class: 'forecast-channel'},
        h('h3', {}, `${CHANNELS[channel.channel]}s`),
        waterfall(channel, people),
        smsFacts(channel),
        h(
            'p',
            {class: 'meta'},
            `Takes about ${duration(channel.seconds)}. Costs ${pounds(channel.cost_pounds)}.`,
        ),
    );
}

export function forecastPanel(forecast) {
    return h(
        'section',
        {class: 'panel'},
        h('h2', {}, 'What will happen'),
        h(
            'p',
            {class: 'big-fact'},
            h('b', {}, number(forecast.people)),
            ` ${forecast.people === 1 ? 'person matches' : 'people match'}. If you start now, it ends ${dayAndTime(forecast.finishes_at)}.`,
        ),
        forecast.is_late
            ? h(
                  'p',
                  {class: 'banner bad'},
                  'This is too late: it would end after the time you set.',
              )
            : null,
        h(
            'div',
            {class: 'forecast'},
            forecast.channels.map((c) => channelForecast(c, forecast.people)),
        ),
        (forecast.examples || []).length
            ? h(
                  'details',
                  {},
                  h('summary', {}, 'Examples, as people will read them'),
                  forecast.examples.map((e) => h('p', {class: 'bubble'}, e)),
              )
            : null,
    );
}
