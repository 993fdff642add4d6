// @ts-check
// forecast -- what will happen if it is started now.
import {
    dayAndTime,
    duration,
    number,
    plural,
    pounds,
} from '../../../js/format.js';
import {html} from '../../html.js';
import {CHANNELS} from '../../words.js';
import {Waterfall} from '../waterfall.js';

/** @typedef {import('../../api.js').Forecast} Forecast */
/** @typedef {Forecast['channels'][number]} Channel */

/** @param {{channel: Channel}} props */
function SmsFacts({channel}) {
    if (channel.channel !== 'sms' || !channel.sms_parts) return null;
    const parts = plural(channel.sms_parts, 'text part', 'text parts');
    const most = number(channel.sms_parts_max);
    const who = plural(channel.sms_ucs2, 'text needs', 'texts need');
    const ucs2 = `${who} special characters, so fewer fit in a part.`;
    return html`<p class="meta">
        ${`${parts} in all, at most ${most} for one person.`}
        ${channel.sms_ucs2 > 0 && ` ${ucs2}`}
    </p>`;
}

/** @param {{channel: Channel, people: number}} props */
function ChannelForecast({channel, people}) {
    return html`<section class="forecast-channel">
        <h3>${CHANNELS[channel.channel]}s</h3>
        <${Waterfall} ...${channel} people=${people} />
        <${SmsFacts} channel=${channel} />
        <p class="meta">
            ${`Takes about ${duration(channel.seconds)}. Costs ${pounds(channel.cost_pounds)}.`}
        </p>
    </section>`;
}

/** @param {{examples: string[]}} props */
function Examples({examples}) {
    if (!examples.length) return null;
    return html`<details>
        <summary>Examples, as people will read them</summary>
        ${examples.map((e) => html`<p class="bubble">${e}</p>`)}
    </details>`;
}

/** @param {{forecast: Forecast}} props */
export function ForecastPanel({forecast}) {
    const {people, channels, examples} = forecast;
    const match = people === 1 ? 'person matches' : 'people match';
    return html`<section class="panel">
        <h2>What will happen</h2>
        <p class="big-fact">
            <b>${number(people)}</b>
            ${` ${match}. If you start now, it ends ${dayAndTime(forecast.finishes_at)}.`}
        </p>
        ${forecast.is_late &&
        html`<p class="banner bad">
            This is too late: it would end after the time you set.
        </p>`}
        <div class="forecast">
            ${channels.map(
                (c) => html`<${ChannelForecast} channel=${c} people=${people} />`,
            )}
        </div>
        <${Examples} examples=${examples || []} />
    </section>`;
}
