// @ts-check
// again -- asks until there is an answer: a gateway that is restarted, a train
// in a tunnel. What is refused for good is not asked again.
import {signal} from '@preact/signals';

import {Problem, goToLogin} from '../js/api.js';
import {backoffMs} from '../js/backoff.js';

/** @typedef {{error: Error, isTrying: boolean}} Trouble */

/**
 * What went wrong, as a page keeps it: null when all is well. Who is signed
 * out goes to sign in.
 */
export function makeTrouble() {
    const now = signal(/** @type {Trouble | null} */ (null));
    return {
        now,
        clear: () => {
            now.value = null;
        },
        /** It will be asked again. @param {Error} error */
        retrying: (error) => {
            now.value = {error, isTrying: true};
        },
        /** It will not. @param {unknown} error */
        refused: (error) => {
            const problem = /** @type {Problem} */ (error);
            if (problem.status === 401) return goToLogin();
            now.value = {error: problem, isTrying: false};
            return undefined;
        },
    };
}

/**
 * May the same question be answered a moment later?
 *
 * @param {unknown} error
 */
export const isPassing = (error) =>
    error instanceof Problem &&
    (error.status === 0 || error.status === 429 || error.status >= 500);

/** @param {number} ms @param {AbortSignal} stop */
function pause(ms, stop) {
    return new Promise((resolve) => {
        const end = () => {
            clearTimeout(timer);
            stop.removeEventListener('abort', end);
            resolve(undefined);
        };
        const timer = setTimeout(end, ms);
        stop.addEventListener('abort', end);
    });
}

/**
 * Resolves to the answer; rejects when it is refused, or stopped.
 * retrying(error) is called before each new try.
 *
 * @template T
 * @param {(stop: AbortSignal) => Promise<T>} ask
 * @param {AbortSignal} stop
 * @param {(error: Error) => void} retrying
 * @returns {Promise<T>}
 */
export async function keepAsking(ask, stop, retrying) {
    for (let tries = 0; ; tries++) {
        try {
            return await ask(stop);
        } catch (error) {
            if (stop.aborted || !isPassing(error)) throw error;
            const problem = /** @type {Problem} */ (error);
            retrying(problem);
            await pause(Math.max(backoffMs(tries), problem.retryAfterMs), stop);
        }
        if (stop.aborted) throw new Error('nobody waits any more');
    }
}

/**
 * Something a view asks for once: its answer, null until it came; and the
 * trouble there is. open begins to ask, and returns what stops it.
 *
 * @template T
 * @param {(stop: AbortSignal) => Promise<T>} ask
 */
export function makeAsked(ask) {
    const answer = signal(/** @type {T | null} */ (null));
    const trouble = makeTrouble();

    /** @param {AbortSignal} stop */
    async function begin(stop) {
        try {
            answer.value = await keepAsking(ask, stop, trouble.retrying);
            trouble.clear();
        } catch (error) {
            if (!stop.aborted) trouble.refused(error);
        }
    }

    function open() {
        const stop = new AbortController();
        begin(stop.signal);
        return () => stop.abort();
    }
    return {answer, trouble, open};
}
