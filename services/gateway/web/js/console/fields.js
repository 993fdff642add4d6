// fields -- what the form of a message is made of.

import {h} from '../dom.js';
import {label} from '../format.js';
import {CLASSES} from '../words.js';

const OF_ACTION = 'action';
const FIELDS = [
    ['first_name', 'First name'],
    ['name', 'Whole name'],
    ['campaign', 'Campaign'],
    ['preferences_url', 'Choices link'],
    ['action', 'Action', OF_ACTION],
    ['place', 'Place', OF_ACTION],
    ['starts', 'Start time', OF_ACTION],
    ['ticket_url', 'Ticket link', OF_ACTION],
    ['ticket_code', 'Ticket code', OF_ACTION],
];

export function field(id, text, control, hint) {
    control.id = id;
    if (hint)
        control.setAttribute('aria-describedby', `${id}-hint ${id}-error`);
    else control.setAttribute('aria-describedby', `${id}-error`);
    return h(
        'div',
        {class: 'field'},
        h('label', {for: id}, text),
        hint ? h('p', {class: 'hint', id: `${id}-hint`}, hint) : null,
        h('p', {class: 'error', id: `${id}-error`}),
        control,
    );
}

export function classChoices() {
    return Object.entries(CLASSES).map(([id, words], i) =>
        h(
            'label',
            {class: 'pick'},
            h('input', {
                type: 'radio',
                name: 'class',
                value: id,
                checked: i === 0,
            }),
            h(
                'span',
                {class: 'pick-body'},
                h('strong', {}, words.name),
                h('span', {class: 'meta'}, words.means),
            ),
        ),
    );
}

function insert(area, text) {
    const at = area.selectionStart;
    area.setRangeText(text, at, area.selectionEnd, 'end');
    area.focus();
    area.dispatchEvent(new Event('input', {bubbles: true}));
}

export function fieldButtons(area, what) {
    return h(
        'div',
        {class: 'chips', role: 'group', 'aria-label': `Put into the ${what}`},
        FIELDS.map(([name, text, of]) =>
            h(
                'button',
                {
                    type: 'button',
                    class: 'chip',
                    'data-of': of,
                    onclick: () => insert(area, `{{${name}}}`),
                },
                text,
            ),
        ),
    );
}

/** One term more, or fewer, in the audience's question. */
export function toggleTerm(input, term) {
    const terms = input.value.split(/\s+/).filter(Boolean);
    const at = terms.indexOf(term);
    if (at >= 0) terms.splice(at, 1);
    else terms.push(term);
    input.value = terms.join(' ');
    input.dispatchEvent(new Event('input', {bubbles: true}));
}

/** The fields that only a message about an action has. */
export function enableActionFields(form, isAboutAction) {
    for (const button of form.querySelectorAll(`[data-of=${OF_ACTION}]`)) {
        button.disabled = !isAboutAction;
    }
}
