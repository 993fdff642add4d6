// @ts-check
// state -- a message that is being written: what was typed, and what is wrong
// with it. Who would get it: preview_state.js.
import {signal} from '@preact/signals';

import {newKey} from '../../../js/api.js';
import {makeTrouble} from '../../again.js';
import {makeBroadcast} from '../../api.js';
import {Preview} from './preview_state.js';

/** @typedef {import('../state.js').App} App */
/** @typedef {import('../../api.js').BroadcastDraft} BroadcastDraft */
/** @typedef {import('../../api.js').AudienceQuestion} AudienceQuestion */
/** @typedef {ReturnType<typeof makeTyped>} Typed */

/** @param {App} app */
function makeTyped({about: {actions}}) {
    const [first] = actions;
    return {
        name: signal(''),
        kind: signal(/** @type {BroadcastDraft['class']} */ ('service')),
        action: signal(first ? first.id : ''),
        query: signal(first ? `signedup:${first.id}` : 'all'),
        sms: signal(''),
        subject: signal(''),
        email: signal(''),
        expires: signal(''),
        isStanding: signal(false),
    };
}

/** @param {Typed} typed @returns {AudienceQuestion} */
function questionOf(typed) {
    const query = typed.query.value.trim() || 'all';
    const asked = {query, class: typed.kind.value};
    const action = typed.action.value;
    return action ? {...asked, action} : asked;
}

/** @param {Typed} typed @returns {BroadcastDraft} as the API wants it */
function contentOf(typed) {
    const {query, ...about} = questionOf(typed);
    /** @type {BroadcastDraft} */
    const content = {name: typed.name.value.trim(), audience: query, ...about};
    const sms = typed.sms.value.trim();
    if (sms) content.sms_text = sms;
    if (typed.email.value.trim()) {
        content.email_text = typed.email.value;
        content.email_subject = typed.subject.value.trim();
    }
    const until = typed.expires.value;
    if (until) content.expires_at = new Date(until).toISOString();
    if (typed.isStanding.value) content.is_standing = true;
    return content;
}

/** @param {BroadcastDraft} content what is missing, by where; '' is nothing */
function missingIn(content) {
    const hasText = content.sms_text || content.email_text;
    const lacksSubject = content.email_text && !content.email_subject;
    return {
        name: content.name ? '' : 'Give it a name, so that you find it again.',
        sms: hasText ? '' : 'Write a text message, an email, or both.',
        subject: lacksSubject ? 'An email needs a subject.' : '',
    };
}

export class Draft {
    /** @param {App} app */
    constructor(app) {
        this.app = app;
        this.typed = makeTyped(app);
        this.preview = new Preview(app.campaign, () => questionOf(this.typed));
        this.errors = signal({name: '', sms: '', subject: ''});
        this.isSaving = signal(false);
        this.trouble = makeTrouble();
        this.key = {is: '', of: ''};
    }

    /** Says what is missing. Returns the first place of it, or nothing. */
    check() {
        const missing = missingIn(contentOf(this.typed));
        this.errors.value = missing;
        return Object.entries(missing).find(([, words]) => words)?.[0];
    }

    /** Other content is another broadcast. @param {BroadcastDraft} content */
    keyOf(content) {
        const text = JSON.stringify(content);
        if (text !== this.key.of) this.key = {is: newKey(), of: text};
        return this.key.is;
    }

    /** Goes on to the saved broadcast, once it is taken. */
    async save() {
        this.isSaving.value = true;
        this.trouble.clear();
        const content = contentOf(this.typed);
        const key = this.keyOf(content);
        try {
            const made = await makeBroadcast(this.app.campaign, content, key);
            location.hash = `#b/${made.id}`;
        } catch (error) {
            this.isSaving.value = false;
            this.trouble.refused(error);
        }
    }
}
