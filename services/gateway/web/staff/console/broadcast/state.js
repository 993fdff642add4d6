// @ts-check
// state -- one broadcast that is watched: what is known of it so far.
//
//   1. it is read once; while nobody answers, asked again      open, read
//   2. its stream is followed; each event is all of it         follow, show
//   3. a draft's forecast is made for who may approve it       look
//   4. what somebody presses is asked for, once                press
import {signal} from '@preact/signals';

import {Problem, goToLogin} from '../../../js/api.js';
import {follow} from '../../../js/stream.js';
import {keepAsking, makeTrouble} from '../../again.js';
import {
    act,
    approve,
    getBroadcast,
    makeForecast,
    streamPath,
} from '../../api.js';
import {said} from '../state.js';
import {stageOf} from './stages.js';

/** @typedef {import('../../api.js').Broadcast} Broadcast */
/** @typedef {import('../../api.js').Forecast} Forecast */
/** @typedef {'start' | 'pause' | 'resume' | 'stop'} Act */

const NO_SUCH = 'There is no such message.';
const NOT_YOURS = 'Your role does not let you see it. Ask an organiser.';

export class Watched {
    /** @param {import('../state.js').App} app @param {string} id */
    constructor(app, id) {
        this.app = app;
        this.names = {c: app.campaign, b: id};
        this.now = signal(/** @type {Broadcast | null} */ (null));
        this.forecast = signal(/** @type {Forecast | null} */ (null));
        this.isLost = signal(false); // the line: what is shown may be old
        this.trouble = makeTrouble(); // in reading
        this.actTrouble = makeTrouble(); // in pressing
        this.isBusy = signal(false);
    }

    /** Begins to watch. Returns what ends it. @param {boolean} mayApprove */
    open(mayApprove) {
        const stop = new AbortController();
        this.begin(mayApprove, stop.signal);
        return () => stop.abort();
    }

    /** @param {boolean} mayApprove @param {AbortSignal} stop */
    async begin(mayApprove, stop) {
        const first = await this.read((s) => getBroadcast(this.names, s), stop);
        if (!first || stop.aborted) return;
        this.show(first);
        stop.addEventListener('abort', this.follow());
        if (first.stage === 'draft' && mayApprove) await this.look(stop);
    }

    /**
     * @template T
     * @param {(stop: AbortSignal) => Promise<T>} ask
     * @param {AbortSignal} stop
     * @returns {Promise<T | null>} null: it was refused, and it is said why
     */
    async read(ask, stop) {
        try {
            const answer = await keepAsking(ask, stop, this.trouble.retrying);
            this.trouble.clear();
            return answer;
        } catch (error) {
            if (!stop.aborted) this.trouble.refused(error);
            return null;
        }
    }

    /** @param {AbortSignal} stop */
    async look(stop) {
        const found = await this.read((s) => makeForecast(this.names, s), stop);
        if (this.now.value?.stage === 'draft') this.forecast.value = found;
    }

    follow() {
        return follow(streamPath(this.names), {
            event: (event) =>
                event.type === 'broadcast' && this.show(JSON.parse(event.data)),
            live: () => {
                this.isLost.value = false;
            },
            lost: () => {
                this.isLost.value = true;
            },
            refused: (status) => this.refuse(status),
        });
    }

    /** @param {number} status */
    refuse(status) {
        if (status === 401) return goToLogin();
        const detail = status === 403 ? NOT_YOURS : NO_SUCH;
        return this.trouble.refused(new Problem(status, {detail}));
    }

    /** Takes what is not older than what is shown. @param {Broadcast} next */
    show(next) {
        const old = this.now.value;
        if (old && next.revision < old.revision) return;
        this.now.value = next;
        if (next.stage !== 'draft') this.forecast.value = null;
        if (!old || old.stage !== next.stage)
            said.value = `${next.name}: ${stageOf(next).name}`;
    }

    /** @param {() => Promise<Broadcast>} ask */
    async press(ask) {
        this.actTrouble.clear();
        this.isBusy.value = true;
        try {
            this.show(await ask());
        } catch (error) {
            this.actTrouble.refused(error);
        }
        this.isBusy.value = false;
    }

    /** @param {Act} name */
    act(name) {
        return this.press(() => act(this.names, name));
    }

    approve() {
        const hash = this.forecast.value?.content_hash || '';
        return this.press(() => approve(this.names, hash));
    }
}
