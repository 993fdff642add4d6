// confirm -- asks once before what cannot be undone.

import {h} from '../dom.js';

/** Resolves to true when the person said yes. */
export function confirmAct({title, text, yes}, extra) {
    return new Promise((resolve) => {
        const end = (answer) => {
            dialog.close();
            dialog.remove();
            resolve(answer);
        };
        const dialog = h(
            'dialog',
            {
                class: 'confirm',
                'aria-labelledby': 'confirm-title',
                oncancel: () => end(false),
            },
            h('h2', {id: 'confirm-title'}, title),
            extra ? h('p', {class: 'big-fact'}, extra) : null,
            h('p', {}, text),
            h(
                'div',
                {class: 'acts'},
                h(
                    'button',
                    {
                        type: 'button',
                        class: 'button',
                        'data-answer': 'yes',
                        onclick: () => end(true),
                    },
                    yes,
                ),
                h(
                    'button',
                    {
                        type: 'button',
                        class: 'button quiet',
                        'data-answer': 'no',
                        onclick: () => end(false),
                    },
                    'No, go back',
                ),
            ),
        );
        document.body.append(dialog);
        dialog.showModal();
        dialog.querySelector('[data-answer=no]').focus();
    });
}
