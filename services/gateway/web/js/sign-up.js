// sign-up -- says what is missing before the form is sent, and shows every
// ticket at once afterwards. Without this file the form works all the same:
// the gateway checks everything, and answers a plain form with a page.

import {Problem, ownPath, post} from './api.js';
import {byId, fill, h} from './dom.js';

const form = byId('sign-up');
const TEXTS = ['name', 'phone', 'email', 'role', 'region', 'format'];

const LABELS = {
    name: 'Your name',
    phone: 'The mobile number',
    email: 'The email',
    role: 'The role',
    region: 'The region',
    format: 'The format',
    actions: 'The list of actions',
};

/** As show_error_words of the gateway: [field, a sentence of its own]. */
function sentenceOf({field, detail, is_sentence: isWhole}) {
    const name = field.replace(/\[.*$/, '');
    const whole = isWhole ? detail : `${LABELS[name] || 'This'} ${detail}`;
    return [name, `${whole.charAt(0).toUpperCase()}${whole.slice(1)}.`];
}

const boxesOf = (name) =>
    Array.from(form.querySelectorAll(`input[name=${name}]`));
const typed = (name) => form.elements[name].value.trim();

function findMissing() {
    const missing = [];
    const boxes = boxesOf('actions');
    if (boxes.length && !boxes.some((b) => b.checked)) {
        missing.push(['actions', 'Choose at least one thing to come to.']);
    }
    if (!typed('name')) {
        missing.push(['name', 'Write your name.']);
    }
    if (!typed('phone') && !typed('email')) {
        missing.push(['phone', 'Give a mobile number or an email.']);
    } else if (typed('email') && !form.elements.email.validity.valid) {
        missing.push([
            'email',
            'Check your email. It should look like name@example.org.',
        ]);
    }
    return missing;
}

function clearErrors() {
    for (const error of form.querySelectorAll('.error')) {
        error.textContent = '';
    }
    for (const input of form.querySelectorAll('[aria-invalid]')) {
        input.setAttribute('aria-invalid', 'false');
    }
    const old = byId('problem');
    if (old) {
        old.remove();
    }
}

function markField([field, detail]) {
    const error = byId(`${field}-error`);
    if (error) {
        error.textContent = detail;
    }
    const input = byId(field);
    if (input) {
        input.setAttribute('aria-invalid', 'true');
    }
    const href = input ? `#${field}` : '#sign-up';
    return h('li', {}, h('a', {href}, detail));
}

/** errors: pairs of a field's name and a sentence. */
function showErrors(errors) {
    const items = errors.map(markField);
    const box = h(
        'div',
        {class: 'problem', role: 'alert', tabindex: '-1', id: 'problem'},
        h('h2', {}, 'Please check'),
        h('ul', {}, items),
    );
    form.before(box);
    box.focus();
}

// ---- sending ---------------------------------------------------------------

function signUpOf() {
    const wanted = {
        actions: boxesOf('actions')
            .filter((b) => b.checked)
            .map((b) => b.value),
    };
    for (const name of TEXTS) {
        if (typed(name)) {
            wanted[name] = typed(name);
        }
    }
    for (const name of ['consent_sms', 'consent_email']) {
        wanted[name] = boxesOf(name).some((b) => b.checked);
    }
    return wanted;
}

function nameOf(action) {
    const box = boxesOf('actions').find((b) => b.value === action);
    const name = box && box.closest('label').querySelector('strong');
    return name ? name.textContent : action;
}

function placeItem(place) {
    const has = place.ticket && place.state === 'confirmed';
    const path = has ? ownPath(`/t/${place.ticket.code}`, '/') : null;
    return h(
        'li',
        {},
        h('strong', {}, nameOf(place.action)),
        has
            ? h('a', {class: 'button', href: path}, 'Open your ticket')
            : h('span', {class: 'pill wait'}, 'Waiting list'),
    );
}

function showPlaces(places) {
    const main = byId('main');
    const isWaiting = places.some((p) => p.state !== 'confirmed');
    fill(
        main,
        h('link', {rel: 'stylesheet', href: '/assets/ticket.css'}),
        h(
            'div',
            {class: 'narrow sheet'},
            h('h1', {}, 'Thank you. You are signed up.'),
            h('ul', {class: 'places'}, places.map(placeItem)),
            isWaiting
                ? h('p', {}, 'We will tell you when a place comes free.')
                : null,
        ),
    );
    scrollTo(0, 0);
    main.focus({preventScroll: true});
}

async function send() {
    const path = form.getAttribute('action');
    try {
        const {places} = await post(path, signUpOf());
        const [first] = places;
        if (places.length === 1 && first.ticket) {
            location.assign(ownPath(`/t/${first.ticket.code}`, '/'));
        } else {
            showPlaces(places);
        }
    } catch (error) {
        const known = error instanceof Problem ? error : new Problem(0, {});
        const errors = known.errors.map(sentenceOf);
        showErrors(errors.length ? errors : [['', known.message]]);
    }
}

async function submit(event) {
    event.preventDefault();
    const button = form.querySelector('button[type=submit]');
    if (button.disabled) {
        return;
    }
    clearErrors();
    const missing = findMissing();
    if (missing.length) {
        showErrors(missing);
        return;
    }
    button.disabled = true;
    await send();
    button.disabled = false;
}

if (form) {
    form.addEventListener('submit', submit);
}
const problem = byId('problem');
if (problem) {
    problem.focus();
}
