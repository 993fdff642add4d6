// chart -- arrivals per minute as bars: uPlot, asked for only when needed.
// If it cannot be loaded, the sentence below the picture says it all.

import {setText} from './dom.js';
import {number, plural} from './format.js';

const SCRIPT = '/assets/uplot/uPlot.iife.min.js';
const SHEET = '/assets/uplot/uPlot.min.css';
const SHOWN_MINUTES_MIN = 30;
const CLOCK = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'Europe/London',
});
const clockOf = (seconds) => CLOCK.format(new Date(seconds * 1000));

let loading = null;
let plot = null;

function load() {
    loading =
        loading ||
        new Promise((resolve, reject) => {
            document.head.append(
                Object.assign(document.createElement('link'), {
                    rel: 'stylesheet',
                    href: SHEET,
                }),
            );
            const script = Object.assign(document.createElement('script'), {
                src: SCRIPT,
            });
            script.onload = () => resolve(window.uPlot);
            script.onerror = () => reject(new Error('no chart'));
            document.head.append(script);
        });
    return loading;
}

/** Every minute from the first to now, the quiet ones as 0: [times, counts]. */
export function fillMinutes(minutes, asOf) {
    const byMinute = new Map(
        minutes.map((m) => [Math.floor(Date.parse(m.at) / 60000), m.arrived]),
    );
    const end = Math.floor(Date.parse(asOf) / 60000);
    const first = Math.min(end - SHOWN_MINUTES_MIN + 1, ...byMinute.keys());
    const start = Math.max(first, end - 179);
    const times = [];
    const counts = [];
    for (let minute = start; minute <= end; minute++) {
        times.push(minute * 60);
        counts.push(byMinute.get(minute) || 0);
    }
    return [times, counts];
}

function sizeOf(box) {
    const isBig = document.body.classList.contains('big-screen');
    return {
        width: box.clientWidth,
        height: Math.max(220, Math.min(isBig ? 420 : 300, innerHeight * 0.4)),
    };
}

function options(uPlot, box) {
    const px = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const style = getComputedStyle(document.body);
    const font = `600 ${Math.round(px * 0.95)}px ${style.fontFamily}`;
    const axis = {stroke: '#45514b', font, ticks: {show: false}};
    return {
        ...sizeOf(box),
        cursor: {show: false},
        legend: {show: false},
        scales: {
            x: {time: true, range: (u, min, max) => [min - 40, max + 40]},
            y: {range: (u, min, max) => [0, Math.max(4, max * 1.1)]},
        },
        axes: [
            {
                ...axis,
                grid: {show: false},
                space: px * 5,
                values: (u, at) => at.map(clockOf),
            },
            {
                ...axis,
                grid: {stroke: '#ddd3bb', width: 1},
                size: px * 3.4,
                incrs: [
                    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000,
                ],
                values: (u, at) => at.map(number),
            },
        ],
        series: [
            {},
            {
                stroke: '#0b4f3c',
                fill: '#0b4f3c',
                points: {show: false},
                paths: uPlot.paths.bars({size: [0.8, 40]}),
            },
        ],
    };
}

function wordsOf([times, counts]) {
    if (!counts.some((n) => n > 0)) return 'Nobody has arrived in this time.';
    const most = counts.reduce(
        (best, n, i) => (n > counts[best] ? i : best),
        0,
    );
    const people = plural(counts[most], 'person', 'people');
    const last = number(counts[counts.length - 1]);
    return (
        `Busiest minute: ${clockOf(times[most])}, when ${people} arrived. ` +
        `This minute so far: ${last}.`
    );
}

/** Draws, or redraws, the minutes into box and says them in words. */
export async function drawMinutes(box, words, minutes, asOf) {
    const data = fillMinutes(minutes, asOf);
    setText(words, wordsOf(data));
    if (plot) return plot.setData(data);
    try {
        const uPlot = await load();
        if (plot) return plot.setData(data);
        plot = new uPlot(options(uPlot, box), data, box);
        addEventListener('resize', () => plot.setSize(sizeOf(box)));
        return plot;
    } catch {
        box.hidden = true;
        return null;
    }
}
