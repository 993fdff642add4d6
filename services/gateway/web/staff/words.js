// @ts-check
// words -- what the states, rules, stages and classes are called on a page.

/** Every state a recipient can be in, in the order of the bar. */
export const STATES = [
    {id: 'delivered', name: 'Delivered', means: 'The network says it arrived.'},
    {id: 'accepted', name: 'Sent', means: 'The provider has taken it.'},
    {
        id: 'leased',
        name: 'Going out now',
        means: 'Being handed over this moment.',
    },
    {id: 'pending', name: 'Waiting', means: 'Not sent yet.'},
    {
        id: 'deferred',
        name: 'Trying again',
        means: 'The provider asked us to wait.',
    },
    {
        id: 'in_doubt',
        name: 'In doubt',
        means: 'We cannot know if it went. We never send it twice.',
    },
    {id: 'failed', name: 'Failed', means: 'It could not be sent.'},
    {
        id: 'withheld',
        name: 'Held back',
        means: 'The person said stop, or cannot be reached.',
    },
    {id: 'expired', name: 'Too late', means: 'Its time had passed.'},
    {
        id: 'superseded',
        name: 'Replaced',
        means: 'A newer message took its place.',
    },
    {id: 'stopped', name: 'Stopped', means: 'You stopped it before it went.'},
];

/** @type {Record<string, string>} */
export const RULES = {
    no_contact: 'no number or address',
    no_consent: 'have not agreed to this',
    withdrawn: 'said stop',
    suppressed: 'number or address does not work',
    not_signed_up: 'have no place at this action',
    gone: 'were joined with another entry, or taken back',
    not_proved: 'have not confirmed that this is their contact',
    switched_off: 'want no messages about what they signed up for',
    not_me: 'whose contact it is said "not me"',
    budget: 'not confirmed, and had as many messages as they may',
};

/** @type {Record<string, {name: string, tone: string}>} */
export const STAGES = {
    draft: {name: 'Draft', tone: ''},
    approved: {name: 'Approved', tone: 'wait'},
    freezing: {name: 'Starting', tone: 'wait'},
    sending: {name: 'Sending', tone: 'good'},
    paused: {name: 'Paused', tone: 'wait'},
    done: {name: 'Done', tone: 'good'},
    stopped: {name: 'Stopped', tone: 'bad'},
    expired: {name: 'Too late', tone: 'bad'},
    standing: {name: 'Always on', tone: 'good'},
};

/** @type {Record<string, {name: string, means: string}>} */
export const CLASSES = {
    service: {
        name: 'About an action',
        means:
            'Time, place or tickets, for people who signed up to it. ' +
            'No asking for anything else.',
    },
    campaign: {
        name: 'Campaign news',
        means: 'Asks people to do something. Only goes to people who agreed to it.',
    },
    safety: {name: 'Safety', means: 'Urgent. Goes before everything else.'},
};

/**
 * What Muster sends by itself: nobody chooses these.
 *
 * @type {Record<string, {name: string, means: string}>}
 */
export const SYSTEM_CLASSES = {
    confirmation: {
        name: 'Confirmation',
        means:
            'Muster sends it to everybody who signs up, once, with the ticket ' +
            'and the question whether it was them. It cannot be stopped. Its ' +
            'words are the campaign’s confirmation words.',
    },
    note: {
        name: 'Codes and notices',
        means:
            'Muster answers people who asked for something: a code, a change. ' +
            'It cannot be stopped, and ends by itself.',
    },
};

/**
 * A kind's words, also of one that this page does not know yet.
 *
 * @param {string} id
 */
export const classOf = (id) =>
    CLASSES[id] || SYSTEM_CLASSES[id] || {name: id, means: ''};

export const CHANNELS = {sms: 'Text', email: 'Email'};

/**
 * A rule's words, also for one this page does not know yet.
 *
 * @param {string} rule
 */
export const ruleWords = (rule) =>
    RULES[rule] || String(rule).replace(/_/g, ' ');
