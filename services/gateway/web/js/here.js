// here -- offers the ticket that this phone remembers, at the gate's page.

import {byId} from './dom.js';

const form = byId('check-in');
if (form && !form.elements.code.value) {
    try {
        const code = localStorage.getItem(
            `muster-ticket/${form.dataset.campaign}/${form.dataset.action}`,
        );
        if (code) form.elements.code.value = code;
    } catch {
        // Nothing is remembered: the code is typed.
    }
}
const problem = byId('problem');
if (problem) problem.focus();
