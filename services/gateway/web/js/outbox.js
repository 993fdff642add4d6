// outbox -- the messages that the outbox providers kept: /outbox?c=<campaign>.

import {get} from './api.js';
import {byId, fill, h, setText} from './dom.js';
import {dayAndTime, plural} from './format.js';
import {dressNav, whoAmI} from './staff.js';

const REFRESH_MS = 4000;
const SHOWN_MAX = 200; // the newest; the count says how many there are
const root = byId('outbox');
const list = h('ol', {class: 'messages'});
const count = h('p', {class: 'big-fact', role: 'status'});
const state = {campaign: '', after: '', found: 0};

function head(message) {
    return h(
        'p',
        {class: 'message-head'},
        h(
            'span',
            {class: 'pill'},
            message.channel === 'email' ? 'Email' : 'Text',
        ),
        h('strong', {}, message.to),
        h('span', {class: 'meta'}, dayAndTime(message.at)),
    );
}

function card(message) {
    return h(
        'li',
        {class: 'message'},
        head(message),
        message.subject ? h('p', {class: 'subject'}, message.subject) : null,
        h('p', {class: 'bubble'}, message.text || message.body || ''),
    );
}

function showCount() {
    const shown = Math.min(SHOWN_MAX, state.found);
    const which = shown < state.found ? ` These are the newest ${shown}.` : '';
    setText(count, `${plural(state.found, 'message', 'messages')}.${which}`);
}

/** Reads on from where it was. Resolves to true when there may be more. */
async function more() {
    const after = state.after
        ? `?after=${encodeURIComponent(state.after)}`
        : '';
    const page = await get(
        `/v1/campaigns/${encodeURIComponent(state.campaign)}/outbox${after}`,
    );
    if (page.next) state.after = page.next;
    state.found += page.messages.length;
    list.prepend(...page.messages.slice(-SHOWN_MAX).map(card).reverse());
    while (list.children.length > SHOWN_MAX) list.lastChild.remove();
    showCount();
    if (state.found === 0)
        fill(root, h('p', {class: 'sheet'}, 'Nothing has been sent yet.'));
    else if (!list.isConnected) fill(root, count, list);
    return page.messages.length > 0;
}

async function refresh() {
    const hasMore = await more().catch(() => false);
    setTimeout(refresh, hasMore ? 0 : REFRESH_MS);
}

async function start() {
    const staff = await whoAmI();
    state.campaign =
        new URLSearchParams(location.search).get('c') || staff.campaign;
    dressNav(state.campaign, staff);
    try {
        await more();
        refresh();
    } catch (error) {
        fill(
            root,
            h(
                'div',
                {class: 'problem', role: 'alert'},
                h('h2', {}, 'There is no outbox to show'),
                h('p', {}, error.message),
            ),
        );
    }
}

start().catch(() => null);
