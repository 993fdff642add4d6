// @ts-check
// waterfall -- who would get it, and who is left out by which rule, as steps
// going down from everyone who matches to the people who get it.
import {number} from '../../js/format.js';
import {html} from '../html.js';
import {CHANNELS, ruleWords} from '../words.js';

/**
 * @typedef {object} StepProps
 * @property {'all' | 'out' | 'in'} kind
 * @property {string} words
 * @property {number} count
 * @property {number} from where its bar begins
 * @property {number} whole
 */

/** @param {StepProps} props */
function Step({kind, words, count, from, whole}) {
    const share = (/** @type {number} */ n) =>
        `${whole ? (100 * n) / whole : 0}%`;
    const place = {marginLeft: share(from), width: share(count)};
    return html`<li class=${`fall ${kind}`}>
        <span class="fall-words">${words}</span>
        <span class="fall-count"
            >${kind === 'out' ? `−${number(count)}` : number(count)}</span
        >
        <span class="fall-track" aria-hidden="true"
            >${count > 0 &&
            html`<span class="fall-bar" style=${place}></span>`}</span
        >
    </li>`;
}

/**
 * Whom each rule leaves out, the strongest first: [rule, people].
 *
 * @param {Record<string, number>} excluded
 */
const outsOf = (excluded) =>
    Object.entries(excluded || {})
        .filter(([, n]) => n > 0)
        .sort((a, b) => b[1] - a[1]);

/**
 * @typedef {object} WaterfallProps
 * @property {'sms' | 'email'} channel
 * @property {number} people how many match at all
 * @property {number} recipients how many of them get it
 * @property {Record<string, number>} excluded how many each rule leaves out
 */

/** @param {WaterfallProps} props */
export function Waterfall({channel, recipients, excluded, people}) {
    const name = CHANNELS[channel].toLowerCase();
    let left = people;
    const outs = outsOf(excluded).map(([rule, n]) => {
        left -= n;
        return {kind: 'out', words: ruleWords(rule), count: n, from: left};
    });
    const steps = [
        {kind: 'all', words: 'match', count: people, from: 0},
        ...outs,
        {kind: 'in', words: `get the ${name}`, count: recipients, from: 0},
    ];
    return html`<ol class="falls" aria-label=${`Who gets the ${name}`}>
        ${steps.map((s) => html`<${Step} ...${s} whole=${people} />`)}
    </ol>`;
}
