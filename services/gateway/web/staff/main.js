// @ts-check
// main -- where the staff's pages begin: the element with data-page says
// which page this is.
//
//   login/     sign in
//   outbox/    the messages that the outbox kept
//   console/   write, check, approve, send and watch broadcasts
//
// Each page keeps what it knows as signals in its state.js; what it shows
// follows from them. All asking goes through api.js.
import {startConsole} from './console/page.js';
import {startLogin} from './login/page.js';
import {startOutbox} from './outbox/page.js';

/** @type {Record<string, (root: HTMLElement) => void>} */
const PAGES = {
    console: startConsole,
    login: startLogin,
    outbox: startOutbox,
};

const root = document.querySelector('[data-page]');
if (root instanceof HTMLElement) {
    PAGES[root.dataset.page || '']?.(root);
}
