// @ts-check
// page -- the messages that the outbox providers kept: /outbox?c=<campaign>.
import {render} from 'preact';

import {dayAndTime} from '../../js/format.js';
import {html} from '../html.js';
import {Loading, TroubleBox} from '../trouble.js';
import {countWords} from './count.js';
import {found, isReading, messages, open, trouble} from './state.js';

/** @param {{message: import('./state.js').Message}} props */
function Card({message}) {
    const {channel, to, at, subject, text, body} = message;
    return html`<li class="message">
        <p class="message-head">
            <span class="pill">${channel === 'email' ? 'Email' : 'Text'}</span>
            <strong>${to}</strong>
            <span class="meta">${dayAndTime(at)}</span>
        </p>
        ${subject && html`<p class="subject">${subject}</p>`}
        <p class="bubble">${text || body || ''}</p>
    </li>`;
}

function Messages() {
    if (!messages.value)
        return trouble.now.value ? null : html`<${Loading} of=${trouble} />`;
    if (!found.value)
        return html`<p class="sheet">Nothing has been sent yet.</p>`;
    return html`<p class="big-fact" role="status">
            ${countWords(found.value, isReading.value)}
        </p>
        <ol class="messages">
            ${messages.value.map(
                (m) => html`<${Card} key=${m.key} message=${m} />`,
            )}
        </ol>`;
}

function Outbox() {
    return html`<${TroubleBox}
            of=${trouble}
            title=${messages.value ? undefined : 'There is no outbox to show'}
        />
        <${Messages} />`;
}

/** @param {HTMLElement} root */
export function startOutbox(root) {
    render(html`<${Outbox} />`, root);
    open();
}
