// @ts-check
// api -- every request of the staff's pages. Paths, bodies and answers are
// held by types made from the API's own description (build/types/openapi.d.ts):
// a path that is not there, or a field that is not in it, does not check.
import {call} from '../js/api.js';

/** @typedef {import('muster-openapi').paths} Paths */
/** @typedef {import('muster-openapi').components['schemas']} Schemas */
/** @typedef {Schemas['Action']} Action */
/** @typedef {Schemas['ActionList']} ActionList */
/** @typedef {Schemas['Broadcast']} Broadcast */
/** @typedef {Schemas['BudgetList']['budgets'][number]} Budget */
/** @typedef {Schemas['BroadcastDraft']} BroadcastDraft */
/** @typedef {Schemas['ChannelProgress']} ChannelProgress */
/** @typedef {Schemas['Forecast']} Forecast */
/** @typedef {Schemas['AudienceQuestion']} AudienceQuestion */
/** @typedef {Schemas['AudiencePreview']} AudiencePreview */
/** @typedef {Schemas['OutboxPage']['messages'][number]} OutboxMessage */
/** @typedef {Schemas['Recipients']} Recipients */
/** @typedef {Schemas['Doubt']} Doubt */
/** @typedef {Schemas['Staff']} Staff */

/**
 * @template R
 * @typedef {R extends {content: {'application/json': infer J}} ? J : never} JsonOf
 */
/**
 * @template O
 * @typedef {O extends {responses: infer R} ? JsonOf<R[keyof R & (200 | 201)]> : never} AnswerOf
 */
/**
 * @template O
 * @typedef {O extends {requestBody: infer B} ? {body: JsonOf<B>} : {body?: undefined}} BodyOf
 */
/**
 * @template O
 * @typedef {O extends {parameters: {path: infer N}} ? {names: N} : {names?: undefined}} NamesOf
 */
/**
 * @template O
 * @typedef {O extends {parameters: {query?: infer Q}} ? {query?: Q} : {}} QueryOf
 */
/**
 * @template O
 * @typedef {BodyOf<O> & NamesOf<O> & QueryOf<O> & import('../js/api.js').Options} Asked
 */

/**
 * "/v1/campaigns/{c}" and {c: "a b"} -> "/v1/campaigns/a%20b".
 *
 * @param {string} path
 * @param {Record<string, string>} names
 */
const fillIn = (path, names) =>
    path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(names[name]));

/** @param {Record<string, unknown>} query */
function queryString(query) {
    const given = Object.entries(query).filter(([, v]) => v !== undefined);
    const text = new URLSearchParams(given.map(([n, v]) => [n, String(v)]));
    return given.length ? `?${text}` : '';
}

/**
 * @template {keyof Paths} P
 * @template {keyof Paths[P] & ('get' | 'post')} M
 * @param {M} method
 * @param {P} path
 * @param {Asked<Paths[P][M]>} asked
 * @returns {Promise<AnswerOf<Paths[P][M]>>}
 */
function ask(method, path, asked) {
    const {names = {}, query = {}, body, headers, signal} =
        /** @type {any} */ (asked);
    return call(
        method.toUpperCase(),
        fillIn(path, names) + queryString(query),
        body === undefined && method === 'post' ? {} : body,
        {headers, signal},
    );
}

const OF_ONE = '/v1/campaigns/{c}/broadcasts/{b}';

/** @param {Schemas['Login']} body */
export const signIn = (body) => ask('post', '/v1/session', {body});

/** @param {AbortSignal} signal */
export const listCampaigns = (signal) => ask('get', '/v1/campaigns', {signal});

/** @param {string} c @param {AbortSignal} signal */
export const listActions = (c, signal) =>
    ask('get', '/v1/campaigns/{c}/actions', {names: {c}, signal});

/** @param {string} c @param {AbortSignal} signal */
export const listBroadcasts = (c, signal) =>
    ask('get', '/v1/campaigns/{c}/broadcasts', {names: {c}, signal});

/** @param {string} c @param {AbortSignal} signal */
export const getBudgets = (c, signal) =>
    ask('get', '/v1/campaigns/{c}/budgets', {names: {c}, signal});

/** @param {string} c @param {string} after @param {AbortSignal} signal */
export const listOutbox = (c, after, signal) =>
    ask('get', '/v1/campaigns/{c}/outbox', {
        names: {c},
        query: after ? {after} : {},
        signal,
    });

/**
 * @param {string} c
 * @param {AudienceQuestion} body
 * @param {AbortSignal} signal
 */
export const previewAudience = (c, body, signal) =>
    ask('post', '/v1/campaigns/{c}/audiences/preview', {
        names: {c},
        body,
        signal,
    });

/**
 * The same key: the same broadcast, however often it is asked.
 *
 * @param {string} c
 * @param {BroadcastDraft} body
 * @param {string} key
 */
export const makeBroadcast = (c, body, key) =>
    ask('post', '/v1/campaigns/{c}/broadcasts', {
        names: {c},
        body,
        headers: {'Idempotency-Key': key},
    });

// ---- one broadcast: names are its campaign and its id ----

/** @typedef {{c: string, b: string}} Names */

/** @param {Names} names */
export const streamPath = (names) => fillIn(`${OF_ONE}/stream`, names);

/** @param {Names} names @param {AbortSignal} signal */
export const getBroadcast = (names, signal) =>
    ask('get', OF_ONE, {names, signal});

/** @param {Names} names @param {AbortSignal} signal */
export const makeForecast = (names, signal) =>
    ask('post', `${OF_ONE}/forecast`, {names, signal});

/** @param {Names} names @param {string} content_hash */
export const approve = (names, content_hash) =>
    ask('post', `${OF_ONE}/approve`, {names, body: {content_hash}});

/** @param {Names} names @param {'start' | 'pause' | 'resume' | 'stop'} act */
export const act = (names, act) => ask('post', `${OF_ONE}/${act}`, {names});

/**
 * The first who are in doubt, by number.
 *
 * @param {Names} names
 * @param {Doubt['channel']} channel
 * @param {number} max
 * @param {AbortSignal} signal
 */
export const listDoubt = (names, channel, max, signal) =>
    ask('get', `${OF_ONE}/recipients`, {
        names,
        query: {channel, state: 'in_doubt', max},
        signal,
    });

/** @param {Names} names @param {Doubt} body */
export const settleDoubt = (names, body) =>
    ask('post', `${OF_ONE}/doubt`, {names, body});
