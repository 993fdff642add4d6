// @ts-check
// kind -- step 1: what kind of message it is, and what we call it.
import {html} from '../../html.js';
import {CLASSES} from '../../words.js';
import {Field, describedBy, into} from './field.js';

/** @typedef {import('./state.js').Draft} Draft */

/** @param {{draft: Draft}} props */
function Choices({draft}) {
    const {kind} = draft.typed;
    return Object.entries(CLASSES).map(
        ([id, {name, means}]) =>
            html`<label class="pick">
                <input
                    type="radio"
                    name="class"
                    value=${id}
                    checked=${kind.value === id}
                    onInput=${into(kind)}
                />
                <span class="pick-body">
                    <strong>${name}</strong>
                    <span class="meta">${means}</span>
                </span>
            </label>`,
    );
}

/** @param {{draft: Draft}} props */
export function Kind({draft}) {
    const {name} = draft.typed;
    return html`<fieldset>
        <legend><span class="step">1</span>What kind of message?</legend>
        <${Field}
            id="name"
            text="Name, just for us"
            error=${draft.errors.value.name}
        >
            <input
                ...${describedBy('name', false)}
                maxlength="100"
                required
                autocomplete="off"
                value=${name}
                onInput=${into(name)}
            />
        <//>
        <div
            class="picks classes"
            role="radiogroup"
            aria-label="Kind of message"
        >
            <${Choices} draft=${draft} />
        </div>
    </fieldset>`;
}
