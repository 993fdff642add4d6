// @ts-check
// counter -- how long a text message is, before its fields are merged.
import {plural} from '../../../js/format.js';
import {html} from '../../html.js';
import {countSms} from './gsm.js';

const BLOCKS_MAX = 8;
const UNUSUAL_MAX = 6;
const HAS_FIELDS =
    'Names and links are filled in later and can make it longer: ' +
    'the forecast counts each one. ';

/** @type {Record<string, string>} where a cheap character does the same work */
const CHEAPER = {
    '’': "'",
    '‘': "'",
    '“': '"',
    '”': '"',
    '–': '-',
    '—': '-',
    '…': '...',
};

/** @param {string[]} unusual */
function costlyWords(unusual) {
    const swaps = unusual
        .filter((c) => CHEAPER[c])
        .map((c) => `${CHEAPER[c]} instead of ${c}`);
    const first = unusual.slice(0, UNUSUAL_MAX).join(' ');
    const why = `Because of ${first} fewer characters fit.`;
    return swaps.length ? `${why} You could write ${swaps.join(', ')}.` : why;
}

/** @param {{text: import('@preact/signals').Signal<string>}} props */
export function SmsCounter({text}) {
    const count = countSms(text.value);
    const blocks = Array.from(
        {length: Math.min(count.parts, BLOCKS_MAX)},
        () => html`<i></i>`,
    );
    const words = [
        ` · ${plural(count.units, 'character', 'characters')} counted. `,
        text.value.includes('{{') ? HAS_FIELDS : '',
        count.isUcs2 ? costlyWords(count.unusual) : '',
    ];
    return html`<p class="counter">
        <span class="parts" aria-hidden="true">${blocks}</span
        ><b>${plural(count.parts, 'part', 'parts')}</b>${words.join('')}
    </p>`;
}
