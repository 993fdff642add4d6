// modules -- the pages' own arithmetic, without a browser.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Problem, ownPath} from '../../services/gateway/web/js/api.js';
import {backoffMs} from '../../services/gateway/web/js/backoff.js';
import {fillMinutes} from '../../services/gateway/web/js/chart.js';
import {sumOf} from '../../services/gateway/web/staff/console/counts.js';
import {
    duration,
    label,
    percent,
} from '../../services/gateway/web/js/format.js';
import {countWords} from '../../services/gateway/web/staff/outbox/count.js';
import {countSms} from '../../services/gateway/web/staff/console/compose/gsm.js';
import {cutFrames} from '../../services/gateway/web/js/stream.js';

// The rows of tests/unit/common/test_gsm.c that matter to who is typing.
const TEXTS = [
    ['', 0, 0, false],
    ['a'.repeat(160), 1, 160, false],
    ['a'.repeat(161), 2, 161, false],
    ['a'.repeat(306), 2, 306, false],
    ['a'.repeat(307), 3, 307, false],
    ['€'.repeat(80), 1, 160, false],
    ['€'.repeat(152), 2, 304, false],
    ['€'.repeat(153), 3, 306, false],
    [`a${'€'.repeat(152)}a`, 2, 306, false],
    ['^{}\\[]~|', 1, 16, false],
    ['a\tb', 1, 3, true],
    ['`', 1, 1, true],
    ['£éèàñß', 1, 6, false],
    ['ç', 1, 1, true],
    ['dŵr', 1, 3, true],
    ['ŵ'.repeat(70), 1, 70, true],
    ['ŵ'.repeat(71), 2, 71, true],
    ['😀'.repeat(35), 1, 70, true],
    ['😀'.repeat(67), 3, 134, true],
];

test('an SMS has as many parts here as in the forecast', () => {
    for (const [text, parts, units, isUcs2] of TEXTS) {
        const got = countSms(text);
        assert.deepEqual(
            [got.parts, got.units, got.isUcs2],
            [parts, units, isUcs2],
            `${text.slice(0, 8)}… (${text.length})`,
        );
    }
});

test('what makes an SMS dear is named once', () => {
    assert.deepEqual(countSms('‘a’ ‘b’').unusual, ['‘', '’']);
});

test('events are cut out of a stream however it is broken up', () => {
    const whole =
        ': hello\n\nevent: attendance\nid: 7\ndata: {"a":1}\n\n' +
        'event: x\r\ndata: one\r\ndata: two\r\n\r\ndata: not yet';
    for (let at = 0; at <= whole.length; at++) {
        const [first, rest] = cutFrames(whole.slice(0, at));
        const [second, left] = cutFrames(rest + whole.slice(at));
        const events = [...first, ...second].filter((e) => e.data);
        assert.deepEqual(
            events,
            [
                {type: 'attendance', id: '7', data: '{"a":1}'},
                {type: 'x', id: '', data: 'one\ntwo'},
            ],
            `cut at ${at}`,
        );
        assert.equal(left, 'data: not yet');
    }
});

test('quiet minutes are drawn as nothing, not left out', () => {
    const minutes = [
        {at: '2027-02-25T11:00:00Z', arrived: 3},
        {at: '2027-02-25T11:40:00Z', arrived: 5},
    ];
    const [times, counts] = fillMinutes(minutes, '2027-02-25T11:41:30Z');
    assert.equal(times.length, 42);
    assert.equal(counts[0], 3);
    assert.equal(counts[40], 5);
    assert.equal(counts[41], 0);
    assert.equal(
        counts.reduce((sum, n) => sum + n, 0),
        8,
    );
});

test('a chart of nothing shows the last half hour', () => {
    const [times, counts] = fillMinutes([], '2027-02-25T11:41:30Z');
    assert.equal(times.length, 30);
    assert.ok(counts.every((n) => n === 0));
});

test('one only ever goes on to a page of our own', () => {
    assert.equal(ownPath('/live/a/b?x#y', '/'), '/live/a/b?x#y');
    const others = [
        'https://example.org/',
        '//example.org',
        '/\\example.org',
        'javascript:alert(1)',
        '',
        null,
    ];
    for (const other of others) {
        assert.equal(ownPath(other, '/console'), '/console', `${other}`);
    }
});

test('a share never says 100% before it is everyone, nor 0% when it is not', () => {
    assert.equal(percent(999, 1000), '99%');
    assert.equal(percent(1000, 1000), '100%');
    assert.equal(percent(1, 1000), '<1%');
    assert.equal(percent(0, 1000), '0%');
    assert.equal(percent(0, 0), '0%');
});

test('words are words, and times are short', () => {
    assert.equal(label('care-worker'), 'Care worker');
    assert.equal(label(''), 'Not said');
    assert.equal(duration(0.2), '1 s');
    assert.equal(duration(96), '1 min 36 s');
    assert.equal(duration(7500), '2 h 5 min');
});

test('what was refused is a sentence', () => {
    for (const [body, want] of [
        [{detail: 'the service is away: try again'},
            'The service is away: try again.'],
        [{detail: 'Is it? Yes.'}, 'Is it? Yes.'],
        [{title: 'Not now'}, 'Not now.'],
        [{}, 'Something went wrong. Please try again.'],
    ])
        assert.equal(new Problem(503, body).message, want);
});

test('the outbox calls nothing the newest while it still reads', () => {
    assert.equal(countWords(2287, true), 'Reading: 2,287 so far…');
    assert.equal(countWords(2287, false),
        '2,287 messages. These are the newest 200.');
    assert.equal(countWords(1, false), '1 message.');
});

test('the sum of a bar takes in states that this page does not know', () => {
    assert.equal(sumOf({counts: {accepted: 2, something_new: 3}}), 5);
});

test('each try waits longer, up to a limit, and no two alike', () => {
    const waits = [0, 1, 2, 3, 4, 5, 50].map(backoffMs);
    [500, 1000, 2000, 4000, 8000, 8000, 8000].forEach((most, i) => {
        assert.ok(waits[i] >= most / 2 && waits[i] <= most, `${waits}`);
    });
    assert.notEqual(backoffMs(5), backoffMs(5));
});
