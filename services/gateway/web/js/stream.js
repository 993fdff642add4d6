// @ts-check
// stream -- server-sent events that say when they have gone silent.
//
// Read by fetch, not EventSource: so the keep-alive comments are seen, an
// HTTP refusal is told apart from a lost line, and a dead line is noticed.

import {backoffMs} from './backoff.js';

const SILENT_MS_MAX = 35000; // two of the gateway's comments, and a little
const BUFFER_CHARS_MAX = 1024 * 1024;

/** @typedef {{type: string, id: string, data: string}} StreamEvent */

/** @param {string} frame */
function readFrame(frame) {
    const event = {type: 'message', id: '', data: ''};
    for (const line of frame.split('\n')) {
        const [, name, value] = /^([a-z]*):? ?([^]*)$/.exec(line) || [];
        if (name === 'event') event.type = value;
        else if (name === 'id') event.id = value;
        else if (name === 'data')
            event.data += (event.data ? '\n' : '') + value;
    }
    return event;
}

/**
 * Cuts whole frames off text: [frames, rest].
 *
 * @param {string} text
 * @returns {[StreamEvent[], string]}
 */
export function cutFrames(text) {
    const held = text.endsWith('\r') ? '\r' : ''; // its \n may come yet
    const lines = text.slice(0, text.length - held.length);
    const parts = lines.replace(/\r\n?/g, '\n').split('\n\n');
    const rest = parts.pop();
    return [parts.filter((p) => p !== '').map(readFrame), rest + held];
}

/**
 * @typedef {object} Follower
 * @property {(event: StreamEvent) => void} event
 * @property {() => void} live at each sign of life
 * @property {() => void} lost the line is gone and will be tried again
 * @property {(status: number) => void} refused it is not ours to see: then it
 * has stopped
 */

/**
 * Everything that comes, until the line ends.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} alive
 * @param {(event: StreamEvent) => void} take
 */
async function readAll(body, alive, take) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
        const {done, value} = await reader.read();
        if (done) return;
        alive();
        text += decoder.decode(value, {stream: true});
        const [events, rest] = cutFrames(text);
        text = rest.length > BUFFER_CHARS_MAX ? '' : rest;
        events.forEach(take);
    }
}

/** One path that is followed until it is stopped. */
class Line {
    /** @param {string} path @param {Follower} on */
    constructor(path, on) {
        this.path = path;
        this.on = on;
        this.isStopped = false;
        this.lastId = '';
        this.tries = 0;
        this.abort = new AbortController();
        this.retryTimer = 0;
        this.silenceTimer = 0;
    }

    stop() {
        this.isStopped = true;
        window.clearTimeout(this.retryTimer);
        this.abort.abort();
    }

    waitForSilence() {
        window.clearTimeout(this.silenceTimer);
        this.silenceTimer = window.setTimeout(
            () => this.abort.abort(),
            SILENT_MS_MAX,
        );
    }

    alive() {
        this.tries = 0;
        this.waitForSilence();
        this.on.live();
    }

    /** @param {StreamEvent} event */
    take(event) {
        if (event.id) this.lastId = event.id;
        if (event.data) this.on.event(event);
    }

    ask() {
        /** @type {Record<string, string>} */
        const headers = {Accept: 'text/event-stream'};
        if (this.lastId) headers['Last-Event-ID'] = this.lastId;
        return fetch(this.path, {
            headers,
            signal: this.abort.signal,
            credentials: 'same-origin',
            cache: 'no-store',
        });
    }

    async read() {
        const answer = await this.ask();
        if ([401, 403, 404].includes(answer.status)) {
            this.isStopped = true;
            this.on.refused(answer.status);
        } else if (answer.ok && answer.body) {
            await readAll(
                answer.body,
                () => this.alive(),
                (event) => this.take(event),
            );
        }
    }

    async run() {
        this.abort = new AbortController();
        this.waitForSilence();
        try {
            await this.read();
        } catch {
            // The line broke: try again.
        }
        window.clearTimeout(this.silenceTimer);
        if (this.isStopped) return;
        this.on.lost();
        const waitMs = backoffMs(this.tries++);
        this.retryTimer = window.setTimeout(() => this.run(), waitMs);
    }
}

/**
 * Follows path until stopped. Returns a function that stops it.
 *
 * @param {string} path
 * @param {Follower} on
 */
export function follow(path, on) {
    const line = new Line(path, on);
    line.run();
    return () => line.stop();
}
