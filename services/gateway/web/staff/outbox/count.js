// @ts-check
// count -- how many messages the outbox holds, in words.
import {number, plural} from '../../js/format.js';

export const SHOWN_MAX = 200; // the newest; the count says how many there are

/** @param {number} found @param {boolean} isReading the newest may still come */
export function countWords(found, isReading) {
    if (isReading) return `Reading: ${number(found)} so far…`;
    const which = found > SHOWN_MAX ? ` These are the newest ${SHOWN_MAX}.` : '';
    return `${plural(found, 'message', 'messages')}.${which}`;
}
