// api -- JSON to and from the gateway, and what went wrong as one sentence.

const ANSWER_MS_MAX = 15000;

/** What the gateway refused: status, sentence, and errors by field. */
export class Problem extends Error {
    constructor(status, body) {
        super(
            body.detail ||
                body.title ||
                'Something went wrong. Please try again.',
        );
        this.status = status;
        this.errors = body.errors || [];
    }
}

async function problemOf(answer) {
    const body = await answer.json().catch(() => ({}));
    return new Problem(answer.status, body);
}

/** One request. Throws Problem; status 0 when no answer came. */
export async function call(method, path, body, {headers = {}, signal} = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ANSWER_MS_MAX);
    if (signal) signal.addEventListener('abort', () => stop.abort());
    const options = {
        method,
        headers: {Accept: 'application/json', ...headers},
        signal: stop.signal,
        credentials: 'same-origin',
    };
    if (body !== undefined) {
        options.body = JSON.stringify(body);
        options.headers['Content-Type'] = 'application/json';
    }
    try {
        const answer = await fetch(path, options);
        if (!answer.ok) throw await problemOf(answer);
        return answer.status === 204 ? null : await answer.json();
    } catch (error) {
        if (error instanceof Problem || (signal && signal.aborted)) throw error;
        throw new Problem(0, {
            detail: 'Muster did not answer. Check your connection and try again.',
        });
    } finally {
        clearTimeout(timer);
    }
}

export const get = (path, options) => call('GET', path, undefined, options);
export const post = (path, body = {}, options) =>
    call('POST', path, body, options);

/** Where one signs in, and comes back from. */
export function goToLogin() {
    const here = location.pathname + location.search + location.hash;
    location.assign('/login?next=' + encodeURIComponent(here));
}

/** A page of our own to go to, or the fallback: never another host. */
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
