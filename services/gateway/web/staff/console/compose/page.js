// @ts-check
// page -- write a message; who gets it and how long it is, as one types.
import {useEffect, useMemo, useRef} from 'preact/hooks';

import {html} from '../../html.js';
import {TroubleBox} from '../../trouble.js';
import {Kind} from './kind.js';
import {Draft} from './state.js';
import {What} from './what.js';
import {When} from './when.js';
import {Who} from './who.js';

/** Why it was not saved, brought into view. @param {{draft: Draft}} props */
function SaveTrouble({draft: {trouble}}) {
    const note = useRef(/** @type {HTMLElement | null} */ (null));
    useEffect(() => {
        if (trouble.now.value)
            note.current?.scrollIntoView({block: 'center'});
    }, [trouble.now.value]);
    return html`<div ref=${note}><${TroubleBox} of=${trouble} /></div>`;
}

/** @param {{draft: Draft}} props */
function Form({draft}) {
    const submit = (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const missing = draft.check();
        if (!missing) return draft.save();
        return document.getElementById(missing)?.focus();
    };
    return html`<form class="sheet" id="compose" novalidate onSubmit=${submit}>
        <${Kind} draft=${draft} />
        <${Who} draft=${draft} />
        <${What} draft=${draft} />
        <${When} draft=${draft} />
        <${SaveTrouble} draft=${draft} />
        <p>
            <button
                type="submit"
                class="button big"
                disabled=${draft.isSaving.value}
            >
                Save and see what will happen
            </button>
        </p>
    </form>`;
}

/** @param {{app: import('../state.js').App}} props */
export function Compose({app}) {
    const draft = useMemo(() => new Draft(app), [app]);
    useEffect(() => draft.preview.open(), [draft]);
    useEffect(() => {
        document.title = 'Write a message – Muster';
    }, []);
    return html`<p><a href="#">All messages</a></p>
        <h1>Write a message</h1>
        <${Form} draft=${draft} />`;
}
