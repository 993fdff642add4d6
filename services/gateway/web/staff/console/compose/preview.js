// @ts-check
// preview -- how many match, and who of them would get it.
import {number} from '../../../js/format.js';
import {html} from '../../html.js';
import {CHANNELS} from '../../words.js';
import {Waterfall} from '../waterfall.js';

/** @typedef {import('../../api.js').AudiencePreview} AudiencePreview */

/** @param {{found: AudiencePreview}} props */
function Found({found: {people, channels}}) {
    const falls = channels.map(
        (c) =>
            html`<div>
                <p class="label">${CHANNELS[c.channel]}s</p>
                <${Waterfall}
                    channel=${c.channel}
                    recipients=${c.eligible}
                    excluded=${c.excluded}
                    people=${people}
                />
            </div>`,
    );
    return html`<p class="big-fact">
            <b>${number(people)}</b>
            ${people === 1 ? ' person matches' : ' people match'}
        </p>
        <div class="forecast">${falls}</div>`;
}

/** The question is not wrong, only unanswered. @param {{error: Error}} props */
function TryingWords({error}) {
    return html`<p>${error.message}</p>
        <p class="trying">Trying again…</p>`;
}

/** @param {{preview: import('./preview_state.js').Preview}} props */
export function PreviewBox({preview: {found, trouble}}) {
    const now = trouble.now.value;
    return html`<div class="preview" aria-live="polite">
        ${!now && found.value && html`<${Found} found=${found.value} />`}
        ${now?.isTrying && html`<${TryingWords} error=${now.error} />`}
    </div>`;
}
