// compose -- write a message; who gets it and how long it is, as one types.

import {newKey, post} from '../api.js';
import {fill, h} from '../dom.js';
import {label, number} from '../format.js';
import {CHANNELS} from '../words.js';
import {waterfall} from './forecast.js';
import {smsCounter} from './counter.js';
import {
    classChoices,
    enableActionFields,
    field,
    fieldButtons,
    toggleTerm,
} from './fields.js';

const PREVIEW_WAIT_MS = 250;

class Compose {
    constructor(app) {
        this.app = app;
        this.key = newKey();
        this.timer = 0;
        this.abort = null;
        this.controls();
        this.draw();
        this.form.addEventListener('input', () => this.changed());
        this.form.addEventListener('submit', (event) => {
            event.preventDefault();
            this.save();
        });
        this.changed();
    }

    controls() {
        const {actions} = this.app.about;
        this.name = h('input', {
            maxlength: 100,
            required: true,
            autocomplete: 'off',
        });
        this.action = h(
            'select',
            {},
            h('option', {value: ''}, 'None'),
            actions.map((a) => h('option', {value: a.id}, a.name)),
        );
        if (actions.length) this.action.value = actions[0].id;
        this.query = h('input', {
            autocomplete: 'off',
            autocapitalize: 'none',
            spellcheck: 'false',
            maxlength: 500,
            value: actions.length ? `signedup:${actions[0].id}` : 'all',
        });
        this.sms = h('textarea', {rows: 4, maxlength: 1600});
        this.subject = h('input', {maxlength: 200, autocomplete: 'off'});
        this.email = h('textarea', {rows: 8, maxlength: 20000});
        this.expires = h('input', {type: 'datetime-local'});
        this.standing = h('input', {type: 'checkbox'});
        this.preview = h('div', {class: 'preview', 'aria-live': 'polite'});
        this.counter = h('p', {class: 'counter'});
        this.note = h('div');
    }

    chips() {
        const {campaign, actions} = this.app.about;
        const terms = [
            ['Everyone', 'all'],
            ...actions.flatMap((a) => [
                [`Signed up: ${a.name}`, `signedup:${a.id}`],
                [`Here now: ${a.name}`, `in:${a.id}`],
                [`Not here: ${a.name}`, `-in:${a.id}`],
            ]),
            ...(campaign.roles || []).map((r) => [label(r), `role:${r}`]),
            ...(campaign.regions || []).map((r) => [label(r), `region:${r}`]),
        ];
        return h(
            'details',
            {},
            h('summary', {}, 'Choose from a list'),
            h(
                'div',
                {class: 'chips'},
                terms.map(([text, term]) =>
                    h(
                        'button',
                        {
                            type: 'button',
                            class: 'chip',
                            onclick: () => toggleTerm(this.query, term),
                        },
                        text,
                    ),
                ),
            ),
        );
    }

    who() {
        return h(
            'fieldset',
            {},
            h('legend', {}, h('span', {class: 'step'}, '2'), 'Who gets it?'),
            field('action', 'About which action', this.action),
            field(
                'query',
                'Audience',
                this.query,
                'All of these must fit. A comma means or. A minus sign means not.',
            ),
            this.chips(),
            this.preview,
        );
    }

    what() {
        return h(
            'fieldset',
            {},
            h(
                'legend',
                {},
                h('span', {class: 'step'}, '3'),
                'What does it say?',
            ),
            field(
                'sms',
                'Text message',
                this.sms,
                'Leave it empty to send no texts.',
            ),
            this.counter,
            fieldButtons(this.sms, 'text message'),
            field('subject', 'Email subject', this.subject),
            field(
                'email',
                'Email',
                this.email,
                'Leave it empty to send no emails.',
            ),
            fieldButtons(this.email, 'email'),
        );
    }

    draw() {
        this.form = h(
            'form',
            {class: 'sheet', id: 'compose', novalidate: true},
            h(
                'fieldset',
                {},
                h(
                    'legend',
                    {},
                    h('span', {class: 'step'}, '1'),
                    'What kind of message?',
                ),
                field('name', 'Name, just for us', this.name),
                h(
                    'div',
                    {
                        class: 'picks classes',
                        role: 'radiogroup',
                        'aria-label': 'Kind of message',
                    },
                    classChoices(),
                ),
            ),
            this.who(),
            this.what(),
            h(
                'fieldset',
                {},
                h(
                    'legend',
                    {},
                    h('span', {class: 'step'}, '4'),
                    'When does it stop making sense?',
                ),
                field(
                    'expires',
                    'Do not send after',
                    this.expires,
                    'Leave it empty for a day after the start.',
                ),
                h(
                    'label',
                    {class: 'tick'},
                    this.standing,
                    h(
                        'span',
                        {},
                        'Always on: send it to each new person with a place',
                    ),
                ),
            ),
            this.note,
            h(
                'p',
                {},
                h(
                    'button',
                    {type: 'submit', class: 'button big'},
                    'Save and see what will happen',
                ),
            ),
        );
        fill(
            this.app.root,
            h('p', {}, h('a', {href: '#'}, 'All messages')),
            h('h1', {}, 'Write a message'),
            this.form,
        );
        document.title = 'Write a message – Muster';
    }

    kind() {
        return this.form.elements.class.value;
    }

    changed() {
        this.key = newKey(); // other content is another broadcast
        enableActionFields(this.form, this.action.value !== '');
        smsCounter(this.counter, this.sms.value);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.look(), PREVIEW_WAIT_MS);
    }

    async look() {
        if (this.abort) this.abort.abort();
        this.abort = new AbortController();
        const {signal} = this.abort;
        const asked = {
            query: this.query.value.trim() || 'all',
            class: this.kind(),
        };
        if (this.action.value) asked.action = this.action.value;
        try {
            this.showPreview(
                await post(`${this.app.base}/audiences/preview`, asked, {
                    signal,
                }),
            );
        } catch (error) {
            if (!signal.aborted) this.showPreviewError(error);
        }
    }

    showPreview(found) {
        this.query.removeAttribute('aria-invalid');
        this.error('query', '');
        fill(
            this.preview,
            h(
                'p',
                {class: 'big-fact'},
                h('b', {}, number(found.people)),
                found.people === 1 ? ' person matches' : ' people match',
            ),
            h(
                'div',
                {class: 'forecast'},
                found.channels.map((c) =>
                    h(
                        'div',
                        {},
                        h('p', {class: 'label'}, `${CHANNELS[c.channel]}s`),
                        waterfall({...c, recipients: c.eligible}, found.people),
                    ),
                ),
            ),
        );
    }

    showPreviewError(error) {
        fill(this.preview);
        this.query.setAttribute('aria-invalid', 'true');
        this.error('query', error.message);
    }

    error(id, text) {
        this.form.querySelector(`#${id}-error`).textContent = text;
    }

    content() {
        const typed = {
            name: this.name.value.trim(),
            class: this.kind(),
            audience: this.query.value.trim() || 'all',
        };
        if (this.action.value) typed.action = this.action.value;
        if (this.sms.value.trim()) typed.sms_text = this.sms.value.trim();
        if (this.email.value.trim()) {
            typed.email_text = this.email.value;
            typed.email_subject = this.subject.value.trim();
        }
        if (this.expires.value)
            typed.expires_at = new Date(this.expires.value).toISOString();
        if (this.standing.checked) typed.is_standing = true;
        return typed;
    }

    isComplete() {
        const typed = this.content();
        const missing = {
            name: typed.name
                ? ''
                : 'Give it a name, so that you find it again.',
            sms:
                typed.sms_text || typed.email_text
                    ? ''
                    : 'Write a text message, an email, or both.',
            subject:
                typed.email_text && !typed.email_subject
                    ? 'An email needs a subject.'
                    : '',
        };
        for (const [id, text] of Object.entries(missing)) this.error(id, text);
        const first = Object.keys(missing).find((id) => missing[id]);
        if (first) this.form.querySelector(`#${first}`).focus();
        return !first;
    }

    async save() {
        if (!this.isComplete()) return;
        const button = this.form.querySelector('button[type=submit]');
        button.disabled = true;
        fill(this.note);
        try {
            const made = await post(
                `${this.app.base}/broadcasts`,
                this.content(),
                {headers: {'Idempotency-Key': this.key}},
            );
            location.hash = `#b/${made.id}`;
        } catch (error) {
            button.disabled = false;
            fill(this.note, this.app.problem(error));
            this.note.scrollIntoView({block: 'center'});
        }
    }

    leave() {
        clearTimeout(this.timer);
        if (this.abort) this.abort.abort();
    }
}

export function showCompose(app) {
    const compose = new Compose(app);
    return () => compose.leave();
}
