// @ts-check
// head -- what a broadcast is called, where it stands, and what it says.
import {dayAndTime} from '../../../js/format.js';
import {html} from '../../html.js';
import {classOf} from '../../words.js';
import {stageOf} from './stages.js';

/** @typedef {import('./state.js').Broadcast} Broadcast */

/** @param {Broadcast} now @param {string} staffId */
function factsOf(now, staffId) {
    const {name} = classOf(now.class);
    if (now.is_system) return `${name}. Sent by Muster itself.`;
    const who = now.made_by === staffId ? 'you' : 'someone else';
    const started = now.started_at
        ? ` Started ${dayAndTime(now.started_at)}.`
        : '';
    const ended = now.ended_at ? ` Ended ${dayAndTime(now.ended_at)}.` : '';
    return `${name}. Written by ${who}.${started}${ended}`;
}

/** @param {{now: Broadcast, staffId: string}} props */
export function Head({now, staffId}) {
    const stage = stageOf(now);
    return html`<div>
        <p><a href="#">All messages</a></p>
        <div class="row-head">
            <h1>${now.name}</h1>
            <span
                class=${`pill big ${stage.tone}`}
                id="stage"
                data-stage=${now.stage}
                >${stage.name}</span
            >
        </div>
        <p class="meta">${factsOf(now, staffId)}</p>
        ${now.why && html`<p class="banner wait" id="why">${now.why}</p>`}
        ${now.is_retired &&
        html`<p class="banner wait">
            It brought people their ticket. Muster does so by itself now, once
            for each sign-up, so this one gets nobody new. Its words may go
            into the campaign’s confirmation.
        </p>`}
    </div>`;
}

/** @param {{now: Broadcast}} props */
export function Said({now}) {
    const sms =
        now.sms_text &&
        html`<h3>Text</h3>
            <p class="bubble">${now.sms_text}</p>`;
    const email =
        now.email_text &&
        html`<h3>Email</h3>
            <p class="subject">${now.email_subject}</p>
            <p class="bubble">${now.email_text}</p>`;
    return html`<section class="panel">
        <h2>The message</h2>
        ${sms}${email}
        ${!now.is_system &&
        html`<p class="meta">To: <code>${now.audience || 'all'}</code></p>`}
    </section>`;
}
