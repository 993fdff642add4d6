// live -- the count of one action as it climbs: /live/<campaign>/<action>.
//
//   1. read the count once (says 401 and 404 clearly)     start
//   2. follow its stream; each frame is the whole count   receive, show
//   3. every second: is what is shown still fresh?        showFreshness
//      A line that is open proves nothing about the count behind it: after
//      some quiet the count is asked for again            confirm

import {get, goToLogin} from './api.js';
import {drawMinutes} from './chart.js';
import {byId, fill, h, setText} from './dom.js';
import {
    clock,
    duration,
    label,
    number,
    percent,
    plural,
    signedUpWords,
} from './format.js';
import {dressNav, whoAmI} from './staff.js';
import {follow} from './stream.js';

const root = byId('live');
const {campaign, action} = root.dataset;
const base = `/v1/campaigns/${encodeURIComponent(campaign)}`;
const path = `${base}/actions/${encodeURIComponent(action)}/attendance`;
const CONFIRM_MS = 10000;
const CONFIRM_AGAIN_MS = 3000; // while nobody can count
const NAMES_MS = 30000; // and how many are not confirmed
const DRAW_MS = 1000; // the chart alone; numbers follow every frame
const state = {
    newest: null, // received
    shown: null,
    isLost: true, // the line
    isUnsure: false, // the line is open, but nobody could count
    isAsking: false,
    confirmedAt: 0, // when a count last came
    askedAt: 0,
    drawnAt: 0,
};

function row(cells) {
    const [name, ...rest] = cells;
    return h(
        'tr',
        {},
        h('th', {scope: 'row'}, name),
        rest.map((n, i) => h('td', {class: i ? 'less' : null}, number(n))),
    );
}

function tally(caption, heads, rows, nothing) {
    if (rows.length === 0) return h('p', {class: 'meta'}, nothing);
    return h(
        'table',
        {class: 'tally'},
        h('caption', {class: 'unseen'}, caption),
        h(
            'thead',
            {},
            h(
                'tr',
                {},
                heads.map((t) => h('th', {scope: 'col'}, t)),
            ),
        ),
        h('tbody', {}, rows.map(row)),
    );
}

function showParts(count) {
    fill(
        byId('gates'),
        tally(
            'People by gate',
            ['Gate', 'Here now', 'Arrived'],
            count.gates.map((g) => [
                g.name || label(g.gate),
                g.inside,
                g.arrived,
            ]),
            'No gate has been used yet.',
        ),
    );
    fill(
        byId('roles'),
        tally(
            'People by role',
            ['Role', 'Here now', 'Arrived', 'Signed up'],
            count.roles.map((r) => [
                label(r.role),
                r.inside,
                r.arrived,
                r.signed_up,
            ]),
            'Nobody has signed up yet.',
        ),
    );
}

function receive(count) {
    if (state.newest && count.revision < state.newest.revision) return;
    if (state.newest === state.shown) requestAnimationFrame(show);
    state.newest = count;
    state.isUnsure = false;
    state.confirmedAt = Date.now();
}

function draw(count) {
    if (Date.now() - state.drawnAt < DRAW_MS) return;
    state.drawnAt = Date.now();
    drawMinutes(byId('chart'), byId('chart-words'), count.minutes, count.as_of);
}

function show() {
    const count = state.newest;
    state.shown = count;
    setText(byId('inside'), number(count.inside));
    byId('inside').style.setProperty(
        '--len',
        Math.max(3, number(count.inside).length),
    );
    setText(byId('arrived'), number(count.arrived));
    setText(byId('signed-up'), number(count.signed_up));
    const share = count.signed_up
        ? Math.min(1, count.arrived / count.signed_up)
        : 0;
    byId('meter-in').style.width = `${share * 100}%`;
    setText(
        byId('share'),
        `${percent(count.arrived, count.signed_up)} of the people who signed up have arrived.`,
    );
    showParts(count);
    draw(count);
    const devices = plural(
        count.devices_silent,
        'gate device has',
        'gate devices have',
    );
    const silent = count.devices_silent
        ? ` ${devices} been silent for five minutes.`
        : '';
    setText(byId('method'), `How this is counted: ${count.method}${silent}`);
    showFreshness();
}

function staleWords(at) {
    const silentS = Math.round((Date.now() - state.confirmedAt) / 1000);
    const silent =
        silentS < 5 ? '' : ` Silent for ${duration(silentS - (silentS % 5))}.`;
    return `Not live. As of ${at}.${silent} Trying again…`;
}

function showFreshness() {
    if (!state.shown) return;
    const at = clock(state.shown.as_of);
    const isStale = state.isLost || state.isUnsure;
    root.classList.toggle('is-stale', isStale);
    setText(byId('fresh-text'), isStale ? staleWords(at) : `Live, as of ${at}`);
}

async function confirm() {
    state.isAsking = true;
    state.askedAt = Date.now();
    try {
        receive(await get(path));
    } catch {
        state.isUnsure = true;
    }
    state.isAsking = false;
}

function tick() {
    const since = Math.max(state.confirmedAt, state.askedAt);
    const wait = state.isUnsure ? CONFIRM_AGAIN_MS : CONFIRM_MS;
    const isQuiet = Date.now() - since > wait;
    if (!state.isLost && !state.isAsking && isQuiet) confirm();
    if (state.shown) draw(state.shown);
    showFreshness();
}

function refuse(status) {
    if (status === 401) return goToLogin();
    const box = byId('problem');
    box.querySelector('p').textContent =
        status === 404
            ? 'There is no such action.'
            : 'Your role does not let you see it. Ask an organiser.';
    root.hidden = true;
    box.hidden = false;
    return box.focus();
}

async function showNames() {
    const {campaign: about, actions} = await get(`${base}/actions`);
    const found = actions.find((a) => a.id === action);
    setText(byId('live-campaign'), about.name);
    if (found) {
        setText(byId('live-action'), found.name);
        const words = signedUpWords(found);
        const says = words.includes('not confirmed') ? `${words}.` : '';
        setText(byId('not-confirmed'), says);
        document.title = `${found.name}, live count – Muster`;
    }
}

function watch() {
    follow(`${path}/stream`, {
        event: (event) =>
            event.type === 'attendance' && receive(JSON.parse(event.data)),
        live: () => {
            state.isLost = false;
            showFreshness();
        },
        lost: () => {
            state.isLost = true;
            showFreshness();
        },
        refused: refuse,
    });
    setInterval(tick, 1000);
}

async function start() {
    whoAmI()
        .then((staff) => dressNav(campaign, staff))
        .catch(() => null);
    try {
        receive(await get(path));
        root.hidden = false;
        state.isLost = false;
    } catch (error) {
        if ([401, 403, 404].includes(error.status)) return refuse(error.status);
        root.hidden = false;
    }
    showNames().catch(() => null);
    setInterval(() => showNames().catch(() => null), NAMES_MS);
    return watch();
}

if (new URLSearchParams(location.search).get('screen') === 'big')
    document.body.classList.add('big-screen');
start();
