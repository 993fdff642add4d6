// sign-up -- sends the form and keeps it as it is while it does: what is
// wrong is said beside it, and no answer loses nothing. The gateway checks
// everything, says it in the same words to a page without this file, and one
// form counts once however often it is sent.

import {Problem, postForm} from './api.js';
import {byId, h} from './dom.js';

const form = byId('sign-up');
const TITLE = document.title.replace(/^Error: /, '');
const LABELS = {
    name: 'Your name',
    phone: 'The mobile number',
    email: 'The email',
    role: 'The role',
    region: 'The region',
    format: 'The format',
    confirm_by: 'Where we write first',
    actions: 'The list of actions',
};

/** As show_error_words of the gateway: [field, a sentence of its own]. */
function sentenceOf({field, detail, is_sentence: isWhole}) {
    const name = field.replace(/\[.*$/, '');
    const whole = isWhole ? detail : `${LABELS[name] || 'This'} ${detail}`;
    return [name, `${whole.charAt(0).toUpperCase()}${whole.slice(1)}.`];
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
    document.title = TITLE;
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
    document.title = `Error: ${TITLE}`;
    box.focus();
}

// ---- sending ---------------------------------------------------------------

async function send() {
    const path = form.getAttribute('action');
    try {
        const to = await postForm(path, new FormData(form));
        location.assign(to);
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
