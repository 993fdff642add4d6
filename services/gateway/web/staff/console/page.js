// @ts-check
// page -- write, check, approve, send and watch broadcasts.
//
// The page is one place with three views, named by what follows the "#":
//   #             the list          list/page.js
//   #new          write one         compose/page.js
//   #b/<id>       one broadcast     broadcast/page.js
import {effect} from '@preact/signals';
import {render} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

import {html} from '../html.js';
import {Loading} from '../trouble.js';
import {Broadcast} from './broadcast/page.js';
import {Compose} from './compose/page.js';
import {Confirm} from './confirm.js';
import {List} from './list/page.js';
import {app, campaigns, hash, open, said, trouble} from './state.js';

/** For who looks after all campaigns: which one? */
function Campaigns() {
    const links = (campaigns.value || []).map(
        (c) =>
            html`<li>
                <a href=${`?c=${encodeURIComponent(c.id)}`}>${c.name}</a>
                <span class="meta">${c.summary || ''}</span>
            </li>`,
    );
    return html`<h1>Which campaign?</h1>
        <section class="panel">
            <ul class="links">
                ${links}
            </ul>
        </section>`;
}

/** @param {{app: import('./state.js').App}} props */
function View({app}) {
    const where = hash.value;
    const isFirst = useRef(true);
    useEffect(() => {
        scrollTo(0, 0);
        if (!isFirst.current)
            document.getElementById('main')?.focus({preventScroll: true});
        isFirst.current = false;
    }, [where]);
    if (where === '#new') return html`<${Compose} key=${where} app=${app} />`;
    const [, id] = /^#b\/([A-Za-z0-9_-]{1,80})$/.exec(where) || [];
    return id
        ? html`<${Broadcast} key=${where} app=${app} id=${id} />`
        : html`<${List} key=${where} app=${app} />`;
}

function Console() {
    if (app.value) return html`<${View} app=${app.value} /><${Confirm} />`;
    if (campaigns.value) return html`<${Campaigns} />`;
    return html`${trouble.now.value && html`<h1>Messages</h1>`}
        <${Loading} of=${trouble} class="lead" />`;
}

/** @param {HTMLElement} root */
export function startConsole(root) {
    addEventListener('hashchange', () => {
        hash.value = location.hash;
    });
    effect(() => {
        const place = document.getElementById('say');
        if (place) place.textContent = said.value;
    });
    render(html`<${Console} />`, root);
    open();
}
