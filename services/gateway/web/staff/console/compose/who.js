// @ts-check
// who -- step 2: whom it goes to, counted as one types.
import {label} from '../../../js/format.js';
import {html} from '../../html.js';
import {Field, describedBy, into} from './field.js';
import {PreviewBox} from './preview.js';

/** @typedef {import('./state.js').Draft} Draft */

const HINT = 'All of these must fit. A comma means or. A minus sign means not.';

/** @param {import('../state.js').App} app @returns {[string, string][]} */
function termsOf({about: {campaign, actions}}) {
    return [
        ['Everyone', 'all'],
        ...actions.flatMap(
            (a) =>
                /** @type {[string, string][]} */ ([
                    [`Signed up: ${a.name}`, `signedup:${a.id}`],
                    [`Here now: ${a.name}`, `in:${a.id}`],
                    [`Not here: ${a.name}`, `-in:${a.id}`],
                ]),
        ),
        ...termsOfList('role', campaign.roles),
        ...termsOfList('region', campaign.regions),
    ];
}

/**
 * @param {string} what
 * @param {string[]} slugs
 * @returns {[string, string][]}
 */
const termsOfList = (what, slugs) =>
    (slugs || []).map((s) => [label(s), `${what}:${s}`]);

/** With this term, or without. @param {string} query @param {string} term */
function toggled(query, term) {
    const terms = query.split(/\s+/).filter(Boolean);
    const rest = terms.filter((t) => t !== term);
    return [...rest, ...(rest.length === terms.length ? [term] : [])].join(' ');
}

/** @param {{draft: Draft}} props */
function Terms({draft}) {
    const {query} = draft.typed;
    const chips = termsOf(draft.app).map(
        ([text, term]) =>
            html`<button
                type="button"
                class="chip"
                onClick=${() => {
                    query.value = toggled(query.value, term);
                }}
            >
                ${text}
            </button>`,
    );
    return html`<details>
        <summary>Choose from a list</summary>
        <div class="chips">${chips}</div>
    </details>`;
}

/** @param {{draft: Draft}} props */
function Action({draft}) {
    const {action} = draft.typed;
    const options = draft.app.about.actions.map(
        (a) => html`<option value=${a.id}>${a.name}</option>`,
    );
    return html`<${Field} id="action" text="About which action">
        <select
            ...${describedBy('action', false)}
            value=${action.value}
            onInput=${into(action)}
        >
            <option value="">None</option>
            ${options}
        </select>
    <//>`;
}

/** @param {{draft: Draft}} props */
function Audience({draft}) {
    const {query} = draft.typed;
    const trouble = draft.preview.trouble.now.value;
    const wrong = trouble && !trouble.isTrying ? trouble.error.message : '';
    return html`<${Field}
        id="query"
        text="Audience"
        hint=${HINT}
        error=${wrong}
    >
        <input
            ...${describedBy('query', true)}
            autocomplete="off"
            autocapitalize="none"
            spellcheck=${false}
            maxlength="500"
            aria-invalid=${wrong ? 'true' : undefined}
            value=${query}
            onInput=${into(query)}
        />
    <//>`;
}

/** @param {{draft: Draft}} props */
export function Who({draft}) {
    return html`<fieldset>
        <legend><span class="step">2</span>Who gets it?</legend>
        <${Action} draft=${draft} />
        <${Audience} draft=${draft} />
        <${Terms} draft=${draft} />
        <${PreviewBox} preview=${draft.preview} />
    </fieldset>`;
}
