// lanes -- jobs side by side: as many as there are cores, one that runs alone
// by itself, each after what it needs; the longest first, by what they took
// when they last ran.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';

// Seconds of a job that never ran here, so that none of the longest is left
// for the end; by part.
const GUESSES = {chaos: 100, browser: 20, system: 10};

export class Lanes {
    constructor({lanes, seconds_file, on_done}) {
        Object.assign(this, {lanes, seconds_file, on_done});
        this.seconds = existsSync(seconds_file) ?
            JSON.parse(readFileSync(seconds_file, 'utf8')) : {};
    }

    // Resolves when all have ended or were given up. `run(job)` resolves to
    // whether what needs the job may begin.
    run(jobs, run) {
        this.waiting = [...jobs].sort((a, b) => this.rank(a) - this.rank(b));
        this.started = new Set();
        this.ended = new Map(); // id -> did it go well
        this.run_one = run;
        return new Promise((resolve) => {
            this.resolve = resolve;
            this.next();
        });
    }

    // Builds first, in their order; then those that run alone; then by length.
    rank(job) {
        if (job.id === job.part) {
            return -1e9;
        }
        return (job.alone ? -1e6 : 0) -
            (job.uncounted ? 1e5 : 0) -
            (this.seconds[job.id] ?? GUESSES[job.part] ?? 1);
    }

    has_needs(job) {
        return job.needs.every((id) =>
            this.ended.get(id) ?? this.is_absent(id));
    }

    // One that runs alone is not overtaken for ever: it waits for its lanes.
    has_lanes(job) {
        const free = this.lanes - this.started.size;
        return free >= (job.alone ? this.lanes : 1);
    }

    is_absent(id) {
        return !this.started.has(id) && !this.waiting.some((j) => j.id === id);
    }

    give_up(job) {
        this.ended.set(job.id, false);
        this.on_done(job, null);
    }

    next() {
        const lost = this.waiting.filter((job) =>
            job.needs.some((id) => this.ended.get(id) === false));
        this.waiting = this.waiting.filter((job) => !lost.includes(job));
        lost.forEach((job) => this.give_up(job));
        for (;;) {
            const at = this.waiting.findIndex((job) => this.has_needs(job));
            if (at < 0 || !this.has_lanes(this.waiting[at])) {
                break;
            }
            this.begin(this.waiting.splice(at, 1)[0]);
        }
        if (this.started.size === 0 && this.waiting.length === 0) {
            writeFileSync(this.seconds_file, JSON.stringify(this.seconds));
            this.resolve();
        }
    }

    async begin(job) {
        const began = Date.now();
        this.started.add(job.id);
        const is_well = await this.run_one(job);
        const took = (Date.now() - began) / 1000;
        this.started.delete(job.id);
        this.ended.set(job.id, is_well);
        this.seconds[job.id] = took;
        this.on_done(job, took);
        this.next();
    }
}
