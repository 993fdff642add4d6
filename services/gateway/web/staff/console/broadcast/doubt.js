// @ts-check
// doubt -- the people of one channel about whom nobody can know whether the
// message went: by number, and what an organiser may decide about them.
import {useEffect, useMemo} from 'preact/hooks';

import {plural} from '../../../js/format.js';
import {isAtLeast} from '../../../js/staff.js';
import {makeAsked, makeTrouble} from '../../again.js';
import {listDoubt, settleDoubt} from '../../api.js';
import {html} from '../../html.js';
import {Loading, TroubleBox} from '../../trouble.js';
import {CHANNELS} from '../../words.js';
import {confirmAct} from '../confirm.js';

/** @typedef {import('./state.js').Watched} Watched */
/** @typedef {import('../../api.js').Doubt} Doubt */
/** @typedef {Doubt['channel']} Channel */

const SHOWN_MAX = 1000; // one page of the API

const ASKS = {
    accepted: {
        button: 'Count these as sent',
        title: 'Count them as sent?',
        yes: 'Yes, count as sent',
        text:
            'Nobody gets anything more. ' +
            'Use this when the provider says they went.',
    },
    pending: {
        button: 'Send these again',
        title: 'Send to them again?',
        yes: 'Yes, send again',
        text: 'Some of these people may then get the message twice.',
    },
};

/** @param {{watched: Watched, channel: Channel, numbers: number[]}} props */
function Choices({watched, channel, numbers}) {
    const trouble = useMemo(makeTrouble, []);
    const decide = async (/** @type {Doubt['state']} */ state) => {
        const people = plural(numbers.length, 'person', 'people');
        if (!(await confirmAct(ASKS[state], people))) return;
        try {
            const body = {channel, numbers, state};
            watched.show(await settleDoubt(watched.names, body));
        } catch (error) {
            trouble.refused(error);
        }
    };
    const buttons = Object.entries(ASKS).map(
        ([state, {button}]) =>
            html`<button
                type="button"
                class="button quiet"
                data-doubt=${state}
                onClick=${() => decide(/** @type {Doubt['state']} */ (state))}
            >
                ${button}
            </button>`,
    );
    return html`<div class="acts">${buttons}</div>
        <${TroubleBox} of=${trouble} />`;
}

/** @typedef {{watched: Watched, channel: Channel, count: number}} Props */

/** @param {Props & {numbers: number[]}} props count: how many in all */
function Numbers({watched, channel, count, numbers}) {
    const choices = html`<${Choices}
        watched=${watched}
        channel=${channel}
        numbers=${numbers}
    />`;
    return html`<ul class="numbers" tabindex="0" aria-label="Who is in doubt">
            ${numbers.map((n) => html`<li>No. ${n}</li>`)}
        </ul>
        ${numbers.length < count &&
        html`<p class="meta">The first ${numbers.length} of them.</p>`}
        ${isAtLeast(watched.app.staff, 'organiser') && choices}`;
}

/** @param {Props} props */
function Listed({watched, channel, count}) {
    const asked = useMemo(
        () =>
            makeAsked((stop) =>
                listDoubt(watched.names, channel, SHOWN_MAX, stop),
            ),
        [],
    );
    useEffect(asked.open, [asked]);
    if (!asked.answer.value) return html`<${Loading} of=${asked.trouble} />`;
    return html`<${Numbers}
        watched=${watched}
        channel=${channel}
        count=${count}
        ...${asked.answer.value}
    />`;
}

/**
 * The list is asked for anew when their number has changed.
 *
 * @param {Props} props
 */
export function DoubtPanel(props) {
    const {channel, count} = props;
    const name = CHANNELS[channel].toLowerCase();
    return html`<section class="panel doubt">
        <h2>${`In doubt: ${plural(count, name, `${name}s`)}`}</h2>
        <p>
            The line broke while these were handed over. They may have arrived
            or not. Muster never sends them twice by itself.
        </p>
        <div>
            <${Listed} key=${count} ...${props} />
        </div>
    </section>`;
}
