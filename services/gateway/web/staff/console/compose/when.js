// @ts-check
// when -- step 4: until when it may go, or whether it never ends.
import {html} from '../../html.js';
import {Field, describedBy, into} from './field.js';

/** @param {{draft: import('./state.js').Draft}} props */
export function When({draft}) {
    const {expires, isStanding} = draft.typed;
    return html`<fieldset>
        <legend>
            <span class="step">4</span>When does it stop making sense?
        </legend>
        <${Field}
            id="expires"
            text="Do not send after"
            hint="Leave it empty for a day after the start."
        >
            <input
                ...${describedBy('expires', true)}
                type="datetime-local"
                value=${expires}
                onInput=${into(expires)}
            />
        <//>
        <label class="tick">
            <input
                type="checkbox"
                checked=${isStanding}
                onInput=${(/** @type {InputEvent} */ event) => {
                    const box = /** @type {HTMLInputElement} */ (
                        event.currentTarget
                    );
                    isStanding.value = box.checked;
                }}
            />
            <span>Always on: send it to each new person with a place</span>
        </label>
    </fieldset>`;
}
