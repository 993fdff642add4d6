// outbox -- the messages that the outbox providers kept: /outbox?c=<campaign>.

import {get} from './api.js';
import {byId, fill, h} from './dom.js';
import {dayAndTime} from './format.js';
import {dressNav, whoAmI} from './staff.js';

const REFRESH_MS = 4000;
const root = byId('outbox');
const list = h('ol', {class: 'messages'});
const state = {campaign: '', after: '', shown: 0};

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

async function more() {
    const after = state.after
        ? `?after=${encodeURIComponent(state.after)}`
        : '';
    const page = await get(
        `/v1/campaigns/${encodeURIComponent(state.campaign)}/outbox${after}`,
    );
    if (page.next) state.after = page.next;
    state.shown += page.messages.length;
    list.prepend(...page.messages.map(card).reverse());
    if (state.shown === 0)
        fill(root, h('p', {class: 'sheet'}, 'Nothing has been sent yet.'));
    else if (!list.isConnected) fill(root, list);
}

async function refresh() {
    await more().catch(() => null);
    setTimeout(refresh, REFRESH_MS);
}

async function start() {
    const staff = await whoAmI();
    state.campaign =
        new URLSearchParams(location.search).get('c') || staff.campaign;
    dressNav(state.campaign);
    try {
        await more();
        setTimeout(refresh, REFRESH_MS);
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
