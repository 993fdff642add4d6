// counter -- how long a text message is, before its fields are merged.

import {fill, h} from '../dom.js';
import {plural} from '../format.js';
import {countSms} from '../gsm.js';

/** Where a cheap character does the same work. */
const CHEAPER = {
    '’': "'",
    '‘': "'",
    '“': '"',
    '”': '"',
    '–': '-',
    '—': '-',
    '…': '...',
};

function costly(unusual) {
    const swaps = unusual
        .filter((c) => CHEAPER[c])
        .map((c) => `${CHEAPER[c]} instead of ${c}`);
    return `Because of ${unusual.slice(0, 6).join(' ')} fewer characters fit.${swaps.length ? ` You could write ${swaps.join(', ')}.` : ''}`;
}

export function smsCounter(place, text) {
    const count = countSms(text);
    const hasFields = /\{\{/.test(text);
    fill(
        place,
        h(
            'span',
            {class: 'parts', 'aria-hidden': 'true'},
            Array.from({length: Math.min(count.parts, 8)}, () => h('i')),
        ),
        h('b', {}, plural(count.parts, 'part', 'parts')),
        ` · ${plural(count.units, 'character', 'characters')} counted. `,
        hasFields
            ? 'Names and links are filled in later and can make it longer: the forecast counts each one. '
            : '',
        count.isUcs2 ? costly(count.unusual) : '',
    );
}
