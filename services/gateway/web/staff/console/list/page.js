// @ts-check
// page -- all broadcasts of the campaign, newest first, and its actions.
import {useEffect, useMemo} from 'preact/hooks';

import {dayAndTime, plural, signedUpWords} from '../../../js/format.js';
import {isAtLeast} from '../../../js/staff.js';
import {makeAsked} from '../../again.js';
import {listBroadcasts} from '../../api.js';
import {html} from '../../html.js';
import {Loading} from '../../trouble.js';
import {CHANNELS, STAGES, classOf} from '../../words.js';
import {StackedBar} from '../bar.js';
import {Budgets} from './budgets.js';

/** @typedef {import('../state.js').App} App */
/** @typedef {import('../../api.js').Broadcast} Broadcast */

/** @param {Broadcast} broadcast */
const reached = (broadcast) => broadcast.channels.filter((c) => c.audience);

/** @param {Broadcast} broadcast */
function whenOf({is_system: isSystem, started_at: startedAt, made_at: madeAt}) {
    if (isSystem) return 'sent by Muster itself';
    return startedAt
        ? `started ${dayAndTime(startedAt)}`
        : `written ${dayAndTime(madeAt)}`;
}

/** @param {Broadcast} broadcast */
function factsOf(broadcast) {
    const reach = reached(broadcast).map((c) => {
        const name = CHANNELS[c.channel].toLowerCase();
        return plural(c.audience, name, `${name}s`);
    });
    return [classOf(broadcast.class).name, reach.join(', '), whenOf(broadcast)]
        .filter(Boolean)
        .join(' · ');
}

/** @param {{broadcast: Broadcast}} props */
function Item({broadcast}) {
    const stage = STAGES[broadcast.stage] || {name: broadcast.stage, tone: ''};
    const bars = broadcast.started_at ? reached(broadcast) : [];
    return html`<li class="broadcast">
        <div class="broadcast-head">
            <h2><a href=${`#b/${broadcast.id}`}>${broadcast.name}</a></h2>
            <span class=${`pill ${stage.tone}`}>${stage.name}</span>
        </div>
        <p class="meta">${factsOf(broadcast)}</p>
        ${bars.map((c) => html`<${StackedBar} channel=${c} isSmall />`)}
    </li>`;
}

/** @param {{broadcasts: Broadcast[]}} props */
function Items({broadcasts}) {
    if (!broadcasts.length)
        return html`<p class="sheet">No messages yet. Write the first one.</p>`;
    const newest = [...broadcasts].sort((a, b) =>
        String(b.made_at).localeCompare(String(a.made_at)),
    );
    return html`<ul class="broadcasts">
        ${newest.map((b) => html`<${Item} key=${b.id} broadcast=${b} />`)}
    </ul>`;
}

/** @param {{app: App}} props */
function Messages({app}) {
    const asked = useMemo(
        () => makeAsked((stop) => listBroadcasts(app.campaign, stop)),
        [app],
    );
    useEffect(asked.open, [asked]);
    if (asked.answer.value) return html`<${Items} ...${asked.answer.value} />`;
    return html`<${Loading} of=${asked.trouble} />`;
}

/** @param {{app: App}} props */
function LiveCounts({app: {campaign, about}}) {
    const links = about.actions.map(
        (a) =>
            html`<li>
                <a
                    href=${`/live/${encodeURIComponent(campaign)}/${encodeURIComponent(a.id)}`}
                    >${a.name}</a
                >
                <span class="meta"
                    >${dayAndTime(a.starts_at)} · ${signedUpWords(a)}</span
                >
            </li>`,
    );
    return html`<section class="panel">
        <h2>Live counts</h2>
        <ul class="links">
            ${links}
        </ul>
    </section>`;
}

/** @param {{app: App}} props */
export function List({app}) {
    useEffect(() => {
        document.title = 'Messages – Muster';
    }, []);
    return html`<div class="row-head">
            <div>
                <p class="over">${app.about.campaign.name}</p>
                <h1>Messages</h1>
            </div>
            ${isAtLeast(app.staff, 'organiser') &&
            html`<a class="button big" href="#new">Write a message</a>`}
        </div>
        <${Budgets} app=${app} />
        <div><${Messages} app=${app} /></div>
        <${LiveCounts} app=${app} />`;
}
