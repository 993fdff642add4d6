// login -- staff sign in; then back to where they came from.

import {Problem, ownPath, post} from './api.js';
import {byId} from './dom.js';

const form = byId('sign-in');
const problem = byId('problem');
const query = new URLSearchParams(location.search);

function show(error) {
    problem.querySelector('p').textContent =
        error.status === 401
            ? 'That login name and password do not belong together. Please try again.'
            : error.message;
    problem.hidden = false;
    problem.focus();
}

async function signIn() {
    const wanted = {
        campaign: form.elements.campaign.value,
        login: form.elements.login.value.trim(),
        password: form.elements.password.value,
    };
    const button = form.querySelector('button');
    button.disabled = true;
    try {
        const session = await post('/v1/session', wanted);
        const home = `/console?c=${encodeURIComponent(session.staff.campaign || wanted.campaign)}`;
        location.assign(ownPath(query.get('next'), home));
    } catch (error) {
        button.disabled = false;
        form.elements.password.value = '';
        show(error instanceof Problem ? error : new Problem(0, {}));
    }
}

form.addEventListener('submit', (event) => {
    event.preventDefault();
    problem.hidden = true;
    signIn();
});

const campaign =
    query.get('c') ||
    (/[?&]c=([a-z0-9-]+)/.exec(query.get('next') || '') ||
        /\/live\/([a-z0-9-]+)/.exec(query.get('next') || '') ||
        [])[1];
if (
    campaign &&
    Array.from(form.elements.campaign.options).some((o) => o.value === campaign)
)
    form.elements.campaign.value = campaign;
