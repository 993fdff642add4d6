// @ts-check
// page -- staff sign in; then back to where they came from.
//
// The form is in the page as the gateway made it, with its campaigns; it is
// taken over as it stands, so that what was typed or filled in by the browser
// before this file came is kept.
import {hydrate} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

import {html} from '../html.js';
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

function Refusal() {
    const box = useRef(/** @type {HTMLElement | null} */ (null));
    useEffect(() => {
        if (refusal.value) box.current?.focus();
    }, [refusal.value]);
    return html`<div
        ref=${box}
        id="problem"
        class="problem"
        role="alert"
        tabindex="-1"
        hidden=${!refusal.value}
    >
        <h2>You are not signed in</h2>
        <p>${refusal}</p>
    </div>`;
}

/** @typedef {{value: string, text: string}} Option */

/** @param {{options: Option[]}} props */
function Campaigns({options}) {
    return html`<div class="field">
        <label for="campaign">Campaign</label>
        <select id="campaign" name="campaign" required>
            ${options.map(
                (o) => html`<option value=${o.value}>${o.text}</option>`,
            )}
        </select>
    </div>`;
}

const LoginName = () =>
    html`<div class="field">
        <label for="login">Login name</label>
        <input
            id="login"
            name="login"
            autocomplete="username"
            autocapitalize="none"
            spellcheck=${false}
            maxlength="80"
            required
        />
    </div>`;

const Password = () =>
    html`<div class="field">
        <label for="password">Password</label>
        <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            maxlength="200"
            required
        />
    </div>`;

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
    /** @type {HTMLInputElement} */ (
        form.elements.namedItem('password')
    ).value = '';
}

/** @param {{options: Option[]}} props */
function Login({options}) {
    return html`<${Refusal} />
        <form class="sheet" id="sign-in" onSubmit=${submit}>
            <${Campaigns} options=${options} />
            <${LoginName} />
            <${Password} />
            <p>
                <button class="button big" type="submit" disabled=${isBusy}>
                    Sign in
                </button>
            </p>
        </form>`;
}

/** @param {HTMLElement} root */
export function startLogin(root) {
    const select = /** @type {HTMLSelectElement} */ (
        root.querySelector('#campaign')
    );
    const options = Array.from(select.options, ({value, text}) => ({
        value,
        text,
    }));
    const wanted = wantedCampaign();
    if (options.some((o) => o.value === wanted)) select.value = wanted;
    hydrate(html`<${Login} options=${options} />`, root);
}
