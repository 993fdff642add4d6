// @ts-check
// what -- step 3: what it says, as a text message and as an email.
import {useRef} from 'preact/hooks';

import {html} from '../../html.js';
import {SmsCounter} from './counter.js';
import {Field, describedBy, into} from './field.js';

/** @typedef {import('./state.js').Draft} Draft */
/** @typedef {import('@preact/signals').Signal<string>} Text */
/** @typedef {{current: HTMLTextAreaElement | null}} AreaRef */

const OF_ACTION = true; // only a message about an action has it
/** @type {[string, string, boolean?][]} */
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

/**
 * Where one was writing, and writes on after it.
 *
 * @param {HTMLTextAreaElement | null} area
 * @param {string} words
 */
function insert(area, words) {
    if (!area) return;
    area.setRangeText(words, area.selectionStart, area.selectionEnd, 'end');
    area.focus();
    area.dispatchEvent(new Event('input', {bubbles: true}));
}

/** @param {{draft: Draft, area: AreaRef, what: string}} props */
function FieldButtons({draft, area, what}) {
    const isAboutAction = draft.typed.action.value !== '';
    const chips = FIELDS.map(
        ([name, text, isOfAction]) =>
            html`<button
                type="button"
                class="chip"
                disabled=${Boolean(isOfAction) && !isAboutAction}
                onClick=${() => insert(area.current, `{{${name}}}`)}
            >
                ${text}
            </button>`,
    );
    return html`<div
        class="chips"
        role="group"
        aria-label=${`Put into the ${what}`}
    >
        ${chips}
    </div>`;
}

/** @param {{draft: Draft}} props */
function Sms({draft}) {
    const area = useRef(null);
    const {sms} = draft.typed;
    return html`<${Field}
            id="sms"
            text="Text message"
            hint="Leave it empty to send no texts."
            error=${draft.errors.value.sms}
        >
            <textarea
                ref=${area}
                ...${describedBy('sms', true)}
                rows="4"
                maxlength="1600"
                value=${sms}
                onInput=${into(sms)}
            ></textarea>
        <//>
        <${SmsCounter} text=${sms} />
        <${FieldButtons} draft=${draft} area=${area} what="text message" />`;
}

/** @param {{draft: Draft}} props */
function Subject({draft}) {
    const {subject} = draft.typed;
    return html`<${Field}
        id="subject"
        text="Email subject"
        error=${draft.errors.value.subject}
    >
        <input
            ...${describedBy('subject', false)}
            maxlength="200"
            autocomplete="off"
            value=${subject}
            onInput=${into(subject)}
        />
    <//>`;
}

/** @param {{draft: Draft}} props */
function Email({draft}) {
    const area = useRef(null);
    const {email} = draft.typed;
    return html`<${Field}
            id="email"
            text="Email"
            hint="Leave it empty to send no emails."
        >
            <textarea
                ref=${area}
                ...${describedBy('email', true)}
                rows="8"
                maxlength="20000"
                value=${email}
                onInput=${into(email)}
            ></textarea>
        <//>
        <${FieldButtons} draft=${draft} area=${area} what="email" />`;
}

/** @param {{draft: Draft}} props */
export function What({draft}) {
    return html`<fieldset>
        <legend><span class="step">3</span>What does it say?</legend>
        <${Sms} draft=${draft} />
        <${Subject} draft=${draft} />
        <${Email} draft=${draft} />
    </fieldset>`;
}
