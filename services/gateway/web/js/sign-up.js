// sign-up -- says what is missing before the form is sent. Without this file
// the form works all the same: the gateway checks everything again.

import {byId, h} from './dom.js';

const form = byId('sign-up');

function findMissing() {
    const missing = [];
    const typed = (name) => form.elements[name].value.trim();
    const boxes = Array.from(form.querySelectorAll('input[name=actions]'));
    if (boxes.length && !boxes.some((b) => b.checked))
        missing.push(['actions', 'Choose at least one thing to come to.']);
    if (!typed('name')) missing.push(['name', 'Write your name.']);
    if (!typed('phone') && !typed('email'))
        missing.push(['phone', 'Give a mobile number or an email.']);
    else if (typed('email') && !form.elements.email.validity.valid)
        missing.push([
            'email',
            'Check your email. It should look like name@example.org.',
        ]);
    return missing;
}

function show(missing) {
    for (const error of form.querySelectorAll('.error')) error.textContent = '';
    for (const input of form.querySelectorAll('[aria-invalid]'))
        input.setAttribute('aria-invalid', 'false');
    const old = byId('problem');
    if (old) old.remove();
    for (const [field, detail] of missing) {
        byId(`${field}-error`).textContent = detail;
        if (byId(field)) byId(field).setAttribute('aria-invalid', 'true');
    }
    if (missing.length === 0) return;
    const items = missing.map(([field, detail]) =>
        h(
            'li',
            {},
            h('a', {href: byId(field) ? `#${field}` : '#sign-up'}, detail),
        ),
    );
    const box = h(
        'div',
        {class: 'problem', role: 'alert', tabindex: '-1', id: 'problem'},
        h('h2', {}, 'Please check'),
        h('ul', {}, items),
    );
    form.before(box);
    box.focus();
}

if (form) {
    form.addEventListener('submit', (event) => {
        const missing = findMissing();
        show(missing);
        if (missing.length) event.preventDefault();
        else
            form.querySelector('button[type=submit]').setAttribute(
                'aria-disabled',
                'true',
            );
    });
    addEventListener('pageshow', () =>
        form
            .querySelector('button[type=submit]')
            .removeAttribute('aria-disabled'),
    );
}
const problem = byId('problem');
if (problem) problem.focus();
