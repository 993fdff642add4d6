// @ts-check
// acts -- the buttons of one broadcast.
import {number} from '../../../js/format.js';
import {isAtLeast} from '../../../js/staff.js';
import {html} from '../../html.js';
import {classOf} from '../../words.js';
import {confirmAct} from '../confirm.js';
import {waitingOf} from '../counts.js';
import {ACTS, BUTTONS, CONFIRMS} from './stages.js';

/** @typedef {import('./state.js').Watched} Watched */
/** @typedef {import('./state.js').Broadcast} Broadcast */
/** @typedef {import('./state.js').Act} Act */
/** @typedef {{watched: Watched, now: Broadcast}} Props */

function NeedsOther() {
    return html`<div class="banner wait">
        <h2>Someone else must approve this</h2>
        <p>
            It goes to many people, so a second person looks at it first. Send
            them the address of this page.
        </p>
    </div>`;
}

/** @param {Props} props */
function Approval({watched, now}) {
    const forecast = watched.forecast.value;
    const isMine = now.made_by === watched.app.staff.id;
    if (!forecast) return null;
    if (forecast.needs_second_person && isMine) return html`<${NeedsOther} />`;
    return html`<button
            type="button"
            class="button big"
            data-act="approve"
            disabled=${watched.isBusy.value}
            onClick=${() => watched.approve()}
        >
            Approve this message
        </button>
        <p class="hint">
            Read it once more. If anything is changed later, it must be approved
            again.
        </p>`;
}

/** @param {Watched} watched @param {Act} act */
async function press(watched, act) {
    const words = CONFIRMS[act];
    const left = waitingOf(watched.now.value?.channels || []);
    const fact = act === 'stop' ? `${number(left)} still waiting.` : '';
    if (!words || (await confirmAct(words, fact))) await watched.act(act);
}

/** @param {{watched: Watched, act: Act}} props */
function Button({watched, act}) {
    return html`<button
        type="button"
        class=${BUTTONS[act].look}
        data-act=${act}
        disabled=${watched.isBusy.value}
        onClick=${() => press(watched, act)}
    >
        ${BUTTONS[act].name}
    </button>`;
}

/** @param {Props} props */
function Choices({watched, now}) {
    if (now.is_system)
        return html`<p class="hint">${classOf(now.class).means}</p>`;
    if (now.stage === 'draft')
        return html`<${Approval} watched=${watched} now=${now} />`;
    if (isAtLeast(watched.app.staff, 'organiser'))
        return (ACTS[now.stage] || []).map(
            (act) => html`<${Button} key=${act} watched=${watched} act=${act} />`,
        );
    return now.stage === 'approved'
        ? html`<p>It is approved. An organiser can start it now.</p>`
        : null;
}

/** @param {Props} props */
export function Acts(props) {
    return html`<div class="acts"><${Choices} ...${props} /></div>`;
}
