// @ts-check
// confirm -- asks once before what cannot be undone.
import {signal} from '@preact/signals';
import {useLayoutEffect, useRef} from 'preact/hooks';

import {html} from '../html.js';

/** @typedef {{title: string, text: string, yes: string}} Words */
/** @typedef {Words & {fact: string, answer: (isYes: boolean) => void}} Question */

const question = signal(/** @type {Question | null} */ (null));

/**
 * Resolves to true when the person said yes. fact: what it is about, in
 * figures; may be empty.
 *
 * @param {Words} words
 * @param {string} fact
 * @returns {Promise<boolean>}
 */
export function confirmAct(words, fact) {
    question.value?.answer(false);
    return new Promise((resolve) => {
        question.value = {
            ...words,
            fact,
            answer: (isYes) => {
                question.value = null;
                resolve(isYes);
            },
        };
    });
}

/** @param {{question: Question}} props */
function Dialog({question: {title, text, yes, fact, answer}}) {
    const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
    useLayoutEffect(() => {
        const element = dialog.current;
        element?.showModal();
        /** @type {HTMLElement | null | undefined} */ (
            element?.querySelector('[data-answer=no]')
        )?.focus();
        return () => element?.close(); // gives the focus back
    }, []);
    return html`<dialog
        ref=${dialog}
        class="confirm"
        aria-labelledby="confirm-title"
        onCancel=${() => answer(false)}
    >
        <h2 id="confirm-title">${title}</h2>
        ${fact && html`<p class="big-fact">${fact}</p>`}
        <p>${text}</p>
        <div class="acts">
            <button
                type="button"
                class="button"
                data-answer="yes"
                onClick=${() => answer(true)}
            >
                ${yes}
            </button>
            <button
                type="button"
                class="button quiet"
                data-answer="no"
                onClick=${() => answer(false)}
            >
                No, go back
            </button>
        </div>
    </dialog>`;
}

export function Confirm() {
    const asked = question.value;
    return asked && html`<${Dialog} key=${asked.title} question=${asked} />`;
}
