// watch -- one broadcast: its forecast, its buttons, its progress.
//
//   draft -> forecast, approve -> approved -> start -> sending -> done
// What may be pressed follows from the stage alone (ACTS); the gateway and
// the broadcast service check everything again.

import {get, goToLogin, post} from '../api.js';
import {fill, h} from '../dom.js';
import {dayAndTime, number} from '../format.js';
import {isAtLeast} from '../staff.js';
import {follow} from '../stream.js';
import {CLASSES, STAGES} from '../words.js';
import {channelProgress} from './bar.js';
import {confirmAct} from './confirm.js';
import {doubtPanel} from './doubt.js';
import {forecastPanel} from './forecast.js';

const ACTS = {
    approved: ['start'],
    freezing: ['stop'],
    sending: ['pause', 'stop'],
    paused: ['resume', 'stop'],
    standing: ['pause', 'stop'],
};
const LOOK = {
    start: 'button big',
    resume: 'button big',
    pause: 'button quiet big',
    stop: 'button stop big',
};
const NAMES = {
    start: 'Start sending',
    resume: 'Go on',
    pause: 'Pause',
    stop: 'Stop',
};
const CONFIRMS = {
    start: {
        title: 'Start sending?',
        yes: 'Yes, start',
        text: 'Messages begin to go out at once.',
    },
    stop: {
        title: 'Stop for good?',
        yes: 'Yes, stop',
        text: 'Messages that are not out yet will never go. You cannot go on afterwards. To wait, use Pause.',
    },
};

function said(broadcast) {
    const email = broadcast.email_text
        ? [
              h('h3', {}, 'Email'),
              h('p', {class: 'subject'}, broadcast.email_subject),
              h('p', {class: 'bubble'}, broadcast.email_text),
          ]
        : null;
    return h(
        'section',
        {class: 'panel'},
        h('h2', {}, 'The message'),
        broadcast.sms_text
            ? [
                  h('h3', {}, 'Text'),
                  h('p', {class: 'bubble'}, broadcast.sms_text),
              ]
            : null,
        email,
        h(
            'p',
            {class: 'meta'},
            'To: ',
            h('code', {}, broadcast.audience || 'all'),
        ),
    );
}

function headOf(broadcast, app) {
    const stage = STAGES[broadcast.stage] || {name: broadcast.stage, tone: ''};
    const mine = broadcast.made_by === app.staff.id ? 'you' : 'someone else';
    const ended = broadcast.ended_at
        ? ` Ended ${dayAndTime(broadcast.ended_at)}.`
        : '';
    const started = broadcast.started_at
        ? ` Started ${dayAndTime(broadcast.started_at)}.`
        : '';
    return h(
        'div',
        {},
        h('p', {}, h('a', {href: '#'}, 'All messages')),
        h(
            'div',
            {class: 'row-head'},
            h('h1', {}, broadcast.name),
            h(
                'span',
                {
                    class: `pill big ${stage.tone}`,
                    id: 'stage',
                    'data-stage': broadcast.stage,
                },
                stage.name,
            ),
        ),
        h(
            'p',
            {class: 'meta'},
            `${(CLASSES[broadcast.class] || {}).name || broadcast.class}. Written by ${mine}.${started}${ended}`,
        ),
    );
}

/** One view of one broadcast: what it shows, and what it knows so far. */
class Watch {
    constructor(app, id) {
        this.app = app;
        this.path = `${app.base}/broadcasts/${encodeURIComponent(id)}`;
        this.parts = {
            head: h('div'),
            note: h('div'),
            forecast: h('div'),
            acts: h('div', {class: 'acts'}),
            progress: h('div'),
            doubt: h('div'),
            said: h('div'),
        };
        this.now = null;
        this.forecast = null;
        this.stopStream = null;
        this.isLeft = false;
        fill(app.root, Object.values(this.parts));
    }

    async open() {
        try {
            this.show(await get(this.path));
            if (this.now.stage === 'draft' && this.may('approver')) {
                await this.makeForecast();
            }
            this.stream();
        } catch (error) {
            if (error.status === 401) return goToLogin();
            fill(this.parts.note, this.app.problem(error));
        }
    }

    may(least) {
        return isAtLeast(this.app.staff, least);
    }

    stream() {
        if (this.isLeft) return;
        this.stopStream = follow(`${this.path}/stream`, {
            event: (event) =>
                event.type === 'broadcast' && this.show(JSON.parse(event.data)),
            live: () => this.parts.progress.classList.remove('is-stale'),
            lost: () => this.parts.progress.classList.add('is-stale'),
            refused: (status) => status === 401 && goToLogin(),
        });
    }

    leave() {
        this.isLeft = true;
        if (this.stopStream) this.stopStream();
    }

    show(broadcast) {
        if (this.isLeft || (this.now && broadcast.revision < this.now.revision))
            return;
        const old = this.now;
        this.now = broadcast;
        document.title = `${broadcast.name} – Muster`;
        if (!old || old.stage !== broadcast.stage) this.showStage();
        const channels = broadcast.channels.filter((c) => c.audience > 0);
        fill(
            this.parts.progress,
            broadcast.started_at
                ? h('div', {class: 'channels'}, channels.map(channelProgress))
                : null,
        );
        this.showDoubt(channels, old);
    }

    showStage() {
        const {app, now, parts} = this;
        fill(parts.head, headOf(now, app));
        if (!parts.said.firstChild) fill(parts.said, said(now));
        if (now.stage !== 'draft') fill(parts.forecast);
        this.showActs();
        app.say(
            `${now.name}: ${(STAGES[now.stage] || {name: now.stage}).name}`,
        );
    }

    showDoubt(channels, old) {
        const total = (list) =>
            list.reduce((sum, c) => sum + (c.counts.in_doubt || 0), 0);
        if (old && total(old.channels) === total(channels)) return;
        fill(
            this.parts.doubt,
            channels
                .filter((c) => c.counts.in_doubt && this.may('approver'))
                .map((c) => doubtPanel(this, c)),
        );
    }

    showActs() {
        const {now, parts} = this;
        if (now.stage === 'draft')
            return fill(parts.acts, this.forecast ? this.approval() : null);
        const acts = ACTS[now.stage] || [];
        if (!this.may('organiser')) {
            const waits = now.stage === 'approved';
            const words = 'It is approved. An organiser can start it now.';
            return fill(parts.acts, waits ? h('p', {}, words) : null);
        }
        return fill(
            parts.acts,
            acts.map((act) =>
                h(
                    'button',
                    {
                        type: 'button',
                        class: LOOK[act],
                        'data-act': act,
                        onclick: () => this.press(act),
                    },
                    NAMES[act],
                ),
            ),
        );
    }

    approval() {
        const needsOther =
            this.forecast.needs_second_person &&
            this.now.made_by === this.app.staff.id;
        if (needsOther) {
            return h(
                'div',
                {class: 'banner wait'},
                h('h2', {}, 'Someone else must approve this'),
                h(
                    'p',
                    {},
                    'It goes to many people, so a second person looks at it first. Send them the address of this page.',
                ),
            );
        }
        return [
            h(
                'button',
                {
                    type: 'button',
                    class: 'button big',
                    'data-act': 'approve',
                    onclick: () => this.approve(),
                },
                'Approve this message',
            ),
            h(
                'p',
                {class: 'hint'},
                'Read it once more. If anything is changed later, it must be approved again.',
            ),
        ];
    }

    async makeForecast() {
        this.forecast = await post(`${this.path}/forecast`);
        if (this.isLeft) return;
        fill(this.parts.forecast, forecastPanel(this.forecast));
        this.showActs();
    }

    approve() {
        return this.act('approve', {content_hash: this.forecast.content_hash});
    }

    async press(act) {
        if (
            CONFIRMS[act] &&
            !(await confirmAct(CONFIRMS[act], this.leftWords(act)))
        )
            return;
        await this.act(act);
    }

    leftWords(act) {
        if (act !== 'stop') return '';
        const left = this.now.channels.reduce(
            (sum, c) =>
                sum + (c.counts.pending || 0) + (c.counts.deferred || 0),
            0,
        );
        return `${number(left)} still waiting.`;
    }

    async act(act, body) {
        fill(this.parts.note);
        const buttons = Array.from(this.parts.acts.querySelectorAll('button'));
        for (const button of buttons) button.disabled = true;
        try {
            this.show(await post(`${this.path}/${act}`, body));
        } catch (error) {
            if (error.status === 401) return goToLogin();
            fill(this.parts.note, this.app.problem(error));
        }
        for (const button of buttons) button.disabled = false;
    }
}

export function showBroadcast(app, id) {
    const watch = new Watch(app, id);
    watch.open();
    return () => watch.leave();
}
