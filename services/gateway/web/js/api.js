// @ts-check
// api -- JSON to and from the gateway, and what went wrong as one sentence.

import {sentence} from './format.js';

const ANSWER_MS_MAX = 15000;
const DID_NOT_ANSWER =
    'Muster did not answer. Check your connection and try again.';

/** @typedef {{field: string, detail: string}} FieldError */
/** @typedef {{title?: string, detail?: string, errors?: FieldError[]}} ProblemBody */
/** @typedef {{headers?: Record<string, string>, signal?: AbortSignal}} Options */

/** What the gateway refused: status, sentence, and errors by field. */
export class Problem extends Error {
    /**
     * @param {number} status 0: no answer came
     * @param {ProblemBody} body
     * @param {number} [retryAfterMs] how long the gateway wants to be left alone
     */
    constructor(status, body, retryAfterMs = 0) {
        super(
            sentence(
                body.detail ||
                    body.title ||
                    'Something went wrong. Please try again.',
            ),
        );
        this.status = status;
        this.errors = body.errors || [];
        this.retryAfterMs = retryAfterMs;
    }
}

/** @param {Response} answer */
async function problemOf(answer) {
    const body = await answer.json().catch(() => ({}));
    const seconds = Number(answer.headers.get('Retry-After')) || 0;
    return new Problem(answer.status, body, seconds * 1000);
}

/**
 * @param {string} method
 * @param {unknown} body
 * @param {Record<string, string>} headers
 * @returns {RequestInit}
 */
function requestOf(method, body, headers) {
    /** @type {Record<string, string>} */
    const given = {Accept: 'application/json', ...headers};
    if (body === undefined) return {method, headers: given};
    given['Content-Type'] = 'application/json';
    return {method, headers: given, body: JSON.stringify(body)};
}

/* Aborted when one signs out: from then on nothing is asked, or answered. */
const leaving = new AbortController();
const never = () => new Promise(() => {});

/**
 * One request. Throws Problem; status 0 when no answer came.
 *
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Options} [options]
 */
export async function call(method, path, body, {headers = {}, signal} = {}) {
    if (leaving.signal.aborted) return never();
    const stop = new AbortController();
    const abort = () => stop.abort();
    const timer = setTimeout(abort, ANSWER_MS_MAX);
    leaving.signal.addEventListener('abort', abort);
    if (signal) signal.addEventListener('abort', abort);
    try {
        const answer = await fetch(path, {
            ...requestOf(method, body, headers),
            signal: stop.signal,
            credentials: 'same-origin',
        });
        if (!answer.ok) throw await problemOf(answer);
        return answer.status === 204 ? null : await answer.json();
    } catch (error) {
        if (leaving.signal.aborted) return never();
        if (error instanceof Problem || (signal && signal.aborted)) throw error;
        throw new Problem(0, {detail: DID_NOT_ANSWER});
    } finally {
        clearTimeout(timer);
        leaving.signal.removeEventListener('abort', abort);
        if (signal) signal.removeEventListener('abort', abort);
    }
}

/** @param {string} path @param {Options} [options] */
export const get = (path, options) => call('GET', path, undefined, options);

/** @param {string} path @param {unknown} [body] @param {Options} [options] */
export const post = (path, body = {}, options) =>
    call('POST', path, body, options);

/**
 * Sends a plain form: the page of ours that it leads to. Throws Problem.
 *
 * @param {string} path
 * @param {FormData} form
 */
export async function postForm(path, form) {
    const words = /** @type {any} */ (form); // no files: names and texts
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ANSWER_MS_MAX);
    try {
        const answer = await fetch(path, {
            method: 'POST',
            headers: {Accept: 'application/json'},
            body: new URLSearchParams(words),
            credentials: 'same-origin',
            signal: stop.signal,
        });
        if (!answer.ok) throw await problemOf(answer);
        return ownPath(new URL(answer.url).pathname, '/');
    } catch (error) {
        if (error instanceof Problem) throw error;
        throw new Problem(0, {detail: DID_NOT_ANSWER});
    } finally {
        clearTimeout(timer);
    }
}

/** Where one signs in, and comes back from; not when one wanted to leave. */
export function goToLogin() {
    if (leaving.signal.aborted) return;
    const here = location.pathname + location.search + location.hash;
    location.assign('/login?next=' + encodeURIComponent(here));
}

/** What is still being asked is given up first: nobody is signed in for it. */
export async function signOut() {
    const bye = requestOf('DELETE', undefined, {});
    leaving.abort();
    await fetch('/v1/session', {...bye, credentials: 'same-origin'}).catch(
        () => null,
    );
    location.assign('/login');
}

/**
 * A page of our own to go to, or the fallback: never another host.
 *
 * @param {unknown} path
 * @param {string} fallback
 */
export function ownPath(path, fallback) {
    return typeof path === 'string' && /^\/(?![/\\])/.test(path)
        ? path
        : fallback;
}

/** A random key for one act: 24 hex digits. */
export function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
