// stream -- server-sent events that say when they have gone silent.
//
// Read by fetch, not EventSource: so the keep-alive comments are seen, an
// HTTP refusal is told apart from a lost line, and a dead line is noticed.

const SILENT_MS_MAX = 35000; // two of the gateway's comments, and a little
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 8000;
const BUFFER_CHARS_MAX = 1024 * 1024;

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

/** Cuts whole frames off text: [frames, rest]. */
export function cutFrames(text) {
    const held = text.endsWith('\r') ? '\r' : ''; // its \n may come yet
    const lines = text.slice(0, text.length - held.length);
    const parts = lines.replace(/\r\n?/g, '\n').split('\n\n');
    const rest = parts.pop();
    return [parts.filter((p) => p !== '').map(readFrame), rest + held];
}

/**
 * Follows path until stopped. on.event({type, id, data}), on.live() at each
 * sign of life, on.lost() when the line is gone and will be tried again,
 * on.refused(status) when it is not ours to see: then it has stopped.
 * Returns a function that stops it.
 */
export function follow(path, on) {
    let isStopped = false;
    let lastId = '';
    let tries = 0;
    let abort = null;
    let retryTimer = 0;

    function retry() {
        if (isStopped) return;
        on.lost();
        const most = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** tries++);
        retryTimer = setTimeout(run, most / 2 + (Math.random() * most) / 2);
    }

    async function read(answer, alive) {
        const reader = answer.body.getReader();
        const decoder = new TextDecoder();
        let text = '';
        for (;;) {
            const {done, value} = await reader.read();
            if (done) return;
            alive();
            text += decoder.decode(value, {stream: true});
            const [events, rest] = cutFrames(text);
            text = rest.length > BUFFER_CHARS_MAX ? '' : rest;
            for (const event of events) {
                if (event.id) lastId = event.id;
                if (event.data) on.event(event);
            }
        }
    }

    async function run() {
        abort = new AbortController();
        let silence = 0;
        const alive = () => {
            tries = 0;
            clearTimeout(silence);
            silence = setTimeout(() => abort.abort(), SILENT_MS_MAX);
            on.live();
        };
        try {
            silence = setTimeout(() => abort.abort(), SILENT_MS_MAX);
            const headers = {Accept: 'text/event-stream'};
            if (lastId) headers['Last-Event-ID'] = lastId;
            const answer = await fetch(path, {
                headers,
                signal: abort.signal,
                credentials: 'same-origin',
                cache: 'no-store',
            });
            if ([401, 403, 404].includes(answer.status)) {
                isStopped = true;
                on.refused(answer.status);
            } else if (answer.ok) {
                await read(answer, alive);
            }
        } catch {
            // The line broke: fall through and try again.
        }
        clearTimeout(silence);
        retry();
    }

    run();
    return () => {
        isStopped = true;
        clearTimeout(retryTimer);
        if (abort) abort.abort();
    };
}
