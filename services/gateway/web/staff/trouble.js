// @ts-check
// trouble -- what went wrong, and whether the page tries again by itself.
import {html} from './html.js';

/** @typedef {ReturnType<import('./again.js').makeTrouble>} Troubles */

/** @param {{error: any}} props */
function Fields({error}) {
    const errors = error.errors || [];
    if (!errors.length) return null;
    const items = errors.map(
        (/** @type {import('../js/api.js').FieldError} */ e) =>
            html`<li>${e.field}: ${e.detail}</li>`,
    );
    return html`<ul>
        ${items}
    </ul>`;
}

/** Nothing, when all is well. @param {{of: Troubles, title?: string}} props */
export function TroubleBox({of, title = 'That did not work'}) {
    const trouble = of.now.value;
    if (!trouble) return null;
    return html`<div class="problem" role="alert">
        <h2>${title}</h2>
        <p>${trouble.error.message}</p>
        <${Fields} error=${trouble.error} />
        ${trouble.isTrying && html`<p class="trying">Trying again…</p>`}
    </div>`;
}

/**
 * While there is no answer: that it is being loaded, or what went wrong.
 *
 * @param {{of: Troubles, class?: string}} props
 */
export function Loading({of, class: look}) {
    if (of.now.value) return html`<${TroubleBox} of=${of} />`;
    return html`<p class=${look} role="status">Loading…</p>`;
}
