// @ts-check
// budgets -- what was held back today from people who have not confirmed, since
// when, and what one can do about it. Nothing held back: nothing is shown.
import {useEffect, useMemo} from 'preact/hooks';

import {dayAndTime, number, plural, pounds} from '../../../js/format.js';
import {makeAsked} from '../../again.js';
import {getBudgets} from '../../api.js';
import {html} from '../../html.js';

/** @typedef {import('../state.js').App} App */
/** @typedef {import('../../api.js').Budget} Budget */

const AGAIN_MS = 60000;
const PENCE = 100;

/** @param {string} span */
const typed = (span) => ({
    /** @param {Budget} budget */
    over: ({max}) =>
        `A number or email was typed in more than ${plural(max, 'time', 'times')} in one ${span}.`,
    setting: `contact_${span}_max`,
    help: 'It ends by itself.',
});

/**
 * For each limit: what it is, in words; its setting under [budgets], where
 * raising it may be right; and what else helps.
 *
 * @type {Record<string, {over: (b: Budget) => string, setting?: string, help: string}>}
 */
const WORDS = {
    entry: {
        over: ({max}) =>
            `Sign-ups that nobody confirmed have had all their ${number(max)} messages.`,
        setting: 'entry_max',
        help: 'The rest comes once they confirm.',
    },
    country: {
        over: () =>
            'Only mobile numbers of the United Kingdom get a text before they confirm.',
        help: 'Others sign up with an email.',
    },
    'contact-hour': typed('hour'),
    'contact-day': typed('day'),
    block: {
        over: () =>
            'Too few confirm of numbers that differ in the last three digits ' +
            'alone. Perhaps they are made up.',
        setting: 'block_percent',
        help: 'If they are one company’s phones, a lower share may be enough.',
    },
    'pence-day': {
        over: ({used, max}) =>
            `Texts to people who have not confirmed have cost ` +
            `${pounds(used / PENCE)} of ${pounds(max / PENCE)} today.`,
        setting: 'texts_day_pounds',
        help: 'A new day begins at midnight, UTC.',
    },
    'codes-day': {
        over: ({used, max}) =>
            `Of the ${number(max)} texts a day with a code to numbers that ` +
            `nobody confirmed, ${number(used)} are sent.`,
        help: 'A code by email has no such limit. A new day begins at midnight, UTC.',
    },
};

/** @param {Budget} budget */
const heldWords = ({held_back: held, held_since: since}) =>
    `${plural(held, 'message', 'messages')} held back today` +
    (since ? `, since ${dayAndTime(since)}.` : '.');

/** @param {{budget: Budget}} props */
function Row({budget}) {
    const words = WORDS[budget.name] || {over: () => budget.name, help: ''};
    return html`<li data-budget=${budget.name}>
        <p><strong>${words.over(budget)}</strong> ${heldWords(budget)}</p>
        <p class="meta">
            ${words.help}${words.setting &&
            html` To raise it:${' '}
                <code>${words.setting}</code> under <code>[budgets]</code> in
                the settings.`}
        </p>
    </li>`;
}

/** @param {{app: App}} props */
export function Budgets({app}) {
    const asked = useMemo(
        () => makeAsked((stop) => getBudgets(app.campaign, stop)),
        [app],
    );
    useEffect(() => {
        let end = asked.open();
        const timer = setInterval(() => {
            end();
            end = asked.open();
        }, AGAIN_MS);
        return () => {
            clearInterval(timer);
            end();
        };
    }, [asked]);
    const {budgets = [], is_alarm: isAlarm = false} = asked.answer.value || {};
    const held = budgets.filter((b) => b.held_back > 0);
    if (!held.length) return null;
    return html`<section
        class=${isAlarm ? 'banner bad budgets' : 'banner wait budgets'}
        aria-labelledby="budgets"
    >
        <h2 id="budgets">
            ${isAlarm ? 'Messages are held back' : 'Messages were held back'}
        </h2>
        <p>
            They were to people who have not confirmed that they can be reached
            there. All of them are signed up, and can ask for a code:${' '}
            <a href=${`/find/${encodeURIComponent(app.campaign)}`}
                >Find my tickets</a
            >.
        </p>
        <ul>
            ${held.map((b) => html`<${Row} key=${b.name} budget=${b} />`)}
        </ul>
    </section>`;
}
