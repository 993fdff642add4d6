// @ts-check
// channel -- how far one channel of a broadcast is: its bar, and a table of
// every state that has anyone in it. The parts always add up to the audience;
// if they do not, the page says so.
import {number, percent} from '../../../js/format.js';
import {html} from '../../html.js';
import {CHANNELS} from '../../words.js';
import {StackedBar, shownStates} from '../bar.js';
import {countOf, settledOf, sumOf} from '../counts.js';

/** @typedef {import('../counts.js').Channel} Channel */

/** @typedef {{id: string, name: string, means: string}} State */

/** @param {{channel: Channel, state: State}} props */
function Line({channel, state}) {
    const count = countOf(channel, state.id);
    return html`<tr>
        <th scope="row">
            <span class="state">
                <span class=${`swatch s-${state.id}`} aria-hidden="true"></span>
                <span
                    >${state.name}<span class="meta means"
                        >${state.means}</span
                    ></span
                >
            </span>
        </th>
        <td>${number(count)}</td>
        <td class="less">${percent(count, channel.audience)}</td>
    </tr>`;
}

/** @param {{channel: Channel}} props */
function SumLine({channel}) {
    const sum = sumOf(channel);
    const isRight = sum === channel.audience;
    return html`<tr class=${isRight ? 'sum' : 'sum is-wrong'}>
        <th scope="row">
            ${isRight
                ? 'All of them'
                : `These add up to ${number(sum)}, but the audience is`}
        </th>
        <td>${number(channel.audience)}</td>
        <td class="less">100%</td>
    </tr>`;
}

/** @param {{channel: Channel}} props */
function States({channel}) {
    const heads = ['State', 'People', 'Share'].map(
        (t) => html`<th scope="col">${t}</th>`,
    );
    const lines = shownStates(channel).map(
        (s) => html`<${Line} key=${s.id} channel=${channel} state=${s} />`,
    );
    return html`<table class="states">
        <caption class="unseen">
            ${`${CHANNELS[channel.channel]}s by state`}
        </caption>
        <thead class="unseen">
            <tr>
                ${heads}
            </tr>
        </thead>
        <tbody>
            ${lines}
            <${SumLine} channel=${channel} />
        </tbody>
    </table>`;
}

/** @param {{channel: Channel}} props */
export function ChannelProgress({channel}) {
    const rate = channel.rate
        ? `, ${number(Math.round(channel.rate))} a second`
        : '';
    return html`<section class="panel channel">
        <div class="channel-head">
            <h2>${CHANNELS[channel.channel]}s</h2>
            <p class="settled">
                ${`${number(settledOf(channel))} of ${number(channel.audience)} settled${rate}`}
            </p>
        </div>
        <${StackedBar} channel=${channel} />
        <${States} channel=${channel} />
    </section>`;
}
