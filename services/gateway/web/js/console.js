// console -- write, check, approve, send and watch broadcasts.
//
// The page is one place with three views, named by what follows the "#":
//   #             the list          console/list.js
//   #new          write one         console/compose.js
//   #b/<id>       one broadcast     console/watch.js
// Each view is a function (app) that fills app.root and returns what to call
// when it is left.

import {get} from './api.js';
import {byId, fill, h} from './dom.js';
import {showCompose} from './console/compose.js';
import {showList} from './console/list.js';
import {showBroadcast} from './console/watch.js';
import {dressNav, whoAmI} from './staff.js';

const app = {
    root: byId('console'),
    staff: null,
    campaign: '', // id
    base: '', // /v1/campaigns/<id>
    about: null, // {campaign, actions} as the API gives them
    say: (text) => {
        byId('say').textContent = text;
    },
    problem: (error) =>
        h(
            'div',
            {class: 'problem', role: 'alert'},
            h('h2', {}, 'That did not work'),
            h('p', {}, error.message),
            (error.errors || []).length
                ? h(
                      'ul',
                      {},
                      error.errors.map((e) =>
                          h('li', {}, `${e.field}: ${e.detail}`),
                      ),
                  )
                : null,
        ),
};
const ABOVE_ALL = 'muster'; // the campaign of who looks after them all
let leave = null;

function viewOf(hash) {
    if (hash === '#new') return showCompose;
    const found = /^#b\/([A-Za-z0-9_-]{1,80})$/.exec(hash);
    return found ? (a) => showBroadcast(a, found[1]) : showList;
}

function show(isFirst) {
    if (leave) leave();
    leave = viewOf(location.hash)(app) || null;
    scrollTo(0, 0);
    if (!isFirst) byId('main').focus({preventScroll: true});
}

/** For who looks after all campaigns: which one? */
async function showCampaigns() {
    const {campaigns} = await get('/v1/campaigns');
    const links = campaigns.map((c) =>
        h(
            'li',
            {},
            h('a', {href: `?c=${encodeURIComponent(c.id)}`}, c.name),
            h('span', {class: 'meta'}, c.summary || ''),
        ),
    );
    fill(
        app.root,
        h('h1', {}, 'Which campaign?'),
        h('section', {class: 'panel'}, h('ul', {class: 'links'}, links)),
    );
}

async function start() {
    app.staff = await whoAmI();
    app.campaign =
        new URLSearchParams(location.search).get('c') || app.staff.campaign;
    if (app.campaign === ABOVE_ALL) {
        await showCampaigns();
        return;
    }
    app.base = `/v1/campaigns/${encodeURIComponent(app.campaign)}`;
    dressNav(app.campaign, app.staff);
    try {
        app.about = await get(`${app.base}/actions`);
    } catch (error) {
        fill(app.root, app.problem(error));
        return;
    }
    addEventListener('hashchange', () => show(false));
    show(true);
}

start().catch(() => null);
