// @ts-check
// page -- one broadcast: its forecast, its buttons, its progress.
import {useEffect, useMemo} from 'preact/hooks';

import {isAtLeast} from '../../../js/staff.js';
import {html} from '../../html.js';
import {TroubleBox} from '../../trouble.js';
import {Acts} from './acts.js';
import {ChannelProgress} from './channel.js';
import {DoubtPanel} from './doubt.js';
import {ForecastPanel} from './forecast.js';
import {Head, Said} from './head.js';
import {Watched} from './state.js';

/** @typedef {import('./state.js').Broadcast} Broadcast */
/** @typedef {{watched: Watched, now: Broadcast}} Props */

/** Says when the line is gone. @param {{watched: Watched}} props */
function Line({watched}) {
    return html`<div role="status">
        ${watched.isLost.value &&
        html`<p class="banner wait trying">Not live. Trying again…</p>`}
    </div>`;
}

/** @param {Props} props */
function Progress({watched, now}) {
    const channels = now.channels.filter((c) => c.audience > 0);
    return html`<div class=${watched.isLost.value ? 'is-stale' : undefined}>
        ${now.started_at &&
        html`<div class="channels">
            ${channels.map(
                (c) => html`<${ChannelProgress} key=${c.channel} channel=${c} />`,
            )}
        </div>`}
    </div>`;
}

/** @param {Props} props */
function Doubts({watched, now}) {
    if (!isAtLeast(watched.app.staff, 'approver')) return null;
    return now.channels
        .filter((c) => c.audience > 0 && c.counts.in_doubt)
        .map(
            (c) =>
                html`<${DoubtPanel}
                    key=${c.channel}
                    watched=${watched}
                    channel=${c.channel}
                    count=${c.counts.in_doubt}
                />`,
        );
}

/** @param {Props} props */
function Known({watched, now}) {
    const forecast = watched.forecast.value;
    return html`<${Head} now=${now} staffId=${watched.app.staff.id} />
        <${TroubleBox} of=${watched.trouble} />
        <${TroubleBox} of=${watched.actTrouble} />
        <div>
            ${forecast && html`<${ForecastPanel} forecast=${forecast} />`}
        </div>
        <${Acts} watched=${watched} now=${now} />
        <${Line} watched=${watched} />
        <${Progress} watched=${watched} now=${now} />
        <div><${Doubts} watched=${watched} now=${now} /></div>
        <div><${Said} now=${now} /></div>`;
}

/** Nobody has answered yet. @param {{watched: Watched}} props */
function Unknown({watched}) {
    if (!watched.trouble.now.value) return null;
    return html`<p><a href="#">All messages</a></p>
        <h1>One message</h1>
        <${TroubleBox} of=${watched.trouble} />`;
}

/** @param {{app: import('../state.js').App, id: string}} props */
export function Broadcast({app, id}) {
    const watched = useMemo(() => new Watched(app, id), [app, id]);
    useEffect(() => watched.open(isAtLeast(app.staff, 'approver')), [watched]);
    const now = watched.now.value;
    useEffect(() => {
        if (now) document.title = `${now.name} – Muster`;
    }, [now?.name]);
    return now
        ? html`<${Known} watched=${watched} now=${now} />`
        : html`<${Unknown} watched=${watched} />`;
}
