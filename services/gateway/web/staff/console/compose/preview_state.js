// @ts-check
// preview_state -- who would get it, asked again a moment after the question
// has changed.
import {effect, signal} from '@preact/signals';

import {keepAsking, makeTrouble} from '../../again.js';
import {previewAudience} from '../../api.js';

/** @typedef {import('../../api.js').AudiencePreview} AudiencePreview */
/** @typedef {import('../../api.js').AudienceQuestion} AudienceQuestion */

const WAIT_MS = 250;

export class Preview {
    /**
     * @param {string} campaign
     * @param {() => AudienceQuestion} question read from signals
     */
    constructor(campaign, question) {
        this.campaign = campaign;
        this.question = question;
        this.found = signal(/** @type {AudiencePreview | null} */ (null));
        this.trouble = makeTrouble();
    }

    /** Begins to look. Returns what ends it. */
    open() {
        return effect(() => {
            const question = this.question();
            const stop = new AbortController();
            const look = () => this.look(question, stop.signal);
            const timer = setTimeout(look, WAIT_MS);
            return () => {
                clearTimeout(timer);
                stop.abort();
            };
        });
    }

    /** @param {AudienceQuestion} question @param {AbortSignal} stop */
    async look(question, stop) {
        try {
            this.found.value = await keepAsking(
                (s) => previewAudience(this.campaign, question, s),
                stop,
                this.trouble.retrying,
            );
            this.trouble.clear();
        } catch (error) {
            if (stop.aborted) return;
            this.found.value = null;
            this.trouble.refused(error);
        }
    }
}
