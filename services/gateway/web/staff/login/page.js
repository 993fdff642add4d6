// @ts-check
// page -- staff sign in; then back to where they came from.
//
// The form stands in the page as the gateway made it, with its campaigns; it
// is used as it stands, so that what was typed or filled in by the browser
// before this file came is kept.
import {effect} from '@preact/signals';

import {enter, isBusy, refusal} from './state.js';

/** The campaign that the address, or the page one came from, is about. */
function wantedCampaign() {
    const query = new URLSearchParams(location.search);
    const next = query.get('next') || '';
    const [, found = ''] =
        /[?&]c=([a-z0-9-]+)/.exec(next) ||
        /\/live\/([a-z0-9-]+)/.exec(next) ||
        [];
    return query.get('c') || found;
}

/** @param {HTMLSelectElement} select */
function chooseCampaign(select) {
    const wanted = wantedCampaign();
    const options = Array.from(select.options);
    if (options.some((o) => o.value === wanted)) select.value = wanted;
}

/** Says why nobody is signed in. @param {HTMLElement} box */
function showRefusal(box) {
    const words = /** @type {HTMLElement} */ (box.querySelector('p'));
    effect(() => {
        words.textContent = refusal.value;
        box.hidden = !refusal.value;
        if (refusal.value) box.focus();
    });
}

/** @param {SubmitEvent} event */
async function submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const typed = new FormData(form);
    const login = {
        campaign: String(typed.get('campaign')),
        login: String(typed.get('login')).trim(),
        password: String(typed.get('password')),
    };
    const next = new URLSearchParams(location.search).get('next');
    if (await enter(login, next)) return;
    const password = form.elements.namedItem('password');
    if (password instanceof HTMLInputElement) password.value = '';
}

/** @param {HTMLElement} root */
export function startLogin(root) {
    const form = /** @type {HTMLFormElement} */ (root.querySelector('form'));
    const [button] = form.getElementsByTagName('button');
    const [select] = form.getElementsByTagName('select');
    const box = /** @type {HTMLElement} */ (root.querySelector('#problem'));
    chooseCampaign(select);
    showRefusal(box);
    effect(() => {
        button.disabled = isBusy.value;
    });
    form.addEventListener('submit', submit);
}
