// @ts-check
// html -- markup as tagged templates: html`<p class="meta">${text}</p>`. What
// is put in is always text, never markup.
import htm from 'htm';
import {h} from 'preact';

/** @typedef {import('preact').VNode} VNode */

/** One element from one template. */
export const html =
    /** @type {(parts: TemplateStringsArray, ...values: any[]) => VNode} */ (
        htm.bind(h)
    );
