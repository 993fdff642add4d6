// @ts-check
// stages -- what may be pressed follows from the stage alone; the gateway and
// the broadcast service check everything again.
//
//   draft -> forecast, approve -> approved -> start -> sending -> done
import {STAGES} from '../../words.js';

/** @typedef {import('./state.js').Act} Act */

/** @type {Record<string, Act[]>} */
export const ACTS = {
    approved: ['start'],
    freezing: ['stop'],
    sending: ['pause', 'stop'],
    paused: ['resume', 'stop'],
    standing: ['pause', 'stop'],
};

/** @type {Record<Act, {name: string, look: string}>} */
export const BUTTONS = {
    start: {name: 'Start sending', look: 'button big'},
    resume: {name: 'Go on', look: 'button big'},
    pause: {name: 'Pause', look: 'button quiet big'},
    stop: {name: 'Stop', look: 'button stop big'},
};

/**
 * What is asked before; what is not here is done at once.
 *
 * @type {Partial<Record<Act, import('../confirm.js').Words>>}
 */
export const CONFIRMS = {
    start: {
        title: 'Start sending?',
        yes: 'Yes, start',
        text: 'Messages begin to go out at once.',
    },
    stop: {
        title: 'Stop for good?',
        yes: 'Yes, stop',
        text:
            'Messages that are not out yet will never go. ' +
            'You cannot go on afterwards. To wait, use Pause.',
    },
};

/**
 * A stage's words, also of one that this page does not know yet.
 *
 * @param {{stage: string}} broadcast
 */
export const stageOf = ({stage}) => STAGES[stage] || {name: stage, tone: ''};
