// @ts-check
// field -- a label, what helps, what is wrong, and the control itself.
import {html} from '../../html.js';

/**
 * @typedef {object} FieldProps
 * @property {string} id of the control
 * @property {string} text the label
 * @property {string} [hint]
 * @property {string} [error]
 * @property {any} [children] the control; see describedBy
 */

/** @param {FieldProps} props */
export function Field({id, text, hint, error = '', children}) {
    return html`<div class="field">
        <label for=${id}>${text}</label>
        ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
        <p class="error" id=${`${id}-error`}>${error}</p>
        ${children}
    </div>`;
}

/**
 * What a control says of itself, so that its hint and error are read with it.
 *
 * @param {string} id
 * @param {boolean} hasHint
 */
export const describedBy = (id, hasHint) => ({
    id,
    'aria-describedby': hasHint ? `${id}-hint ${id}-error` : `${id}-error`,
});

/**
 * Keeps what is typed: html`<input onInput=${into(name)} />`.
 *
 * @template {string} T
 * @param {import('@preact/signals').Signal<T>} signal
 * @returns {(event: Event) => void}
 */
export const into = (signal) => (event) => {
    signal.value = /** @type {T} */ (
        /** @type {HTMLInputElement} */ (event.currentTarget).value
    );
};
